// What is registered is served, by the production dispatcher, in both eras.
#include "mcp/features.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "mcp/dispatcher.h"

namespace executor::mcp {
namespace {

template <class T>
T run(Task<T> task) {
  asio::io_context loop;
  std::optional<T> out;
  asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    out = std::move(value);
  });
  loop.run();
  return *std::move(out);
}

// Two pages under one prefix.
class Shelf : public Resources {
 public:
  explicit Shelf(std::string name) : name_(std::move(name)) {}
  Task<Result<Page>> list(Call, std::string cursor) override {
    if (cursor.empty()) co_return Page{item("1"), "more"};
    if (cursor == "more") co_return Page{item("2"), ""};
    co_return fail(ErrorCode::invalid_argument, "Unknown cursor.");
  }
  std::string templates() const override {
    return R"({"uriTemplate":")" + name_ + R"(:{id}","name":"t"})";
  }
  Task<Result<std::optional<Answer>>> read(Call, std::string uri) override {
    if (!uri.starts_with(name_ + ":")) co_return std::nullopt;
    co_return Answer{.members = R"("contents":[{"uri":)" + quoteJson(uri) + R"(,"text":"x"}])"};
  }

 private:
  std::string item(std::string_view id) const {
    return R"({"uri":")" + name_ + ":" + std::string(id) + R"(","name":"n"})";
  }
  std::string name_;
};

class McpFeatures : public testing::Test {
 protected:
  Result<json::object> ask(std::string method, json::object params = {}, Era era = Era::modern) {
    Call call;
    call.era = era;
    Message message;
    message.id = 1;
    message.method = std::move(method);
    message.params = std::move(params);
    Dispatcher dispatcher(features_);
    auto answer = run(dispatcher.request(std::move(call), std::move(message)));
    if (!answer) return std::unexpected(answer.error());
    return parseJson(resultText(era, *answer))->as_object();
  }
  static Tool tool(std::string name, std::string definition = R"({"name":"t"})") {
    return {.name = std::move(name),
            .definition = [definition](Call) -> Task<Result<std::string>> { co_return definition; },
            .call = [](Call, json::object arguments) -> Task<Result<Answer>> {
              co_return Answer{.members = R"("got":)" + serializeJson(arguments)};
            }};
  }

  Features features_;
};

TEST_F(McpFeatures, WhatIsNotRegisteredIsNoMethodAndNoCapability) {
  for (auto era : {Era::legacy, Era::modern}) {
    EXPECT_EQ(features_.capabilities(era), R"({"logging":{}})");
    for (const char* method :
         {"tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list",
          "resources/templates/list", "resources/read", "completion/complete"}) {
      auto answer = ask(method, {}, era);
      ASSERT_FALSE(answer) << method;
      EXPECT_EQ(answer.error().code, ErrorCode::method_not_found) << method;
    }
  }
}

TEST_F(McpFeatures, ARegisteredToolIsListedAndCalledInBothEras) {
  features_.add(tool("t"));
  for (auto era : {Era::legacy, Era::modern}) {
    auto list = ask("tools/list", {}, era);
    ASSERT_TRUE(list);
    EXPECT_EQ(findArray(*list, "tools")->size(), 1u);
    auto called = ask("tools/call", {{"name", "t"}, {"arguments", {{"a", 1}}}}, era);
    ASSERT_TRUE(called);
    EXPECT_EQ(findInteger(*findObject(*called, "got"), "a"), 1);
  }
  EXPECT_EQ(features_.capabilities(Era::modern), R"({"tools":{},"logging":{}})");
}

TEST_F(McpFeatures, AToolWithoutADefinitionIsCallableThoughNotListed) {
  features_.add(tool("hidden", ""));
  EXPECT_TRUE(findArray(*ask("tools/list"), "tools")->empty());
  EXPECT_TRUE(ask("tools/call", {{"name", "hidden"}}));  // D17
}

TEST_F(McpFeatures, ToolsAreListedInTheOrderOfTheirRegistration) {
  features_.add(tool("z", R"({"name":"z"})"));
  features_.add(tool("a", R"({"name":"a"})"));
  auto list = ask("tools/list");
  EXPECT_EQ(findString(findArray(*list, "tools")->front(), "name"), "z");
}

TEST_F(McpFeatures, ANameIsRegisteredOnce) {
  features_.add(tool("t"));
  EXPECT_THROW(features_.add(tool("t")), std::logic_error);
  EXPECT_EQ(features_.tools().size(), 1u);
}

TEST_F(McpFeatures, LoggingIsDeclaredBecauseItIsSpoken) {
  for (auto era : {Era::legacy, Era::modern}) {
    EXPECT_NE(features_.capabilities(era).find(R"("logging":{})"), std::string::npos);
  }
}

TEST_F(McpFeatures, ListChangedIsDeclaredWhereSomebodyCanTell) {
  features_.add(tool("t"));
  features_.setToolsVersion([](Call) -> Task<Result<std::uint64_t>> { co_return 1; });
  EXPECT_EQ(features_.capabilities(Era::legacy), R"({"tools":{"listChanged":true},"logging":{}})");
}

TEST_F(McpFeatures, PromptsAreListedAndGot) {
  features_.add(Prompt{.name = "p",
                       .definition = R"({"name":"p"})",
                       .get = [](Call, json::object arguments) -> Task<Result<Answer>> {
                         co_return Answer{.members =
                                              R"("messages":[],"got":)" + serializeJson(arguments)};
                       }});
  EXPECT_EQ(findArray(*ask("prompts/list"), "prompts")->size(), 1u);
  auto got = ask("prompts/get", {{"name", "p"}, {"arguments", {{"x", "y"}}}});
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->contains("ttlMs"));
  auto unknown = ask("prompts/get", {{"name", "q"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::invalid_argument);
}

TEST_F(McpFeatures, PagesGoThroughAllSetsOfResources) {
  features_.add(std::make_shared<Shelf>("a"));
  features_.add(std::make_shared<Shelf>("b"));
  std::vector<std::string> seen;
  json::object params;
  for (int page = 0; page < 4; ++page) {
    auto list = ask("resources/list", params);
    ASSERT_TRUE(list);
    seen.emplace_back(findString(findArray(*list, "resources")->front(), "uri"));
    params["cursor"] = findString(*list, "nextCursor");
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a:1", "a:2", "b:1", "b:2"}));
  EXPECT_EQ(params["cursor"], "") << "the last page has no cursor";
}

TEST_F(McpFeatures, ACursorNobodyGaveIsInvalid) {
  features_.add(std::make_shared<Shelf>("a"));
  features_.add(tool("t"));
  for (json::value cursor : {json::value("x"), json::value("9:"), json::value("-1:"),
                             json::value("0:nothing"), json::value(5), json::value("0x:")}) {
    auto answer = ask("resources/list", {{"cursor", cursor}});
    ASSERT_FALSE(answer) << serializeJson(cursor);
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(ask("tools/list", {{"cursor", "x"}}));
}

TEST_F(McpFeatures, AResourceIsReadFromTheSetThatKnowsIt) {
  features_.add(std::make_shared<Shelf>("a"));
  features_.add(std::make_shared<Shelf>("b"));
  auto read = ask("resources/read", {{"uri", "b:1"}});
  ASSERT_TRUE(read);
  EXPECT_EQ(findString(findArray(*read, "contents")->front(), "uri"), "b:1");
  EXPECT_EQ(findString(*read, "cacheScope"), "private");
  Dispatcher dispatcher(features_);
  Message message{.id = 1, .method = "resources/read", .params = {{"uri", "c:1"}}};
  auto unknown = run(dispatcher.request(Call{.era = Era::modern}, std::move(message)));
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->kind, Answer::Kind::refused) << "never an empty list of contents";
  EXPECT_FALSE(ask("resources/read"));
  EXPECT_EQ(findArray(*ask("resources/templates/list"), "resourceTemplates")->size(), 2u);
}

TEST_F(McpFeatures, CompletionGetsReferenceAndArgument) {
  features_.setCompletion([](Call, json::object ref, json::object) -> Task<Result<Answer>> {
    co_return Answer{.members =
                         R"("completion":{"values":[)" + quoteJson(findString(ref, "name")) + "]}"};
  });
  auto answer = ask("completion/complete", {{"ref", {{"type", "ref/prompt"}, {"name", "p"}}},
                                            {"argument", {{"name", "x"}}}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(serializeJson(*findArray(*findObject(*answer, "completion"), "values")), R"(["p"])");
  EXPECT_FALSE(ask("completion/complete", {{"ref", "p"}}));
}

}  // namespace
}  // namespace executor::mcp

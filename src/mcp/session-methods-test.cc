// What a session is asked to remember, and what it tells because of it.
#include "mcp/session-methods.h"

#include "mcp/legacy-fixture.h"

namespace executor::mcp {
namespace {

class McpSessionMethods : public LegacyFixture {
 protected:
  McpSessionMethods() {
    talking_->setResourceVersion([this](Call, std::string uri) -> Task<Result<std::uint64_t>> {
      auto found = versions_.find(uri);
      if (found == versions_.end()) co_return fail(ErrorCode::not_found, "No " + uri);
      co_return found->second;
    });
    session_ = initialize();
  }
  api::Reply ask(const std::string& method, const std::string& params) {
    return inSession(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params +
                     "}");
  }
  api::Reply subscribe(const std::string& uri) {
    return ask("resources/subscribe", R"({"uri":")" + uri + "\"}");
  }

  std::map<std::string, std::uint64_t> versions_{{"a:1", 1}, {"a:2", 1}};
};

constexpr const char* kEmptyResult = R"({"jsonrpc":"2.0","id":1,"result":{}})";

TEST_F(McpSessionMethods, ASubscriberIsToldOfItsResourceAlone) {
  EXPECT_EQ(subscribe("a:1").body, kEmptyResult);
  auto stream = open("GET", "");
  until([&] { return stream->status == 200; });
  versions_["a:2"] = 2;
  versions_["a:1"] = 2;
  until([&] { return stream->count("notifications/resources/updated") > 0; });
  auto note = stream->message("notifications/resources/updated");
  EXPECT_EQ(findString(*findObject(note, "params"), "uri"), "a:1");
  EXPECT_EQ(stream->count("notifications/resources/updated"), 1u);
}

TEST_F(McpSessionMethods, WhoUnsubscribedIsToldNothing) {
  subscribe("a:1");
  subscribe("a:2");
  EXPECT_EQ(ask("resources/unsubscribe", R"({"uri":"a:1"})").body, kEmptyResult);
  auto stream = open("GET", "");
  until([&] { return stream->status == 200; });
  versions_ = {{"a:1", 2}, {"a:2", 2}};
  until([&] { return stream->count("notifications/resources/updated") > 0; });
  EXPECT_EQ(stream->text.find("a:1"), std::string::npos);
}

TEST_F(McpSessionMethods, AResourceThatDoesNotExistCannotBeSubscribedTo) {
  EXPECT_EQ(rpcCode(subscribe("a:none")), -32602);
  for (const char* params : {"{}", R"({"uri":""})", R"({"uri":5})"}) {
    EXPECT_EQ(rpcCode(ask("resources/subscribe", params)), -32602) << params;
    EXPECT_EQ(rpcCode(ask("resources/unsubscribe", params)), -32602) << params;
  }
  EXPECT_EQ(rpcCode(subscribe(std::string(kMaxResourceUriBytes + 1, 'u'))), -32602);
}

TEST_F(McpSessionMethods, SubscriptionsAreBoundedAndRepeatedOnesAreFree) {
  for (std::size_t i = 0; i < kMaxResourceSubscriptions; ++i) {
    versions_["n:" + std::to_string(i)] = 1;
    EXPECT_EQ(subscribe("n:" + std::to_string(i)).body, kEmptyResult);
  }
  EXPECT_EQ(subscribe("n:0").body, kEmptyResult);
  EXPECT_NE(subscribe("a:1").body.find("limit_exceeded"), std::string::npos);
  ask("resources/unsubscribe", R"({"uri":"n:0"})");
  EXPECT_EQ(subscribe("a:1").body, kEmptyResult);
}

TEST_F(McpSessionMethods, WithoutASessionThereIsNowhereToRememberAnything) {
  for (auto [method, params] : {std::pair("logging/setLevel", R"({"level":"info"})"),
                                std::pair("resources/subscribe", R"({"uri":"a:1"})"),
                                std::pair("resources/unsubscribe", R"({"uri":"a:1"})")}) {
    EXPECT_EQ(rpcCode(legacy(method, params)), -32600) << method;
  }
}

TEST_F(McpSessionMethods, AreNoMethodsWhereNothingCanBeSubscribedTo) {
  talking_->setResourceVersion(nullptr);
  EXPECT_EQ(rpcCode(subscribe("a:1")), -32601);
  EXPECT_EQ(rpcCode(ask("resources/unsubscribe", R"({"uri":"a:1"})")), -32601);
}

TEST_F(McpSessionMethods, OneSessionsSubscriptionsAreNotAnothers) {
  subscribe("a:1");
  session_ = initialize();
  subscribe("a:2");
  auto stream = open("GET", "");
  until([&] { return stream->status == 200; });
  versions_ = {{"a:1", 2}, {"a:2", 2}};
  until([&] { return stream->count("notifications/resources/updated") > 0; });
  EXPECT_EQ(stream->text.find("a:1"), std::string::npos);
}

}  // namespace
}  // namespace executor::mcp

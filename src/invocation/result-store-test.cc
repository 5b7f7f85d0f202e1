// Big and binary answers of calls, and reading them again: the whole pipeline for real.
#include "invocation/result-store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/id.h"
#include "base/text.h"
#include "invocation/testing/world.h"

namespace executor::invocation {
namespace {

using testing::agent;
using testing::Upstream;

class QuietJournal : public CallJournal {
 public:
  Task<Status> requested(RequestedCall) override { co_return Status(); }
  Task<Result<approval::Ruling>> ask(RequestedCall, approval::ApprovalDraft) override {
    co_return fail(ErrorCode::internal, "nobody was to be asked");
  }
};

class ResultStoreTest : public ::testing::Test {
 protected:
  ResultStoreTest() {
    world_.addShop();
    token_ = world_.gate.open("task_1");
  }

  CallOutcome invoke(std::string path, std::string input = "{}", Principal principal = agent(),
                     std::string options = "") {
    CallRequest call;
    call.principal = std::move(principal);
    call.executionId = "task_1";
    call.token = token_;
    call.n = ++n_;
    call.callId = newId(idPrefix::kCall);
    call.path = std::move(path);
    call.inputJson = std::move(input);
    call.optionsJson = std::move(options);
    call.catalog = world_.catalog();
    return world_.run(
        world_.invoker->invoke(std::move(call), journal_, std::make_shared<net::ClientCancel>()));
  }
  json::value value(const CallOutcome& outcome) {
    EXPECT_EQ(outcome.status, OutcomeStatus::completed) << outcome.error.message;
    return parseJson(outcome.valueJson).value_or(nullptr);
  }
  json::value get(std::string input) { return value(invoke("results.get", std::move(input))); }
  Error refused(std::string input) { return invoke("results.get", std::move(input)).error; }
  std::string keep(std::string mimeType, std::string bytes) {
    auto kept = world_.run(world_.results->keep({.workspaceId = "ws_1",
                                                 .executionId = "task_1",
                                                 .mimeType = std::move(mimeType),
                                                 .bytes = std::move(bytes)}));
    EXPECT_TRUE(kept) << kept.error().message;
    return kept->id;
  }

  testing::World world_;
  QuietJournal journal_;
  std::string token_;
  std::uint32_t n_ = 0;
};

TEST_F(ResultStoreTest, ABigBinaryAnswerBecomesAHandle) {
  const json::value out = value(invoke("shop.files.picture"));
  const std::string handle(findString(out, "handle"));
  EXPECT_TRUE(isId(handle, kResultId)) << handle;
  EXPECT_EQ(findString(out, "mimeType"), "image/png");
  EXPECT_EQ(findInteger(out, "bytes"), 100'000);
  EXPECT_EQ(findString(out, "preview", "?"), "");
  const auto part = world_.run(world_.results->read(agent(), handle, {}));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes, Upstream::picture());
  EXPECT_EQ(part->record.tool, "shop.files.picture");
  EXPECT_EQ(part->record.executionId, "task_1");
}

TEST_F(ResultStoreTest, TheFullResponseHoldsTheHandleAsItsBody) {
  const json::value out =
      value(invoke("shop.files.picture", "{}", agent(), R"({"response":"full"})"));
  EXPECT_EQ(findInteger(out, "status"), 200);
  EXPECT_TRUE(findString(out.at("body"), "handle").starts_with("res_"));
}

TEST_F(ResultStoreTest, ADownloadCanBeUploadedByItsHandle) {
  ASSERT_TRUE(world_.run(
      world_.policies->add(testing::person(), policy::Effect::allow, "shop.files.put_picture")));
  const std::string handle(findString(value(invoke("shop.files.picture")), "handle"));
  const json::value sent = value(
      invoke("shop.files.put_picture", fmt::format(R"({{"body":{{"handle":"{}"}}}})", handle)));
  EXPECT_TRUE(findBool(sent, "same")) << serializeJson(sent);
  EXPECT_EQ(findInteger(sent, "bytes"), 100'000);
  // As it came, with all that stands beside the handle.
  const CallOutcome whole = invoke("shop.files.put_picture",
                                   R"({"body":)" + invoke("shop.files.picture").valueJson + "}");
  EXPECT_TRUE(findBool(value(whole), "same"));
}

// Attack: naming a content of another workspace sends nothing.
TEST_F(ResultStoreTest, AForeignHandleIsNotSent) {
  ASSERT_TRUE(world_.run(
      world_.policies->add(testing::person(), policy::Effect::allow, "shop.files.put_picture")));
  auto foreign = world_.run(world_.results->keep(
      {.workspaceId = "ws_2", .executionId = "task_2", .mimeType = "image/png", .bytes = "x"}));
  ASSERT_TRUE(foreign);
  const CallOutcome outcome =
      invoke("shop.files.put_picture", fmt::format(R"({{"body":{{"handle":"{}"}}}})", foreign->id));
  EXPECT_EQ(outcome.error.code, ErrorCode::not_found);
  EXPECT_EQ(world_.upstream.count("PUT"), 0u);
  EXPECT_EQ(refused(fmt::format(R"({{"handle":"{}"}})", foreign->id)).code, ErrorCode::not_found);
}

TEST_F(ResultStoreTest, AnAnswerTooBigForAProgramBecomesAHandle) {
  const json::value out = value(invoke("shop.files.huge"));
  EXPECT_EQ(findString(out, "mimeType"), "application/json");
  EXPECT_EQ(findInteger(out, "bytes"), (9 << 20) + 2);
  EXPECT_EQ(findString(out, "preview").substr(0, 3), "\"hh");
  EXPECT_LE(findString(out, "preview").size(), kHandlePreviewBytes);
}

TEST_F(ResultStoreTest, JsonIsReadAsItsValueWithEveryNumberExact) {
  const std::string handle = keep("application/json", R"({"n":12345678901234567890,"d":0.1})");
  const CallOutcome outcome = invoke("results.get", fmt::format(R"({{"handle":"{}"}})", handle));
  EXPECT_TRUE(outcome.valueJson.ends_with(
      R"("nextOffset":null,"as":"json","value":{"n":12345678901234567890,"d":0.1}})"))
      << outcome.valueJson;
}

TEST_F(ResultStoreTest, TextIsReadInPiecesOfWholeCharacters) {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";  // a ä € 😀 z
  const std::string handle = keep("text/plain", text);
  for (int length = 4; length <= 12; ++length) {
    std::string all;
    std::int64_t offset = 0;
    for (int i = 0; i < 12; ++i) {
      const json::value part =
          get(fmt::format(R"({{"handle":"{}","offset":{},"length":{}}})", handle, offset, length));
      all += findString(part, "value");
      if (part.at("nextOffset").is_null()) break;
      offset = findInteger(part, "nextOffset");
    }
    EXPECT_EQ(all, text) << length;
  }
}

TEST_F(ResultStoreTest, APieceTooShortForACharacterIsRefused) {
  const std::string handle = keep("text/plain", "\xf0\x9f\x98\x80z");
  EXPECT_EQ(refused(fmt::format(R"({{"handle":"{}","length":3}})", handle)).code,
            ErrorCode::invalid_input);
  EXPECT_EQ(refused(fmt::format(R"({{"handle":"{}","offset":1}})", handle)).code,
            ErrorCode::invalid_input)
      << "the middle of a character";
}

TEST_F(ResultStoreTest, BytesAreReadAsBase64) {
  const std::string handle = keep("image/png", std::string("\x00\xff\x10", 3));
  const json::value out = get(fmt::format(R"({{"handle":"{}"}})", handle));
  EXPECT_EQ(findString(out, "as"), "base64");
  EXPECT_EQ(findString(out, "value"), "AP8Q");
  EXPECT_EQ(findString(get(fmt::format(R"({{"handle":"{}","offset":3}})", handle)), "value", "?"),
            "")
      << "the end is no error";
}

TEST_F(ResultStoreTest, BadReadsSayWhatIsWrong) {
  const std::string json = keep("application/json", "[1,2]");
  const std::string picture = keep("image/png", "\xff");
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "handle of results.get is missing"},
      {R"({"handle":5})", "must be a string"},
      {R"({"handle":"res_none"})", "There is no stored result res_none"},
      {R"({"handle":"J","as":"xml"})", "one of json, text, base64"},
      {R"({"handle":"J","offset":-1})", "an integer from 0"},
      {R"({"handle":"J","length":0})", "an integer from 1"},
      {R"({"handle":"J","length":4194305})", "an integer from 1 to 4194304"},
      {R"({"handle":"J","offset":6})", "beyond the 5 bytes"},
      {R"({"handle":"J","as":"json","offset":1})", "A part of a JSON content"},
      {R"({"handle":"P","as":"json"})", "is image/png and no JSON"},
      {R"({"handle":"P","as":"text"})", "is no text"},
      {R"({"handle":"J","ofset":1})", "takes no \"ofset\""}};
  for (auto [input, expected] : cases) {
    if (const auto at = input.find("\"J\""); at != std::string::npos)
      input.replace(at + 1, 1, json);
    if (const auto at = input.find("\"P\""); at != std::string::npos) {
      input.replace(at + 1, 1, picture);
    }
    const Error error = refused(input);
    EXPECT_NE(error.message.find(expected), std::string::npos) << input << ": " << error.message;
  }
}

TEST_F(ResultStoreTest, JsonTooBigForAProgramIsReadAsText) {
  const std::string handle =
      keep("application/json", quoteJson(std::string(kMaxInlineOutputBytes, 'x')));
  EXPECT_EQ(refused(fmt::format(R"({{"handle":"{}","as":"json"}})", handle)).code,
            ErrorCode::invalid_input);
  const json::value part = get(fmt::format(R"({{"handle":"{}"}})", handle));
  EXPECT_EQ(findString(part, "as"), "text");
  EXPECT_EQ(findInteger(part, "length"), static_cast<std::int64_t>(kMaxResultReadBytes));
}

TEST_F(ResultStoreTest, APolicyHoldsForReadingToo) {
  const std::string handle = keep("text/plain", "secret");
  ASSERT_TRUE(
      world_.run(world_.policies->add(testing::person(), policy::Effect::deny, "results.get")));
  const CallOutcome outcome = invoke("results.get", fmt::format(R"({{"handle":"{}"}})", handle));
  EXPECT_EQ(outcome.status, OutcomeStatus::denied);
}

TEST_F(ResultStoreTest, WhatNoRecordOwnsIsSwept) {
  auto prepared = world_.run(world_.results->prepare(
      {.workspaceId = "ws_1", .executionId = "task_1", .mimeType = "text/plain", .bytes = "x"}));
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(world_.run(world_.results->show(agent(), prepared->id)));
  const std::string kept = keep("text/plain", "y");
  world_.clock.advance(2 * store::kBlobGraceMs);
  EXPECT_EQ(world_.run(world_.store->blobs().sweep()).value_or(0), 1u);
  EXPECT_TRUE(world_.run(world_.results->read(agent(), kept, {})));
}

TEST_F(ResultStoreTest, ATypeThatIsTooLongReadsAsBytes) {
  const std::string handle = keep("text/" + std::string(kMaxResultMimeBytes, 'x'), "abc");
  EXPECT_EQ(findString(get(fmt::format(R"({{"handle":"{}"}})", handle)), "mimeType"),
            "application/octet-stream");
}

}  // namespace
}  // namespace executor::invocation

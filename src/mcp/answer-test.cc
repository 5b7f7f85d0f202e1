// The members of a handler become a message of its era.
#include "mcp/answer.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

json::object parsed(const std::string& text) { return parseJson(text)->as_object(); }

TEST(Answer, ALegacyResultIsItsMembersAlone) {
  EXPECT_EQ(resultText(Era::legacy, {.members = R"("a":1)", .cacheable = true}), R"({"a":1})");
  EXPECT_EQ(resultText(Era::legacy, {}), "{}");
}

TEST(Answer, AModernResultSaysWhatItIsAndWhoAnswers) {
  auto result = parsed(resultText(Era::modern, {.members = R"("a":1)"}));
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(findInteger(result, "a"), 1);
  const auto* server = findObject(*findObject(result, "_meta"), meta::kServerInfo);
  ASSERT_TRUE(server);
  EXPECT_EQ(findString(*server, "name"), "executor");
  EXPECT_EQ(findString(parsed(resultText(Era::modern, {})), "resultType"), "complete");
}

TEST(Answer, TheKindIsTheResultType) {
  auto waiting = parsed(resultText(Era::modern, {.kind = Answer::Kind::input_required}));
  EXPECT_EQ(findString(waiting, "resultType"), "input_required");
  auto task = parsed(resultText(Era::modern, {.kind = Answer::Kind::task}));
  EXPECT_EQ(findString(task, "resultType"), "task");
}

TEST(Answer, OnlyWhatIsCompleteAndCacheableHasHintsAndTheyArePrivate) {
  auto list = parsed(resultText(Era::modern, {.cacheable = true}));
  EXPECT_EQ(findString(list, "cacheScope"), "private");
  EXPECT_EQ(findInteger(list, "ttlMs"), kListTtlMs);
  for (const Answer& answer :
       {Answer{}, Answer{.kind = Answer::Kind::input_required, .cacheable = true}}) {
    EXPECT_FALSE(parsed(resultText(Era::modern, answer)).contains("ttlMs"));
  }
}

TEST(Answer, AMissingCapabilityIsAnErrorThatNamesIt) {
  Answer answer = missingCapability(R"("elicitation":{"form":{}})");
  auto message = parsed(responseText(Era::modern, 7, answer));
  EXPECT_EQ(findInteger(message, "id"), 7);
  const auto* error = findObject(message, "error");
  ASSERT_TRUE(error);
  EXPECT_EQ(findInteger(*error, "code"), -32021);
  const auto* required = findObject(*findObject(*error, "data"), "requiredCapabilities");
  ASSERT_TRUE(required);
  EXPECT_TRUE(findObject(*required, "elicitation"));
  EXPECT_EQ(modernStatus(answer), 400);
}

TEST(Answer, AnUnknownResourceIsNamedWithTheCodeOfItsEra) {
  for (auto [era, code] : {std::pair(Era::modern, -32602), std::pair(Era::legacy, -32002)}) {
    auto message = parsed(responseText(era, 1, resourceNotFound(era, "a:b")));
    const auto* error = findObject(message, "error");
    ASSERT_TRUE(error);
    EXPECT_EQ(findInteger(*error, "code"), code);
    EXPECT_EQ(findString(*findObject(*error, "data"), "uri"), "a:b");
  }
  EXPECT_EQ(modernStatus(resourceNotFound(Era::modern, "a:b")), 200);
  auto bounded =
      responseText(Era::modern, 1, resourceNotFound(Era::modern, std::string(1 << 20, 'x')));
  EXPECT_LT(bounded.size(), 3'000u);
}

TEST(Answer, ErrorsOfTheProtocolHaveStatusesAndErrorsOfArgumentsAreAnswers) {
  auto status = [](ErrorCode code) { return modernStatus(fail(code, "no")); };
  EXPECT_EQ(status(ErrorCode::method_not_found), 404);
  EXPECT_EQ(status(ErrorCode::header_mismatch), 400);
  EXPECT_EQ(status(ErrorCode::invalid_argument), 200);
  EXPECT_EQ(modernStatus(Answer{}), 200);
}

}  // namespace
}  // namespace executor::mcp

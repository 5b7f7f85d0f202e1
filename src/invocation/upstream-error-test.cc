#include "invocation/upstream-error.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace executor::invocation {
namespace {

Error errorOf(ErrorCode code, std::string detail) { return {code, "it broke", "", detail}; }

TEST(OutcomeOfFailure, OnlyAnUnsafeRequestThatWasSentIsUnknown) {
  using enum ErrorCode;
  for (const ErrorCode code :
       {upstream_unreachable, upstream_timeout, upstream_invalid, upstream_too_large, cancelled}) {
    EXPECT_EQ(outcomeOfFailure(errorOf(code, "sent; reset"), false, "shop").status,
              OutcomeStatus::unknown);
    EXPECT_NE(outcomeOfFailure(errorOf(code, "unsent; refused"), false, "shop").status,
              OutcomeStatus::unknown);
    EXPECT_NE(outcomeOfFailure(errorOf(code, "sent; reset"), true, "shop").status,
              OutcomeStatus::unknown);
  }
}

TEST(OutcomeOfFailure, KeepsTheCodeOfWhatWasNotSent) {
  const auto outcome = outcomeOfFailure(errorOf(ErrorCode::egress_denied, "unsent"), false, "shop");
  EXPECT_EQ(outcome.status, OutcomeStatus::failed);
  EXPECT_EQ(outcome.error.code, ErrorCode::egress_denied);
}

TEST(OutcomeOfFailure, ACancelledRequestThatWasNotSentIsCancelled) {
  EXPECT_EQ(outcomeOfFailure(errorOf(ErrorCode::cancelled, "unsent"), false, "shop").status,
            OutcomeStatus::cancelled);
}

TEST(OutcomeOfErrorReply, NamesSourceStatusAndTheUpstreamsOwnMessage) {
  source::UpstreamReply reply{404, {}, R"({"message":"no such item"})"};
  const CallOutcome outcome = outcomeOfErrorReply(reply, "shop");
  EXPECT_EQ(outcome.error.message, "shop answered 404 Not Found: no such item");
  EXPECT_EQ(outcome.error.code, ErrorCode::upstream_error);
  EXPECT_EQ(outcome.upstreamStatus, 404);
  EXPECT_EQ(outcome.upstreamBodyJson, reply.bodyJson);
}

TEST(OutcomeOfErrorReply, FindsTheMessageInUsualPlacesAndKeepsItShort) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"error":{"message":"inner"}})", "shop answered 500 Internal Server Error: inner"},
      {R"({"error":"plain"})", "shop answered 500 Internal Server Error: plain"},
      {R"("text")", "shop answered 500 Internal Server Error: text"},
      {R"([1,2])", "shop answered 500 Internal Server Error"},
      {"null", "shop answered 500 Internal Server Error"}};
  for (const auto& [body, message] : cases) {
    EXPECT_EQ(outcomeOfErrorReply({500, {}, body}, "shop").error.message, message);
  }
  const std::string longBody = quoteJson(std::string(5'000, 'x'));
  EXPECT_LT(outcomeOfErrorReply({599, {}, longBody}, "shop").error.message.size(), 400u);
}

TEST(OutcomeOfErrorReply, BoundsTheBodyAndKeepsItJson) {
  const std::string body = quoteJson(std::string(kMaxErrorBodyBytes * 2, 'x'));
  const CallOutcome outcome = outcomeOfErrorReply({500, {}, body}, "shop");
  EXPECT_LT(outcome.upstreamBodyJson.size(), kMaxErrorBodyBytes + 200);
  EXPECT_TRUE(parseJson(outcome.upstreamBodyJson));
}

TEST(WithoutSecret, RemovesTokenPasswordAndEncodedPair) {
  using source::Authorization;
  const Authorization bearer{Authorization::Kind::bearer, "", "tok-12345678"};
  EXPECT_EQ(withoutSecret("a tok-12345678 b tok-12345678", bearer), "a [redacted] b [redacted]");
  const Authorization basic{Authorization::Kind::basic, "", "anna:hunter22"};
  const std::string echoed = "Basic " + base64Encode("anna:hunter22") + " hunter22 anna:hunter22";
  EXPECT_EQ(withoutSecret(echoed, basic), "Basic [redacted] [redacted] [redacted]");
  EXPECT_EQ(withoutSecret("x", Authorization{}), "x");
}

// An echo inside JSON is escaped, one inside a URL is encoded; both are the secret.
TEST(WithoutSecret, FindsItHoweverItIsWritten) {
  using source::Authorization;
  const std::string secret = "p\"ss\\w rd/ü";
  const Authorization key{Authorization::Kind::apiKeyQuery, "k", secret};
  for (const std::string& written : {secret, quoteJson(secret), "?k=" + percentEncode(secret)}) {
    const std::string left = withoutSecret("<" + written + ">", key);
    EXPECT_NE(left.find("[redacted]"), std::string::npos) << written;
    EXPECT_EQ(left.find("ss"), std::string::npos) << left;
  }
  const Authorization basic{Authorization::Kind::basic, "", "anna:" + secret};
  EXPECT_EQ(withoutSecret(quoteJson(secret), basic), "\"[redacted]\"");
}

// JSON stays JSON: the text that stands in for a secret needs no escape.
TEST(WithoutSecret, LeavesTheDocumentReadable) {
  using source::Authorization;
  const Authorization key{Authorization::Kind::apiKeyHeader, "k", "a\"b\\c\"d"};
  const std::string text = serializeJson(json::object{{"echo", "x a\"b\\c\"d y"}, {"n", 1}});
  const auto parsed = parseJson(withoutSecret(text, key));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(findString(*parsed, "echo"), "x [redacted] y");
}

TEST(WithoutSecret, ShortValuesWouldRedactHalfOfADocument) {
  using source::Authorization;
  const Authorization tiny{Authorization::Kind::bearer, "", "12345"};
  EXPECT_EQ(withoutSecret("12345 is a number", tiny), "12345 is a number");
  const Authorization user{Authorization::Kind::basic, "", "administrator:"};
  EXPECT_EQ(withoutSecret("administrator:x", user), "[redacted]x");
}

TEST(WithoutSecret, AnAnswerThatIsTheSecretAndNothingElseIsGone) {
  using source::Authorization;
  const Authorization token{Authorization::Kind::bearer, "", "aaaaaa"};
  EXPECT_EQ(withoutSecret("aaaaaaaaaaaaa", token), "[redacted][redacted]a");
}

struct Status {
  int status;
  std::string_view message;
  bool hint;
};

TEST(OutcomeOfErrorReply, StatusesAreNamedAndHintsAreForPeople) {
  const Status rows[] = {{400, "shop answered 400 Bad Request", false},
                         {401, "shop answered 401 Unauthorized", true},
                         {403, "shop answered 403 Forbidden", true},
                         {418, "shop answered 418", false},
                         {429, "shop answered 429 Too Many Requests", true},
                         {503, "shop answered 503 Service Unavailable", false},
                         {302, "shop answered 302 Found", false},
                         {999, "shop answered 999", false}};
  for (const Status& row : rows) {
    const CallOutcome outcome = outcomeOfErrorReply({row.status, {}, "null"}, "shop");
    EXPECT_EQ(outcome.error.message, row.message);
    EXPECT_EQ(!outcome.error.hint.empty(), row.hint) << row.status;
    EXPECT_EQ(outcome.status, OutcomeStatus::failed) << "an answer is an outcome, whatever it says";
  }
}

// Reference shapes: GitHub, OAuth, RFC 9457, Google, plain; the first that is there speaks.
TEST(OutcomeOfErrorReply, TheMostTellingMemberSpeaks) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"({"message":"m","detail":"d"})", "m"},
      {R"({"error":"e","error_description":"ed"})", "ed"},
      {R"({"title":"t","detail":"d"})", "d"},
      {R"({"title":"t","status":400})", "t"},
      {R"({"message":"","title":"t"})", "t"},
      {R"({"message":5,"error":{"message":"inner","code":1}})", "inner"},
      {R"({"error":{"message":7}})", ""},
      {R"("  spaced  ")", "spaced"},
      {"5", ""}};
  for (const auto& [body, text] : rows) {
    const std::string message =
        outcomeOfErrorReply({400, {}, std::string(body)}, "shop").error.message;
    EXPECT_EQ(message, "shop answered 400 Bad Request" +
                           (text.empty() ? std::string() : ": " + std::string(text)))
        << body;
  }
}

TEST(OutcomeStatus, NamesAreThoseOfD11) {
  using enum OutcomeStatus;
  EXPECT_EQ(name(completed), "completed");
  EXPECT_EQ(name(failed), "failed");
  EXPECT_EQ(name(denied), "denied");
  EXPECT_EQ(name(cancelled), "cancelled");
  EXPECT_EQ(name(unknown), "unknown");
}

TEST(ApprovalIdOf, FollowsTheCall) {
  EXPECT_EQ(approvalIdOf("call_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41"),
            "approval_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41");
}

}  // namespace
}  // namespace executor::invocation

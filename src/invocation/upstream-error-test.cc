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

TEST(ApprovalIdOf, FollowsTheCall) {
  EXPECT_EQ(approvalIdOf("call_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41"),
            "approval_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41");
}

}  // namespace
}  // namespace executor::invocation

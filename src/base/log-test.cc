#include "base/log.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace executor {
namespace {

// What `act` writes to stderr under these options.
template <class Act>
std::string written(LogOptions options, Act act) {
  configureLog(options);
  testing::internal::CaptureStderr();
  act();
  const std::string lines = testing::internal::GetCapturedStderr();
  configureLog({});
  return lines;
}

TEST(Log, WritesOneTextLinePerEvent) {
  const auto lines = written({}, [] {
    log(LogLevel::info, "server_started",
        {{"port", std::int64_t{4788}}, {"url", "http://x/"}, {"jailed", true}, {"load", 0.5}});
  });
  EXPECT_TRUE(
      lines.ends_with("Z info  server_started port=4788 url=http://x/ jailed=true load=0.5\n"))
      << lines;
  EXPECT_EQ(lines.find('Z'), 23u);
}

TEST(Log, WritesJsonLinesWhenAsked) {
  const auto lines = written({.json = true}, [] {
    log(LogLevel::warn, "slow_call", {{"tool", "a \"b\"\n"}, {"ms", std::int64_t{12}}});
  });
  ASSERT_TRUE(lines.ends_with("\n"));
  const auto value = parseJson(lines).value();
  EXPECT_EQ(findString(value, "level"), "warn");
  EXPECT_EQ(findString(value, "event"), "slow_call");
  EXPECT_EQ(findString(value, "tool"), "a \"b\"\n");
  EXPECT_EQ(findInteger(value, "ms"), 12);
  EXPECT_GT(findInteger(value, "time"), 1'700'000'000'000);
}

TEST(Log, IsSilentBelowItsLevel) {
  const auto lines = written({.level = LogLevel::error}, [] {
    EXPECT_FALSE(logEnabled(LogLevel::warn));
    log(LogLevel::warn, "not_shown");
    logError(LogLevel::info, "not_shown", Error{});
  });
  EXPECT_EQ(lines, "");
}

TEST(Log, ValuesCannotForgeALineOrAField) {
  const auto lines = written({}, [] {
    log(LogLevel::info, "event", {{"a", "x\n2026 error forged"}, {"b", "y c=z"}, {"d", ""}});
  });
  EXPECT_EQ(splitText(lines, '\n').size(), 2u) << lines;
  EXPECT_NE(lines.find(R"(a="x\n2026 error forged" b="y c=z" d="")"), std::string::npos) << lines;
}

TEST(Log, ShowsAnErrorWithItsCulpritAndDetail) {
  const Error error{ErrorCode::upstream_timeout, "No answer.", "", "connect: timed out"};
  const auto lines =
      written({}, [&] { logError(LogLevel::error, "call_failed", error, {{"call", "call_1"}}); });
  EXPECT_NE(lines.find("code=upstream_timeout culprit=upstream message=\"No answer.\" "
                       "detail=\"connect: timed out\" call=call_1"),
            std::string::npos)
      << lines;
}

TEST(Log, NeverShowsARegisteredSecret) {
  registerSecret("hunter2-the-secret");
  for (const bool json : {false, true}) {
    const auto lines = written({.json = json}, [] {
      const Error error{ErrorCode::internal, "m hunter2-the-secret", "", "d=hunter2-the-secret"};
      logError(LogLevel::error, "event", error, {{"field", "xhunter2-the-secretx"}});
    });
    EXPECT_EQ(lines.find("hunter2"), std::string::npos) << lines;
    EXPECT_NE(lines.find("x[secret]x"), std::string::npos) << lines;
  }
}

TEST(Redact, ReplacesEveryOccurrenceAndTheUrlEncodedForm) {
  registerSecret("pa ss/word+1");
  EXPECT_EQ(redact("a=pa ss/word+1&b=pa%20ss%2Fword%2B1;pa ss/word+1"),
            "a=[secret]&b=[secret];[secret]");
}

TEST(Redact, TakesTheLongerOfTwoSecretsThatBeginAlike) {
  registerSecret("beginning-short");
  registerSecret("beginning-short-and-long");
  EXPECT_EQ(redact("beginning-short-and-long beginning-short"), "[secret] [secret]");
}

TEST(Redact, IgnoresValuesTooShortToBeSecrets) {
  registerSecret("1234567");
  EXPECT_EQ(redact("1234567 and more"), "1234567 and more");
  EXPECT_EQ(redact(""), "");
}

}  // namespace
}  // namespace executor

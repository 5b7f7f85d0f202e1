// Typed reads: what each takes, what it refuses, and that a refusal names the member and not the
// value.
#include "api/arguments.h"

#include <gtest/gtest.h>

namespace executor::api {
namespace {

json::object bodyOf(std::string_view text) { return parseJson(text)->get_object(); }

net::Request asked(std::string query) {
  net::Request request;
  request.query = std::move(query);
  return request;
}

template <class T>
void expectRefused(const Result<T>& result, std::string_view what) {
  ASSERT_FALSE(result) << what;
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument) << what;
  EXPECT_TRUE(result.error().message.contains("\"a\"")) << result.error().message;
  EXPECT_FALSE(result.error().message.contains("secret")) << result.error().message;
}

TEST(Arguments, TakeAStringAndNothingThatLooksLikeOne) {
  EXPECT_EQ(requireString(bodyOf(R"({"a":"x"})"), "a"), "x");
  EXPECT_EQ(requireString(bodyOf(R"({"a":" "})"), "a"), " ");
  EXPECT_EQ(requireString(bodyOf(R"({"a":"\u0000"})"), "a"), std::string(1, '\0'));
  for (const auto* text : {R"({})", R"({"a":""})", R"({"a":null})", R"({"A":"x"})", R"({"a":5})",
                           R"({"a":true})", R"({"a":["secret"]})", R"({"a":{"secret":1}})"}) {
    expectRefused(requireString(bodyOf(text), "a"), text);
  }
}

TEST(Arguments, ReadAbsentAndNullAlike) {
  for (const auto* text : {R"({})", R"({"a":null})", R"({"b":1})"}) {
    const auto body = bodyOf(text);
    EXPECT_EQ(optionalString(body, "a"), "");
    EXPECT_EQ(optionalBool(body, "a", true), true);
    EXPECT_EQ(optionalBool(body, "a", false), false);
    const auto integer = optionalInteger(body, "a", 0, 9);
    EXPECT_TRUE(integer && !integer->has_value());
  }
}

TEST(Arguments, TakeTrueAndFalseOnly) {
  EXPECT_EQ(optionalBool(bodyOf(R"({"a":true})"), "a", false), true);
  EXPECT_EQ(optionalBool(bodyOf(R"({"a":false})"), "a", true), false);
  for (const auto* text : {R"({"a":"true"})", R"({"a":1})", R"({"a":0})", R"({"a":[]})"}) {
    expectRefused(optionalBool(bodyOf(text), "a", false), text);
  }
}

TEST(Arguments, TakeIntegersWithinTheRange) {
  EXPECT_EQ(optionalInteger(bodyOf(R"({"a":0})"), "a", 0, 9).value(), 0);
  EXPECT_EQ(optionalInteger(bodyOf(R"({"a":9})"), "a", 0, 9).value(), 9);
  EXPECT_EQ(optionalInteger(bodyOf(R"({"a":-3})"), "a", -3, 9).value(), -3);
  for (const auto* text : {R"({"a":-1})", R"({"a":10})", R"({"a":1.5})", R"({"a":1e30})",
                           R"({"a":"5"})", R"({"a":true})", R"({"a":18446744073709551615})"}) {
    expectRefused(optionalInteger(bodyOf(text), "a", 0, 9), text);
  }
}

TEST(Arguments, TakeDecimalDigitsInAQuery) {
  EXPECT_EQ(queryInteger(asked(""), "a", 7, 0, 9), 7);
  EXPECT_EQ(queryInteger(asked("a="), "a", 7, 0, 9), 7);  // empty and absent are the same
  EXPECT_EQ(queryInteger(asked("a=0"), "a", 7, 0, 9), 0);
  EXPECT_EQ(queryInteger(asked("a=009"), "a", 7, 0, 9), 9);
  EXPECT_EQ(queryInteger(asked("b=1&a=2"), "a", 7, 0, 9), 2);
  EXPECT_EQ(queryInteger(asked("a=%33"), "a", 7, 0, 9), 3);
  for (const auto* query : {"a=-1", "a=10", "a=%2B5", "a=+5", "a=5+", "a=0x5", "a=5.0", "a=5e0",
                            "a=secret", "a=5%00", "a=99999999999999999999", "a=%D9%A5"}) {
    expectRefused(queryInteger(asked(query), "a", 7, 0, 9), query);
  }
}

TEST(Arguments, KnowQueryParametersByTheirDecodedName) {
  constexpr std::string_view kAllowed[] = {"limit", "cursor"};
  for (const auto* query : {"", "limit=1", "limit=1&cursor=x", "&&limit=1&", "%6Cimit=1", "limit",
                            "cursor==&limit=%zz"}) {
    EXPECT_TRUE(rejectUnknownQuery(asked(query), kAllowed)) << query;
  }
  for (const auto* query : {"Limit=1", "limit%20=1", "limit%00=1", "=1", "limit=1&x", "l%69mits"}) {
    const auto refused = rejectUnknownQuery(asked(query), kAllowed);
    ASSERT_FALSE(refused) << query;
    EXPECT_EQ(refused.error().code, ErrorCode::unknown_argument) << query;
    EXPECT_EQ(refused.error().hint, "Known ones: limit, cursor.");
  }
  EXPECT_EQ(rejectUnknownQuery(asked("%zz=1"), kAllowed).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(rejectUnknownQuery(asked("x=1"), {}).error().hint, "This route takes none.");
  const auto longName = rejectUnknownQuery(asked(std::string(5'000, 'x')), kAllowed);
  EXPECT_LT(longName.error().message.size(), 200u);
}

}  // namespace
}  // namespace executor::api

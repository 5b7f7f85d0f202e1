#include "base/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json/monotonic_resource.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "base/test-corpus.h"

namespace executor {
namespace {

json::value parsed(std::string_view text) {
  auto value = parseJson(text);
  EXPECT_TRUE(value) << text << ": " << value.error().message;
  return value ? *std::move(value) : json::value();
}

json::value parsedForProgram(std::string_view text) {
  auto value = parseJsonForProgram(text);
  EXPECT_TRUE(value) << text << ": " << value.error().message;
  return value ? *std::move(value) : json::value();
}

Error refused(std::string_view text, const JsonLimits& limits = {}) {
  auto value = parseJson(text, limits);
  EXPECT_FALSE(value) << text;
  return value ? Error{} : std::move(value).error();
}

TEST(Json, KeepsIntegersOf64Bits) {
  EXPECT_EQ(parsed("9007199254740993").get_int64(), 9007199254740993);
  EXPECT_EQ(parsed("-9223372036854775808").get_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parsed("9223372036854775808").get_uint64(), 1ull << 63);
  EXPECT_EQ(parsed("18446744073709551615").get_uint64(), ~0ull);
}

TEST(Json, RoundsIntegersBeyond64Bits) {
  EXPECT_EQ(parsed("18446744073709551616").get_double(), 0x1p64);
  EXPECT_EQ(parsed("-9223372036854775809").get_double(), -0x1p63);
}

TEST(Json, WritesIntegersAsTheyWere) {
  for (const std::string_view text :
       {"0", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551615"}) {
    EXPECT_EQ(serializeJson(parsed(text)), text);
  }
}

TEST(Json, RoundTripsAMillionDoublesExactly) {
  std::mt19937_64 random(20);
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    text.clear();
    serializeJson(json::value(number), text);
    const auto back = parseJson(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(back->to_number<double>(), number) << text;
  }
}

TEST(Json, ReadsSeventeenDigitsToTheLastBit) {
  std::mt19937_64 random(21);
  for (int i = 0; i < 100'000; ++i) {
    const std::string text =
        "0." + std::to_string(random() % 90000000000000000 + 10000000000000000);
    ASSERT_EQ(parsed(text).get_double(), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(Json, TellsMinusZeroFromZero) {
  EXPECT_TRUE(std::signbit(parsed("-0").get_double()));
  EXPECT_EQ(serializeJson(json::value(-0.0)), "-0");
  EXPECT_TRUE(parsed("0").is_int64());
}

TEST(Json, ReadsNumbersTooSmallAsZero) {
  EXPECT_EQ(parsed("1e-999").get_double(), 0.0);
  EXPECT_TRUE(std::signbit(parsed("-1e-999").get_double()));
  EXPECT_EQ(parsed("5e-324").get_double(), std::numeric_limits<double>::denorm_min());
}

TEST(Json, RefusesNumbersBeyondADouble) {
  EXPECT_NE(refused("[1e999]").message.find("range of a double"), std::string::npos);
  refused("-1e400");
  refused("1e99999999999");
  refused(std::string(400, '9'));
}

TEST(Json, WritesNonFiniteNumbersAsNull) {
  EXPECT_EQ(serializeJson({std::nan(""), HUGE_VAL, -HUGE_VAL}), "[null,null,null]");
}

TEST(Json, WritesTheShortestFormThatReadsBack) {
  EXPECT_EQ(serializeJson({0.1, 1.0, 1e21, 1e-7, 123456789012345680.0}),
            "[0.1,1,1e+21,1e-07,123456789012345680]");
}

TEST(JsonForProgram, TurnsIntegersThatJavaScriptCannotKeepIntoStrings) {
  EXPECT_EQ(parsedForProgram("9007199254740991").get_int64(), kMaxSafeInteger);
  EXPECT_EQ(parsedForProgram("9007199254740992").get_string(), "9007199254740992");
  EXPECT_EQ(parsedForProgram("-9007199254740992").get_string(), "-9007199254740992");
  EXPECT_EQ(parsedForProgram("9223372036854775808").get_string(), "9223372036854775808");
  EXPECT_EQ(parsedForProgram("18446744073709551616").get_string(), "18446744073709551616");
  const std::string huge(400, '7');
  EXPECT_EQ(parsedForProgram(huge).get_string(), huge);
}

TEST(JsonForProgram, KeepsFractionsAndExponentsAsNumbers) {
  EXPECT_EQ(parsedForProgram("1e20").get_double(), 1e20);
  EXPECT_EQ(parsedForProgram("9007199254740993.5").get_double(), 9007199254740993.5);
}

TEST(Json, NamesLineAndColumnOfAnError) {
  const Error error = refused("{\n  \"a\": 1,\n  \"b\": oops\n}");
  EXPECT_EQ(error.code, ErrorCode::invalid_json);
  EXPECT_NE(error.message.find("line 3, column 8"), std::string::npos) << error.message;
  EXPECT_NE(refused("").message.find("line 1, column 1: the text ends"), std::string::npos);
}

TEST(Json, RefusesTextAfterTheValue) {
  EXPECT_NE(refused("{} {}").message.find("column 4"), std::string::npos);
  refused("1 2");
  EXPECT_EQ(serializeJson(parsed(" [1] \n")), "[1]");
}

TEST(Json, RefusesInvalidUtf8) {
  refused("\"\xff\"");
  refused("\"\xed\xa0\x80\"");
  refused("\"\\ud800\"");
  EXPECT_EQ(parsed("\"\\ud83d\\ude00\"").get_string(), "😀");
}

TEST(Json, RefusesNestingBeyondTheLimit) {
  const std::string deep = std::string(512, '[') + std::string(512, ']');
  EXPECT_TRUE(parseJson(deep));
  EXPECT_NE(refused("[" + deep + "]").message.find("nested too deeply"), std::string::npos);
  EXPECT_TRUE(parseJson("[[]]", {.maxDepth = 2}));
  refused("[[[]]]", {.maxDepth = 2});
}

TEST(Json, RefusesTextBeyondTheByteLimit) {
  EXPECT_EQ(refused("[1, 2]", {.maxBytes = 5}).code, ErrorCode::payload_too_large);
  EXPECT_TRUE(parseJson("[1,2]", {.maxBytes = 5}));
}

TEST(Json, KeepsTheLastOfDuplicateKeys) {
  EXPECT_EQ(serializeJson(parsed(R"({"a":1,"b":2,"a":3})")), R"({"a":3,"b":2})");
}

TEST(Json, ParsesIntoTheMemoryGiven) {
  json::storage_ptr memory = json::make_shared_resource<json::monotonic_resource>();
  const auto value = parseJson(R"({"a":[1,"x"]})", {}, memory);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("a").storage().get(), memory.get());
}

TEST(Json, EscapesOnlyWhatItMust) {
  const std::string_view text("a\"b\\c\n\x01\x7f/é\0", 12);
  EXPECT_EQ(quoteJson(text), "\"a\\\"b\\\\c\\n\\u0001\x7f/é\\u0000\"");
  EXPECT_EQ(quoteJson(""), "\"\"");
}

TEST(Json, CanonicalFormIgnoresTheOrderOfKeys) {
  const auto one = parsed(R"({"b":{"y":1.0,"x":[{"d":1,"c":2}]},"a":1})");
  const auto two = parsed(R"({"a":1,"b":{"x":[{"c":2,"d":1}],"y":1}})");
  EXPECT_EQ(canonicalJson(one), canonicalJson(two));
  EXPECT_EQ(canonicalJson(one), R"({"a":1,"b":{"x":[{"c":2,"d":1}],"y":1}})");
}

TEST(Json, CanonicalFormSortsKeysByBytes) {
  EXPECT_EQ(canonicalJson(parsed(R"({"é":1,"z":2,"Z":3,"":4,"𝒳":5,"ￔ":6})")),
            R"({"":4,"Z":3,"z":2,"é":1,"ￔ":6,"𝒳":5})");
}

TEST(Json, PrettyFormIndentsByTwo) {
  EXPECT_EQ(prettyJson(parsed(R"({"a":[1,{}],"b":[]})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(Json, TypedReadsFallBackOnAbsenceAndOnOtherTypes) {
  const auto value = parsed(R"({"s":"x","i":7,"d":2.0,"h":2.5,"b":true,"o":{},"a":[]})");
  EXPECT_EQ(findString(value, "s"), "x");
  EXPECT_EQ(findString(value, "i", "none"), "none");
  EXPECT_EQ(findInteger(value, "i"), 7);
  EXPECT_EQ(findInteger(value, "d"), 2);
  EXPECT_EQ(findInteger(value, "h", -1), -1);
  EXPECT_TRUE(findBool(value, "b"));
  EXPECT_TRUE(findBool(value, "none", true));
  EXPECT_NE(findObject(value, "o"), nullptr);
  EXPECT_EQ(findObject(value, "a"), nullptr);
  EXPECT_NE(findArray(value, "a"), nullptr);
  EXPECT_EQ(find(json::value(3), "a"), nullptr);
}

TEST(Json, NamesTypesAsJsonSchemaDoes) {
  const auto all = parsed(R"([null,true,1,18446744073709551615,1.5,2.0,"",[],{}])");
  const std::vector<std::string_view> names = {"null",    "boolean", "integer", "integer", "number",
                                               "integer", "string",  "array",   "object"};
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(jsonTypeName(all.at(i)), names[i]);
}

TEST(Json, RefusesUnknownMembersAndNamesTheNearest) {
  const auto value = parsed(R"({"code":"","timeoutms":1})");
  const auto status =
      rejectUnknownMembers(value.get_object(), "arguments of execute", {"code", "timeoutMs"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::unknown_argument);
  EXPECT_EQ(status.error().message, R"(Unknown member "timeoutms" in arguments of execute.)");
  EXPECT_EQ(status.error().hint, R"(Did you mean "timeoutMs"?)");
  EXPECT_TRUE(rejectUnknownMembers(value.get_object(), "x", {"code", "timeoutms"}));
}

TEST(Json, ListsTheKnownMembersWhenNoneIsNear) {
  const auto value = parsed(R"({"zzz":1})");
  const auto status = rejectUnknownMembers(value.get_object(), "x", {"code", "timeoutMs"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().hint, "Known members: code timeoutMs.");
}

TEST(Json, PassesJsonTestSuite) {
  EXECUTOR_SKIP_WITHOUT(corpusPath("json/JSONTestSuite.tar.zst"));
  const TempDir dir;
  ASSERT_TRUE(unpackCorpus("json/JSONTestSuite.tar.zst", dir));
  int accepted = 0, refusals = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir.path())) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".json") || file.path().parent_path().filename() != "test_parsing")
      continue;
    const bool ok = parseJson(readWholeFile(file.path())).has_value();
    if (name.starts_with("y_")) EXPECT_TRUE(ok) << name;
    if (name.starts_with("n_")) EXPECT_FALSE(ok) << name;
    accepted += name.starts_with("y_");
    refusals += name.starts_with("n_");
  }
  EXPECT_GE(accepted, 90);
  EXPECT_GE(refusals, 180);
}

TEST(Json, KeepsGitHubsDocument) {
  const auto path = std::filesystem::path(EXECUTOR_SOURCE_DIR) /
                    "node_modules/@octokit/openapi/generated/api.github.com.json";
  EXECUTOR_SKIP_WITHOUT(path);
  const auto document = parsed(readWholeFile(path));
  EXPECT_EQ(parsed(serializeJson(document)), document);
}

}  // namespace
}  // namespace executor

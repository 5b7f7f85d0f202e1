// JSON from strangers, without the corpora: every way a text may miss RFC 8259, limits at their
// edge, and properties over random values. The rows are after JSONTestSuite.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/json.h"

namespace executor {
namespace {

using Texts = std::initializer_list<std::string_view>;

void expectRefused(Texts texts) {
  for (const std::string_view text : texts) {
    const auto value = parseJson(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::invalid_json) << text;
    EXPECT_NE(value.error().message.find("Invalid JSON at line "), std::string::npos);
    EXPECT_FALSE(value.error().hint.empty());
    // The program's reading refuses what the exact one refuses.
    EXPECT_FALSE(parseJsonForProgram(text)) << text;
  }
}

TEST(JsonHostile, NumbersHaveOneGrammar) {
  expectRefused({"-",    "+1",       "01",   "-01",   "1.",     ".5",   "1.e1", "1e",
                 "1e+",  "1E-",      "0x10", "1_0",   "1,0",    "--1",  "1-2",  "NaN",
                 "nan",  "Infinity", "-Inf", "1e1.5", "1.2.3",  "0e",   "0.",   "-.1",
                 "1 e5", "٣",        "½",    "2.e-3", "-0x1",   "1f",   "1n",   "0b1",
                 "00",   "-00",      "0.0.", "[1e]",  "[-foo]", "[1+2]"});
}

TEST(JsonHostile, TextsHaveNoOtherQuotesOrEscapes) {
  expectRefused({"'a'",
                 "\"a",
                 "a\"",
                 "\"\\x41\"",
                 "\"\\a\"",
                 "\"\\0\"",
                 "\"\\u12\"",
                 "\"\\u12G4\"",
                 "\"\\U0041\"",
                 "\"\\\"",
                 "\"\n\"",
                 "\"\t\"",
                 "\"\x01\"",
                 "\"\x1f\"",
                 "`a`",
                 "\"a\"\"b\"",
                 "\"\\u\"",
                 "\"\\ud800\"",
                 "\"\\udc00\"",
                 "\"\\ud800\\u0041\"",
                 "\"\\ud800\\ud800\"",
                 "\"\\uD83D\\n\""});
}

TEST(JsonHostile, ContainersHaveNoTrailingOrDoubledCommas) {
  expectRefused({"[1,]",       "[,1]",       "[1,,2]",     "[,]",
                 "[1 2]",      "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}",
                 "{\"a\":}",   "{\"a\"}",    "{:1}",       "{a:1}",
                 "{1:1}",      "{'a':1}",    "{null:1}",   "{\"a\":1 \"b\":2}",
                 "{\"a\"::1}", "[1}",        "{\"a\":1]",  "[",
                 "{",          "]",          "}",          "[[]",
                 "[1]]",       "{\"a\":{}",  "[\"a\":1]"});
}

TEST(JsonHostile, ExtensionsOfOtherReadersAreRefused) {
  expectRefused({"// c\n1", "/* c */1", "1 // c", "#1",    "{\"a\":1;}",
                 "True",    "TRUE",     "nul",    "nulll", "undefined",
                 "tru",     "falsee",   "(1)",    "[1]x",  "\xef\xbb\xbf{}",
                 "",        " ",        "\n",     "\f1",   "\v1",
                 "\2401",   "<1>",      "{}{}",   "1 2",   "[] []"});
}

TEST(JsonHostile, NulBytesEndNothing) {
  const std::string after("1\0", 2), before("\0001", 2), inside("\"a\0b\"", 5);
  for (const std::string& text : {after, before, inside}) EXPECT_FALSE(parseJson(text));
  EXPECT_EQ(parseJson("\"a\\u0000b\"")->get_string().size(), 3u);
}

// RFC 3629, as keys and as values: whoever passes these on would pass on broken text.
TEST(JsonHostile, IllFormedUtf8IsRefusedInKeysAndValues) {
  for (const std::string bad :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe",
        "\xff", "\xe2\x82", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(parseJson("\"" + bad + "\"")) << testing::PrintToString(bad);
    EXPECT_FALSE(parseJson("{\"" + bad + "\":1}")) << testing::PrintToString(bad);
  }
}

TEST(JsonHostile, WhitespaceIsTheFourOfTheRfc) {
  EXPECT_EQ(serializeJson(*parseJson(" \t\r\n{ \t\"a\"\r:\n[ 1 , 2 ] } ")), R"({"a":[1,2]})");
  expectRefused({"[\f1]", "[\v1]",
                 "[\xc2\xa0"
                 "1]",
                 "[\xe2\x80\xa8"
                 "1]"});
}

struct Place {
  std::string_view text;
  std::string_view at;
};

TEST(JsonHostile, ErrorsPointAtTheByte) {
  for (const auto& [text, at] : std::initializer_list<Place>{
           {"x", "line 1, column 1:"},
           {"[1,x]", "line 1, column 4:"},
           {"[\n1,\nx]", "line 3, column 1:"},
           {"{\"a\":tru}", "line 1, column 6:"},
           {"[1] x", "line 1, column 5:"},
           {"\n\n\n", "line 4, column 1:"},
           {"[1", "line 1, column 3:"},
           {"[\r\n x]", "line 2, column 2:"},
       }) {
    const auto value = parseJson(text);
    ASSERT_FALSE(value) << text;
    EXPECT_NE(value.error().message.find(at), std::string::npos) << value.error().message;
  }
}

// What was sent may hold a secret, and the message goes back to whoever sent it, and to the log.
TEST(JsonHostile, ErrorsRepeatNothingOfTheText) {
  const auto value = parseJson(R"({"token":"canary-secret", oops})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message.find("canary"), std::string::npos);
  EXPECT_EQ(value.error().detail.find("canary"), std::string::npos);
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(JsonHostile, DepthCountsArraysAndObjectsAlike) {
  for (const std::size_t limit : {1u, 2u, 17u, 512u}) {
    const JsonLimits limits{.maxDepth = limit};
    EXPECT_TRUE(parseJson(nested(limit, "[", "]"), limits)) << limit;
    EXPECT_FALSE(parseJson(nested(limit + 1, "[", "]"), limits)) << limit;
    EXPECT_TRUE(parseJson(nested(limit, "{\"a\":", "}"), limits)) << limit;
    EXPECT_FALSE(parseJson(nested(limit + 1, "{\"a\":", "}"), limits)) << limit;
  }
}

// A hundred thousand brackets cost no stack: refused at the limit, before any recursion of ours.
TEST(JsonHostile, ManyOpenBracketsAreRefusedEarly) {
  EXPECT_FALSE(parseJson(std::string(100'000, '[')));
  EXPECT_FALSE(parseJson(nested(100'000, "{\"a\":[", "]}")));
  EXPECT_FALSE(parseJsonForProgram(std::string(100'000, '[')));
}

TEST(JsonHostile, TheByteLimitIsExactAndSaysBothSizes) {
  const std::string text = "\"" + std::string(98, 'x') + "\"";
  EXPECT_TRUE(parseJson(text, {.maxBytes = 100}));
  const auto refused = parseJson(text, {.maxBytes = 99});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::payload_too_large);
  EXPECT_NE(refused.error().message.find("has 100 bytes; at most 99"), std::string::npos);
  EXPECT_EQ(parseJsonForProgram(text, {.maxBytes = 99}).error().code, ErrorCode::payload_too_large);
}

// Names that are dangerous to JavaScript objects are members like any other here.
TEST(JsonHostile, NamesOfJavaScriptAreOrdinaryKeys) {
  const std::string text =
      R"({"__proto__":1,"constructor":2,"toString":3,"":4,"hasOwnProperty":5,"\u0000":6})";
  EXPECT_EQ(serializeJson(*parseJson(text)), text);
}

struct Written {
  std::string_view read;
  std::string_view written;
};

TEST(JsonHostile, NumbersAreWrittenAsShortAsTheyReadBack) {
  for (const auto& [read, written] : std::initializer_list<Written>{
           {"1.0", "1"},
           {"-0.0", "-0"},
           {"1e2", "100"},
           {"1E+2", "100"},
           {"0.1e1", "1"},
           {"1.7976931348623157e308", "1.7976931348623157e+308"},
           {"4.9406564584124654e-324", "5e-324"},
           {"2.2250738585072014e-308", "2.2250738585072014e-308"},
           {"0.30000000000000004", "0.30000000000000004"},
           {"9007199254740991", "9007199254740991"},
           {"-9007199254740993", "-9007199254740993"},
           {"123456789.125", "123456789.125"},
       }) {
    EXPECT_EQ(serializeJson(*parseJson(read)), written) << read;
  }
}

json::value randomValue(std::mt19937_64& random, int depth);

json::string randomText(std::mt19937_64& random) {
  constexpr std::string_view pieces[] = {"a",    "\"", "\\", "/",  "\b",           "\n", "\x01",
                                         "\x7f", "é",  "€",  "😀", "\xe2\x80\xa8", " ",  "<"};
  json::string text;
  for (auto n = random() % 6; n > 0; --n) text.append(pieces[random() % std::size(pieces)]);
  return text;
}

json::value randomContainer(std::mt19937_64& random, int depth) {
  if (random() % 2 == 0) {
    json::array array;
    for (auto n = random() % 5; n > 0; --n) array.push_back(randomValue(random, depth - 1));
    return array;
  }
  json::object object;
  for (auto n = random() % 5; n > 0; --n)
    object[randomText(random)] = randomValue(random, depth - 1);
  return object;
}

json::value randomValue(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 9 : 6)) {
    case 0: return nullptr;
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(random());
    case 3: return random();
    case 4: return static_cast<double>(random() % 1'000'000) / 64 + 0.25;
    case 5: return randomText(random);
    default: return randomContainer(random, depth);
  }
}

// The three forms differ in blanks and order only.
TEST(JsonHostile, EveryFormReadsBackAsTheSameValue) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 3'000; ++i) {
    const json::value value = randomValue(random, 5);
    const std::string compact = serializeJson(value);
    ASSERT_EQ(serializeJson(*parseJson(compact)), compact);
    ASSERT_EQ(*parseJson(prettyJson(value)), *parseJson(compact));
    ASSERT_EQ(*parseJson(canonicalJson(value)), *parseJson(compact));
  }
}

json::value shuffled(const json::value& value, std::mt19937_64& random) {
  if (value.is_array()) {
    json::array array;
    for (const auto& item : value.get_array()) array.push_back(shuffled(item, random));
    return array;
  }
  if (!value.is_object()) return value;
  std::map<std::uint64_t, const json::key_value_pair*> order;
  for (const auto& member : value.get_object()) order[random()] = &member;
  json::object object;
  for (const auto& [at, member] : order) object[member->key()] = shuffled(member->value(), random);
  return object;
}

// Approvals are bound to the hash of their input (D1): an agent must not get a second one by
// sending the same input in another order, nor lose one.
TEST(JsonHostile, CanonicalFormIsBlindToOrderAtEveryDepth) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 2'000; ++i) {
    const json::value value = randomValue(random, 5);
    const std::string canonical = canonicalJson(value);
    ASSERT_EQ(canonicalJson(shuffled(value, random)), canonical);
    ASSERT_EQ(canonicalJson(*parseJson(canonical)), canonical);
  }
}

TEST(JsonHostile, EveryPrefixOfAContainerIsRefused) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 200; ++i) {
    const std::string text = serializeJson(json::array{randomValue(random, 3)});
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      ASSERT_FALSE(parseJson(std::string_view(text).substr(0, cut))) << text << " at " << cut;
    }
  }
}

// One changed byte is read or refused with a place; never anything else.
TEST(JsonHostile, RandomDamageIsReadOrRefused) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 5'000; ++i) {
    std::string text = serializeJson(randomValue(random, 4));
    text[random() % text.size()] = static_cast<char>(random());
    const auto value = parseJson(text);
    if (!value) {
      ASSERT_EQ(value.error().code, ErrorCode::invalid_json);
    } else {
      ASSERT_TRUE(parseJson(serializeJson(*value))) << text;
    }
  }
}

TEST(JsonHostile, TypedReadsNeverConvert) {
  const json::value value = *parseJson(
      R"({"t":"1","n":1,"b":true,"z":null,"a":[1],"o":{"x":1},"f":1.5,"h":9007199254740993.0,
          "u":18446744073709551615})");
  for (const std::string_view key : {"t", "b", "z", "a", "o", "f", "h", "u", "absent"}) {
    EXPECT_EQ(findInteger(value, key, -7), -7) << key;
  }
  for (const std::string_view key : {"n", "b", "z", "a", "o", "f", "absent"}) {
    EXPECT_EQ(findString(value, key, "fallback"), "fallback") << key;
  }
  for (const std::string_view key : {"t", "n", "z", "a", "o", "absent"}) {
    EXPECT_TRUE(findBool(value, key, true)) << key;
    EXPECT_FALSE(findBool(value, key, false)) << key;
  }
  for (const std::string_view key : {"t", "n", "b", "z", "absent"}) {
    EXPECT_EQ(findArray(value, key), nullptr) << key;
    EXPECT_EQ(findObject(value, key), nullptr) << key;
  }
}

TEST(JsonHostile, AnUnknownMemberIsShownQuotedAndCut) {
  const json::object object{{std::string(1'000, 'x') + "\"\n", 1}};
  const Status status = rejectUnknownMembers(object, "the request", {"id"});
  ASSERT_FALSE(status);
  EXPECT_LT(status.error().message.size(), 200u);
  EXPECT_EQ(status.error().message.find('\n'), std::string::npos);
  EXPECT_TRUE(rejectUnknownMembers({}, "the request", {"id"}));
  EXPECT_FALSE(rejectUnknownMembers(object, "the request", {}));
}

}  // namespace
}  // namespace executor

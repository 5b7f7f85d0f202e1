// YAML from strangers: what other readers take for something else, what must be refused, and what
// random damage may do. The suites of the corpora are not always there; these rows always are.
#include <gtest/gtest.h>

#include <random>

#include "base/yaml.h"

namespace executor {
namespace {

struct Reading {
  std::string_view yaml;
  std::string_view json;
};

void expectReadings(std::initializer_list<Reading> readings) {
  for (const auto& [yaml, json] : readings) {
    const auto value = parseYaml(yaml);
    ASSERT_TRUE(value) << yaml << "\n" << value.error().message;
    EXPECT_EQ(serializeJson(*value), json) << yaml;
  }
}

struct Refusal {
  std::string_view yaml;
  std::string_view cause;
};

void expectRefusals(ErrorCode code, std::initializer_list<Refusal> refusals) {
  for (const auto& [yaml, cause] : refusals) {
    const auto value = parseYaml(yaml);
    ASSERT_FALSE(value) << yaml;
    EXPECT_EQ(value.error().code, code) << yaml;
    EXPECT_NE(value.error().message.find(cause), std::string::npos) << value.error().message;
  }
}

// YAML 1.1 made a boolean of a country, an integer of a time and a date of a version.
TEST(YamlHostile, NothingOfYaml11Remains) {
  expectReadings({
      {"[no, NO, n, off, yes, on, y]", R"(["no","NO","n","off","yes","on","y"])"},
      {"time: 12:30:45", R"({"time":"12:30:45"})"},
      {"port: 22:22", R"({"port":"22:22"})"},
      {"date: 2001-12-14", R"({"date":"2001-12-14"})"},
      {"octal: 0777", R"({"octal":777})"},
      {"binary: 0b1010", R"({"binary":"0b1010"})"},
      {"grouped: 1_000_000", R"({"grouped":"1_000_000"})"},
      {"version: 1.10", R"({"version":1.1})"},
      {"version: '1.10'", R"({"version":"1.10"})"},
      {"value: =", R"({"value":"="})"},
      {"sexagesimal: 190:20:30.15", R"({"sexagesimal":"190:20:30.15"})"},
      {"infinity: -.inf", R"({"infinity":"-.inf"})"},
  });
}

TEST(YamlHostile, BlockScalarsKeepAndDropTheirLineBreaksAsMarked) {
  expectReadings({
      {"|\n a\n\n b\n", R"("a\n\nb\n")"},
      {"|-\n a\n\n", R"("a")"},
      {"|+\n a\n\n", R"("a\n\n")"},
      {">\n a\n b\n\n c\n", R"("a b\nc\n")"},
      {">-\n a\n\n\n b\n", R"("a\n\nb")"},
      {"|2\n   a\n  b\n", R"(" a\nb\n")"},
      {"k: |\n  # no comment\n", R"({"k":"# no comment\n"})"},
      {"k: |\n  {a: 1}\n", R"({"k":"{a: 1}\n"})"},
  });
}

TEST(YamlHostile, QuotedTextKeepsItsEscapes) {
  expectReadings({
      {R"("\x41\u00e9\U0001F600")", R"("Aé😀")"},
      {R"("\0\a\b\t\n\v\f\r\e")", R"("\u0000\u0007\b\t\n\u000b\f\r\u001b")"},
      {R"("\/\"\\")", R"("/\"\\")"},
      {"'it''s'", R"("it's")"},
      {R"('\n')", R"("\\n")"},
      {"\"a\n b\"", R"("a b")"},
      {"\"a\\\n  b\"", R"("ab")"},
      {"\"\"", R"("")"},
  });
}

TEST(YamlHostile, IndicatorsInsideWordsAreText) {
  expectReadings({
      {"url: http://h/p#frag", R"({"url":"http://h/p#frag"})"},
      {"- a:b", R"(["a:b"])"},
      {"- -a", R"(["-a"])"},
      {"- a # c", R"(["a"])"},
      {"- ?a", R"(["?a"])"},
      {"- 'a: b'", R"(["a: b"])"},
      {"{a: b:c}", R"({"a":"b:c"})"},
      {"path: /pets/{id}", R"({"path":"/pets/{id}"})"},
  });
}

TEST(YamlHostile, EmptyPlacesAreNull) {
  expectReadings({
      {"a:", R"({"a":null})"},
      {"- \n- ", R"([null,null])"},
      {"{a: , b}", R"({"a":null,"b":null})"},
      {"? a", R"({"a":null})"},
      {"[]", "[]"},
      {"{}", "{}"},
  });
}

TEST(YamlHostile, BrokenDocumentsAreRefusedWithAPlace) {
  expectRefusals(ErrorCode::invalid_document, {
                                                  {"[a, b", "did not find expected ',' or ']'"},
                                                  {"{a: 1", "did not find expected ',' or '}'"},
                                                  {"a: 'x", "line 1"},
                                                  {"a: \"x", "line 1"},
                                                  {"a: b\n c: d", "line 2"},
                                                  {"- a\nb: c", "line 2"},
                                                  {"a: \"\\q\"", "line 1"},
                                                  {"a: \"\\ud800\"", "line 1"},
                                                  {"a: @x", "line 1"},
                                                  {"a: `x", "line 1"},
                                                  {"%YAML 3.0\n---\na", "line 1"},
                                                  {"a: &", "line 1"},
                                                  {"a: *", "line 1"},
                                                  {"a: *b", "is not known"},
                                                  {"!u!x a", "line 1"},
                                                  {"\x01", "line 1"},
                                                  {"a: \x7f", "line 1"},
                                                  {"a: \xc3", "line 1"},
                                              });
}

TEST(YamlHostile, TwoReadingsOfOneDocumentAreRefused) {
  expectRefusals(ErrorCode::invalid_document, {
                                                  {"{a: 1, a: 2}", "occurs twice"},
                                                  {"a: 1\n\"a\": 2", "occurs twice"},
                                                  {"1: x\n'1': y", "occurs twice"},
                                                  {"&k a: 1\n*k : 2", "occurs twice"},
                                                  {"a: 1\n---\nb: 2", "a second document"},
                                                  {"--- a\n--- b", "a second document"},
                                                  {"? [a]\n: 1", "cannot be a key"},
                                                  {"? {a: b}\n: 1", "cannot be a key"},
                                                  {"<<: 1", "merges mappings only"},
                                                  {"<<: [{a: 1}, 2]", "merges mappings only"},
                                              });
}

std::string nested(std::size_t depth, std::string_view inside) {
  return std::string(depth, '[') + std::string(inside) + std::string(depth, ']');
}

// Each anchor is as deep as allowed and holds the one before: without counting what an alias
// brings, the value would nest as deep as the budget of copies allows.
TEST(YamlHostile, AliasesCannotNestBeyondTheLimit) {
  const YamlLimits limits{.maxDepth = 20};
  const std::string first = "- &a " + nested(9, "1") + "\n";
  EXPECT_TRUE(parseYaml(first + "- " + nested(10, "*a") + "\n", limits));
  const auto deep = parseYaml(first + "- " + nested(11, "*a") + "\n", limits);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::document_too_complex);
  EXPECT_NE(deep.error().message.find("line 2"), std::string::npos) << deep.error().message;
}

TEST(YamlHostile, AChainOfAnchorsIsAsDeepAsItsSum) {
  std::string chain = "- &a0 [1]\n";
  for (int i = 1; i < 300; ++i) {
    chain += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(parseYaml(chain).error().code, ErrorCode::document_too_complex);
  std::string maps = "m0: &m0 {k: 1}\n";
  for (int i = 1; i < 300; ++i) {
    maps += "m" + std::to_string(i) + ": &m" + std::to_string(i) + " {k: *m" +
            std::to_string(i - 1) + "}\n";
  }
  EXPECT_EQ(parseYaml(maps).error().code, ErrorCode::document_too_complex);
}

TEST(YamlHostile, FlatAliasesAreNotDeep) {
  std::string many = "- &a [x]\n";
  for (int i = 0; i < 1'000; ++i) many += "- *a\n";
  EXPECT_TRUE(parseYaml(many, {.maxDepth = 2}));
}

// A merged mapping vanishes into its place; what it held is as deep as before.
TEST(YamlHostile, MergesInheritTheDepthOfWhatTheyMerge) {
  const std::string base = "- &a {k: " + nested(8, "1") + "}\n";
  EXPECT_TRUE(parseYaml(base + "- <<: *a\n", {.maxDepth = 12}));
  const std::string deeper = base + "- &b {<<: *a}\n- " + nested(4, "*b") + "\n";
  EXPECT_EQ(parseYaml(deeper, {.maxDepth = 12}).error().code, ErrorCode::document_too_complex);
}

TEST(YamlHostile, TheBudgetOfCopiesIsExact) {
  // One anchor (charged once when it is kept) and one alias of a text of 100 bytes.
  const std::string text = "- &a " + std::string(100, 'x') + "\n- *a\n";
  const std::size_t cost = 2 * (kYamlNodeWeight + 100);
  EXPECT_TRUE(parseYaml(text, {.maxCopiedBytes = cost}));
  EXPECT_EQ(parseYaml(text, {.maxCopiedBytes = cost - 1}).error().code,
            ErrorCode::document_too_complex);
}

// A random JSON value within the depth.
json::value randomValue(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(random()) - (1ll << 31);
    case 3: return static_cast<double>(random()) / 1024 + 0.5;
    case 4:
    case 5: {
      constexpr std::string_view pieces[] = {"yes", "1", ":",  " #", "\n",
                                             "é",   "'", "\\", "<<", "-"};
      std::string text;
      for (auto n = random() % 5; n > 0; --n) text += pieces[random() % std::size(pieces)];
      return json::value(json::string_view(text));
    }
    case 6: {
      json::array array;
      for (auto n = random() % 4; n > 0; --n) array.push_back(randomValue(random, depth - 1));
      return array;
    }
    default: {
      json::object object;
      for (auto n = random() % 4; n > 0; --n) {
        object["k" + std::to_string(random() % 100)] = randomValue(random, depth - 1);
      }
      return object;
    }
  }
}

// JSON is YAML: whoever sends an OpenAPI document in JSON to the YAML reader gets the same value.
TEST(YamlHostile, JsonReadsAsItself) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    const std::string text = serializeJson(json::array{randomValue(random, 4)});
    const auto value = parseYaml(text);
    ASSERT_TRUE(value) << text << "\n" << value.error().message;
    ASSERT_EQ(serializeJson(*value), text);
  }
}

// Cut anywhere and with any byte changed, a document is read or refused; nothing else happens, and
// whatever is read can be written as JSON and read again.
TEST(YamlHostile, RandomDamageIsReadOrRefused) {
  const std::string sound =
      "openapi: '3.0.0'\ninfo: &i {title: \"a\\u00e9\", version: 1.0}\npaths:\n  /pets/{id}:\n"
      "    get: {<<: *i, tags: [x, ~, true], description: |\n      text\n  }\n";
  std::mt19937 random(11);
  for (int i = 0; i < 5'000; ++i) {
    std::string text = sound.substr(0, random() % (sound.size() + 1));
    for (auto n = random() % 4; n > 0 && !text.empty(); --n) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    const auto value = parseYaml(text);
    if (value) {
      ASSERT_TRUE(parseJson(serializeJson(*value))) << text;
    } else {
      ASSERT_EQ(value.error().code, ErrorCode::invalid_document) << text;
      ASSERT_NE(value.error().message.find("at line "), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace executor

#include "source/schema-check.h"

#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"
#include "source/tool-set-builder.h"

namespace executor::source {
namespace {

using openapi::compiledSchema;

// "ok <value as sent>" or "<kind> <pointer> <expected>/<found>".
std::string checked(const ToolSet& set, std::uint32_t schema, std::string_view text) {
  static constexpr std::array<std::string_view, 5> kKinds = {"type", "value", "missing", "unknown",
                                                             "value"};
  json::value value = parseJson(text).value();
  SchemaCheck check(set, countNodes(value));
  if (check.fits(value, schema)) return "ok " + serializeJson(value);
  const Mismatch& why = check.mismatch();
  return std::string(kKinds[static_cast<int>(why.kind)]) + " " + why.pointer + " " + why.expected +
         "/" + why.found;
}

struct Row {
  std::string_view schema, value, outcome;
};

void expectRows(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto one = compiledSchema(row.schema);
    EXPECT_EQ(checked(*one.set, one.view.index, row.value), row.outcome)
        << row.schema << " " << row.value;
  }
}

TEST(SchemaCheck, EveryTypeTakesItsOwnValuesOnly) {
  expectRows({{"{type: 'null'}", "null", "ok null"},
              {"{type: 'null'}", "0", "type  null/integer"},
              {"{type: boolean}", "false", "ok false"},
              {"{type: boolean}", R"("true")", "type  boolean/string"},
              {"{type: integer}", "-3", "ok -3"},
              {"{type: integer}", "3.5", "type  integer/number"},
              {"{type: integer}", "null", "type  integer/null"},
              {"{type: number}", "3", "ok 3"},
              {"{type: number}", "3.5", "ok 3.5"},
              {"{type: number}", R"("3.5")", "type  number/string"},
              {"{type: string}", R"("")", R"(ok "")"},
              {"{type: string}", "{}", "type  string/object"},
              {"{type: array}", "[]", "ok []"},
              {"{type: array}", "{}", "type  array/object"},
              {"{type: object}", "{}", "ok {}"},
              {"{type: object}", "[]", "type  object/array"},
              {"{type: [string, integer]}", "true", "type  string or integer/boolean"},
              {"{}", "[{}]", "ok [{}]"},
              {"true", "1", "ok 1"},
              {"false", "1", "value  nothing/1"}});
}

// D22: exact integers beyond 2^53-1 come as decimal text; smaller ones in quotes are a mistake.
TEST(SchemaCheck, IntegersBeyondJavaScriptsComeAsText) {
  expectRows({{"{type: integer}", R"("9007199254740991")", "type  integer/string"},
              {"{type: integer}", R"("9007199254740992")", "ok 9007199254740992"},
              {"{type: integer}", R"("-9007199254740991")", "type  integer/string"},
              {"{type: integer}", R"("-9007199254740992")", "ok -9007199254740992"},
              {"{type: integer}", R"("9223372036854775807")", "ok 9223372036854775807"},
              {"{type: integer}", R"("9223372036854775808")", "ok 9223372036854775808"},
              {"{type: integer}", R"("-9223372036854775808")", "ok -9223372036854775808"},
              {"{type: integer}", R"("-9223372036854775809")", "type  integer/string"},
              {"{type: integer}", R"("18446744073709551616")", "type  integer/string"},
              {"{type: number}", R"("9007199254740993")", "ok 9007199254740993"},
              {"{type: integer}", R"(" 9007199254740993")", "type  integer/string"},
              {"{type: integer}", R"("+9007199254740993")", "type  integer/string"},
              {"{type: integer}", R"("9007199254740993n")", "type  integer/string"},
              {"{type: [integer, string]}", R"("9007199254740993")", R"(ok "9007199254740993")"}});
}

TEST(SchemaCheck, AWholeDoubleIsSentAsAnInteger) {
  expectRows({{"{type: integer}", "5.0", "ok 5"},
              {"{type: integer}", "-0.0", "ok 0"},
              {"{type: integer}", "1e3", "ok 1000"},
              {"{type: integer}", "9007199254740991.0", "ok 9007199254740991"},
              {"{type: integer}", "1e300", "type  integer/number"},
              {"{type: number}", "5.0", "ok 5"}});
}

TEST(SchemaCheck, EnumAndConstCompareByValue) {
  expectRows({{"{enum: [a, b]}", R"("b")", R"(ok "b")"},
              {"{enum: [a, b]}", R"("c")", R"(value  one of "a", "b"/"c")"},
              {"{enum: [1, 2]}", "1.0", "ok 1"},
              {"{enum: [{a: 1}]}", R"({"a":1})", R"(ok {"a":1})"},
              {"{enum: [null]}", "null", "ok null"},
              {"{enum: []}", "1", "value  one of /1"},
              {"{const: 5}", "5", "ok 5"},
              {"{const: 5}", "6", "value  5/6"},
              {"{const: null}", "0", "value  null/0"},
              {"{const: [1, 2]}", "[2,1]", "value  [1,2]/[2,1]"}});
}

TEST(SchemaCheck, LongListsAndValuesAreCutInTheMessage) {
  const auto many = compiledSchema("{enum: [1,2,3,4,5,6,7,8,9,10,11,12,13,14]}");
  EXPECT_EQ(checked(*many.set, many.view.index, "0"),
            "value  one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2 more/0");
  const auto twelve = compiledSchema("{enum: [1,2,3,4,5,6,7,8,9,10,11,12]}");
  EXPECT_EQ(checked(*twelve.set, twelve.view.index, "0"),
            "value  one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12/0");
  EXPECT_LT(checked(*many.set, many.view.index, "\"" + std::string(5000, 'x') + "\"").size(), 200u);
}

TEST(SchemaCheck, ObjectsAreCheckedByTheirKeys) {
  constexpr std::string_view kClosed =
      "{type: object, additionalProperties: false, required: [a], properties: {a: {type: string}, "
      "count: {type: integer}}}";
  expectRows({{kClosed, R"({"a":"x"})", R"(ok {"a":"x"})"},
              {kClosed, R"({"count":1})", "missing a string/"},
              {kClosed, R"({"a":"x","cuont":1})", "unknown cuont count/"},
              {kClosed, R"({"a":"x","zzzzzzzz":1})", "unknown zzzzzzzz /"},
              {kClosed, R"({"a":1})", "type a string/integer"},
              {"{required: [z]}", "{}", "missing z a value/"},
              {"{required: [z]}", "[]", "ok []"},
              {"{properties: {a: {type: string}}}", R"({"b":1})", R"(ok {"b":1})"},
              {"{additionalProperties: {type: string}}", R"({"b":1})", "type b string/integer"},
              {"{additionalProperties: false, patternProperties: {'^x-': {}}}", R"({"x-a":1})",
               R"(ok {"x-a":1})"},
              {"{additionalProperties: {type: string}, patternProperties: {'^x': {}}}",
               R"({"x":1})", R"(ok {"x":1})"}});
}

// OpenAPI: a read-only property "MUST NOT be sent as part of the request"; required counts for
// responses only.
TEST(SchemaCheck, AReadOnlyPropertyIsNotMissed) {
  constexpr std::string_view kBoth =
      "{required: [id, n], properties: {id: {readOnly: true}, n: {type: string}}}";
  expectRows(
      {{kBoth, R"({"n":"x"})", R"(ok {"n":"x"})"}, {kBoth, R"({"id":1})", "missing n string/"}});
}

TEST(SchemaCheck, ArraysAreCheckedByTheirItems) {
  expectRows(
      {{"{items: {type: integer}}", "[1,2]", "ok [1,2]"},
       {"{items: {type: integer}}", R"([1,"2"])", "type [1] integer/string"},
       {"{items: {items: {type: integer}}}", "[[1],[2,true]]", "type [1][1] integer/boolean"},
       {"{items: {properties: {a: {type: string}}}}", R"([{"a":1}])", "type [0].a string/integer"},
       {"{prefixItems: [{type: string}], items: {type: integer}}", R"(["a",1])", R"(ok ["a",1])"},
       {"{prefixItems: [{type: string}], items: {type: integer}}", R"(["a","b"])",
        "type [1] integer/string"},
       {"{prefixItems: [{type: string}], items: false}", R"(["a",1])", "value [1] nothing/1"},
       {"{items: {type: integer}}", R"(["9007199254740993"])", "ok [9007199254740993]"}});
}

TEST(SchemaCheck, CombinersTakeWhatTheirPartsTake) {
  constexpr std::string_view kPets =
      "{oneOf: [{type: object, required: [bark], properties: {bark: {type: string}}}, {type: "
      "object, required: [meow], properties: {meow: {type: string}}}]}";
  expectRows(
      {{"{allOf: [{type: object}, {required: [a]}]}", R"({"a":1})", R"(ok {"a":1})"},
       {"{allOf: [{type: object}, {required: [a]}]}", "{}", "missing a a value/"},
       {"{anyOf: [{type: string}, {type: integer}]}", "1", "ok 1"},
       {"{anyOf: [{type: string}, {type: integer}]}", "true", "type  string or integer/boolean"},
       {"{anyOf: [{type: string}, {type: string}]}", "true", "type  string/boolean"},
       {kPets, R"({"meow":"x"})", R"(ok {"meow":"x"})"},
       {kPets, R"({"meow":5})", "type meow string/integer"},
       {"{oneOf: [{type: integer}, {const: x}]}", R"("y")", R"(value  "x"/"y")"},
       {"{anyOf: [{type: integer}, {type: 'null'}]}", R"("9007199254740993")",
        "ok 9007199254740993"}});
}

// A variant that fails half-way must leave nothing of its changes behind.
// The agent meant the variant it came closest to; to be told of another one would mislead it.
TEST(SchemaCheck, TheVariantThatGotFurthestExplains) {
  constexpr std::string_view kKinds =
      "{oneOf: [{required: [kind, size], properties: {kind: {const: a}, size: {type: integer}}}, "
      "{required: [kind], properties: {kind: {const: b}, deep: {type: object, properties: {x: "
      "{type: string}}}}}]}";
  expectRows(
      {{kKinds, R"({"kind":"a","size":"big"})", "type size integer/string"},
       {kKinds, R"({"kind":"b","deep":{"x":1}})", "type deep.x string/integer"},
       {kKinds, R"({"kind":"b","deep":{"x":"1"}})", R"(ok {"kind":"b","deep":{"x":"1"}})"},
       {kKinds, R"({"kind":"a"})", "missing size integer/"},
       {"{anyOf: [{type: object, required: [a]}, {type: string}]}", "{}", "missing a a value/"},
       {"{oneOf: [{properties: {ab: {type: string}}}, {required: [longer_name]}]}", R"({"ab":5})",
        "type ab string/integer"},
       {"{anyOf: [{type: array, items: {anyOf: [{type: string}, {type: integer}]}}]}", "[true]",
        "type [0] string or integer/boolean"}});
}

TEST(SchemaCheck, AFailedVariantChangesNothing) {
  expectRows(
      {{"{anyOf: [{properties: {a: {type: integer}, b: {type: integer}}}, {properties: {b: "
        "{type: string}}}]}",
        R"({"a":5.0,"b":"x"})", R"(ok {"a":5,"b":"x"})"}});
}

TEST(SchemaCheck, AMissingSchemaTakesAnything) {
  const auto one = compiledSchema("{}");
  EXPECT_EQ(checked(*one.set, kNoSchema, "[1]"), "ok [1]");
}

TEST(SchemaCheck, OneCheckCanBeUsedForSeveralValues) {
  const auto one = compiledSchema("{type: string}");
  SchemaCheck check(*one.set, 2);
  json::value bad = 1, good = "x";
  EXPECT_FALSE(check.fits(bad, one.view.index));
  EXPECT_TRUE(check.fits(good, one.view.index));
  EXPECT_EQ(check.mismatch().expected, "");
}

TEST(SchemaCheck, TypesAreNamedForPeople) {
  EXPECT_EQ(typeNames(0), "anything");
  EXPECT_EQ(typeNames(kTypeString), "string");
  EXPECT_EQ(typeNames(kTypeInteger | kTypeNull), "integer or null");
}

TEST(SchemaCheck, CountsEveryValueOnce) {
  const std::vector<std::pair<std::string_view, std::size_t>> rows = {
      {"1", 1}, {"[]", 1}, {"[1,2]", 3}, {R"({"a":{"b":[1]}})", 4}, {"null", 1}};
  for (const auto& [text, nodes] : rows)
    EXPECT_EQ(countNodes(parseJson(text).value()), nodes) << text;
}

// ---- hostile documents: the check runs on the server's one loop thread

std::shared_ptr<const ToolSet> opened(ToolSetBuilder& builder) {
  return ToolSet::fromBytes(builder.finish()).value();
}

// Each link of the chain is a stack frame; 200,000 of them were a crash of the server.
TEST(SchemaCheck, AChainOfReferencesCannotExhaustTheStack) {
  ToolSetBuilder builder;
  std::uint32_t last = builder.addSchema({.types = kTypeString});
  for (int i = 0; i < 200'000; ++i) {
    const std::array<std::uint32_t, 1> next = {last};
    last = builder.addSchema(
        {.description = builder.text(std::to_string(i)), .allOf = builder.list(next)});
  }
  const auto set = opened(builder);
  json::value value = 5;
  SchemaCheck check(*set, 1'000'000);
  EXPECT_TRUE(check.fits(value, last));
}

std::uint32_t allOfChain(ToolSetBuilder& builder, unsigned links) {
  std::uint32_t last = builder.addSchema({.types = kTypeString});
  for (unsigned i = 0; i < links; ++i) {
    const std::array<std::uint32_t, 1> next = {last};
    last = builder.addSchema({.allOf = builder.list(next)});
  }
  return last;
}

TEST(SchemaCheck, ChecksUpToItsDepthAndTakesTheRestAsItIs) {
  ToolSetBuilder builder;
  const auto within = allOfChain(builder, kMaxCheckDepth - 1);
  const auto beyond = allOfChain(builder, kMaxCheckDepth);
  const auto set = opened(builder);
  EXPECT_EQ(checked(*set, within, "5"), "type  string/integer");
  EXPECT_EQ(checked(*set, beyond, "5"), "ok 5");
}

// Eight levels of eight parts each would be 8^8 looks for one unknown key.
TEST(SchemaCheck, LookingForAnUnknownKeyIsBounded) {
  ToolSetBuilder builder;
  std::uint32_t last = builder.addSchema({.types = kTypeObject, .flags = kSchemaClosed});
  for (int level = 0; level < 9; ++level) {
    const std::vector<std::uint32_t> parts(64, last);
    last = builder.addSchema({.allOf = builder.list(parts), .flags = kSchemaClosed});
  }
  const auto set = opened(builder);
  json::value value = json::object{{"x", 1}};
  SchemaCheck check(*set, 2);
  check.fits(value, last);
  EXPECT_EQ(serializeJson(value), R"({"x":1})");
}

// A list of a megabyte is parsed a few times, not once for each of a thousand items.
TEST(SchemaCheck, ALargeEnumCountsForWhatItCosts) {
  ToolSetBuilder builder;
  json::array values;
  for (int i = 0; i < 100'000; ++i) values.emplace_back(i);
  const auto item = builder.addSchema({.enumJson = builder.text(serializeJson(values))});
  const auto list = builder.addSchema({.items = item, .types = kTypeArray});
  const auto set = opened(builder);
  EXPECT_EQ(checked(*set, list, R"(["no"])").substr(0, 9), "value [0]");
  json::array many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(i);
  many.emplace_back("no");
  EXPECT_TRUE(checked(*set, list, serializeJson(many)).starts_with("ok "));
}

TEST(SchemaCheck, AnHonestLargeValueIsCheckedToItsEnd) {
  const auto one = compiledSchema(
      "{items: {type: object, properties: {a: {type: integer}, b: {enum: [x, y]}}}}");
  json::array rows;
  for (int i = 0; i < 5000; ++i) rows.push_back(json::object{{"a", i}, {"b", "x"}});
  rows.push_back(json::object{{"a", "no"}});
  EXPECT_EQ(checked(*one.set, one.view.index, serializeJson(rows)), "type [5000].a integer/string");
}

TEST(SchemaCheck, ASchemaThatRefersToItselfEnds) {
  const auto one = compiledSchema(
      "{$ref: '#/components/schemas/A'}", "3.1.0",
      "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/A'}], type: string}}}\n");
  EXPECT_EQ(checked(*one.set, one.view.index, R"("x")"), R"(ok "x")");
  EXPECT_EQ(checked(*one.set, one.view.index, "1"), "type  string/integer");
}

}  // namespace
}  // namespace executor::source

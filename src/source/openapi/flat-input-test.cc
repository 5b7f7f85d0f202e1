#include "source/openapi/flat-input.h"

#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"

namespace executor::source::openapi {
namespace {

using Names = std::vector<std::pair<std::string_view, Location>>;

std::string named(const Names& names) {
  std::vector<ToolRecord::Parameter> parameters;
  for (const auto& [name, location] : names)
    parameters.push_back({.wireName = std::string(name), .location = location});
  nameFlat(parameters);
  std::string out;
  for (const auto& parameter : parameters) {
    if (!out.empty()) out += ' ';
    out += parameter.flatName == parameter.wireName ? parameter.wireName
                                                    : parameter.wireName + "→" + parameter.flatName;
  }
  return out;
}

// D21: the first of path, query, header, cookie, body keeps the name.
TEST(FlatInput, EveryPairOfPlacesHasItsWinner) {
  constexpr std::array<std::pair<Location, std::string_view>, 5> kPlaces = {
      {{Location::path, "n_path"},
       {Location::query, "n_query"},
       {Location::header, "n_header"},
       {Location::cookie, "n_cookie"},
       {Location::body, "n_body"}}};
  for (std::size_t first = 0; first < kPlaces.size(); ++first)
    for (std::size_t second = first + 1; second < kPlaces.size(); ++second) {
      const std::string wanted = "n n→" + std::string(kPlaces[second].second);
      EXPECT_EQ(named({{"n", kPlaces[first].first}, {"n", kPlaces[second].first}}), wanted);
      EXPECT_EQ(named({{"n", kPlaces[second].first}, {"n", kPlaces[first].first}}), wanted)
          << "whatever the document's order";
    }
}

TEST(FlatInput, ASuffixedNameGivesWayToARealOne) {
  using enum Location;
  EXPECT_EQ(named({{"n", query}, {"n", body}, {"n_body", body}}), "n n→n_body_2 n_body");
  EXPECT_EQ(named({{"n", query}, {"n", header}, {"n_header", query}}), "n n_header n→n_header_2");
  EXPECT_EQ(named({{"n", query}, {"n", body}, {"n_body", query}, {"n_body_2", body}}),
            "n n_body n→n_body_3 n_body_2");
}

TEST(FlatInput, NamesAreComparedExactly) {
  using enum Location;
  EXPECT_EQ(named({{"Id", path}, {"id", query}, {"ID", header}}), "Id id ID");
  EXPECT_EQ(named({{"é", query}, {"e\u0301", query}}), "é e\u0301");
}

TEST(FlatInput, APropertyWithoutANameHasOneInTheInput) {
  using enum Location;
  EXPECT_EQ(named({{"", body}, {"a", body}}), "→_body a");
  EXPECT_EQ(named({{"", body}, {"_body", body}}), "→_body_2 _body");
}

TEST(FlatInput, OrderWithinAPlaceIsTheDocuments) {
  using enum Location;
  EXPECT_EQ(named({{"b2", body}, {"q2", query}, {"b1", body}, {"q1", query}, {"p", path}}),
            "p q2 q1 b2 b1");
}

// The flat names of one operation are always different, whatever a document calls its parts.
TEST(FlatInput, FlatNamesAreUnique) {
  const std::vector<std::string> names = {"n", "n_body", "n_query", "n_body_2", "n_header", ""};
  for (unsigned mask = 0; mask < 4096; ++mask) {
    std::vector<ToolRecord::Parameter> parameters;
    for (unsigned i = 0; i < 12; ++i)
      if (mask >> i & 1u)
        parameters.push_back({.wireName = names[i % names.size()],
                              .location = i < 6 ? Location::query : Location::body});
    nameFlat(parameters);
    std::set<std::string> seen;
    for (const auto& parameter : parameters)
      ASSERT_TRUE(seen.insert(parameter.flatName).second) << mask << " " << parameter.flatName;
  }
}

// How a body stands in the input: its names with ! for required and ~ for open, or "whole".
std::string flat(std::string_view schema, std::string_view components = "") {
  const auto set = compiledFrame(
      "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: " +
      std::string(schema) + "}}}}}}\n" + std::string(components));
  const auto tool = onlyTool(set);
  if (tool.bodyMode == BodyMode::whole) return "whole";
  std::string out = tool.bodyOpen ? "~" : "";
  for (const auto& parameter : tool.parameters)
    out += (out.empty() || out == "~" ? "" : " ") + std::string(parameter.flatName) +
           (parameter.required ? "!" : "");
  return out;
}

struct Row {
  std::string_view schema, form;
};

TEST(FlatBody, ObjectsAreFlatAndAllElseIsWhole) {
  const std::vector<Row> rows = {
      {"{properties: {a: {}}}", "a"},
      {"{type: object, properties: {a: {}}, required: [a]}", "a!"},
      {"{type: [object, 'null'], properties: {a: {}}}", "a"},
      {"{type: object}", "whole"},
      {"{type: object, properties: {}}", "whole"},
      {"{additionalProperties: {type: string}}", "whole"},
      {"{type: object, additionalProperties: {type: string}}", "~"},
      {"{type: object, additionalProperties: false}", "whole"},
      {"{type: object, properties: {a: {}}, additionalProperties: {}}", "~a"},
      {"{type: object, properties: {a: {}}, additionalProperties: false}", "a"},
      {"{type: array, items: {type: object, properties: {a: {}}}}", "whole"},
      {"{type: [object, string], properties: {a: {}}}", "whole"},
      {"{enum: [1, 2]}", "whole"},
      {"true", "whole"},
      {"false", "whole"}};
  for (const auto& row : rows) EXPECT_EQ(flat(row.schema), row.form) << row.schema;
}

TEST(FlatBody, PartsOfAnAllOfStandTogether) {
  const std::vector<Row> rows = {
      {"{allOf: [{type: object, properties: {a: {}}}, {properties: {b: {}}, required: [b]}]}",
       "a b!"},
      {"{properties: {c: {}}, allOf: [{properties: {a: {}}}], required: [a]}", "c a"},
      {"{allOf: [{properties: {a: {}}}, {required: [a]}]}", "a!"},
      {"{allOf: [{properties: {a: {type: string}}}, {properties: {a: {minLength: 1}}}]}", "a"},
      {"{allOf: [{properties: {a: {}}}, {additionalProperties: true}]}", "~a"},
      {"{allOf: [{properties: {a: {}}}, {allOf: [{properties: {b: {}}}]}]}", "a b"},
      {"{allOf: []}", "whole"}};
  for (const auto& row : rows) EXPECT_EQ(flat(row.schema), row.form) << row.schema;
}

TEST(FlatBody, VariantsNeedWhatAllOfThemNeed) {
  const std::vector<Row> rows = {
      {"{oneOf: [{properties: {a: {}}, required: [a]}, {properties: {a: {}}, required: [a]}]}",
       "a!"},
      {"{oneOf: [{properties: {a: {}}, required: [a]}, {properties: {b: {}}}]}", "a b"},
      {"{oneOf: [{properties: {a: {}}}, {type: 'null'}]}", "a"},
      {"{oneOf: [{properties: {a: {}}}, {type: string}]}", "whole"},
      {"{oneOf: [{type: 'null'}]}", "whole"},
      {"{properties: {c: {}}, required: [c], oneOf: [{properties: {a: {}}}, {properties: {b: "
       "{}}}]}",
       "c! a b"},
      {"{type: object, properties: {a: {}}, oneOf: [{required: [a]}, {enum: [x]}]}", "whole"}};
  for (const auto& row : rows) EXPECT_EQ(flat(row.schema), row.form) << row.schema;
}

// A part that contains itself adds nothing the second time.
TEST(FlatBody, ABodyThatRefersToItselfIsFlatOnce) {
  EXPECT_EQ(flat("{$ref: '#/components/schemas/T'}",
                 "components: {schemas: {T: {properties: {a: {}, kid: {$ref: "
                 "'#/components/schemas/T'}}}}}"),
            "a kid");
  EXPECT_EQ(flat("{$ref: '#/components/schemas/T'}",
                 "components: {schemas: {T: {properties: {a: {}}, allOf: [{$ref: "
                 "'#/components/schemas/T'}]}}}"),
            "a");
}

// Eight levels of ten parts each would be 10^8; the limit makes such a body whole or stops early.
TEST(FlatBody, WideCompositionIsBounded) {
  std::string components = "components: {schemas: {L0: {properties: {a: {}}}";
  for (int level = 1; level <= 8; ++level) {
    components += ", L" + std::to_string(level) + ": {allOf: [";
    for (int i = 0; i < 10; ++i)
      components += "{$ref: '#/components/schemas/L" + std::to_string(level - 1) + "'}, ";
    components += "]}";
  }
  const std::string form = flat("{$ref: '#/components/schemas/L8'}", components + "}}");
  EXPECT_TRUE(form == "a" || form == "whole") << form;
}

}  // namespace
}  // namespace executor::source::openapi

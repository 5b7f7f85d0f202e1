#include "source/openapi/schema-keywords.h"

#include <gtest/gtest.h>

#include "source/tool-set.h"

namespace executor::source::openapi {
namespace {

json::object object(std::string_view text) { return parseJson(text).value().get_object(); }

TEST(SchemaKeywords, TypesAreBitsAndUnknownOnesAreNone) {
  const std::vector<std::pair<std::string_view, unsigned>> rows = {
      {R"({})", 0},
      {R"({"type":"string"})", kTypeString},
      {R"({"type":"integer"})", kTypeInteger},
      {R"({"type":["string","null"]})", kTypeString | kTypeNull},
      {R"({"type":["number","number"]})", kTypeNumber},
      {R"({"type":[]})", 0},
      {R"({"type":"String"})", 0},
      {R"({"type":"any"})", 0},
      {R"({"type":["file","object"]})", kTypeObject},
      {R"({"type":null})", 0},
      {R"({"type":{"a":1}})", 0}};
  for (const auto& [schema, types] : rows) EXPECT_EQ(typesOf(object(schema)), types) << schema;
}

TEST(SchemaKeywords, TheRestIsKeptAsWrittenAndExamplesAreNot) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {R"({})", ""},
      {R"({"type":"string","description":"D","format":"date"})", ""},
      {R"({"maxLength":5,"minLength":1})", R"({"maxLength":5,"minLength":1})"},
      {R"({"example":1,"examples":[2],"xml":{},"externalDocs":{},"x-a":1})", ""},
      {R"({"not":{"type":"null"},"uniqueItems":true})",
       R"({"not":{"type":"null"},"uniqueItems":true})"},
      {R"({"multipleOf":0.1})", R"({"multipleOf":0.1})"},
      {R"({"maximum":18446744073709551615})", R"({"maximum":18446744073709551615})"}};
  for (const auto& [schema, rest] : rows) EXPECT_EQ(restOf(object(schema)), rest) << schema;
}

// OpenAPI 3.0 took the keyword from an older JSON Schema, where it was a flag on the bound.
TEST(SchemaKeywords, ExclusiveFlagsBecomeBounds) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {R"({"minimum":1,"exclusiveMinimum":true})", R"({"exclusiveMinimum":1})"},
      {R"({"minimum":1,"exclusiveMinimum":false})", R"({"minimum":1})"},
      {R"({"exclusiveMinimum":true})", ""},
      {R"({"maximum":2,"exclusiveMaximum":true,"minimum":1})",
       R"({"exclusiveMaximum":2,"minimum":1})"},
      {R"({"exclusiveMaximum":2,"maximum":3})", R"({"exclusiveMaximum":2,"maximum":3})"}};
  for (const auto& [schema, rest] : rows)
    EXPECT_EQ(canonicalJson(parseJson(restOf(object(schema))).value_or(nullptr)),
              canonicalJson(parseJson(rest).value_or(nullptr)))
        << schema;
}

TEST(SchemaKeywords, AnEnumTakesNullWhereTheSchemaDoes) {
  EXPECT_EQ(enumOf(object(R"({"enum":["a",1]})"), false), R"(["a",1])");
  EXPECT_EQ(enumOf(object(R"({"enum":["a",1]})"), true), R"(["a",1,null])");
  EXPECT_EQ(enumOf(object(R"({"enum":[null,"a"]})"), true), R"([null,"a"])");
  EXPECT_EQ(enumOf(object(R"({"enum":[]})"), false), "[]");
  EXPECT_EQ(enumOf(object(R"({"enum":{}})"), true), "");
  EXPECT_EQ(enumOf(object(R"({})"), true), "");
}

TEST(SchemaKeywords, AnnotationsChangeNoMeaning) {
  for (const auto text :
       {R"({"$ref":"#/a"})", R"({"$ref":"#/a","description":"D","x-y":1})",
        R"({"$ref":"#/a","readOnly":true,"deprecated":true,"title":"T","summary":"S"})"})
    EXPECT_TRUE(onlyAnnotates(object(text))) << text;
  for (const auto text : {R"({"$ref":"#/a","required":["b"]})", R"({"$ref":"#/a","type":"object"})",
                          R"({"$ref":"#/a","nullable":true})", R"({"$ref":"#/a","default":1})"})
    EXPECT_FALSE(onlyAnnotates(object(text))) << text;
}

TEST(SchemaKeywords, OnlyComponentsHaveNames) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows = {
      {"#/components/schemas/Pet", "Pet"},
      {"#/$defs/Pet", "Pet"},
      {"#/definitions/Pet", "Pet"},
      {"#/components/schemas/Pet/properties/name", ""},
      {"#/paths/~1a/get", ""},
      {"#/components/schemas/", ""},
      {"Pet", ""},
      {"", ""}};
  for (const auto& [reference, name] : rows) EXPECT_EQ(componentName(reference), name) << reference;
}

}  // namespace
}  // namespace executor::source::openapi

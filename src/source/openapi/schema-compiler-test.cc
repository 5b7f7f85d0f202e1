#include "source/openapi/schema-compiler.h"

#include <gtest/gtest.h>

#include "source/openapi/compiled-for-test.h"

namespace executor::source::openapi {
namespace {

TEST(SchemaCompiler, KeepsTypesFormatsAndLiterals) {
  const auto [set, view] = compiledSchema(
      "{type: [string, 'null'], format: date, description: D, default: a, enum: [a, b]}");
  EXPECT_EQ(view.types, kTypeString | kTypeNull);
  EXPECT_EQ(view.format, "date");
  EXPECT_EQ(view.description, "D");
  EXPECT_EQ(view.defaultJson, R"("a")");
  EXPECT_EQ(view.enumJson, R"(["a","b"])");
  EXPECT_EQ(compiledSchema("{const: 5}").view.constJson, "5");
}

TEST(SchemaCompiler, NormalizesNullableOf30) {
  const auto [set, view] = compiledSchema("{type: string, nullable: true, enum: [a]}", "3.0.3");
  EXPECT_EQ(view.types, kTypeString | kTypeNull);
  EXPECT_EQ(view.enumJson, R"(["a",null])");
}

TEST(SchemaCompiler, ANullableCompositionAcceptsNullBesideIt) {
  const auto [set, view] =
      compiledSchema("{allOf: [{type: object}], nullable: true, description: D}", "3.0.3");
  ASSERT_EQ(view.anyOf.size(), 2u);
  EXPECT_EQ(view.description, "D");
  EXPECT_EQ(set->schema(view.anyOf[0]).allOf.size(), 1u);
  EXPECT_EQ(set->schema(view.anyOf[1]).types, kTypeNull);
}

TEST(SchemaCompiler, NormalizesBooleanBoundsOf30) {
  EXPECT_EQ(
      compiledSchema("{type: integer, minimum: 1, exclusiveMinimum: true}", "3.0.3").view.restJson,
      R"({"exclusiveMinimum":1})");
  EXPECT_EQ(
      compiledSchema("{type: integer, maximum: 9, exclusiveMaximum: false}", "3.0.3").view.restJson,
      R"({"maximum":9})");
  EXPECT_EQ(compiledSchema("{type: integer, exclusiveMaximum: 9}").view.restJson,
            R"({"exclusiveMaximum":9})");
}

TEST(SchemaCompiler, KeepsOtherKeywordsAndDropsExamples) {
  EXPECT_EQ(compiledSchema("{type: string, pattern: '^a', example: x, x-foo: 1, "
                           "discriminator: {propertyName: kind}}")
                .view.restJson,
            R"({"pattern":"^a","discriminator":{"propertyName":"kind"}})");
}

TEST(SchemaCompiler, TakesBooleanSchemas) {
  EXPECT_FALSE(compiledSchema("true").view.never);
  EXPECT_TRUE(compiledSchema("false").view.never);
}

TEST(SchemaCompiler, KeepsObjectsWithTheirRequiredNames) {
  const auto [set, view] = compiledSchema(
      "{type: object, properties: {a: {type: string}, b: {}}, required: [a, z], "
      "additionalProperties: false}");
  ASSERT_EQ(view.properties.size(), 2u);
  EXPECT_EQ(view.properties[0].name, "a");
  EXPECT_TRUE(view.properties[0].required);
  EXPECT_FALSE(view.properties[1].required);
  EXPECT_EQ(view.required, (std::vector<std::string_view>{"a", "z"}));
  EXPECT_FALSE(view.additionalAllowed);
}

TEST(SchemaCompiler, TellsDeclaredAdditionalPropertiesFromAbsentOnes) {
  EXPECT_FALSE(compiledSchema("{type: object}").view.additionalDeclared);
  EXPECT_TRUE(compiledSchema("{additionalProperties: true}").view.additionalDeclared);
  const auto [set, view] = compiledSchema("{additionalProperties: {type: integer}}");
  EXPECT_TRUE(view.additionalDeclared);
  EXPECT_EQ(set->schema(view.additional).types, kTypeInteger);
}

TEST(SchemaCompiler, KeepsTuplesOfBothDialects) {
  for (const auto text : {"{prefixItems: [{type: string}, {type: integer}]}",
                          "{items: [{type: string}, {type: integer}]}"}) {
    const auto [set, view] = compiledSchema(text);
    ASSERT_EQ(view.prefixItems.size(), 2u);
    EXPECT_EQ(set->schema(view.prefixItems[1]).types, kTypeInteger);
    EXPECT_EQ(view.items, kNoSchema);
  }
}

constexpr std::string_view kNode =
    "components: {schemas: {Node: {type: object, properties: {next: {$ref: "
    "'#/components/schemas/Node'}}}}}\n";

TEST(SchemaCompiler, ACircularReferenceIsOneSharedNode) {
  const auto [set, view] = compiledSchema("{$ref: '#/components/schemas/Node'}", "3.1.0", kNode);
  EXPECT_EQ(view.name, "Node");
  ASSERT_EQ(view.properties.size(), 1u);
  EXPECT_EQ(view.properties[0].schema, view.index);
}

TEST(SchemaCompiler, EqualInlineSchemasAreOneNode) {
  const auto set = compiledFrame(
      "paths: {/a: {get: {parameters: [{name: x, in: query, schema: {type: string}}, "
      "{name: y, in: query, schema: {type: string}}]}}}");
  const auto tool = onlyTool(set);
  EXPECT_EQ(tool.parameters[0].schema, tool.parameters[1].schema);
}

TEST(SchemaCompiler, AMissingReferenceIsAWarningAndAcceptsAnything) {
  const auto [set, view] = compiledSchema("{$ref: '#/components/schemas/Gone'}");
  EXPECT_EQ(view.types, 0);
  ASSERT_EQ(set->warnings().size(), 1u);
  EXPECT_NE(set->warnings()[0].find("#/components/schemas/Gone leads nowhere"), std::string::npos);
}

TEST(SchemaCompiler, AReferenceOutOfTheDocumentIsNotFollowed) {
  const auto [set, view] = compiledSchema("{$ref: 'file:///etc/passwd#/x'}");
  EXPECT_EQ(view.types, 0);
  ASSERT_EQ(set->warnings().size(), 1u);
  EXPECT_NE(set->warnings()[0].find("leaves the document"), std::string::npos);
}

TEST(SchemaCompiler, ReferencesInACircleAcceptAnything) {
  const auto [set, view] =
      compiledSchema("{$ref: '#/components/schemas/A'}", "3.1.0",
                     "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: "
                     "'#/components/schemas/A'}}}\n");
  EXPECT_EQ(view.types, 0);
  EXPECT_EQ(set->warnings().size(), 1u);
}

constexpr std::string_view kPet = "components: {schemas: {'a/b': {type: object}}}\n";

TEST(SchemaCompiler, UnescapesNamesInPointers) {
  EXPECT_EQ(compiledSchema("{$ref: '#/components/schemas/a~1b'}", "3.1.0", kPet).view.name, "a/b");
}

TEST(SchemaCompiler, SiblingsOfAReferenceCountSince31Only) {
  const std::string_view text = "{$ref: '#/components/schemas/a~1b', required: [z]}";
  EXPECT_EQ(compiledSchema(text, "3.0.3", kPet).view.name, "a/b");
  const auto [set, view] = compiledSchema(text, "3.1.0", kPet);
  ASSERT_EQ(view.allOf.size(), 1u);
  EXPECT_EQ(view.required, (std::vector<std::string_view>{"z"}));
}

TEST(SchemaCompiler, AnAnnotatedReferenceIsTheReference) {
  EXPECT_EQ(compiledSchema("{$ref: '#/components/schemas/a~1b', description: D}", "3.1.0", kPet)
                .view.name,
            "a/b");
}

TEST(SchemaCompiler, RefusesSchemasNestedBeyondItsLimit) {
  const auto nested = [](unsigned levels) {
    std::string schema = "{}";
    for (unsigned i = 0; i < levels; ++i) schema = R"({"items":)" + schema + "}";
    return R"({"openapi":"3.1.0","paths":{"/a":{"get":{"parameters":[{"name":"x","in":"query",)"
           R"("schema":)" +
           schema + "}]}}}}";
  };
  EXPECT_EQ(compileError(nested(kMaxSchemaDepth)).message, "");
  EXPECT_EQ(compileError(nested(kMaxSchemaDepth + 1)).codeName(), "document_too_complex");
}

}  // namespace
}  // namespace executor::source::openapi

#include "catalog/render.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::documentOf;
using testing::SharedSet;
using testing::trackerDocument;

// A set whose only tool answers with `schema`.
SharedSet answering(const std::string& schema, const std::string& components = "{}") {
  return compileSet(documentOf(
      R"({"/x":{"get":{"operationId":"x","responses":{"200":{"description":"ok","content":)"
      R"({"application/json":{"schema":)" +
          schema + "}}}}}}}",
      R"({"schemas":)" + components + "}"));
}

std::string lineOf(const std::string& schema, const std::string& components = "{}") {
  const SharedSet set = answering(schema, components);
  return set == nullptr ? "" : typeLine(*set, set->tool(0).outputSchema);
}

source::ToolView toolOf(const source::ToolSet& set, std::string_view path) {
  const auto index = set.findTool(path);
  EXPECT_TRUE(index) << path;
  return set.tool(index.value_or(0));
}

struct Vector {
  const char* schema;
  const char* type;
};

// Reference core.md 6.2 (V) and OAS-50 where a precise type does not contradict them; their
// `unknown` for const, type arrays and nullable was a gap, not a rule.
constexpr Vector kVectors[] = {
    {R"({"type":"integer"})", "number"},                                     // V1
    {R"({})", "unknown"},                                                    // V2
    {R"({"type":["string","null"]})", "string | null"},                      // V3
    {R"({"enum":["a",1,null]})", R"("a" | 1 | null)"},                       // V5
    {R"({"const":"x"})", R"("x")"},                                          // V6
    {R"({"type":"array"})", "unknown[]"},                                    // V7
    {R"({"type":"array","items":{"enum":["a","b"]}})", R"(("a" | "b")[])"},  // V8
    {R"({"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}})",
     "{ a?: string }[]"},                                 // V9
    {R"({"type":"object"})", "Record<string, unknown>"},  // V10
    {R"({"type":"object","additionalProperties":false})", "Record<string, never>"},
    {R"({"type":"object","additionalProperties":{"type":"integer"}})",
     "Record<string, number>"},  // V11
    {R"({"type":"object","required":["x-y"],"properties":{"x-y":{"type":"string"},)"
     R"("$ok":{"type":"number"},"1a":{"type":"boolean"}}})",
     R"({ "x-y": string; $ok?: number; "1a"?: boolean })"},  // V12
    {R"({"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},)"
     R"({"type":"object","properties":{"b":{"type":"number"}}}]})",
     "{ a: string } & { b?: number }"},  // V13
    {R"({"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}],)"
     R"("oneOf":[{"type":"string"},{"type":"number"}]})",
     "{ a: string } & (string | number)"},  // V14
    {R"({"oneOf":[{"type":"string"},{"type":"number"},{"type":"string"}]})",
     "string | number"},  // V15
    {R"({"oneOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},)"
     R"({"type":"object","required":["b"],"properties":{"b":{"type":"number"}}}]})",
     "{ a: string } | { b: number }"},                                      // V16
    {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "string | null"},  // V21
    {R"({"type":"object","required":["id"],"properties":{"id":{"type":"string"}},)"
     R"("oneOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},)"
     R"({"type":"object","required":["b"],"properties":{"b":{"type":"number"}}}]})",
     "{ id: string } & ({ a: string } | { b: number })"},  // V23
    {R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
     R"("oneOf":[{"required":["a"]},{"required":["b"]}]})",
     "{ a: string; b?: string } | { a?: string; b: string }"},  // OAS-50
    {R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":true})",
     "{ a?: string; [key: string]: unknown }"},
    {R"({"type":"array","prefixItems":[{"type":"string"},{"type":"number"}]})", "[string, number]"},
    {"false", "never"},
};

TEST(Render, PrintsTheReferenceVectors) {
  for (const Vector& vector : kVectors) EXPECT_EQ(lineOf(vector.schema), vector.type);
}

TEST(Render, SmallComponentsStandInlineAndLargeOnesShowTheirName) {
  const std::string ref = R"({"$ref":"#/components/schemas/thing"})";
  EXPECT_EQ(lineOf(ref, R"({"thing":{"type":"object","properties":{"a":{"type":"string"}}}})"),
            "{ a?: string }");
  std::string properties;
  for (std::size_t i = 0; i <= kMaxInlineProperties; ++i) {
    properties += fmt::format(R"({}"p{}":{{"type":"string"}})", i == 0 ? "" : ",", i);
  }
  EXPECT_EQ(lineOf(ref, R"({"thing":{"type":"object","properties":{)" + properties + "}}}"),
            "Thing");
}

TEST(Render, RecursionEndsAtTheName) {
  EXPECT_EQ(lineOf(R"({"$ref":"#/components/schemas/Rec"})",
                   R"({"Rec":{"type":"object","properties":{)"
                   R"("next":{"$ref":"#/components/schemas/Rec"},"v":{"type":"string"}}}})"),
            "{ next?: Rec; v?: string }");  // V26
}

TEST(Render, DepthIsBounded) {
  std::string schema = R"({"type":"string"})";
  for (unsigned i = 0; i < 3 * kMaxTypeDepth; ++i) {
    schema = R"({"type":"array","items":)" + schema + "}";
  }
  EXPECT_TRUE(lineOf(schema).starts_with("unknown[]"));
}

// Ten components, each naming the next one ten times, would be 10^10 nodes if unfolded.
TEST(Render, WideSharedSchemasStayBounded) {
  std::string components = R"({"c0":{"anyOf":[{"type":"string"}]})";
  for (int level = 1; level < 10; ++level) {
    std::string variants;
    for (int i = 0; i < 10; ++i) {
      variants +=
          fmt::format(R"({}{{"type":"array","items":{{"type":"array","maxItems":{},"items":)"
                      R"({{"$ref":"#/components/schemas/c{}"}}}}}})",
                      i == 0 ? "" : ",", i, level - 1);
    }
    components += fmt::format(R"(,"c{}":{{"anyOf":[{}]}})", level, variants);
  }
  const SharedSet set = answering(R"({"$ref":"#/components/schemas/c9"})", components + "}");
  ASSERT_NE(set, nullptr);
  EXPECT_LT(typeLine(*set, set->tool(0).outputSchema).size(), 100u);
  Declarations types;
  types.output(*set, set->tool(0));
  EXPECT_LE(types.finish().size(), kMaxDeclarationBytes);
}

TEST(Render, InputLineHasRequiredPropertiesFirst) {
  const SharedSet set = compileSet(trackerDocument());
  EXPECT_EQ(inputLine(*set, toolOf(*set, "issues.create"), 1'000),
            R"({ owner: string; title: string; labels?: { name: string; color?: string }[]; )"
            R"("x-y"?: number | null })");
  EXPECT_EQ(inputLine(*set, toolOf(*set, "labels.list"), 1'000), "{}");
}

TEST(Render, ShortInputLineNamesTheOptionalPropertiesItLeftOut) {
  const SharedSet set = compileSet(trackerDocument());
  EXPECT_EQ(inputLine(*set, toolOf(*set, "issues.create"), 20),
            R"({ owner: string; title: string; /* optional: labels, "x-y" */ })");
}

TEST(Render, ExampleCallHasEveryRequiredProperty) {
  const SharedSet set = compileSet(trackerDocument());
  EXPECT_EQ(exampleCall("hub.issues.create", *set, toolOf(*set, "issues.create")),
            R"(await tools.hub.issues.create({ owner: "…", title: "…" }))");
  EXPECT_EQ(exampleCall("hub.issues.delete", *set, toolOf(*set, "issues.delete")),
            R"(await tools.hub.issues.delete({ owner: "…", n: 1 }))");
  EXPECT_EQ(exampleCall("hub.labels.list", *set, toolOf(*set, "labels.list")),
            "await tools.hub.labels.list({})");
}

TEST(Declarations, DeclareEveryComponentOnceWithRecursionByName) {
  const SharedSet set = compileSet(trackerDocument());
  Declarations types;
  const source::ToolView tool = toolOf(*set, "issues.create");
  EXPECT_EQ(types.input(*set, tool),
            "{\n"
            "  owner: string;\n"
            "  title: string; /** What is wrong */\n"
            "  labels?: Label[];\n"
            "  \"x-y\"?: number | null;\n"
            "}");
  EXPECT_EQ(types.output(*set, tool), "Issue");
  EXPECT_EQ(types.finish(),
            "interface Label {\n"
            "  name: string;\n"
            "  color?: string;\n"
            "}\n"
            "interface Issue {\n"
            "  id: number;\n"
            "  author: User;\n"
            "  parent?: Issue;\n"
            "  labels?: Label[];\n"
            "}\n"
            "interface User {\n"
            "  login: string;\n"
            "}\n");
  EXPECT_TRUE(types.omitted().empty());
}

TEST(Declarations, AnswerWithoutContentIsNull) {
  const SharedSet set = compileSet(trackerDocument());
  Declarations types;
  EXPECT_EQ(types.output(*set, toolOf(*set, "issues.delete")), "null");
}

TEST(Declarations, ShareTypesBetweenToolsOfOneAnswer) {
  const SharedSet set = compileSet(trackerDocument());
  Declarations types;
  EXPECT_EQ(types.output(*set, toolOf(*set, "issues.create")), "Issue");
  EXPECT_EQ(types.output(*set, toolOf(*set, "issues.list")), "Issue[]");
  const std::string text = types.finish();
  EXPECT_EQ(text.find("interface Issue"), text.rfind("interface Issue"));
}

TEST(Declarations, EqualNamesOfTwoSourcesStayApart) {
  const SharedSet first = compileSet(trackerDocument());
  const SharedSet second = compileSet(trackerDocument());
  Declarations types;
  EXPECT_EQ(types.output(*first, toolOf(*first, "issues.create")), "Issue");
  EXPECT_EQ(types.output(*second, toolOf(*second, "issues.create")), "Issue_2");
}

TEST(Declarations, WhatHasNoRoomIsNamedAndCanBeReadOn) {
  const SharedSet set = compileSet(trackerDocument());
  const source::ToolView tool = toolOf(*set, "issues.create");
  Declarations narrow(60);
  narrow.input(*set, tool);
  narrow.output(*set, tool);
  EXPECT_EQ(narrow.finish(), "interface Label {\n  name: string;\n  color?: string;\n}\n");
  EXPECT_EQ(narrow.omitted(), std::vector<std::string>{"Issue"});
  Declarations more;
  more.select({"User"});
  more.output(*set, tool);
  EXPECT_EQ(more.finish(), "interface User {\n  login: string;\n}\n");
}

TEST(Declarations, OmittedNamesAreNotReferredToByWhatIsShown) {
  const SharedSet set = testing::githubSet();
  ASSERT_NE(set, nullptr);
  Declarations types;
  const source::ToolView tool = toolOf(*set, "pulls.get");
  types.input(*set, tool);
  types.output(*set, tool);
  EXPECT_LE(types.finish().size(), kMaxDeclarationBytes);
  EXPECT_FALSE(types.omitted().empty());
}

TEST(Render, EveryToolOfGithubRendersWithinItsBounds) {
  const SharedSet set = testing::githubSet();
  ASSERT_NE(set, nullptr);
  for (std::uint32_t i = 0; i < set->toolCount(); ++i) {
    const source::ToolView tool = set->tool(i);
    EXPECT_LT(inputLine(*set, tool, 300).size(), 4'000u) << tool.path;
    Declarations types;
    EXPECT_LT(types.input(*set, tool).size(), 32'000u) << tool.path;
    types.output(*set, tool);
    EXPECT_LE(types.finish().size(), kMaxDeclarationBytes) << tool.path;
  }
}

}  // namespace
}  // namespace executor::catalog

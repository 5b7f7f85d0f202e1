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

// A tool whose body has the properties of `schema`.
SharedSet taking(const std::string& schema, const std::string& components = "{}") {
  return compileSet(
      documentOf(R"({"/x":{"post":{"operationId":"x","requestBody":{"required":true,"content":)"
                 R"({"application/json":{"schema":)" +
                     schema + R"(}}},"responses":{"204":{"description":"ok"}}}}})",
                 R"({"schemas":)" + components + "}"));
}

// No end of a comment inside one, no brace that was not ours: the text stays one type.
void expectOneType(const std::string& text) {
  int depth = 0;
  bool quoted = false, comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = std::string_view(text).substr(i, 2);
    if (comment) {
      comment = two != "*/";
      i += comment ? 0 : 1;
    } else if (quoted) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = false;
    } else if (two == "/*") {
      comment = true;
    } else if (text[i] == '"') {
      quoted = true;
    } else {
      depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      ASSERT_GE(depth, 0) << text;
      ASSERT_EQ(
          std::string_view(";{}[]()<>|&?:, .*+=_$\n").find(text[i]) == std::string_view::npos &&
              !std::isalnum(static_cast<unsigned char>(text[i])) &&
              static_cast<unsigned char>(text[i]) < 0x80,
          false)
          << text.substr(i);
    }
  }
  EXPECT_FALSE(quoted) << text;
  EXPECT_FALSE(comment) << text;
  EXPECT_EQ(depth, 0) << text;
}

constexpr std::string_view kHostileNames[] = {
    "*/ evil(); /*", "**/", "\" } evil { \"", "a\nb",    "\\",           "__proto__", "</script>",
    "${x}",          "`",   "// x",           "é\u2028", "a]: never; [b"};

// Documents are anybody's. Whatever they call a property, the type that is shown is one type.
TEST(Render, HostilePropertyNamesStayInsideTheirQuotes) {
  for (const std::string_view name : kHostileNames) {
    const std::string key = serializeJson(json::value(name));
    for (const bool required : {true, false}) {
      const SharedSet set = taking(R"({"type":"object","properties":{)" + key +
                                   R"(:{"type":"string"},"z":{"type":"string"}})" +
                                   (required ? R"(,"required":[)" + key + "]" : "") + "}");
      ASSERT_NE(set, nullptr);
      const auto tool = set->tool(0);
      for (const std::size_t bytes : {0u, 1'000u}) expectOneType(inputLine(*set, tool, bytes));
      expectOneType(exampleCall("hub.x", *set, tool));
      Declarations types;
      expectOneType(types.input(*set, tool));
    }
  }
}

TEST(Render, HostileTextsStayInsideTheirPlace) {
  for (const std::string_view text : kHostileNames) {
    const std::string quoted = serializeJson(json::value(text));
    const SharedSet set =
        taking(R"({"type":"object","properties":{"a":{"type":"string","description":)" + quoted +
                   R"(},"b":{"enum":[)" + quoted + R"(,"x"]},"c":{"const":)" + quoted +
                   R"(},"d":{"$ref":"#/components/schemas/T"}}})",
               R"({"T":{"type":"object","description":)" + quoted +
                   R"(,"properties":{"n":{"description":)" + quoted + "}}}}");
    ASSERT_NE(set, nullptr);
    Declarations types;
    expectOneType(types.input(*set, set->tool(0)));
    expectOneType(types.finish());
    expectOneType(inputLine(*set, set->tool(0), 1'000));
  }
}

TEST(Render, HostileComponentNamesBecomeIdentifiers) {
  for (const std::string_view name : kHostileNames) {
    const std::string key = serializeJson(json::value(name));
    std::string pointer;
    for (const char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    const SharedSet set =
        taking(R"({"type":"object","properties":{"p":{"$ref":)" +
                   serializeJson(json::value("#/components/schemas/" + pointer)) + "}}}",
               "{" + key + R"(:{"type":"object","properties":{"a":{"type":"string"}}}})");
    ASSERT_NE(set, nullptr);
    Declarations types;
    expectOneType(types.input(*set, set->tool(0)));
    expectOneType(types.finish());
  }
}

// As a plain key of an object literal it would set the prototype: the call would lose its input.
TEST(Render, ProtoIsAMemberInTypesAndCalls) {
  const SharedSet set = taking(
      R"({"type":"object","required":["__proto__"],"properties":{"__proto__":{"type":"string"}}})");
  EXPECT_EQ(inputLine(*set, set->tool(0), 100), R"({ ["__proto__"]: string })");
  EXPECT_EQ(exampleCall("hub.x", *set, set->tool(0)),
            R"(await tools.hub.x({ ["__proto__"]: "…" }))");
}

TEST(Render, SamplesAreOfTheRightType) {
  const Vector rows[] = {
      {R"({"type":"boolean"})", "true"},
      {R"({"type":"number"})", "1"},
      {R"({"type":"array","items":{"type":"integer"}})", "[1]"},
      {R"({"type":"array"})", "[{}]"},
      {R"({"enum":["b","a"]})", R"("b")"},
      {R"({"const":5})", "5"},
      {R"({"type":"object","required":["k"],"properties":{"k":{"type":"string"},"l":{}}})",
       R"({ k: "…" })"},
      {R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", "1"},
      {R"({"type":["null","string"]})", R"("…")"},
      {R"({"type":"object"})", "{}"},
      {"{}", R"("…")"}};
  for (const Vector& row : rows) {
    const SharedSet set = taking(R"({"type":"object","required":["v"],"properties":{"v":)" +
                                 std::string(row.schema) + "}}");
    EXPECT_EQ(exampleCall("hub.x", *set, set->tool(0)),
              "await tools.hub.x({ v: " + std::string(row.type) + " })")
        << row.schema;
  }
}

TEST(Render, PropertiesBeyondTheLimitAreCounted) {
  std::string properties;
  for (std::size_t i = 0; i < kMaxPrintedProperties + 3; ++i)
    properties += fmt::format(R"({}"p{}":{{"type":"string"}})", i == 0 ? "" : ",", i);
  const std::string line = lineOf(R"({"type":"object","properties":{)" + properties + "}}");
  EXPECT_NE(line.find("p199?: string"), std::string::npos);
  EXPECT_EQ(line.find("p200"), std::string::npos);
  EXPECT_TRUE(line.ends_with("/* +3 more */ }")) << line.substr(line.size() - 40);
}

TEST(Render, TuplesMapsAndNullsReadAsTypeScript) {
  const Vector rows[] = {
      {R"({"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"number"}})",
       "[string, ...number[]]"},
      {R"({"additionalProperties":{"type":["string","null"]}})", "Record<string, string | null>"},
      {R"({"type":["array","null"],"items":{"type":"string"}})", "string[] | null"},
      {R"({"properties":{"a":{}},"additionalProperties":{"type":"string"}})",
       "{ a?: unknown; [key: string]: unknown }"},
      {R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})",
       "{ a?: string }"},
      {R"({"allOf":[{"type":"string"},{"minLength":1}]})", "string"},
      {R"({"anyOf":[{},{"type":"string"}]})", "string"},
      {R"({"not":{"type":"null"}})", "unknown"},
      {R"({"type":"array","items":{"anyOf":[{"type":"string"},{"type":"null"}]}})",
       "(string | null)[]"},
      {R"({"allOf":[{"anyOf":[{"type":"string"},{"type":"number"}]},{"enum":["a"]}]})",
       R"((string | number) & "a")"}};
  for (const Vector& row : rows) EXPECT_EQ(lineOf(row.schema), row.type) << row.schema;
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

// What a type checker is told: exactly the called tools, whole, in valid TypeScript.
#include "catalog/declarations.h"

#include <gtest/gtest.h>

#include "catalog/render.h"
#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::documentOf;
using testing::snapshotOf;
using testing::trackerDocument;

std::shared_ptr<const Snapshot> tracker() {
  static const auto snapshot = snapshotOf({{"hub", compileSet(trackerDocument())}});
  return snapshot;
}

constexpr std::string_view kWords = "id author parent labels login name color";

std::string declared(const Catalog& catalog, std::vector<CalledTool> calls,
                     std::string_view program = kWords, Unnamed others = Unnamed::any) {
  return declareTools(catalog, calls, program, others);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(ToolDeclarations, DeclareWhatIsCalledAndItsTypes) {
  const std::string text = declared(*tracker(), {{"hub.issues.create"}});
  EXPECT_TRUE(holds(text,
                    "interface tools$hub$issues { create(input: Input$0, "
                    "options?: CallOptions$): Promise<Issue>; }"))
      << text;
  EXPECT_TRUE(holds(text, "interface tools$hub { readonly issues: tools$hub$issues; }"));
  EXPECT_TRUE(holds(text, "interface tools$ { readonly hub: tools$hub; }"));
  EXPECT_TRUE(holds(text, "declare const tools: tools$;"));
  EXPECT_TRUE(holds(text,
                    "interface Input$0 { owner: string; title: string; labels?: Label[]; "
                    "\"x-y\"?: number | null }"))
      << text;
  EXPECT_TRUE(holds(text, "interface Issue {"));
  EXPECT_TRUE(holds(text, "interface User {"));
  EXPECT_FALSE(holds(text, "delete"));
}

TEST(ToolDeclarations, WhatIsNoToolIsLeftOut) {
  const std::string text = declared(*tracker(), {{"hub.issues.crate"}, {"nowhere.x.y"}});
  EXPECT_TRUE(holds(text, "interface tools$hub$issues { }")) << text;
  EXPECT_FALSE(holds(text, "Input$"));
}

TEST(ToolDeclarations, AnAnswerOfAnotherFormIsAny) {
  const std::string text = declared(*tracker(), {{"hub.issues.create", false}});
  EXPECT_TRUE(holds(text, "): Promise<any>;"));
  EXPECT_FALSE(holds(text, "interface User"));
}

// What a program does not name it cannot misuse; the names stay, as suggestions for a slip.
TEST(ToolDeclarations, MembersOfAnswersThatAreNotNamedAreAny) {
  const std::string text =
      declared(*tracker(), {{"hub.issues.create"}}, "const { author } = x; y['name']");
  EXPECT_TRUE(holds(text, "interface Issue { id: any; author: User; parent?: any; labels?: any }"))
      << text;
  EXPECT_TRUE(holds(text, "interface User { login: any }"));
  // An input's own component stays whole.
  EXPECT_TRUE(holds(text, "interface Label { name: string; color?: string }"));
  EXPECT_FALSE(holds(text, "Label_2"));
}

// For the first look: less text than any real document needs, and no error less.
TEST(ToolDeclarations, WhatIsNotNamedCanBeLeftOut) {
  const std::string text =
      declared(*tracker(), {{"hub.issues.create"}}, "x.author.login", Unnamed::leftOut);
  EXPECT_TRUE(holds(text, "interface Issue { author: User }")) << text;
  EXPECT_TRUE(holds(text, "interface User { login: string }"));
  EXPECT_FALSE(holds(text, "Label"));
}

TEST(ToolDeclarations, RequiredInputsStayWhateverIsNamed) {
  const std::string text = declared(*tracker(), {{"hub.issues.create"}}, "x", Unnamed::leftOut);
  EXPECT_TRUE(holds(text, "owner: string")) << text;
  EXPECT_TRUE(holds(text, "title: ")) << text;
  EXPECT_FALSE(holds(text, "body?")) << text;
}

// To a type without members the compiler takes everything, a slip included.
TEST(ToolDeclarations, OneMemberStaysOfEachObject) {
  const std::string text = declared(*tracker(), {{"hub.issues.create"}}, "x", Unnamed::leftOut);
  EXPECT_TRUE(holds(text, "interface Issue { id: any }")) << text;
}

TEST(ToolDeclarations, AComponentOfInputAndAnswerIsTwo) {
  const std::string text = declared(*tracker(), {{"hub.issues.create"}}, "labels.name");
  EXPECT_TRUE(holds(text, "interface Label { name: string; color?: string }")) << text;
  EXPECT_TRUE(holds(text, "interface Label_2 { name: string; color?: any }"));
  EXPECT_TRUE(holds(text, "labels?: Label_2[]"));
}

TEST(ToolDeclarations, BuiltInToolsAreDeclaredToo) {
  const std::string text =
      declared(*tracker(), {{"catalog.describe"}, {"catalog.tools"}, {"discover"}});
  EXPECT_TRUE(holds(text, "discover(input?: Input$2,")) << text;
  EXPECT_TRUE(holds(text, "interface tools$catalog { describe(input?: Input$0,"));
  EXPECT_TRUE(holds(text, "cursor?: string"));
}

TEST(ToolDeclarations, ATwiceUsedTypeIsDeclaredOnce) {
  const std::string text = declared(*tracker(), {{"hub.issues.create"}, {"hub.issues.list"}});
  EXPECT_EQ(text.find("interface Issue {"), text.rfind("interface Issue {"));
}

std::string typeOfInput(const std::string& properties, const std::string& more = "") {
  const auto set = compileSet(documentOf(
      R"({"/x":{"post":{"operationId":"x","requestBody":{"content":{"application/json":{"schema":)"
      R"({"type":"object","properties":{)" +
      properties + "}" + more + R"(}}}},"responses":{"200":{"description":"ok"}}}}})"));
  const auto snapshot = snapshotOf({{"s", set}});
  const std::string text = declared(*snapshot, {{"s.x"}});
  const std::size_t at = text.find("interface Input$0 ");
  return at == std::string::npos ? text : text.substr(at + 18, text.find('\n', at) - at - 18);
}

// A check may not refuse what the call would take.
TEST(ToolDeclarations, WhatTheDocumentLeavesOpenIsAny) {
  const std::pair<std::string, std::string> rows[] = {
      {R"("a":{})", "{ a?: any }"},
      {R"("a":{"type":"array"})", "{ a?: any[] }"},
      {R"("a":{"type":"object"})", "{ a?: Record<string, any> }"},
      {R"("a":{"anyOf":[{},{"type":"string"}]})", "{ a?: any | string }"},
      {R"("a":{"enum":["x",{"y":1}]})", "{ a?: any }"},
      {R"("a":{"type":"object","properties":{"b":{}},"additionalProperties":true})",
       "{ a?: { b?: any; [key: string]: any } }"}};
  for (const auto& [properties, type] : rows) EXPECT_EQ(typeOfInput(properties), type);
  EXPECT_EQ(typeOfInput(R"("a":{"type":"string"})", R"(,"additionalProperties":true)"),
            "{ a?: string ; [key: string]: any }");
}

TEST(ToolDeclarations, EnumsAreWholeOrAny) {
  const auto valuesOf = [](std::size_t count) {
    std::string values;
    for (std::size_t i = 0; i < count; ++i)
      values += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\"";
    return typeOfInput(R"("a":{"enum":[)" + values + "]}");
  };
  const std::string whole = valuesOf(kMaxCheckedLiterals);
  EXPECT_TRUE(holds(whole, "\"" + std::to_string(kMaxCheckedLiterals - 1) + "\""));
  EXPECT_EQ(valuesOf(kMaxCheckedLiterals + 1), "{ a?: any }");
}

TEST(ToolDeclarations, AnObjectWithTooManyPropertiesIsOpen) {
  std::string properties;
  for (std::size_t i = 0; i <= kMaxPrintedProperties; ++i)
    properties += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + R"(":{"type":"string"})";
  const std::string type =
      typeOfInput(R"("a":{"type":"object","properties":{)" + properties + "}}");
  EXPECT_TRUE(holds(type, "[key: string]: any")) << type.substr(type.size() - 80);
}

// Undeclared names are `any` to a checker: too much is never wrong, only unchecked.
TEST(ToolDeclarations, AreBounded) {
  const auto github = snapshotOf({{"github", testing::githubSet()}});
  std::vector<CalledTool> calls;
  const auto& set = *testing::githubSet();
  for (std::uint32_t i = 0; i < set.toolCount(); ++i) {
    calls.push_back({"github." + std::string(set.toolPath(i))});
  }
  const std::string text = declared(*github, calls);
  const std::size_t inputs = text.find("interface Input$0");
  EXPECT_LE(text.size() -
                text.find('\n', text.find("interface Input$" + std::to_string(calls.size() - 1))),
            kMaxCheckedBytes + 1);
  EXPECT_NE(inputs, std::string::npos);
}

TEST(ToolDeclarations, APathThatIsToolAndGroupCanBeBoth) {
  const auto set = compileSet(documentOf(
      R"({"/a":{"get":{"operationId":"a","responses":{"200":{"description":"ok"}}}},)"
      R"("/a/b":{"get":{"operationId":"a/b","responses":{"200":{"description":"ok"}}}}})"));
  const auto snapshot = snapshotOf({{"s", set}});
  std::vector<CalledTool> calls;
  for (std::uint32_t i = 0; i < set->toolCount(); ++i)
    calls.push_back({"s." + std::string(set->toolPath(i))});
  const std::string text = declared(*snapshot, calls);
  for (std::size_t i = 0; i < calls.size(); ++i)
    EXPECT_TRUE(holds(text, "Input$" + std::to_string(i) + ", options")) << text;
}

TEST(ToolDeclarations, TheSignatureIsOneShortLine) {
  const std::string text = signatureOf(*tracker()->find("hub.issues.create"));
  EXPECT_TRUE(text.starts_with("tools.hub.issues.create({ owner: string; title: string; ")) << text;
  EXPECT_TRUE(text.ends_with("): Promise<Issue>")) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(signatureOf(*tracker()->find("discover")).find('\n'), std::string::npos);
  EXPECT_TRUE(signatureOf(*tracker()->find("hub.issues.delete")).ends_with("Promise<null>"));
}

TEST(KnownSegments, CountSourceAndGroups) {
  const std::pair<std::string_view, std::size_t> rows[] = {{"hub.issues.crate", 2},
                                                           {"hub.isues.create", 1},
                                                           {"hubb.issues.create", 0},
                                                           {"hub", 1},
                                                           {"", 0},
                                                           {"hub.issues.create.more", 2},
                                                           {"hub.crate", 1},
                                                           {"discover.x", 0}};
  for (const auto& [path, known] : rows) EXPECT_EQ(tracker()->knownSegments(path), known) << path;
}

}  // namespace
}  // namespace executor::catalog

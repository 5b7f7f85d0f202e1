// Which complaints keep a program from running, where they point, and what they say. The messages
// are the compiler's own; the programs stand beside them.
#include "execution/type-verdict.h"

#include <gtest/gtest.h>

#include "catalog/test-sets.h"
#include "sandbox/program-text.h"
#include "sandbox/source-lines.h"

namespace executor::execution {
namespace {

using sandbox::TypeDiagnostic;

const catalog::Catalog& tracker() {
  static const auto snapshot = catalog::testing::snapshotOf(
      {{"hub", catalog::testing::compileSet(catalog::testing::trackerDocument())}});
  return *snapshot;
}

// The place is that of the first `@` in the code, which is taken out.
struct Marked {
  std::string code;
  std::uint32_t start;
};

Marked marked(std::string code) {
  const std::size_t at = code.find('@');
  code.erase(at, 1);
  const std::size_t head = sandbox::wrapForStripping("").find('\n') + 1;
  return {code, static_cast<std::uint32_t>(head + at)};
}

TypeVerdict judged(std::string withMark, int code, std::string message) {
  const Marked program = marked(std::move(withMark));
  const TypeDiagnostic diagnostic{
      .code = code, .start = program.start, .length = 1, .message = std::move(message)};
  return judgeTypes(program.code, ProgramScan(program.code), tracker(), {&diagnostic, 1});
}

constexpr const char* kNoMember = "Property 'crate' does not exist on type 'tools$hub$issues'.";
constexpr const char* kNoKey =
    "Object literal may only specify known properties, and 'titel' does not exist in type "
    "'Input$0'.";
constexpr const char* kMissing =
    "Property 'owner' is missing in type '{ title: string; }' but required in type 'Input$0'.";
constexpr const char* kNumber = "Type 'number' is not assignable to type 'string'.";

TEST(TypeVerdict, AnUnknownToolBlocksAndNamesTheNearest) {
  const TypeVerdict verdict = judged("\nreturn tools.hub.issues.@crate({})", 2551, kNoMember);
  EXPECT_EQ(verdict.status, "failed");
  ASSERT_EQ(verdict.findings.size(), 1u);
  const TypeFinding& finding = verdict.findings[0];
  EXPECT_TRUE(finding.blocks);
  EXPECT_EQ(finding.line, 2u);
  EXPECT_EQ(finding.column, 25u);
  EXPECT_NE(finding.message.find("hub.issues.crate"), std::string::npos);
  EXPECT_NE(finding.hint.find("hub.issues.create"), std::string::npos);
}

TEST(TypeVerdict, TheWrongPartOfAPathIsMarked) {
  for (const auto& [code, column] : {std::pair{"@tools.hubb.issues.create({})", 7u},
                                     {"@tools.hub.isues.create({})", 11u},
                                     {"@tools . hub . issues . crate({})", 24u},
                                     {"@tools.hub({})", 7u}}) {
    const TypeVerdict verdict = judged(code, 2339, kNoMember);
    ASSERT_EQ(verdict.findings.size(), 1u) << code;
    EXPECT_EQ(verdict.findings[0].column, column) << code;
  }
}

TEST(TypeVerdict, AProgramsOwnToolsAreItsOwn) {
  EXPECT_EQ(judged("const tools = { a: 1 }; tools.@b({})", 2339,
                   "Property 'b' does not exist on type '{ a: number; }'.")
                .status,
            "passed");
}

TEST(TypeVerdict, AnUnknownInputBlocks) {
  const TypeVerdict verdict =
      judged("tools.hub.issues.create({ owner: 'a', @titel: 'x', title: 'y' })", 2353, kNoKey);
  EXPECT_EQ(verdict.status, "failed");
  const TypeFinding& finding = verdict.findings.at(0);
  EXPECT_EQ(finding.message, "titel is no input of tools.hub.issues.create.");
  EXPECT_EQ(finding.hint, "Did you mean title?");
  EXPECT_TRUE(finding.signature.starts_with("tools.hub.issues.create({ owner: string;"));
}

TEST(TypeVerdict, AnUnknownOptionBlocks) {
  const TypeVerdict verdict = judged(
      "tools.hub.issues.create({ owner: 'a', title: 'y' }, { @timeout: 5 })", 2561,
      "Object literal may only specify known properties, but 'timeout' does not exist in type "
      "'CallOptions$'. Did you mean to write 'timeoutMs'?");
  EXPECT_EQ(verdict.findings.at(0).message, "timeout is no option of a call.");
  EXPECT_EQ(verdict.findings.at(0).hint, "Did you mean timeoutMs?");
}

TEST(TypeVerdict, AMissingInputBlocks) {
  const TypeVerdict verdict = judged("tools.hub.issues.create(@{ title: 'x' })", 2741, kMissing);
  EXPECT_EQ(verdict.status, "failed");
  EXPECT_EQ(verdict.findings.at(0).message, "tools.hub.issues.create needs owner.");
  const TypeVerdict none =
      judged("tools.hub.issues.@create()", 2554, "Expected 1-2 arguments, but got 0.");
  EXPECT_EQ(none.findings.at(0).message, "tools.hub.issues.create needs an input.");
}

TEST(TypeVerdict, AValueOfAnotherTypeBlocks) {
  const TypeVerdict verdict =
      judged("tools.hub.issues.create({ @owner: 5, title: 'x' })", 2322, kNumber);
  EXPECT_EQ(verdict.findings.at(0).message, "owner must be string, not number.");
  const TypeVerdict word = judged("tools.hub.issues.list({ owner: 'a', @state: 'opne' })", 2820,
                                  "Type '\"opne\"' is not assignable to type '\"closed\" | "
                                  "\"open\"'. Did you mean '\"open\"'?");
  EXPECT_EQ(word.findings.at(0).message, "state must be \"closed\" | \"open\", not \"opne\".");
  EXPECT_EQ(word.findings.at(0).hint, "Did you mean \"open\"?");
  const TypeVerdict promise = judged("tools.hub.issues.list({ @owner: x() })", 2322,
                                     "Type 'Promise<string>' is not assignable to type 'string'.");
  EXPECT_EQ(promise.findings.at(0).hint, "Put await before the call.");
  const TypeVerdict whole =
      judged("tools.hub.issues.list(@'x')", 2345,
             "Argument of type 'string' is not assignable to parameter of type 'Input$0'.");
  EXPECT_EQ(whole.findings.at(0).message,
            "The input of tools.hub.issues.list must be an object, not string.");
}

struct Row {
  std::string code;
  int number;
  std::string message;
};

// D23: these programs may well run.
TEST(TypeVerdict, WhatMayWorkDoesNotBlock) {
  const Row rows[] = {
      {"tools.hub.issues.create(@{ ...rest, title: 'x' })", 2741, kMissing},
      {"tools.hub.issues.create(@{ [key]: 'a', title: 'x' })", 2741, kMissing},
      {"tools.hub.issues.create(@args)", 2741, kMissing},
      {"tools.hub.issues.create(@args)", 2345,
       "Argument of type '{ owner: number; }' is not assignable to parameter of type 'Input$0'.\n"
       "  Types of property 'owner' are incompatible.\n    Type 'number' is not assignable to type "
       "'string'."},
      {"tools.hub.issues.list({ owner: 'a', @state })", 2322,
       "Type 'string' is not assignable to type '\"closed\" | \"open\"'."},
      {"tools.hub.issues.list({ @owner: new Date() })", 2322,
       "Type 'Date' is not assignable to type 'string'."},
      {"tools.hub.issues.list({ owner: f(@5) })", 2345,
       "Argument of type 'number' is not assignable to parameter of type 'string'."},
      {"tools.hub.issues.list({ owner: xs.map((x) => { return @x.y }) })", 2322, kNumber},
      {"f({ @owner: 5 }); tools.hub.issues.list({})", 2322, kNumber},
      {"tools.hub.issues.create({ labels: [{ @extra: 1 }] })", 2353, kNoKey},
      {"tools.hub.issues.create({ @path: { owner: 'a' }, body: {} })", 2353, kNoKey},
      {"tools.hub.issues.list({ owner: 'a' }, {}, @3)", 2554, "Expected 1-2 arguments, but got 3."},
      {"@tools.hub.issues.lst", 2339, kNoMember}};
  for (const Row& row : rows) {
    EXPECT_EQ(judged(row.code, row.number, row.message).status, "passed") << row.code;
  }
}

TEST(TypeVerdict, MisuseOfAnAnswerIsAWarning) {
  const TypeVerdict verdict =
      judged("const i = await tools.hub.issues.create({});\nreturn i.@titel", 2551,
             "Property 'titel' does not exist on type 'Issue'. Did you mean 'title'?");
  EXPECT_EQ(verdict.status, "passed");
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_FALSE(verdict.findings[0].blocks);
  EXPECT_EQ(verdict.findings[0].line, 2u);
  EXPECT_NE(verdict.findings[0].message.find("Did you mean 'title'?"), std::string::npos);
  const TypeVerdict promise =
      judged("const i = tools.hub.issues.list({ owner: 'a' });\nreturn i.@map((x) => x.id)", 2339,
             "Property 'map' does not exist on type 'Promise<Issue[]>'.");
  EXPECT_EQ(promise.findings.at(0).hint, "Put await before the call.");
}

TEST(TypeVerdict, OfAProgramsOwnObjectsNothingIsSaid) {
  for (const Row& row :
       {Row{"const x = {}; @x.y = 1; tools.a", 2339, "Property 'y' does not exist on type '{}'."},
        {"@f(1); tools.a", 2345,
         "Argument of type 'number' is not assignable to parameter of type 'string'."},
        {"({ @tools } = x)", 2339, "Property 'tool$' does not exist on type 'X'."},
        {"let @a = 1, a = 2; tools.a", 2451, "Cannot redeclare block-scoped variable 'a'."}}) {
    const TypeVerdict verdict = judged(row.code, row.number, row.message);
    EXPECT_EQ(verdict.status, "passed") << row.code;
    EXPECT_TRUE(verdict.findings.empty()) << row.code;
  }
}

// The run reports syntax, in the forms that programs come in.
TEST(TypeVerdict, SyntaxIsLeftToTheRun) {
  EXPECT_EQ(judged("return tools.a(@", 1005, "')' expected.").status, "skipped");
  EXPECT_EQ(judged("f({ a: 1, @a: 2, tools })", 1117,
                   "An object literal cannot have multiple properties with the same name.")
                .status,
            "passed");
}

TEST(TypeVerdict, ComplaintsBehindTheProgramAreNotItsOwn) {
  const std::string code = "return tools.hub.issues.crate({})";
  for (const std::uint32_t start : {0u, 5u, 11u, 46u, 500u, 0xffffffffu}) {
    const TypeDiagnostic diagnostic{.code = 2339, .start = start, .message = kNoMember};
    EXPECT_EQ(judgeTypes(code, ProgramScan(code), tracker(), {&diagnostic, 1}).findings.size(), 0u)
        << start;
  }
}

TEST(TypeVerdict, PositionsAreInUnitsOfUtf16) {
  const std::string code = "const 日本 = '🎉é'; tools.hub.issues.create({ titel: 1 })";
  // Before `titel`: 39 characters, of which one takes two units.
  const std::size_t head = sandbox::wrapForStripping("").find('\n') + 1;
  const std::u16string units = u"const 日本 = '🎉é'; tools.hub.issues.create({ ";
  const TypeDiagnostic diagnostic{
      .code = 2353, .start = static_cast<std::uint32_t>(head + units.size()), .message = kNoKey};
  const TypeVerdict verdict = judgeTypes(code, ProgramScan(code), tracker(), {&diagnostic, 1});
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].column, units.size() + 1);
  EXPECT_EQ(verdict.findings[0].caret.size(), units.size() + 1);
}

TEST(TypeVerdict, LongLinesAreCutAroundThePlace) {
  const std::string pad(sandbox::kMaxExcerptBytes * 3, 'x');
  const TypeVerdict verdict =
      judged("f('" + pad + "'); tools.hub.issues.create({ @titel: '" + pad + "' })", 2353, kNoKey);
  const TypeFinding& finding = verdict.findings.at(0);
  EXPECT_LE(finding.source.size(), sandbox::kMaxExcerptBytes + 6);
  EXPECT_TRUE(finding.source.starts_with("…"));
  EXPECT_TRUE(finding.source.ends_with("…"));
  EXPECT_EQ(finding.column, pad.size() + 6 + 28);
  // The mark stands under the word; the ellipsis is one column and three bytes.
  EXPECT_EQ(finding.source.substr(finding.caret.size() - 1 + 2, 5), "titel");
}

TEST(TypeVerdict, FewAreToldTheBlockingOnesFirst) {
  std::string code = "const x = await tools.hub.issues.create({});\n";
  std::vector<TypeDiagnostic> diagnostics;
  const std::size_t head = sandbox::wrapForStripping("").find('\n') + 1;
  for (int i = 0; i < 8; ++i) {
    code += "x.a;\n";
    diagnostics.push_back({.code = 2339,
                           .start = static_cast<std::uint32_t>(head + code.size() - 3),
                           .message = "Property 'a' does not exist on type 'Issue'."});
  }
  code += "tools.hub.issues.create({ titel: 1 });";
  diagnostics.push_back({.code = 2353,
                         .start = static_cast<std::uint32_t>(head + code.size() - 12),
                         .message = kNoKey});
  diagnostics.push_back(diagnostics.back());
  const TypeVerdict verdict = judgeTypes(code, ProgramScan(code), tracker(), diagnostics);
  EXPECT_EQ(verdict.findings.size(), kMaxFindings);
  EXPECT_TRUE(verdict.findings[0].blocks);
  EXPECT_FALSE(verdict.findings[1].blocks);
  EXPECT_EQ(verdict.more, 4u);
}

TEST(TypeFindings, NeighboursShareASignature) {
  const TypeFinding one{.code = 1, .line = 1, .column = 1, .message = "m", .signature = "sig"};
  const TypeFinding none{.code = 1, .line = 1, .column = 1, .message = "m"};
  const std::string text = findingsText(std::vector{one, one, none}, 0);
  EXPECT_EQ(text.find("sig"), text.rfind("sig"));
  EXPECT_EQ(text.find("  \n"), std::string::npos);
}

TEST(TypeFindings, ReadAsText) {
  const TypeVerdict verdict =
      judged("return tools.hub.issues.list({ @ownr: 'a' })", 2353,
             "Object literal may only specify known properties, and 'ownr' does not exist in type "
             "'Input$0'.");
  EXPECT_EQ(findingsText(verdict.findings, 2),
            "line 1, column 32: ownr is no input of tools.hub.issues.list. Did you mean owner?\n"
            "  1 | return tools.hub.issues.list({ ownr: 'a' })\n"
            "    |                                ^\n"
            "  tools.hub.issues.list({ owner: string; state?: \"open\" | \"closed\" }): "
            "Promise<Issue[]>\n"
            "\n… and 2 more\n");
}

}  // namespace
}  // namespace executor::execution

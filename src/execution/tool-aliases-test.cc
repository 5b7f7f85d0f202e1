// Which names of a program are parts of `tools`, and when they are given up.
#include "execution/tool-aliases.h"

#include <gtest/gtest.h>

#include "execution/type-check-scan.h"

namespace executor::execution {
namespace {

std::string pathsOf(std::string_view code) {
  std::string out;
  const ProgramScan scan(code);
  for (const ToolCall& call : scan.calls()) out += (out.empty() ? "" : " ") + call.path;
  return out;
}

struct Row {
  std::string_view code, found;
};

TEST(ToolAliases, CallsThroughThemAreCallsOfTools) {
  const Row rows[] = {{"const gh = tools.a; gh.b.c({})", "a.b.c"},
                      {"const gh = tools.a\nreturn await gh.b.c({})", "a.b.c"},
                      {"const t = tools; t.a.b({})", "a.b"},
                      {"const { a } = tools; a.b.c({})", "a.b.c"},
                      {"const { a, b: x } = tools; a.c({}); x.d({})", "a.c b.d"},
                      {"const { c, } = tools.a.b; c({})", "a.b.c"},
                      {"const c = tools.a.b; c({})", "a.b"},
                      {"const a = tools['x']; a['y'].z({})", "x.y.z"},
                      {"const a = tools.x; const { y } = a; const z = y.z; z.go({})", "x.y.z.go"},
                      {"const f = () => gh.b({}); const gh = tools.a; f()", "a.b"},
                      {"const gh = tools.a; xs.map((x) => gh?.b?.({ x }))", "a.b"},
                      {"const gh = tools.a; f({ gh: 1 }); x.gh.y(); gh.b({})", "a.b"},
                      {"const a = tools.x; a.y({ id: (await a.z({})).id })", "x.y x.z"}};
  for (const Row& row : rows) {
    EXPECT_EQ(pathsOf(row.code), row.found) << row.code;
    EXPECT_EQ(ProgramScan(row.code).text(), row.code);
  }
}

// What may be something else is `any`: no program is refused for what was guessed.
TEST(ToolAliases, WhatCannotBeFollowedIsGivenUp) {
  for (const std::string_view code : {"let gh = tools.a; gh.b({})",
                                      "var gh = tools.a; gh.b({})",
                                      "const gh = tools.a; f(gh); gh.b({})",
                                      "const gh = tools.a; gh[x].b({})",
                                      "const gh = tools.a; { const gh = other; gh.b({}) }",
                                      "const gh = tools.a; xs.map((gh) => gh.b({}))",
                                      "const gh = tools.a; xs.map(gh => gh.b({}))",
                                      "const gh = tools.a; function f({ gh }) { gh.b({}) }",
                                      "const gh = tools.a; try {} catch (gh) { gh.b({}) }",
                                      "const gh = tools.a; return { gh }",
                                      "const gh = tools.a; gh.b.call(null, {})",
                                      "const gh = tools.a; function gh() {}\ngh.b({})",
                                      "const gh = tools.a; const gh = tools.b; gh.c({})",
                                      "const gh: any = tools.a; gh.b({})",
                                      "const gh = tools.a as any; gh.b({})",
                                      "const gh = tools.a ?? other; gh.b({})",
                                      "const gh = tools.a\n?? other; gh.b({})",
                                      "const gh = tools.a.bind; gh({})",
                                      "const gh = tools.a, x = 1; gh.b({})",
                                      "const { a = other } = tools; a.b({})",
                                      "const { ...rest } = tools; rest.a.b({})",
                                      "const { a: { b } } = tools; b.c({})",
                                      "const { [k]: a } = tools; a.b({})",
                                      "const gh = tools[x]; gh.b({})",
                                      "const gh = await tools.a; gh.b({})",
                                      "for (const gh of [tools.a, tools.c]) gh.b({})",
                                      "(({ a }) => a.b({}))(tools)"}) {
    EXPECT_EQ(pathsOf(code), "") << code;
    EXPECT_EQ(ProgramScan(code).text().size(), code.size());
  }
}

TEST(ToolAliases, AGivenUpPartIsAny) {
  EXPECT_EQ(ProgramScan("const gh = tools.a; f(gh)").text(), "const gh = tool$.a; f(gh)");
  EXPECT_EQ(ProgramScan("const { a, b } = tools; f(a); b.c({})").text(),
            "const { a, b } = tool$; f(a); b.c({})");
}

// Where the compiler says that there is no such part.
TEST(ToolAliases, TheirPlacesBelongToTheCall) {
  const std::string code = "const { aa, bb } = tools.xx;\naa.f({}); bb.g({})";
  const ProgramScan scan(code);
  const auto pathAt = [&](std::string_view text) {
    const Place place = scan.placeOf(code.find(text));
    return place.call == nullptr || !place.inName ? std::string() : place.call->path;
  };
  EXPECT_EQ(pathAt("aa, bb"), "xx.aa.f");
  EXPECT_EQ(pathAt("bb }"), "xx.bb.g");
  EXPECT_EQ(pathAt("xx;"), "xx.aa.f");
  EXPECT_EQ(pathAt("bb.g("), "xx.bb.g");
  EXPECT_EQ(pathAt("const"), "");
}

// An attack by a chain of aliases costs so many readings and no more.
TEST(ToolAliases, RoundsAreBounded) {
  std::string code = "const a0 = tools.x;\n";
  for (int i = 1; i <= 100; ++i) {
    code += "const a" + std::to_string(i) + " = a" + std::to_string(i - 1) + ".n;\n";
  }
  EXPECT_EQ(pathsOf(code + "a100.f({})"), "");
  EXPECT_EQ(pathsOf("const a0 = tools.x; const a1 = a0.y; const a2 = a1.z; a2.f({})"), "x.y.z.f");
}

TEST(ToolAliases, BrokenTextIsRead) {
  for (const std::string_view code :
       {"const", "const {", "const { a", "const { a :", "const a =", "const a = tools.",
        "const a = tools[", "const a = tools['", "const { a, , } = tools", "const = tools"}) {
    EXPECT_EQ(pathsOf(code), "") << code;
  }
}

}  // namespace
}  // namespace executor::execution

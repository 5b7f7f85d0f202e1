// What is a call of a tool in a program's text, and what only looks like one.
#include "execution/type-check-scan.h"

#include <gtest/gtest.h>

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

TEST(TypeCheckScan, ACallIsAFullChainHoweverItIsLaidOut) {
  const Row rows[] = {
      {"tools.a.b.c({})", "a.b.c"},
      {"await tools . a\n  .b /* x */ . c // y\n ({})", "a.b.c"},
      {"tools?.a?.b?.c?.({})", "a.b.c"},
      {"tools.discover({ query: 'x' })", "discover"},
      {"f(tools.a.b({ x: tools.c.d({}) }))", "a.b c.d"},
      {"[1].map((x) => tools.a.b({ x }))", "a.b"},
      {"const s = `${await tools.a.b({})} and ${`${tools.c.d({})}`}`", "a.b c.d"},
      {"if (1 / 2 > 0) tools.a.b({}); const r = 4 / 2 / 1; tools.c.d({})", "a.b c.d"},
      {"return tools.delete.new.in({})", "delete.new.in"},
      {"tools.é.ü({})", "é.ü"},
      {"tools['a'].b[\"c-d\"]({})", "a.b.c-d"},
      {"tools?.[ 'a' ]?.['b']?.({})", "a.b"},
      {"(await tools.a.b({})).c.d({})", "a.b"},
      {"x = a ? tools.a.b({}) : tools.c.d({})", "a.b c.d"},
      {"({ tools }) => tools.a.b({})", "a.b"}};
  for (const Row& row : rows) EXPECT_EQ(pathsOf(row.code), row.found) << row.code;
}

TEST(TypeCheckScan, TextIsNoCode) {
  for (const std::string_view code :
       {"// tools.a.b({})", "/* tools.a.b({}) */", "'tools.a.b({})'", "\"tools.a.b({})\"",
        "`tools.a.b({})`", "'it\\'s tools.a.b({})'", "x = /tools.a.b({})/g",
        "return /[/]tools.a.b({})/", "`\\${tools.a.b({})}`", "x.tools.a.b({})", "x?.tools.a.b({})",
        "mytools.a.b({})", "tools_.a.b({})", "$tools.a.b({})", "({ tools: 1 })"}) {
    EXPECT_EQ(pathsOf(code), "") << code;
  }
}

// Not by its full name: what it is depends on the run.
TEST(TypeCheckScan, OtherUsesBecomeAny) {
  const Row rows[] = {{"tools[ns].list({})", "tool$[ns].list({})"},
                      {"tools.a[b].c({})", "tool$.a[b].c({})"},
                      {"tools.a['b.c'].d({})", "tool$.a['b.c'].d({})"},
                      {"let { a } = tools;", "let { a } = tool$;"},
                      {"tools.a.b.call(null, {})", "tool$.a.b.call(null, {})"},
                      {"tools.a.b!({})", "tool$.a.b!({})"},
                      {"tools.a.b<X>({})", "tool$.a.b<X>({})"},
                      {"xs.map(tools.a.b)", "xs.map(tool$.a.b)"},
                      {"type T = typeof tools.a", "type T = typeof tool$.a"},
                      {"[tools, 1]", "[tool$, 1]"},
                      {"({ ...tools })", "({ ...tool$ })"},
                      {"tools({})", "tool$({})"},
                      {"return tools", "return tool$"},
                      {"a ? tools : b", "a ? tool$ : b"}};
  for (const Row& row : rows) {
    const ProgramScan scan(row.code);
    EXPECT_EQ(scan.text(), row.found);
    EXPECT_TRUE(scan.usesTools());
    EXPECT_EQ(scan.text().size(), row.code.size());
  }
}

TEST(TypeCheckScan, NamesOfTheProgramsOwnAreLeft) {
  for (const std::string_view code :
       {"const tools = 1", "let tools", "function tools() {}", "(tools) => 1", "tools => 1",
        "function f(a, tools: any) {}", "function f(tools = {}) {}", "({ tools: 1 })",
        "interface X { tools: string }", "interface X { tools?: string }", "f(tools)"}) {
    EXPECT_EQ(ProgramScan(code).text(), code);
  }
}

TEST(TypeCheckScan, WithoutToolsNothingIsToBeDone) {
  for (const std::string_view code : {"", "return 1", "// tools", "'tools'", "x.tools"}) {
    EXPECT_FALSE(ProgramScan(code).usesTools()) << code;
  }
}

ToolCall callIn(std::string_view code) {
  const ProgramScan scan(code);
  EXPECT_EQ(scan.calls().size(), 1u) << code;
  return scan.calls().empty() ? ToolCall{} : scan.calls().front();
}

TEST(TypeCheckScan, KnowsWhatIsWrittenOutAtTheCall) {
  const ToolCall call = callIn("tools.a.b({ x: 1, 'y-z': [{ n: 1 }], w, f(v) })");
  EXPECT_TRUE(call.literal);
  EXPECT_TRUE(call.complete);
  EXPECT_EQ(call.keys, (std::vector<std::string>{"x", "y-z", "w", "f"}));
  EXPECT_FALSE(callIn("tools.a.b(args)").literal);
  EXPECT_FALSE(callIn("tools.a.b()").literal);
  EXPECT_FALSE(callIn("tools.a.b({ ...rest, x: 1 })").complete);
  EXPECT_FALSE(callIn("tools.a.b({ [key]: 1 })").complete);
  EXPECT_TRUE(callIn("tools.a.b({ x: [...rest] })").complete);
  EXPECT_TRUE(callIn("tools.a.b({ x: { ...rest } })").complete);
}

TEST(TypeCheckScan, KnowsWhenAnAnswerMayHaveAnotherForm) {
  for (const std::string_view code :
       {"tools.a.b({})", "tools.a.b({ response: 1 })", "tools.a.b({}, { timeoutMs: 5 })",
        "tools.a.b({},)", "tools.a.b({}, )"}) {
    EXPECT_TRUE(callIn(code).plainAnswer) << code;
  }
  for (const std::string_view code :
       {"tools.a.b({}, { response: 'full' })", "tools.a.b({}, options)",
        "tools.a.b({}, { ...options })", "tools.a.b(x, f({ a: 1 }))"}) {
    EXPECT_FALSE(callIn(code).plainAnswer) << code;
  }
}

// The place of the first `@`, which stands for any token.
Place placeIn(std::string code) {
  const std::size_t at = code.find('@');
  code[at] = 'q';
  static ProgramScan scan("");
  scan = ProgramScan(code);
  return scan.placeOf(at);
}

TEST(TypeCheckScan, TellsTheInputFromWhatIsComputedInIt) {
  const auto depthOf = [](std::string_view code) {
    const Place place = placeIn(std::string(code));
    EXPECT_TRUE(place.direct) << code;
    return place.depth;
  };
  EXPECT_EQ(depthOf("tools.a.b(@)"), 0u);
  EXPECT_EQ(depthOf("tools.a.b({ @: 1 })"), 1u);
  EXPECT_EQ(depthOf("tools.a.b({ x: { @: 1 } })"), 2u);
  EXPECT_EQ(depthOf("tools.a.b({ x: [{ @: 1 }] })"), 2u);
  EXPECT_EQ(depthOf("f(() => { return tools.a.b({ @: 1 }) })"), 1u);
  EXPECT_EQ(depthOf("tools.c.d({ y: tools.a.b({ @: 1 }) })"), 1u);
  for (const std::string_view code :
       {"tools.a.b({ x: f(@) })", "tools.a.b({ x: ys.map((y) => { return @ }) })",
        "tools.a.b({ x: `${@}` })", "tools.a.b({ x: (@) })", "@ + tools.a.b({})",
        "tools.a.b({}); f({ @: 1 })"}) {
    const Place place = placeIn(std::string(code));
    EXPECT_FALSE(place.direct) << code;
    EXPECT_EQ(place.call, nullptr) << code;
  }
}

TEST(TypeCheckScan, TheNameIsAPlaceOfItsOwn) {
  const Place place = placeIn("x = tools.a.@({})");
  EXPECT_TRUE(place.inName);
  ASSERT_NE(place.call, nullptr);
  EXPECT_EQ(place.call->path, "a.q");
}

// Somebody else's text: nothing may loop, crash or read beyond the end.
TEST(TypeCheckScan, BrokenTextEnds) {
  for (const std::string_view code : {"tools",
                                      "tools.",
                                      "tools.a(",
                                      "tools.a.b({",
                                      "tools.a.b({ x: '",
                                      "`${tools.a.b({",
                                      "`${",
                                      "tools.a.b({ x: /",
                                      "tools./*",
                                      "tools.a//",
                                      "}}}tools.a.b({})",
                                      "tools.a.b({}))))",
                                      "tools.a.b(}",
                                      "'\\",
                                      "`\\",
                                      "/\\",
                                      "tools?.",
                                      "tools.a?.",
                                      "tools...a",
                                      "\xff tools.\xff("}) {
    const ProgramScan scan(code);
    EXPECT_EQ(scan.text().size(), code.size());
    for (const ToolCall& call : scan.calls()) EXPECT_LE(call.close, code.size());
    for (std::size_t i = 0; i <= code.size(); ++i) (void)scan.placeOf(i);
  }
}

TEST(TypeCheckScan, ProgramsBeyondTheLimitsAreNotLookedAt) {
  std::string calls;
  for (std::size_t i = 0; i < kMaxScannedCalls; ++i) calls += "tools.a.b({});";
  EXPECT_TRUE(ProgramScan(calls).complete());
  EXPECT_FALSE(ProgramScan(calls + "tools.a.b({})").complete());
  std::string brackets = "tools;";
  brackets.append(kMaxScannedBrackets, '(');
  EXPECT_TRUE(ProgramScan(brackets).complete());
  EXPECT_FALSE(ProgramScan(brackets + "(").complete());
}

}  // namespace
}  // namespace executor::execution

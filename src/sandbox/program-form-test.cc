// Programs as agents write them: what is understood, what is left alone, and where errors are.
#include "sandbox/program-form.h"

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

// Each row is what a model has been seen to send, or what one could mistake for it. The result
// tells whether it was understood: a program that nobody completed ends with null.
constexpr LanguageCase kForms[] = {
    // Fences, with and without a language, closed or not, with words around them.
    {"```ts\nreturn 1\n```", "1"},
    {"```\nreturn 2\n```\n", "2"},
    {"\n\n```typescript\nconst a: number = 3;\nreturn a\n```", "3"},
    {"```ts\nreturn 4", "4"},
    {"Here is the program:\n\n```js\nreturn 5\n```\nIt returns five.", "5"},
    {"```ts\r\nreturn 6\r\n```\r\n", "6"},
    {"const t = '```'; return t", R"("```")"},
    // Modules with one export.
    {"export default async function main() { return 1 }", "1"},
    {"export default async function () { return 2 }", "2"},
    {"export default function () { return 3 }", "3"},
    {"export default async () => { return 4 }", "4"},
    {"export default () => 5", "5"},
    {"export default 2 * 3", "6"},
    {"export default { a: 7 };", R"({"a":7})"},
    {"const x: number = 8;\nexport default async function run(): Promise<number> { return x }",
     "8"},
    {"export default function main() { return helper() }\nfunction helper() { return 9 }", "9"},
    {"export  default\nasync () => 10", "10"},
    {"export default await Promise.resolve(11)", "11"},
    {"export default async function main() { return 12 }\n// export default nothing", "12"},
    // One function that nobody calls.
    {"async () => 1", "1"},
    {"async () => { return 2 };", "2"},
    {"() => 3", "3"},
    {"async (): Promise<number> => { const a: number = 4; return a }", "4"},
    {"async function () { return 5 }", "5"},
    {"function () { return 6 }", "6"},
    {"async function main() { return 7 }", "7"},
    {"function helper() { return 8 }\nasync function main() { return helper() }", "8"},
    {"x => x === undefined ? 9 : 0", "9"},
    {"const n = 10;\nasync () => n", "10"},
    {"// the program\nasync () => {\n  return 11\n}\n// its end", "11"},
    // A value at the end.
    {"1 + 1", "2"},
    {"const a = 3;\na", "3"},
    {"const a = 4; a", "4"},
    {"const a = 5\na;\n", "5"},
    {"(async () => { return 6 })()", "6"},
    {"(async () => { return 7 })();", "7"},
    {"await (async () => 8)()", "8"},
    {"async function main() { return 9 }\nmain()", "9"},
    {"async function main() { return 10 }\nawait main();", "10"},
    {"const f = async () => 11\nf()", "11"},
    {"[1, 2].map((x) => { return x * 6 })", "[6,12]"},
    {"({ a: 13 })", R"({"a":13})"},
    {"await tools.a.b({ n: 14 })", R"({"n":14})"},
    {"const r = await tools.a.b({ n: 15 })\nr.n", "15"},
    {"interface A { n: number }\nconst a: A = { n: 16 };\na.n as number", "16"},
    {"enum E { X = 17 }\nE.X", "17"},
    {"`a${1 + 1}`", R"("a2")"},
    {"'text'", R"("text")"},
    {"if (false) { return 1 }\n18", "null"},
    {"function f() { return 1 }\nf() + 18", "19"},
    {"const o = { return: 20 };\no.return", "20"},
    {"let i = 20\ni++\ni", "21"},
    {"const s = [1]\n  .map((x) => x + 21)\ns[0]", "22"},
    {"const x = 23 // the value\nx // is returned", "23"},
    {"let x\nif (true)\n  x = 1\nelse\n  x = 2\nx + 23", "24"},
    {"const a = /[/`'\"]/.test('`')\na", "true"},
    // Left alone: no value that anyone means.
    {"const a = 1", "null"},
    {"for (const a of [1, 2])\n  a", "null"},
    {"let n = 0\nfor (const a of [1, 2])\n  n += a", "null"},
    {"while (false) 1", "null"},
    {"if (true) { 1 }", "null"},
    {"class A {}", "null"},
    {"{ 1 }", "null"},
    {"", "null"},
    {"// nothing", "null"},
    {"function a() { return 1 }\nfunction b() { return 2 }", "null"},
    {"undefined", "null"},
    {"console.log(1)", "null"},
    // Never changed: a body with a `return` of its own.
    {"if (1) return 1\n2", "1"},
    {"if (0) { return 1 }\n2", "null"},
    {"for (;;) { return 3 }\n4", "3"},
    {"try { return 5 } catch { }\n6", "5"},
    {"return 7\n8", "7"},
    {"async () => 1\nreturn 9", "9"},
};

TEST(ProgramForm, IsUnderstoodAsAgentsMeanIt) { expectCases(kForms); }

// Asking the compiler first must not run anything.
TEST(ProgramForm, FinalExpressionsDoNotRunTwice) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf("tools.a.b({})"));
  EXPECT_TRUE(end.ok);
  EXPECT_EQ(recorder.calls.size(), 1u);
}

// A tool is a function to the language, but naming one is not asking for it.
TEST(ProgramForm, ANamedToolIsNotCalled) {
  Recorder recorder;
  EXPECT_TRUE(runToEnd(recorder, programOf("tools.github.issues.delete")).ok);
  EXPECT_TRUE(recorder.calls.empty());
}

// Nobody wrote `return`, so what cannot be returned is no failure.
TEST(ProgramForm, AFinalExpressionWithoutJsonIsNullAndSaid) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf("const o = {}; o.o = o;\no"));
  EXPECT_TRUE(end.ok) << end.error.message;
  EXPECT_EQ(end.resultJson, "null");
  ASSERT_EQ(recorder.console.size(), 1u);
  EXPECT_NE(recorder.console[0].find("not returned"), std::string::npos);
  EXPECT_FALSE(runToEnd("const o = {}; o.o = o; return o").ok);
}

struct FormError {
  const char* code;
  std::uint32_t line, column;
};

// On the line of an insertion, before and after it, and on others.
TEST(ProgramForm, ErrorsKeepTheAgentsPositions) {
  constexpr FormError kErrors[] = {
      {"```ts\nconst a = 1;\nnope.x;\n```", 3, 1},
      {"nope.x", 1, 1},
      {"const a = 1; nope.x", 1, 14},
      {"const a = 1;\n  nope.x", 2, 3},
      {"async () => {\n  nope.x\n}", 2, 3},
      {"async () => nope.x", 1, 13},
      {"export default async function main() {\n  nope.x\n}", 2, 3},
      {"export default async () => nope.x", 1, 28},
      {"(async () => {\n  nope.x;\n})()", 2, 3},
      {"async function () { nope.x }", 1, 21},
      {"enum E { A }\nconst a = E.A;\nnope.x", 3, 1},
  };
  for (const FormError& e : kErrors) {
    const RunEnd end = failureOf(e.code);
    EXPECT_EQ(end.position.line, e.line) << e.code << "\n" << end.error.message;
    EXPECT_EQ(end.position.column, e.column) << e.code << "\n" << end.stack;
  }
}

TEST(ProgramForm, StacksHaveNothingOfOurs) {
  for (const char* code :
       {"async () => {\n  nope.x\n}", "export default async () => {\n  nope.x\n}",
        "async function () {\n  nope.x\n}"}) {
    EXPECT_EQ(failureOf(code).stack, "at 2:3") << code;
  }
  EXPECT_EQ(failureOf("async function main() {\n  nope.x\n}").stack, "at main (2:3)");
}

// A journal keeps the completed text; running that again changes nothing, and errors stay.
TEST(ProgramForm, ReplayOfACompletedProgramIsTheSame) {
  for (const char* code :
       {"const a = 1; a + nope.x", "async () => nope.x", "1 + 1", "async () => 5"}) {
    Recorder first;
    const RunEnd a = runToEnd(first, programOf(code));
    ASSERT_TRUE(first.startedCode);
    Recorder second;
    RunRequest again = programOf(*first.startedCode);
    again.stripped = true;
    const RunEnd b = runToEnd(second, std::move(again));
    EXPECT_EQ(second.startedCode, first.startedCode);
    EXPECT_EQ(a.resultJson, b.resultJson) << code;
    EXPECT_EQ(a.position.column, b.position.column) << code;
    EXPECT_EQ(a.stack, b.stack) << code;
  }
}

TEST(ProgramForm, SyntaxErrorsAreThoseOfTheTextThatWasSent) {
  const RunEnd end = failureOf("const a = 1;\na b");
  EXPECT_EQ(end.error.code, ErrorCode::syntax_error);
  EXPECT_EQ(end.position.line, 2u);
  EXPECT_EQ(failureOf("```ts\nconst x: = 5;\n```").position.line, 2u);
}

// The attack of ProgramError.CodeCannotLeaveItsFunction, by the new ways in.
TEST(ProgramForm, CodeCannotLeaveItsFunctionThroughAForm) {
  for (const char* code :
       {"export default 1 }}; evil(); async()=>{{", "```\n}}; evil(); async()=>{{\n```",
        "1 }}; evil(); async()=>{{ 2", "async () => { }}}; evil(); async()=>{{"}) {
    EXPECT_EQ(failureOf(code).error.code, ErrorCode::syntax_error) << code;
  }
}

// A program may hold the mark or our name for its function: it can only misplace its own columns.
TEST(ProgramForm, TheMarkForgesNothing) {
  EXPECT_EQ(resultOf("const t = 'return\\v';\nreturn t.length"), "7");
  EXPECT_EQ(resultOf("return\v5"), "5");
  EXPECT_EQ(resultOf("const $main = 1; () => $main"), "null") << "the name is taken";
}

TEST(AsBody, KeepsLengthAndLines) {
  EXPECT_EQ(asBody("```ts\na\n```"), "     \na\n   ");
  EXPECT_EQ(asBody("export default 1").substr(0, 16), "const $main =  1");
  EXPECT_EQ(asBody("export default function f() {}").substr(0, 30),
            "               function f() {}");
  EXPECT_EQ(asBody("return 1"), "return 1");
  EXPECT_EQ(asBody("async function () {}"), "async function () {}");
}

TEST(ProgramForm, ATextThatEndsInAnEscapeIsASyntaxError) {
  for (const char* code : {"export `\\", "export '\\", "export /\\", "`\\", "f(`${`\\"}) {
    EXPECT_EQ(failureOf(code).error.code, ErrorCode::syntax_error) << code;
  }
}

TEST(NameLoneFunction, LeavesOthersAsTheyAre) {
  EXPECT_TRUE(nameLoneFunction("function () {}").starts_with("const $main=\vfunction"));
  for (const char* body : {"function f() {}", "() => 1", "function () {}\nx", "", "1"}) {
    EXPECT_EQ(nameLoneFunction(body), body);
  }
}

TEST(FindEnding, TellsWhatTheLastStatementIs) {
  using Kind = BodyEnding::Kind;
  EXPECT_EQ(findEnding("a").kind, Kind::value);
  EXPECT_EQ(findEnding("a\nb").at, 2u);
  EXPECT_EQ(findEnding("a\n(b)").at, 0u) << "a call over two lines";
  EXPECT_EQ(findEnding("a;\n(b)").at, 3u);
  EXPECT_EQ(findEnding("function f() {}\n(b)").at, 16u);
  EXPECT_EQ(findEnding("a\n`b`").at, 0u) << "a tagged template";
  EXPECT_EQ(findEnding("() => a").kind, Kind::function);
  EXPECT_EQ(findEnding("function f() {}").kind, Kind::declared);
  EXPECT_EQ(findEnding("label: a").kind, Kind::none);
  EXPECT_EQ(findEnding("do a\nwhile (b)").kind, Kind::none);
  EXPECT_TRUE(findEnding("if (a) return 1\nb").mayReturn);
  EXPECT_FALSE(findEnding("if (a) b()\nc").mayReturn);
}

// Unfinished, unbalanced and very deep texts: nothing is told of them, and nothing breaks.
TEST(FindEnding, SurvivesNonsense) {
  for (const char* text : {"",       ")",        "(",        "}{",        "`",
                           "`${",    "`${`",     "'",        "\"a\nb",    "/*",
                           "/",      "/[",       "/a",       "=>",        "=> =>",
                           "async",  "async =>", "function", "function*", "export default",
                           "export", "...",      ";;;",      "\\",        "#",
                           "${",     "```"}) {
    (void)findEnding(text);
    (void)asBody(text);
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "`${";
  EXPECT_EQ(findEnding(deep).kind, BodyEnding::Kind::none);
  EXPECT_EQ(findEnding(std::string(100'000, '(')).kind, BodyEnding::Kind::none);
}

}  // namespace
}  // namespace executor::sandbox

// Errors carry the agent's own lines and columns, through wrapper, type stripping and transform.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

struct Place {
  std::uint32_t line, column;
};

void expectAt(const RunEnd& end, Place place, const char* what) {
  EXPECT_EQ(end.position.line, place.line) << what << ": " << end.error.message;
  EXPECT_EQ(end.position.column, place.column) << what << ": " << end.error.message;
}

TEST(ProgramError, FirstLineHasTheAgentsColumn) {
  const RunEnd end = failureOf("throw new TypeError('bad')");
  EXPECT_EQ(end.error.code, ErrorCode::program_error);
  EXPECT_EQ(end.errorName, "TypeError");
  EXPECT_EQ(end.error.message, "bad");
  expectAt(end, {1, 11}, "new on line 1");
}

TEST(ProgramError, StackHasOnlyTheAgentsFrames) {
  const RunEnd end = failureOf(
      "function inner() { null.x; }\nfunction outer() {\n  inner();\n}\n"
      "[1].forEach(() => outer());");
  expectAt(end, {1, 20}, "null.x");
  EXPECT_NE(end.stack.find("at inner (1:20)"), std::string::npos) << end.stack;
  EXPECT_NE(end.stack.find("at outer (3:"), std::string::npos) << end.stack;
  EXPECT_EQ(end.stack.find("executor:"), std::string::npos) << end.stack;
  EXPECT_EQ(end.stack.find("body$"), std::string::npos) << end.stack;
}

TEST(ProgramError, PositionsSurviveTypeStripping) {
  const RunEnd end = failureOf(
      "interface A { x: number }\nconst a: A | null = null as unknown as A;\nreturn a!.x.y;");
  EXPECT_EQ(end.position.line, 3u);
}

TEST(ProgramError, PositionsSurviveTransform) {
  const RunEnd end = failureOf(
      "enum Color { Red, Green }\nnamespace N { export const x = 1 }\n"
      "class P { constructor(private y: number) {} boom() {\n    null.z; } }\nnew P(1).boom();");
  EXPECT_EQ(end.position.line, 4u) << end.stack;
  EXPECT_NE(end.stack.find("(4:"), std::string::npos) << end.stack;
}

TEST(ProgramError, ThrownValuesThatAreNoErrorsAreShown) {
  EXPECT_EQ(failureOf("throw 'text'").error.message, "text");
  EXPECT_EQ(failureOf("throw {a: 1}").error.message, "{ a: 1 }");
  EXPECT_EQ(failureOf("throw undefined").error.message, "undefined");
  EXPECT_EQ(failureOf("throw null").error.code, ErrorCode::program_error);
}

TEST(ProgramError, SyntaxErrorHasLineAndColumn) {
  const RunEnd end = failureOf("const a = 1;\nconst x: = 5;");
  EXPECT_EQ(end.error.code, ErrorCode::syntax_error);
  expectAt(end, {2, 10}, "missing type");
  const RunEnd first = failureOf("const x: = 5;");
  expectAt(first, {1, 10}, "missing type on line 1");
}

TEST(ProgramError, SyntaxErrorsEndBeforeStart) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf("return {"));
  EXPECT_EQ(end.error.code, ErrorCode::syntax_error);
  EXPECT_FALSE(recorder.startedCode);
}

TEST(ProgramError, CodeCannotLeaveItsFunction) {
  for (const char* code : {"}); evil(); (async()=>{", "}}; evil(); async()=>{{", "}{", "}}{{",
                           "} } ; globalThis.x = 1; { {", "}};async()=>{body$:{{", "/*", "`",
                           "if (1)", "}}}}", "{{{{", "return 1 }; {"}) {
    const RunEnd end = failureOf(code);
    EXPECT_EQ(end.error.code, ErrorCode::syntax_error) << code << ": " << end.error.message;
  }
}

TEST(ProgramError, CodeMayEndInAComment) {
  EXPECT_EQ(resultOf("return 1 // done"), "1");
  EXPECT_EQ(resultOf("return 1 /* done */"), "1");
  EXPECT_EQ(resultOf("'use strict'\nreturn 2"), "2");
  EXPECT_EQ(resultOf("return 3\n<!-- html"), "3");
}

TEST(ProgramError, ImportAndExportTeach) {
  for (const char* code :
       {"import x from 'y'; return x", "export const a = 1", "import type {A} from 'b'"}) {
    const RunEnd end = failureOf(code);
    EXPECT_EQ(end.error.code, ErrorCode::syntax_error) << code;
    EXPECT_NE(end.error.message.find("no modules"), std::string::npos) << end.error.message;
    EXPECT_NE(end.error.hint.find("tools."), std::string::npos);
  }
  EXPECT_NE(failureOf("await import('fs')").error.message.find("no modules"), std::string::npos);
}

TEST(ProgramError, TypeScriptOfEveryKindRuns) {
  EXPECT_EQ(resultOf("const v: string = 123 as any; return v satisfies string"), "123");
  EXPECT_EQ(resultOf("type A<T> = T[]; const f = <T,>(x: T): A<T> => [x]; return f<number>(1)"),
            "[1]");
  EXPECT_EQ(resultOf("enum A { X = 3, Y }\nreturn [A.X, A.Y, A[3]]"), R"([3,4,"X"])");
  EXPECT_EQ(resultOf("namespace N { export const a = 1 }\nreturn N.a"), "1");
  EXPECT_EQ(resultOf("class C { constructor(public a = 5) {} }\nreturn new C().a"), "5");
  EXPECT_EQ(resultOf("abstract class B { abstract f(): void; declare x: number; g?(): void }\n"
                     "let u!: number; return typeof B"),
            "\"function\"");
  EXPECT_EQ(resultOf("declare const z: number; let a = [1] as const; return a[0]!"), "1");
}

TEST(ProgramError, JsxIsRefusedClearly) {
  for (const char* code : {"const x = 3;\nreturn <div>hi</div>",
                           "const x = 3;\nreturn (<A b={1} />)", "const x = 3;\nreturn <>{x}</>"}) {
    const RunEnd end = failureOf(code);
    EXPECT_EQ(end.error.code, ErrorCode::unsupported_syntax) << code;
    EXPECT_NE(end.error.message.find("JSX"), std::string::npos) << end.error.message;
    EXPECT_EQ(end.position.line, 2u) << code;
  }
  // What only looks like it.
  EXPECT_EQ(resultOf("const f = <T,>(x: T) => x; return f<string>('<div>')"), "\"<div>\"");
}

TEST(ProgramError, DecoratorsAreRefusedClearly) {
  for (const char* code :
       {"const d = 1;\n@d class A {}\nreturn 1", "class A {\n  @d m() {}\n}\nreturn 1",
        "enum E { X }\nclass A { @d m() {} }\nreturn 1"}) {
    const RunEnd end = failureOf(code);
    EXPECT_EQ(end.error.code, ErrorCode::unsupported_syntax) << code;
    EXPECT_NE(end.error.message.find("Decorators"), std::string::npos) << end.error.message;
    EXPECT_EQ(end.position.line, 2u) << code;
  }
  EXPECT_EQ(resultOf("return 'a@b.c' // @d"), "\"a@b.c\"");
}

TEST(ProgramError, RunsAsStrictCode) {
  EXPECT_EQ(failureOf("undeclared = 1").errorName, "ReferenceError");
  EXPECT_EQ(resultOf("return (function () { return this === undefined })()"), "true");
}

TEST(ProgramError, ResultThatContainsItselfNamesThePath) {
  const RunEnd end = failureOf("const o = {list: []}; o.list.push(o); return o");
  EXPECT_EQ(end.error.code, ErrorCode::result_not_serializable);
  EXPECT_NE(end.error.message.find("$.list[0]"), std::string::npos) << end.error.message;
}

TEST(ProgramError, ThrowingToJsonIsNotSerializable) {
  const RunEnd end = failureOf("return {toJSON() { throw new Error('no') }}");
  EXPECT_EQ(end.error.code, ErrorCode::result_not_serializable);
  EXPECT_NE(end.error.message.find("no"), std::string::npos);
}

TEST(ProgramError, LanguageFeaturesOfToday) {
  EXPECT_EQ(resultOf(R"(
    class A { #p = 1; get p() { return this.#p; } static { A.s = 2; } }
    const set = new Set([1, 2]).union(new Set([3]));
    const grouped = Object.groupBy([1, 2, 3], (x) => x % 2 ? 'odd' : 'even');
    const { promise, resolve } = Promise.withResolvers();
    resolve(4);
    const list = await Array.fromAsync((async function* () { yield 1; yield 2; })());
    return [new A().p, A.s, [...set], grouped, await promise, list, [1, 2].at(-1),
            'a-b'.replaceAll('-', '+'), structuredClone({ a: 1 }), 2n ** 64n, /(?<=a)b/v.test('ab'),
            [3, 1].toSorted(), Iterator.from([1, 2]).map((x) => x * 2).toArray()])"),
            R"([1,2,[1,2,3],{"odd":[1,3],"even":[2]},4,[1,2],2,"a+b",{"a":1},)"
            R"("18446744073709551616",true,[1,3],[2,4]])");
}

}  // namespace
}  // namespace executor::sandbox

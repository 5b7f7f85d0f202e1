// The globals of product.md section 5, one test per kind.
#include "base/json.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::vector<std::string> consoleOf(std::string code) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf(std::move(code)));
  EXPECT_TRUE(end.ok) << end.error.message;
  return recorder.console;
}

using Lines = std::vector<std::string>;

TEST(Console, HasFiveLevels) {
  EXPECT_EQ(consoleOf("console.debug(1); console.log(2); console.info(3); console.warn(4);"
                      "console.error('five')"),
            (Lines{"debug: 1", "log: 2", "info: 3", "warn: 4", "error: five"}));
}

TEST(Console, ShowsNestedValues) {
  EXPECT_EQ(
      consoleOf(R"(console.log({a: [1, 'x', null], 'b-c': undefined, d: {e: {f: {g: {}}}}}))"),
      (Lines{"log: { a: [ 1, 'x', null ], 'b-c': undefined, d: { e: { f: { g: [Object] } } } }"}));
  EXPECT_EQ(consoleOf("console.log([new Map([['k', 1]]), new Set([2]), new Date(0), /r/g, 10n,"
                      "Symbol('s'), -0, () => 1, class Q {}, new Uint8Array(2), tools.a.b])"),
            (Lines{"log: [ Map(1) { 'k' => 1 }, Set(1) { 2 }, 1970-01-01T00:00:00.000Z, /r/g, 10n, "
                   "Symbol(s), -0, [Function (anonymous)], [class: Q], Uint8Array(2) [ 0, 0 ], "
                   "[tool tools.a.b] ]"}));
}

TEST(Console, ShowsErrorsCyclesAndClasses) {
  EXPECT_EQ(consoleOf("const c = {n: 1}; c.self = c; console.log(c, new TypeError('bad'));"
                      "class P { x = 1 } console.log(new P(), Object.create(null))"),
            (Lines{"log: { n: 1, self: [Circular] } TypeError: bad",
                   "log: P { x: 1 } [Object: null prototype] {}"}));
}

TEST(Console, FormatsPlaceholders) {
  EXPECT_EQ(consoleOf("console.log('%s is %d%% of %o', 'a', 5, {b: 1}, 'rest', '%s')"),
            (Lines{"log: a is 5% of { b: 1 } rest %s"}));
}

TEST(Console, NeverThrowsForHostileValues) {
  EXPECT_EQ(
      consoleOf("console.log(new Proxy({}, {ownKeys() { throw 1 }, getPrototypeOf() { throw 2 }}),"
                "{get x() { throw 3 }}, 'after')")
          .size(),
      1u);
}

TEST(Console, IsBoundedAndSaysSo) {
  const auto lines = consoleOf("for (let i = 0; i < 100; i++) console.log('x'.repeat(2000))");
  ASSERT_FALSE(lines.empty());
  EXPECT_LT(lines.size(), 40u);
  EXPECT_NE(lines.back().find("is dropped"), std::string::npos);
  const auto line = consoleOf("console.log('y'.repeat(100000))");
  ASSERT_EQ(line.size(), 1u);
  EXPECT_LT(line[0].size(), kMaxConsoleLineBytes + 100);
}

TEST(Timers, FireInOrderAndCanBeCancelled) {
  EXPECT_EQ(resultOf(R"(
    const seen = [];
    const wait = (ms) => new Promise((r) => setTimeout(r, ms));
    setTimeout((a, b) => seen.push(a + b), 5, 'x', 'y');
    clearTimeout(setTimeout(() => seen.push('never'), 1));
    const tick = () => { seen.push('tick'); if (seen.length > 3) clearInterval(id); };
    const id = setInterval(tick, 10);
    await wait(100);
    return seen)"),
            R"(["xy","tick","tick","tick"])");
}

TEST(Timers, ErrorInACallbackIsSaidOnTheConsole) {
  EXPECT_EQ(consoleOf("setTimeout(() => { throw new TypeError('late') }, 1);"
                      "await new Promise((r) => setTimeout(r, 5))"),
            (Lines{"error: Uncaught in a timer callback: TypeError: late"}));
}

TEST(Timers, LimitIsAnError) {
  EXPECT_EQ(failureOf("for (let i = 0; i < 1001; i++) setTimeout(() => {}, 1000)").error.code,
            ErrorCode::limit_exceeded);
}

TEST(Timers, RefuseText) { EXPECT_EQ(failureOf("setTimeout('evil()', 1)").errorName, "TypeError"); }

TEST(Microtasks, RunBeforeTimersAndOutliveErrors) {
  EXPECT_EQ(resultOf(R"(
    const seen = [];
    setTimeout(() => seen.push('timer'), 0);
    queueMicrotask(() => { seen.push('micro'); throw new Error('x'); });
    await new Promise((r) => setTimeout(r, 1));
    return seen)"),
            R"(["micro","timer"])");
}

TEST(Text, EncodesAndDecodes) {
  EXPECT_EQ(resultOf("return [...new TextEncoder().encode('aé€😀\\ud800')]"),
            "[97,195,169,226,130,172,240,159,152,128,239,191,189]");
  EXPECT_EQ(resultOf("const d = new TextDecoder(); const b = new Uint8Array([239,187,191,195]);"
                     "return d.decode(b, {stream: true}) + d.decode(new Uint8Array([169]))"),
            "\"é\"");
  EXPECT_EQ(
      resultOf("return new TextDecoder().decode(new Uint8Array([97,255,192,128,237,160,128,98]))"),
      "\"a������b\"");
  EXPECT_EQ(
      failureOf("new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255]))").errorName,
      "TypeError");
  EXPECT_EQ(failureOf("new TextDecoder('latin1')").errorName, "RangeError");
}

TEST(Text, Base64) {
  EXPECT_EQ(resultOf("return [btoa('hello'), atob('aGVsbG8=')]"), R"(["aGVsbG8=","hello"])");
  EXPECT_FALSE(failureOf("btoa('€')").ok);
}

TEST(StructuredClone, CopiesWhatIsData) {
  EXPECT_EQ(resultOf(R"(
    const o = {d: new Date(5), m: new Map([[{k: 1}, new Set([1])]]), r: /x/gi, a: [1, , 3],
               u: new Uint16Array([1, 2]), b: 2n, e: new RangeError('bad')};
    o.self = o;
    const c = structuredClone(o);
    return [c !== o, c.self === c, c.d.getTime(), [...c.m][0][0].k, [...c.m][0][1].has(1),
            String(c.r), 1 in c.a, [...c.u], c.u.buffer !== o.u.buffer, c.e instanceof RangeError,
            c.e.message])"),
            R"([true,true,5,1,true,"/x/gi",false,[1,2],true,true,"bad"])");
}

TEST(StructuredClone, RefusesFunctionsAndSymbols) {
  for (const char* value :
       {"() => 1", "Symbol('x')", "{f() {}}", "[new WeakMap()]", "Promise.resolve()"}) {
    EXPECT_EQ(failureOf("structuredClone(" + std::string(value) + ")").errorName, "DataCloneError")
        << value;
  }
}

TEST(Crypto, DrawsFromTheSeed) {
  EXPECT_EQ(resultOf(R"(
    const id = crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(1000));
    return [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
            new Set(bytes).size > 200, id !== crypto.randomUUID()])"),
            "[true,true,true]");
  EXPECT_EQ(failureOf("crypto.getRandomValues(new Float64Array(1))").errorName, "TypeError");
}

TEST(Absent, ThingsOfTheEngineAreNotThere) {
  EXPECT_EQ(
      resultOf("return [typeof std, typeof os, typeof Buffer, typeof hostCall, typeof scriptArgs]"),
      R"(["undefined","undefined","undefined","undefined","undefined"])");
}

// eval and Function are inside the wall: the language's own, no way out.
TEST(Absent, EvalStaysInside) {
  EXPECT_EQ(resultOf("return [eval('1+1'), new Function('a', 'return a * 2')(4)]"), "[2,8]");
  EXPECT_EQ(resultOf("return console.log.constructor('return typeof process0')()"),
            "\"undefined\"");
}

}  // namespace
}  // namespace executor::sandbox

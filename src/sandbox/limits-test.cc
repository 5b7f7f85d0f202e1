// Every limit ends in an error that names it, and the next program runs (engine.md section 3).
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

RunEnd withCpu(std::string code, std::uint32_t cpuMs) {
  RunRequest request = programOf(std::move(code));
  request.limits.cpuMs = cpuMs;
  Recorder recorder;
  return runToEnd(recorder, std::move(request));
}

// Programs that never end by themselves.
constexpr const char* kSpinners[] = {
    "for (;;);",
    "while (true) await 0;",
    "const f = () => Promise.resolve().then(f); await f(); for (;;);",
    "const a = 'a'.repeat(40) + '!'; return /^(a+)+$/.test(a)",
    "[3, 1].sort(() => { for (;;); })",
    "try { for (;;); } catch (e) { return 'caught' } finally { for (;;); }",
    "const x = new Array(2 ** 18).fill(0).map((_, i) => i); for (;;) x.sort();",
    "for (;;) JSON.stringify(Array(1e5).fill('\\u0000'))",
    "return {toJSON() { for (;;); }}",
    "const e = new Error('x'); Object.defineProperty(e, 'name', {get() { for (;;); }}); throw e",
    "console.log(new Proxy({}, {ownKeys() { for (;;); }}))",
    "await tools.a.b({toJSON() { for (;;); }})",
    "for (;;) await tools.a.b({}).catch(() => {});",
    "setInterval(() => {}, 0); for (;;) await 1;",
    "(async () => { for (;;) await 0 })(); await new Promise(() => {})",
    "function* g() { for (;;) yield 1 } for (const x of g());",
    "let n = 2n; for (;;) n = (n * n) % (2n ** 4096n - 1n) + 1n;",
    "'x'.repeat(2 ** 20).replace(/x/g, () => { for (;;); })",
    "new Proxy({}, {get() { for (;;); }}).x",
    "class A { static [Symbol.hasInstance]() { for (;;); } } 1 instanceof A",
};

TEST(Limits, CpuBudgetEndsEveryProgram) {
  for (const char* code : kSpinners) {
    const RunEnd end = withCpu(code, 60);
    EXPECT_FALSE(end.ok) << code;
    // One of them may run into the limit of calls first.
    EXPECT_TRUE(end.error.code == ErrorCode::cpu_limit || end.error.code == ErrorCode::call_limit)
        << code << ": " << end.error.codeName() << " " << end.error.message;
    EXPECT_FALSE(end.error.hint.empty()) << code;
  }
  EXPECT_EQ(resultOf("return 1"), "1");
}

TEST(Limits, CpuOfAllTurnsCounts) {
  const RunEnd end = withCpu(
      "for (let i = 0; ; i++) { for (let j = 0; j < 2e4; j++); await tools.t.get({}); }", 40);
  EXPECT_TRUE(end.error.code == ErrorCode::cpu_limit || end.error.code == ErrorCode::call_limit);
  EXPECT_GT(end.cpuMicros, 1000u);
}

TEST(Limits, BudgetIsCappedByTheProducts) {
  RunRequest request = programOf("return 1");
  request.limits.cpuMs = 4'000'000'000;
  request.limits.memoryBytes = std::size_t{1} << 40;
  Recorder recorder;
  EXPECT_EQ(runToEnd(recorder, std::move(request)).resultJson, "1");
}

TEST(Limits, MemoryEndsInMemoryLimit) {
  for (const char* code : {"const a = []; for (;;) a.push(new Array(1000).fill(1.5));",
                           "const a = []; for (;;) a.push(new Uint8Array(1 << 20));",
                           "const m = new Map(); for (let i = 0; ; i++) m.set(i, {i});",
                           "return Array.from({length: 1e9}, (_, i) => i)"}) {
    const RunEnd end = failureOf(code);
    EXPECT_EQ(end.error.code, ErrorCode::memory_limit)
        << code << ": " << end.error.codeName() << " " << end.error.message;
  }
  EXPECT_EQ(resultOf("return 1"), "1");
}

TEST(Limits, MemoryErrorCanBeCaught) {
  EXPECT_EQ(resultOf("try { const a = []; for (;;) a.push(new Uint8Array(1 << 20)); }"
                     "catch (e) { return 'caught' }"),
            "\"caught\"");
}

TEST(Limits, MemoryCapIsPerRun) {
  RunRequest request = programOf("new Uint8Array(16 << 20); return 1");
  request.limits.memoryBytes = 8u << 20;
  Recorder recorder;
  EXPECT_EQ(runToEnd(recorder, request).error.code, ErrorCode::memory_limit);
  EXPECT_EQ(resultOf("new Uint8Array(16 << 20); return 1"), "1");
}

TEST(Limits, RecursionEndsInStackOverflow) {
  for (const char* code :
       {"function f() { return f() + 1 } return f()",
        "const o = {get a() { return this.a }}; return o.a", "const f = (x) => [x].map(f); f(1)",
        "class A { toString() { return `${this}` } } `${new A()}`"}) {
    EXPECT_EQ(failureOf(code).error.code, ErrorCode::stack_overflow) << code;
  }
  EXPECT_EQ(resultOf("function f() { f() } try { f() } catch (e) { return e.name }"),
            "\"RangeError\"");
}

// Depth of data, in the engine's own recursive functions.
TEST(Limits, DeepDataEndsInAnError) {
  for (const char* code :
       {"let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; return o",
        "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; JSON.stringify(o)",
        "JSON.parse('['.repeat(2e5) + ']'.repeat(2e5))",
        "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))", "eval('('.repeat(1e5) + ')'.repeat(1e5))",
        "let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; structuredClone(o)"}) {
    const RunEnd end = failureOf(code);
    EXPECT_NE(end.error.code, ErrorCode::worker_crashed) << code << ": " << end.error.detail;
  }
  EXPECT_EQ(resultOf("return 1"), "1");
}

// The type stripper meets hostile nesting on its own native stack.
TEST(Limits, DeepSourceEndsInASyntaxError) {
  for (const char open : {'(', '[', '{', '!', '`'}) {
    const RunEnd end = failureOf("return " + std::string(100'000, open));
    EXPECT_EQ(end.error.code, ErrorCode::syntax_error) << open << end.error.codeName();
  }
  std::string nested;
  for (int i = 0; i < 50'000; ++i) nested += "a?";
  EXPECT_EQ(failureOf("return " + nested).error.code, ErrorCode::syntax_error);
  EXPECT_EQ(resultOf("return 1 as number"), "1");
}

TEST(Limits, CodeSizeIsChecked) {
  EXPECT_EQ(failureOf("//" + std::string(kMaxCodeBytes, 'x')).error.code,
            ErrorCode::payload_too_large);
}

TEST(Limits, ResultSizeIsChecked) {
  const RunEnd end = failureOf("return 'x'.repeat(17 << 20)");
  EXPECT_EQ(end.error.code, ErrorCode::result_too_large);
  EXPECT_EQ(resultOf("return 'x'.repeat(1 << 20)").size(), (1u << 20) + 2);
}

TEST(Limits, InputSizeIsChecked) {
  const RunEnd end = failureOf("await tools.a.b({x: 'x'.repeat(9 << 20)})");
  EXPECT_EQ(end.error.code, ErrorCode::payload_too_large);
}

TEST(Limits, PathSizeIsChecked) {
  EXPECT_EQ(failureOf("await tools['x'.repeat(2000)]({})").error.code,
            ErrorCode::payload_too_large);
}

TEST(Limits, LargeDeliveryFailsTheCall) {
  EXPECT_EQ(resultOf("try { await tools.a.b({}) } catch (e) { return e.code }",
                     [](const SeenCall& c) {
                       return succeed(c, '"' + std::string(17u << 20, 'x') + '"');
                     }),
            "\"upstream_too_large\"");
}

TEST(Limits, MegabytesTravelBothWays) {
  EXPECT_EQ(resultOf("const r = await tools.a.b({x: 'x'.repeat(4 << 20)}); return r.x.length"),
            std::to_string(4 << 20));
}

// One that computes delays no other of its worker by more than a few slices: they all end.
TEST(Limits, ComputingProgramsLetOthersEnd) {
  Bench& bench = Bench::get();
  std::vector<std::unique_ptr<Recorder>> hogs;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  for (const char* code : {"for (;;);", "for (;;) JSON.stringify(Array(1e5).fill('\\u0000'))",
                           "while (true) await 0;"}) {
    RunRequest request = programOf(code);
    request.limits.cpuMs = 3'000;
    hogs.push_back(std::make_unique<Recorder>());
    runs.push_back(bench.runtime->start(std::move(request), *hogs.back()));
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(resultOf("const r = await tools.a.b({x: 1}); return r.x"), "1");
  }
  for (auto& run : runs) run->stop({ErrorCode::cancelled, "Enough.", {}, {}});
  ASSERT_TRUE(bench.until(
      [&] { return std::ranges::all_of(hogs, [](const auto& h) { return h->end.has_value(); }); }));
}

}  // namespace
}  // namespace executor::sandbox

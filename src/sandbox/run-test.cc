// The ordinary life of a program: it runs, calls, waits, and ends.
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::optional<Delivery> leaveOpen(const SeenCall&) { return std::nullopt; }

TEST(Run, ReturnsItsValueAsJson) {
  EXPECT_EQ(resultOf("return 1+1"), "2");
  EXPECT_EQ(resultOf("return {a: [1, 'b', null, true], c: {d: 1.5}}"),
            R"({"a":[1,"b",null,true],"c":{"d":1.5}})");
}

TEST(Run, TurnsUndefinedIntoNull) {
  EXPECT_EQ(resultOf("const a = 1;"), "null");
  EXPECT_EQ(resultOf("return undefined"), "null");
  EXPECT_EQ(resultOf("return () => 1"), "null");
  EXPECT_EQ(resultOf(""), "null");
}

TEST(Run, KeepsDoublesExactly) {
  EXPECT_EQ(resultOf("return [0.1+0.2, 5e-324, 1.7976931348623157e308, -0, 2**53-1]"),
            "[0.30000000000000004,5e-324,1.7976931348623157e+308,0,9007199254740991]");
  EXPECT_EQ(resultOf("return [NaN, Infinity, [undefined]]"), "[null,null,[null]]");
}

TEST(Run, GivesBigIntAsDecimalText) {
  EXPECT_EQ(resultOf("return {a: 10n, b: 2n**70n}"), R"({"a":"10","b":"1180591620717411303424"})");
}

TEST(Run, PassesTextThroughUnchanged) {
  EXPECT_EQ(resultOf(R"(return 'é€😀\u0000"\\')"), "\"é€😀\\u0000\\\"\\\\\"");
  EXPECT_EQ(resultOf(R"(return '\ud800')"), R"("\ud800")");
}

TEST(Run, CallsATool) {
  Recorder recorder;
  const RunEnd end =
      runToEnd(recorder,
               programOf("const r = await tools.github.issues.list({owner: 'a'}); return r.owner"));
  EXPECT_TRUE(end.ok) << end.error.message;
  EXPECT_EQ(end.resultJson, "\"a\"");
  ASSERT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(recorder.calls[0].path, "github.issues.list");
  EXPECT_EQ(recorder.calls[0].input, R"({"owner":"a"})");
  EXPECT_EQ(recorder.calls[0].options, "");
  EXPECT_EQ(recorder.turns, std::vector<std::uint32_t>{1});
  EXPECT_EQ(recorder.startedCode,
            "const r = await tools.github.issues.list({owner: 'a'}); return r.owner");
}

TEST(Run, SendsOptionsBesideTheInput) {
  Recorder recorder;
  runToEnd(recorder, programOf("await tools.a.b({x: 1}, {response: 'full'})"));
  ASSERT_EQ(recorder.calls.size(), 1u);
  EXPECT_EQ(recorder.calls[0].options, R"({"response":"full"})");
}

TEST(Run, SendsAnEmptyObjectWithoutArgument) {
  Recorder recorder;
  runToEnd(recorder, programOf("await tools.a.b(); await tools.a.b(undefined)"));
  ASSERT_EQ(recorder.calls.size(), 2u);
  EXPECT_EQ(recorder.calls[0].input, "{}");
  EXPECT_EQ(recorder.calls[1].input, "{}");
}

TEST(Run, NumbersCallsInProgramOrder) {
  Recorder recorder;
  const RunEnd end = runToEnd(recorder, programOf(R"(
    const all = await Promise.all([1, 2, 3].map((i) => tools.t.get({i})));
    const last = await tools.t.last({});
    return all.map((x) => x.i))"));
  EXPECT_EQ(end.resultJson, "[1,2,3]");
  ASSERT_EQ(recorder.calls.size(), 4u);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(recorder.calls[i].n, i + 1);
  EXPECT_EQ(recorder.calls[3].path, "t.last");
  EXPECT_EQ(recorder.turns, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

TEST(Run, GivesUndefinedForAnEmptyValue) {
  EXPECT_EQ(resultOf("return [await tools.a.b() === undefined]",
                     [](const SeenCall& c) { return succeed(c, ""); }),
            "[true]");
}

TEST(Run, FloatingCallsDoNotDelayTheEnd) {
  Recorder recorder(leaveOpen);
  const RunEnd end = runToEnd(recorder, programOf("tools.a.b({}); return 'done'"));
  EXPECT_EQ(end.resultJson, "\"done\"");
  EXPECT_EQ(recorder.calls.size(), 1u);
}

TEST(Run, UnawaitedFailureDoesNotEndTheProgram) {
  EXPECT_EQ(resultOf("tools.a.bad({}); await tools.a.good({}); return 1",
                     [](const SeenCall& c) -> std::optional<Delivery> {
                       if (c.path == "a.bad") return failCall(c, "upstream_error", "no");
                       return succeed(c, "1");
                     }),
            "1");
}

TEST(Run, TellsADeadlock) {
  const RunEnd end = failureOf("await new Promise(() => {})");
  EXPECT_EQ(end.error.code, ErrorCode::deadlock);
}

TEST(Run, WaitingForACallOrTimerIsNoDeadlock) {
  EXPECT_EQ(resultOf("await new Promise((r) => setTimeout(r, 5)); return 1"), "1");
}

TEST(Run, MovesTheClockOnlyBetweenTurns) {
  EXPECT_EQ(resultOf(R"(
    const a = Date.now();
    for (let i = 0; i < 1e5; i++);
    const b = Date.now();
    await new Promise((r) => setTimeout(r, 1000));
    return [b - a, Date.now() - a, performance.now(), new Date().getTimezoneOffset()])"),
            "[0,1000,1000,0]");
}

TEST(Run, StopEndsItWithTheGivenError) {
  Bench& bench = Bench::get();
  Recorder recorder(leaveOpen);
  auto run = bench.runtime->start(programOf("await tools.a.b({})"), recorder);
  recorder.run = run.get();
  ASSERT_TRUE(bench.until([&] { return !recorder.turns.empty(); }));
  run->stop({ErrorCode::cancelled, "Stopped.", {}, {}});
  EXPECT_FALSE(recorder.end) << "onEnd must not come from inside stop()";
  ASSERT_TRUE(bench.until([&] { return recorder.end.has_value(); }));
  EXPECT_EQ(recorder.end->error.code, ErrorCode::cancelled);
  run->stop({ErrorCode::internal, "Again.", {}, {}});
  EXPECT_EQ(recorder.end->error.code, ErrorCode::cancelled);
}

TEST(Run, StopEndsAComputingProgram) {
  Bench& bench = Bench::get();
  Recorder recorder;
  auto run = bench.runtime->start(programOf("for (;;);"), recorder);
  ASSERT_TRUE(bench.until([&] { return recorder.startedCode.has_value() || true; }));
  run->stop({ErrorCode::timed_out, "Late.", {}, {}});
  ASSERT_TRUE(bench.until([&] { return recorder.end.has_value(); }));
  EXPECT_EQ(recorder.end->error.code, ErrorCode::timed_out);
  EXPECT_EQ(resultOf("return 3"), "3");
}

TEST(Run, DestroyingItSilencesIt) {
  Bench& bench = Bench::get();
  Recorder recorder;
  bench.runtime->start(programOf("await tools.a.b({}); return 1"), recorder).reset();
  EXPECT_EQ(resultOf("return 4"), "4");
  EXPECT_FALSE(recorder.end);
  EXPECT_TRUE(recorder.calls.empty());
}

TEST(Run, IgnoresDeliveriesForUnknownCalls) {
  Bench& bench = Bench::get();
  Recorder recorder(leaveOpen);
  auto run = bench.runtime->start(programOf("return await tools.a.b({})"), recorder);
  recorder.run = run.get();
  ASSERT_TRUE(bench.until([&] { return !recorder.turns.empty(); }));
  run->deliver({.n = 7, .ok = true, .valueJson = "1"}, 1);
  run->deliverTimer(3, 1);
  run->deliver({.n = 1, .ok = true, .valueJson = "2"}, 1);
  run->deliver({.n = 1, .ok = true, .valueJson = "3"}, 1);
  ASSERT_TRUE(bench.until([&] { return recorder.end.has_value(); }));
  EXPECT_EQ(recorder.end->resultJson, "2");
  EXPECT_EQ(recorder.turns.size(), 1u);
}

// Same code, seed, clock and deliveries: same calls, same result (D8).
TEST(Run, ReplaysExactly) {
  const std::string code = R"(
    const ids = [];
    for (let i = 0; i < 5; i++) {
      const calls = [tools.a.x({r: Math.random()}), tools.a.y({t: Date.now()})];
      const winner = await Promise.race(calls);
      ids.push(crypto.randomUUID(), winner);
    }
    return [ids, Math.random(), Object.keys(Object.groupBy([3, 1, 2], (x) => x % 2))])";
  Recorder first, second;
  const RunEnd a = runToEnd(first, programOf(code));
  const RunEnd b = runToEnd(second, programOf(code));
  EXPECT_TRUE(a.ok) << a.error.message;
  EXPECT_EQ(a.resultJson, b.resultJson);
  ASSERT_EQ(first.calls.size(), second.calls.size());
  for (std::size_t i = 0; i < first.calls.size(); ++i) {
    EXPECT_EQ(first.calls[i].input, second.calls[i].input);
    EXPECT_EQ(first.calls[i].path, second.calls[i].path);
  }
}

TEST(Run, AnotherSeedDrawsOtherNumbers) {
  RunRequest request = programOf("return [Math.random(), crypto.randomUUID()]");
  Recorder first, second;
  const RunEnd a = runToEnd(first, request);
  request.seed = 8;
  const RunEnd b = runToEnd(second, request);
  EXPECT_NE(a.resultJson, b.resultJson);
}

TEST(Run, NothingSurvivesIntoTheNext) {
  resultOf("globalThis.leak = 'secret'; Array.prototype.x = 1; JSON.stringify = null; return 1");
  EXPECT_EQ(resultOf("return [typeof leak, [].x === undefined, typeof JSON.stringify]"),
            R"(["undefined",true,"function"])");
}

TEST(Run, RunsStrippedCodeAsItIs) {
  RunRequest request = programOf("return [1]");
  request.stripped = true;
  Recorder recorder;
  EXPECT_EQ(runToEnd(recorder, request).resultJson, "[1]");
}

TEST(Run, ManyWaitInOneWorker) {
  constexpr int kRuns = 200;
  Bench& bench = Bench::get();
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  for (int i = 0; i < kRuns; ++i) {
    recorders.push_back(std::make_unique<Recorder>(leaveOpen));
    runs.push_back(bench.runtime->start(
        programOf("const a = await tools.t.get({}); return a + " + std::to_string(i)),
        *recorders.back()));
  }
  ASSERT_TRUE(bench.until([&] {
    return std::ranges::all_of(recorders, [](const auto& r) { return !r->turns.empty(); });
  }));
  for (auto& run : runs) run->deliver({.n = 1, .ok = true, .valueJson = "1000"}, 1);
  ASSERT_TRUE(bench.until([&] {
    return std::ranges::all_of(recorders, [](const auto& r) { return r->end.has_value(); });
  }));
  for (int i = 0; i < kRuns; ++i) {
    EXPECT_EQ(recorders[i]->end->resultJson, std::to_string(1000 + i));
  }
}

}  // namespace
}  // namespace executor::sandbox

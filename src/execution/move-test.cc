// D9: when a worker dies, only the execution on CPU fails; the others go on, and nothing is sent
// twice.
#include <gtest/gtest.h>
#include <signal.h>

#include "execution/live.h"
#include "execution/testing/fragile-runtime.h"
#include "execution/testing/stage.h"
#include "sandbox/local-runtime.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::FragileRuntime;
using testing::Stage;

class MoveTest : public ::testing::Test {
 protected:
  MoveTest() {
    stage_.addShop();
    stage_.allow("shop.items.create");
    stage_.runOn(fragile_);
  }
  // Runs that were let go of are destroyed by the loop, and must find the runtime.
  ~MoveTest() override {
    stage_.executions.reset();
    stage_.loop.poll();
  }

  void untilIdle(std::size_t calls) {
    stage_.until([&] { return stage_.upstream.seen().size() >= calls; });
  }

  Stage stage_;
  FragileRuntime fragile_{stage_.loop, *stage_.runtime};
};

// Concurrent calls, safe and unsafe, one that fails, timers that fire and one that is cancelled,
// random numbers, console lines and output, over several turns.
constexpr std::string_view kProgram = R"js(
  const order = [];
  const after = (ms, value) =>
    new Promise((r) => setTimeout(() => { order.push(value); r(value) }, ms));
  const random = Math.random();
  console.log('begin');
  const [list, made, first] = await Promise.all([
    tools.shop.items.list(), tools.shop.items.create({name: 'a' + random}), after(3, 'first')]);
  console.log('middle');
  emit('shown once');
  const dead = setTimeout(() => order.push('dead'), 1);
  clearTimeout(dead);
  const code = await tools.shop.items.missing().catch((e) => e.code);
  const [second, again] = await Promise.all([
    after(1, 'second'), tools.shop.items.create({name: 'b' + random})]);
  console.log('end');
  return [list.length, made.got.name === 'a' + random, first, code, second,
          again.got.name === 'b' + random, order, Math.random() !== random];
)js";
constexpr std::string_view kResult =
    R"js([1,true,"first","upstream_error","second",true,["first","second"],true])js";

void checkWhole(Stage& stage, const ExecutionView& view, std::size_t before) {
  ASSERT_EQ(view.state, State::completed) << view.errorCode << ": " << view.errorMessage;
  EXPECT_EQ(view.resultJson, kResult);
  ASSERT_EQ(view.logs.size(), 3u);
  EXPECT_EQ(view.logs[1].text, "middle");
  EXPECT_EQ(view.emitted.size(), 1u);
  EXPECT_EQ(view.calls.size(), 4u);
  EXPECT_EQ(stage.upstream.seen().size() - before, 4u) << "each is sent exactly once";
}

TEST_F(MoveTest, WhereverItsProcessDiesAProgramEndsTheSameAndSendsNothingTwice) {
  std::uint32_t steps = 0;
  for (std::uint32_t step = 1; step < 200; ++step) {
    SCOPED_TRACE("dies at step " + std::to_string(step));
    fragile_.dieAt({step});
    const std::size_t before = stage_.upstream.seen().size();
    checkWhole(stage_, stage_.runProgram(std::string(kProgram)), before);
    if (HasFatalFailure() || fragile_.deaths() == 0) break;
    steps = step;
  }
  EXPECT_GE(steps, 25u) << "the program has that many points";
  EXPECT_LT(steps, 199u);
}

TEST_F(MoveTest, DyingAgainAnywhereInTheReplayChangesNothing) {
  for (std::uint32_t first = 2; first < 26; first += 3) {
    for (std::uint32_t second = 1; second < 26; second += 2) {
      SCOPED_TRACE(std::to_string(first) + " and " + std::to_string(second) + " steps later");
      fragile_.dieAt({first, second});
      const std::size_t before = stage_.upstream.seen().size();
      checkWhole(stage_, stage_.runProgram(std::string(kProgram)), before);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(MoveTest, TheJournalSaysThatItMovedAndNothingElse) {
  fragile_.dieAt({2});
  const ExecutionView view = stage_.runProgram("return (await tools.shop.items.list()).length");
  EXPECT_EQ(view.resultJson, "1") << view.errorMessage;
  EXPECT_EQ(stage_.story(view.id),
            "created started resumed call call_requested delivered finished");
  EXPECT_NE(stage_.events(view.id)[2].bodyJson.find("worker_lost"), std::string::npos);
}

TEST_F(MoveTest, TheJournalSaysThatItMovedBecauseItComputes) {
  fragile_.blame(sandbox::Loss::moved);
  fragile_.dieAt({2});
  const ExecutionView view = stage_.runProgram("return (await tools.shop.items.list()).length");
  EXPECT_EQ(view.resultJson, "1") << view.errorMessage;
  EXPECT_NE(stage_.events(view.id)[2].bodyJson.find("computes"), std::string::npos);
  EXPECT_EQ(stage_.events(view.id)[2].bodyJson.find("worker_lost"), std::string::npos);
}

TEST_F(MoveTest, ATurnThatComputesGoesOnAmongThoseThatComputeAndSendsNothingTwice) {
  fragile_.blame(sandbox::Loss::moved);
  fragile_.dieAt({5});
  const std::size_t before = stage_.upstream.seen().size();
  const ExecutionView view = stage_.runProgram(std::string(kProgram));
  checkWhole(stage_, view, before);
  EXPECT_EQ(fragile_.starts(), 2u);
  EXPECT_TRUE(fragile_.computing());
  EXPECT_FALSE(fragile_.mayMove()) << "it is moved once";
}

TEST_F(MoveTest, WhoeverWasOnTheCpuFails) {
  fragile_.blame(sandbox::Loss::cause);
  fragile_.dieAt({3});
  const ExecutionView view = stage_.runProgram("return (await tools.shop.items.list()).length");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "worker_crashed");
  EXPECT_EQ(fragile_.starts(), 1u);
}

TEST_F(MoveTest, LosingEveryProcessWithoutProgressEndsIt) {
  fragile_.dieAt(std::vector<std::uint32_t>(50, 1));
  const ExecutionView view = stage_.runProgram("return 1");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "worker_crashed");
  EXPECT_EQ(fragile_.starts(), kMaxMovesInOneTurn + 1);
}

TEST_F(MoveTest, ProgressForgivesTheLossesBefore) {
  std::vector<std::uint32_t> deaths;
  for (std::uint32_t turn = 0; turn < 3 * kMaxMovesInOneTurn; ++turn)
    deaths.push_back(40 + 4 * turn);
  fragile_.dieAt(deaths);
  const ExecutionView view = stage_.runProgram(
      "for (let i = 0; i < 60; i++) await new Promise(r => setTimeout(r, 0)); return 'through'");
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(fragile_.deaths(), 3 * kMaxMovesInOneTurn);
}

TEST_F(MoveTest, WhoWaitsForAHumanNeedsNoProcessUntilTheDecision) {
  const std::string id = stage_.start("return (await tools.shop.slow.write())", 1'000);
  const PendingApproval asked = stage_.untilAsked(id);
  fragile_.dieAtRest();
  stage_.until([&] { return fragile_.deaths() == 1; });
  EXPECT_EQ(stage_.show(id).state, State::waiting);
  EXPECT_EQ(fragile_.starts(), 1u) << "nothing is due for it";
  stage_.decide(asked.id, true);
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(fragile_.starts(), 2u);
}

TEST_F(MoveTest, ACallUnderWayGoesOnAndItsOutcomeBringsTheProgramBack) {
  stage_.upstream.holdUntil(2);
  const std::string id = stage_.start("return (await tools.shop.slow.read()).together");
  untilIdle(1);
  fragile_.dieAtRest();
  stage_.until([&] { return fragile_.deaths() == 1; });
  EXPECT_EQ(stage_.show(id).state, State::running);
  stage_.upstream.release();
  EXPECT_EQ(stage_.finish(id).state, State::completed);
  EXPECT_EQ(stage_.upstream.seen().size(), 1u);
}

TEST_F(MoveTest, WithoutAProcessItIsCancelledAndTimesOutLikeAnyOther) {
  stage_.upstream.holdUntil(9);
  const std::string cancelled = stage_.start("return await tools.shop.slow.read()");
  const std::string late = stage_.start("return await tools.shop.slow.read()", 300);
  untilIdle(2);
  fragile_.dieAtRest();
  stage_.until([&] { return fragile_.deaths() == 2; });
  auto view = stage_.run(stage_.executions->cancel(agent(), cancelled, "enough"));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->state, State::cancelled);
  EXPECT_EQ(stage_.finish(late).state, State::timed_out);
  EXPECT_EQ(fragile_.starts(), 2u);
  stage_.upstream.release();
}

// The same with processes that are really killed.
class KilledWorkerTest : public ::testing::Test {
 protected:
  KilledWorkerTest() { stage_.addShop(); }

  void killWorkers() {
    for (const pid_t pid : static_cast<sandbox::LocalRuntime&>(*stage_.runtime).workerPids()) {
      ::kill(pid, SIGKILL);
    }
  }

  Stage stage_;
};

TEST_F(KilledWorkerTest, OnlyTheOneThatComputesFails) {
  stage_.upstream.holdUntil(9);
  const std::string human = stage_.start(
      "const r = Math.random(); const made = await tools.shop.items.create({name: 'x' + r});"
      "return made.got.name === 'x' + r");
  const PendingApproval asked = stage_.untilAsked(human);
  const std::string upstream = stage_.start(
      "console.log('once'); const it = await tools.shop.slow.read(); return 'answered'");
  stage_.until([&] { return stage_.upstream.count("GET /slow") == 1; });
  const std::string timer =
      stage_.start("await new Promise(r => setTimeout(r, 300)); return 'woken'");
  stage_.until([&] { return stage_.show(timer).state == State::running; });
  const std::string computing = stage_.start("for (;;) {}");
  killWorkers();

  const ExecutionView failed = stage_.finish(computing);
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_EQ(failed.errorCode, "worker_crashed");
  stage_.upstream.release();
  const ExecutionView answered = stage_.finish(upstream);
  EXPECT_EQ(answered.resultJson, R"("answered")") << answered.errorMessage;
  EXPECT_EQ(answered.logs.size(), 1u);
  EXPECT_EQ(stage_.finish(timer).resultJson, R"("woken")");
  stage_.decide(asked.id, true);
  EXPECT_EQ(stage_.finish(human).resultJson, "true");
  EXPECT_EQ(stage_.upstream.seen().size(), 2u) << "one read and one write, each once";
}

}  // namespace
}  // namespace executor::execution

#include "execution/simulation/script.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "execution/simulation/script-runtime.h"

namespace executor::execution::simulation {
namespace {

// Writes down what a script does.
class Notes : public sandbox::RunEvents {
 public:
  void onStarted(std::string) override { text += "started "; }
  void onCall(std::uint32_t n, std::string path, std::string input, std::string options) override {
    text += fmt::format("call{}:{} ", n, path);
    lastInput = std::move(input);
    lastOptions = std::move(options);
  }
  void onTimer(std::uint32_t id, std::uint32_t delay) override {
    text += fmt::format("timer{}:{} ", id, delay);
  }
  void onTimerCancelled(std::uint32_t id) override { text += fmt::format("cancel{} ", id); }
  void onConsole(sandbox::ConsoleLine line) override { text += fmt::format("[{}] ", line.text); }
  void onEmit(sandbox::Emission) override { text += "emit "; }
  void onTurnEnd(std::uint32_t turn) override { text += fmt::format("turn{} ", turn); }
  void onEnd(sandbox::RunEnd end) override {
    text += end.ok ? "end:" + end.resultJson : "error:" + std::to_string(end.hostErrorCall);
    last = std::move(end);
  }

  std::string text, lastInput, lastOptions;
  sandbox::RunEnd last;
};

sandbox::Delivery good(std::uint32_t n) { return {.n = n, .ok = true, .valueJson = "1"}; }
sandbox::Delivery bad(std::uint32_t n) { return {.n = n, .ok = false, .code = "denied"}; }

TEST(Script, CallsAreNumberedInOrderAndCarryTheirToken) {
  Notes notes;
  ScriptMachine machine("#7 c0 c1k w");
  EXPECT_FALSE(machine.turn(notes, 0));
  EXPECT_EQ(notes.text, "call1:shop.items.list call2:shop.items.create ");
  EXPECT_EQ(notes.lastInput, R"({"name":"7.2"})");
  EXPECT_EQ(notes.lastOptions, R"({"idempotencyKey":"key-7.2"})");
}

TEST(Script, ItWaitsForAllOfItsCalls) {
  Notes notes;
  ScriptMachine machine("#1 c0 c0 w");
  machine.turn(notes, 0);
  EXPECT_TRUE(machine.settle(good(2)));
  EXPECT_FALSE(machine.turn(notes, 0));
  EXPECT_TRUE(machine.settle(good(1)));
  EXPECT_TRUE(machine.turn(notes, 0));
  EXPECT_TRUE(notes.text.ends_with(R"(end:{"completed":2})"));
}

TEST(Script, AFailureIsThrownWhereItIsWaitedForUnlessItIsCaught) {
  for (const std::string caught : {"", " t"}) {
    Notes notes;
    ScriptMachine machine("#1" + caught + " c0 w l");
    machine.turn(notes, 0);
    machine.settle(bad(1));
    EXPECT_TRUE(machine.turn(notes, 5));
    EXPECT_EQ(notes.last.ok, !caught.empty());
    EXPECT_EQ(notes.last.hostErrorCall, caught.empty() ? 1u : 0u);
  }
}

TEST(Script, ACallThatWinsARaceCancelsTheTimer) {
  Notes notes;
  ScriptMachine machine("#1 c0 r40");
  machine.turn(notes, 0);
  machine.settle(good(1));
  EXPECT_TRUE(machine.turn(notes, 0));
  EXPECT_EQ(notes.text, R"(call1:shop.items.list timer1:40 cancel1 end:{"completed":1})");
}

TEST(Script, ATimerThatWinsARaceLeavesTheCallOpen) {
  Notes notes;
  ScriptMachine machine("#1 c0 r40 l");
  machine.turn(notes, 0);
  EXPECT_TRUE(machine.fire(1));
  EXPECT_TRUE(machine.turn(notes, 40));
  EXPECT_TRUE(notes.text.find("[40 0 1]") != std::string::npos) << notes.text;
}

TEST(Script, WhatNobodyWaitsForIsSaid) {
  Notes notes;
  ScriptMachine machine("#1 c0 w");
  machine.turn(notes, 0);
  EXPECT_FALSE(machine.settle(good(2)));
  EXPECT_FALSE(machine.fire(1));
  EXPECT_TRUE(machine.settle(good(1)));
  EXPECT_FALSE(machine.settle(good(1)));
}

TEST(Script, ABranchDependsOnTheLastOutcome) {
  for (const bool ok : {true, false}) {
    Notes notes;
    ScriptMachine machine("#1 t c0 w d c1 w");
    machine.turn(notes, 0);
    machine.settle(ok ? good(1) : bad(1));
    machine.turn(notes, 0);
    EXPECT_EQ(notes.text.find("call2") != std::string::npos, ok);
  }
}

TEST(Script, ItThrowsAnErrorOfItsOwn) {
  Notes notes;
  ScriptMachine machine("#1 x c0");
  EXPECT_TRUE(machine.turn(notes, 0));
  EXPECT_EQ(notes.text, "error:0");
}

TEST(Script, TokensAndSerialsAreFoundAgain) {
  EXPECT_EQ(callOf(callToken(12, 34)), std::pair(12u, 34u));
  EXPECT_EQ(serialIn("#12 c0 w"), 12u);
  EXPECT_EQ(serialIn(R"({"name":"5.1"})"), 5u);
  EXPECT_EQ(serialIn("return 1"), 0u);
}

TEST(Script, TheSameDiceMakeTheSameProgramsAndOthersMakeOthers) {
  std::set<std::string> programs;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Dice a(seed), b(seed);
    const std::string program = makeScript(a, 1);
    EXPECT_EQ(program, makeScript(b, 1));
    EXPECT_TRUE(program.starts_with("#1 "));
    programs.insert(program);
  }
  EXPECT_GT(programs.size(), 40u);
}

class ScriptRuntimeTest : public ::testing::Test {
 protected:
  std::unique_ptr<sandbox::Run> start(std::string code) {
    return runtime_.start({.code = std::move(code)}, notes_);
  }

  asio::io_context loop_;
  std::string misuse_;
  ScriptRuntime runtime_{loop_, {.misuse = [this](std::string what) { misuse_ = what; }}};
  Notes notes_;
};

TEST_F(ScriptRuntimeTest, NothingIsCalledBackFromWithinStartOrDeliver) {
  const auto run = start("#1 c0 w");
  EXPECT_EQ(notes_.text, "");
  loop_.poll();
  EXPECT_EQ(notes_.text, "started call1:shop.items.list turn1 ");
  run->deliver(good(1), 0);
  EXPECT_TRUE(notes_.text.ends_with("turn1 "));
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(notes_.text.ends_with(R"(end:{"completed":1})"));
  EXPECT_EQ(misuse_, "");
}

TEST_F(ScriptRuntimeTest, EachDeliveryIsATurnOfItsOwn) {
  const auto run = start("#1 c0 c0 c0 w");
  loop_.poll();
  run->deliver(good(3), 0);
  run->deliver(good(1), 0);
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(notes_.text.ends_with("turn1 turn2 turn3 ")) << notes_.text;
}

TEST_F(ScriptRuntimeTest, ADestroyedRunSaysNothingMore) {
  auto run = start("#1 c0 w");
  run.reset();
  loop_.poll();
  EXPECT_EQ(notes_.text, "");
  EXPECT_EQ(runtime_.running(), 0u);
}

TEST_F(ScriptRuntimeTest, ALostRunEndsByItsLossAndForgetsWhatIsDelivered) {
  const auto run = start("#1 c0 w");
  loop_.poll();
  run->deliver(good(1), 0);
  runtime_.lose(0, sandbox::Loss::atRest);
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(notes_.last.loss, sandbox::Loss::atRest);
  EXPECT_EQ(notes_.last.error.code, ErrorCode::worker_crashed);
  EXPECT_EQ(notes_.text.find("turn2"), std::string::npos);
}

TEST_F(ScriptRuntimeTest, AStoppedRunEndsOnceWithTheGivenError) {
  const auto run = start("#1 c0 w");
  loop_.poll();
  run->stop(Error{ErrorCode::timed_out, "Too long.", {}, {}});
  run->stop(Error{ErrorCode::cancelled, "Never mind.", {}, {}});
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(notes_.last.error.code, ErrorCode::timed_out);
}

TEST_F(ScriptRuntimeTest, ADeliveryThatNobodyWaitsForIsMisuse) {
  const auto run = start("#1 c0 w");
  loop_.poll();
  run->deliver(good(2), 0);
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(misuse_, "delivered to nobody: the outcome of call 2");
}

}  // namespace
}  // namespace executor::execution::simulation

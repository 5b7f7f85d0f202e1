// What a workspace's settings do to its programs: each at its limit and one past it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::LastingUpstream;
using testing::Paths;
using testing::Stage;

class WorkspaceLimits : public ::testing::Test {
 protected:
  WorkspaceLimits() { stage_.addShop(); }

  ExecutionView run(std::string code) {
    ExecuteRequest request;
    request.principal = agent();
    request.code = std::move(code);
    return stage_.finish(*stage_.run(stage_.executions->start(std::move(request))));
  }
  Result<std::string> start(std::optional<std::uint32_t> timeoutMs, std::string code = "return 1") {
    ExecuteRequest request;
    request.principal = agent();
    request.code = std::move(code);
    request.timeoutMs = timeoutMs;
    return stage_.run(stage_.executions->start(std::move(request)));
  }

  Stage stage_;
};

TEST_F(WorkspaceLimits, NumberOfCalls) {
  stage_.set("calls", 2);
  const std::string two = "for (let i = 0; i < 2; i++) await tools.shop.items.list({});";
  EXPECT_EQ(run(two + "return 'two'").resultJson, "\"two\"");
  const ExecutionView three = run(two + "await tools.shop.items.list({})");
  EXPECT_EQ(three.state, State::failed);
  EXPECT_EQ(three.errorCode, "call_limit");
  EXPECT_FALSE(three.errorHint.empty());
  EXPECT_EQ(stage_.upstream.count("GET /items"), 4u) << "the third was not sent";
}

TEST_F(WorkspaceLimits, CallsAtOnceWaitForEachOther) {
  stage_.set("openCalls", 2);
  stage_.upstream.holdUntil(2);
  const ExecutionView view =
      run("const all = await Promise.all([1, 2, 3, 4].map(() => tools.shop.slow.read({})));"
          "return all.length");
  EXPECT_EQ(view.resultJson, "4") << "two and two: three together would not have been answered";
}

TEST_F(WorkspaceLimits, InputOfACall) {
  stage_.set("callInputBytes", 1'024);
  stage_.allow("shop.items.create");
  // {"name":"…"} has 11 bytes beside the text.
  const auto create = [&](int bytes) {
    return run(fmt::format("return await tools.shop.items.create({{ name: 'x'.repeat({}) }})",
                           bytes - 11));
  };
  EXPECT_EQ(create(1'024).state, State::completed);
  const ExecutionView beyond = create(1'025);
  EXPECT_EQ(beyond.errorCode, "payload_too_large");
  EXPECT_NE(beyond.errorMessage.find("has 1025 bytes; a call may have 1024"), std::string::npos)
      << beyond.errorMessage;
  EXPECT_NE(beyond.errorHint.find("callInputBytes"), std::string::npos);
  EXPECT_EQ(stage_.upstream.count("POST /items"), 1u);
}

TEST_F(WorkspaceLimits, AnInputThatIsTooLargeIsNotPutBeforeAHuman) {
  stage_.set("callInputBytes", 1'024);
  const ExecutionView view =
      run("return await tools.shop.items.create({ name: 'x'.repeat(2000) })");
  EXPECT_EQ(view.errorCode, "payload_too_large");
  EXPECT_EQ(stage_.story(view.id).find("approval_requested"), std::string::npos);
}

// /big answers 300,002 bytes.
TEST_F(WorkspaceLimits, AnswerToACall) {
  stage_.set("callOutputBytes", 300'002);
  EXPECT_EQ(run("return (await tools.shop.items.big({})).length").resultJson, "300000");
  stage_.set("callOutputBytes", 300'001);
  const ExecutionView beyond = run("return (await tools.shop.items.big({})).length");
  EXPECT_EQ(beyond.errorCode, "upstream_too_large");
  EXPECT_FALSE(beyond.errorHint.empty());
}

TEST_F(WorkspaceLimits, ResultOfAProgramAndOfADirectCall) {
  stage_.set("resultBytes", 1'024);
  EXPECT_EQ(run("return 'x'.repeat(1022)").state, State::completed);
  const ExecutionView beyond = run("return 'x'.repeat(1023)");
  EXPECT_EQ(beyond.state, State::failed);
  EXPECT_EQ(beyond.errorCode, "result_too_large");
  EXPECT_NE(beyond.errorHint.find("resultBytes"), std::string::npos);
  EXPECT_EQ(stage_.finish(stage_.call("shop.items.big", "{}")).errorCode, "result_too_large");
}

TEST_F(WorkspaceLimits, CpuOfAProgram) {
  stage_.set("cpuMs", 50);
  EXPECT_EQ(run("return 1 + 1").resultJson, "2");
  const ExecutionView view = run("for (;;) {}");
  EXPECT_EQ(view.errorCode, "cpu_limit");
  EXPECT_NE(view.errorMessage.find("50 ms"), std::string::npos) << view.errorMessage;
}

TEST_F(WorkspaceLimits, MemoryOfAProgram) {
  const std::string twenty = "const kept = new Uint8Array(20 << 20); return kept.length";
  EXPECT_EQ(run(twenty).state, State::completed);
  stage_.set("memoryBytes", kLeastMemoryBytes);
  EXPECT_EQ(run("return 1 + 1").resultJson, "2") << "the least is enough to run";
  const ExecutionView view = run(twenty);
  EXPECT_EQ(view.errorCode, "memory_limit");
  EXPECT_NE(view.errorMessage.find("16 MiB"), std::string::npos) << view.errorMessage;
}

TEST_F(WorkspaceLimits, TheTimeThatAProgramMayAskFor) {
  stage_.set("maxTimeoutMs", 2'000);
  EXPECT_TRUE(start(2'000));
  const auto refused = start(2'001);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message, "timeoutMs must be from 1 to 2000.");
  EXPECT_NE(refused.error().hint.find("maxTimeoutMs"), std::string::npos);
}

TEST_F(WorkspaceLimits, TheTimeOfAProgramThatAsksForNone) {
  stage_.set("timeoutMs", 30);
  const auto id = start({}, "await new Promise(r => setTimeout(r, 600000))");
  const ExecutionView view = stage_.finish(*id);
  EXPECT_EQ(view.state, State::timed_out);
  EXPECT_NE(view.errorMessage.find("30 ms"), std::string::npos);
}

TEST_F(WorkspaceLimits, PlacesAndQueue) {
  const std::string forever = "await new Promise(r => setTimeout(r, 600000))";
  stage_.set("running", 1);
  stage_.set("queued", 1);
  const auto first = start({}, forever);
  const auto second = start({}, forever);
  EXPECT_EQ(stage_.show(*second).queuePosition, 1u);
  const auto third = start({}, forever);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::limit_exceeded);
  stage_.set("running", 2);
  EXPECT_EQ(stage_.show(*second).queuePosition, 0u) << "a new place is given at once";
}

TEST_F(WorkspaceLimits, ExecutionsThatWaitForAPerson) {
  stage_.set("waiting", 1);
  const std::string asks = "return await tools.shop.items.create({ name: 'a' })";
  stage_.untilAsked(*start({}, asks));
  const auto second = start({}, asks);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::limit_exceeded);
}

TEST_F(WorkspaceLimits, TheAgeOfAQuestion) {
  stage_.set("approvalDays", 2);
  const auto asked =
      stage_.untilAsked(*start({}, "return await tools.shop.items.create({ name: 'a' })"));
  const auto view = stage_.run(stage_.approvals->show(agent(), asked.id));
  EXPECT_EQ(view->expiresAt - view->createdAt, 2 * kDayMs);
}

// One day old to the millisecond, and one millisecond less.
TEST(WorkspaceLimitsAge, AnExecutionThatWaitsPastItsAgeIsCancelledAndSendsNothing) {
  const Paths paths = Paths::fresh();
  LastingUpstream upstream;
  std::string id;
  EpochMs createdAt = 0;
  {
    Stage stage(paths);
    stage.keepFiles = true;
    stage.addShop(upstream.url());
    stage.set("waitingDays", 1);
    id = stage.start("return await tools.shop.items.create({ name: 'a' })");
    stage.untilAsked(id);
    createdAt = stage.show(id).createdAt;
  }
  {
    Stage stage(paths);
    stage.keepFiles = true;
    stage.clock.advance(createdAt + kDayMs - 1 - stage.clock.now());
    ASSERT_TRUE(stage.run(stage.executions->recover()));
    stage.untilAsked(id);
    EXPECT_EQ(stage.show(id).state, State::waiting);
  }
  Stage stage(paths);
  stage.clock.advance(createdAt + kDayMs - stage.clock.now());
  ASSERT_TRUE(stage.run(stage.executions->recover()));
  const ExecutionView view = stage.finish(id);
  EXPECT_EQ(view.state, State::cancelled);
  EXPECT_NE(view.errorMessage.find("expired"), std::string::npos) << view.errorMessage;
  EXPECT_TRUE(view.approvals.empty());
  EXPECT_EQ(upstream.count("POST"), 0u);
}

// A program goes on as it began: what changes meanwhile is for the next one.
TEST_F(WorkspaceLimits, ThoseOfTheStartHoldUntilTheEnd) {
  stage_.set("calls", 2);
  const auto id = start({},
                        "await tools.shop.items.list({});"
                        "await tools.shop.items.create({ name: 'a' }); return 'both'");
  const auto asked = stage_.untilAsked(*id);
  stage_.set("calls", 0);
  stage_.decide(asked.id, true);
  EXPECT_EQ(stage_.finish(*id).resultJson, "\"both\"");
  EXPECT_EQ(run("await tools.shop.items.list({})").errorCode, "call_limit");
}

// Limits that a replay did not know would let it take another way than the journal.
TEST(WorkspaceLimitsReplay, ARestartGoesOnUnderThoseOfTheStart) {
  const Paths paths = Paths::fresh();
  LastingUpstream upstream;
  std::string id;
  std::string asked;
  {
    Stage stage(paths);
    stage.keepFiles = true;
    stage.addShop(upstream.url());
    stage.set("calls", 1);
    id = stage.start(
        "try { return await tools.shop.items.create({ name: 'a' }) } finally {"
        "  try { await tools.shop.items.list({}) } catch (e) { console.log(e.code) } }");
    asked = stage.untilAsked(id).id;
    stage.set("calls", nullptr);
  }
  Stage stage(paths);
  ASSERT_TRUE(stage.run(stage.executions->recover()));
  stage.decide(asked, true);
  const ExecutionView view = stage.finish(id);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  ASSERT_EQ(view.logs.size(), 1u);
  EXPECT_EQ(view.logs[0].text, "call_limit");
}

}  // namespace
}  // namespace executor::execution

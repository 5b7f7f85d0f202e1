// Calls of a program: approvals, frozen input, concurrency, cancellation, direct calls, the clock.
#include <gtest/gtest.h>

#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::person;
using testing::Stage;

class LiveCallsTest : public ::testing::Test {
 protected:
  LiveCallsTest() { stage_.addShop(); }

  Stage stage_;
};

TEST_F(LiveCallsTest, AReadReturnsItsBodyAndIsListedWithItsStatus) {
  const ExecutionView view = stage_.runProgram("return (await tools.shop.items.list())[0].id");
  ASSERT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, "1");
  ASSERT_EQ(view.calls.size(), 1u);
  EXPECT_EQ(view.calls[0].tool, "shop.items.list");
  EXPECT_EQ(view.calls[0].status, "completed");
  EXPECT_EQ(stage_.story(view.id), "created started call call_requested delivered finished");
  EXPECT_EQ(stage_.show(view.id).calls[0].id, view.calls[0].id);
}

TEST_F(LiveCallsTest, AWriteWaitsIsApprovedAndIsSentOnce) {
  const std::string id = stage_.start("return (await tools.shop.items.create({name: 'x'})).id");
  const PendingApproval asked = stage_.untilAsked(id);
  EXPECT_EQ(asked.tool, "shop.items.create");
  EXPECT_TRUE(stage_.upstream.seen().empty());
  EXPECT_EQ(stage_.show(id).calls[0].status, "waiting");
  stage_.decide(asked.id, true, "fine");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.resultJson, "7") << view.errorMessage;
  EXPECT_EQ(stage_.upstream.count("POST"), 1u);
  EXPECT_TRUE(view.approvals.empty());
  EXPECT_EQ(stage_.story(id),
            "created started call approval_requested decided call_requested delivered finished");
}

TEST_F(LiveCallsTest, AnOutcomeThatComesInTheLastTurnIsInTheJournal) {
  stage_.deny("shop.items.list");
  const ExecutionView view = stage_.runProgram("void tools.shop.items.list().catch(() => 0)");
  ASSERT_EQ(view.state, State::completed) << view.errorMessage;
  ASSERT_EQ(view.calls.size(), 1u);
  EXPECT_EQ(view.calls[0].status, "denied");
  EXPECT_EQ(stage_.story(view.id), "created started call call_ended finished");
}

TEST_F(LiveCallsTest, WhatWasApprovedIsWhatIsSent) {
  const std::string id = stage_.start(
      "const input = {name: 'harmless'};"
      "const call = tools.shop.items.create(input);"
      "input.name = 'swapped'; input.note = 'more';"
      "const got = (await call).got; return got");
  const PendingApproval asked = stage_.untilAsked(id);
  stage_.decide(asked.id, true);
  EXPECT_EQ(stage_.finish(id).resultJson, R"({"name":"harmless"})");
}

TEST_F(LiveCallsTest, TheReviewersReasonReachesTheProgramWhichMayGoOn) {
  const std::string id = stage_.start(
      "try { await tools.shop.items.create({name: 'x'}) }"
      "catch (e) { return [e.code, e.message, e.toolPath] }");
  stage_.decide(stage_.untilAsked(id).id, false, "wrong account");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::completed);
  EXPECT_NE(view.resultJson.find("approval_denied"), std::string::npos) << view.resultJson;
  EXPECT_NE(view.resultJson.find("wrong account"), std::string::npos);
  EXPECT_NE(view.resultJson.find("shop.items.create"), std::string::npos);
  EXPECT_EQ(view.calls[0].status, "denied");
  EXPECT_TRUE(stage_.upstream.seen().empty());
}

TEST_F(LiveCallsTest, AnUncaughtDenialIsTheStateDenied) {
  const std::string id = stage_.start("await tools.shop.items.create({name: 'x'})");
  stage_.decide(stage_.untilAsked(id).id, false, "no");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::denied);
  EXPECT_EQ(view.errorCode, "approval_denied");
}

TEST_F(LiveCallsTest, ADenialWrappedInAnotherErrorIsAFailure) {
  stage_.deny("shop.items.list");
  const ExecutionView plain = stage_.runProgram("await tools.shop.items.list()");
  EXPECT_EQ(plain.state, State::denied);
  EXPECT_EQ(plain.errorCode, "policy_denied");
  const ExecutionView wrapped = stage_.runProgram(
      "try { await tools.shop.items.list() }"
      "catch (e) { throw Object.assign(new Error(e.message), e) }");
  EXPECT_EQ(wrapped.state, State::failed);
  EXPECT_TRUE(stage_.upstream.seen().empty());
}

TEST_F(LiveCallsTest, AnUncaughtUpstreamErrorKeepsItsCodeStatusAndBody) {
  const ExecutionView view = stage_.runProgram("await tools.shop.items.missing()");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "upstream_error");
  EXPECT_EQ(view.errorStatus, 404);
  EXPECT_EQ(view.errorBodyJson, R"({"message":"no such item"})");
  EXPECT_EQ(view.errorMessage, "shop answered 404 Not Found: no such item");
}

TEST_F(LiveCallsTest, CallsOfOnePromiseAllAreUnderWayTogether) {
  stage_.upstream.holdUntil(8);
  const ExecutionView view = stage_.runProgram(
      "return await Promise.all(Array.from({length: 8}, () => tools.shop.slow.read()))");
  ASSERT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.calls.size(), 8u);
  EXPECT_EQ(stage_.upstream.count("GET /slow"), 8u);
}

TEST_F(LiveCallsTest, SeveralApprovalsAreOpenAtOnceAndDecidedInAnyOrder) {
  const std::string id = stage_.start(
      "const made = await Promise.allSettled(['a', 'b'].map(name => "
      "tools.shop.items.create({name}))); return made.map(m => m.status)");
  stage_.untilAsked(id);
  const auto open = stage_.show(id).approvals;
  ASSERT_EQ(open.size(), 2u);
  stage_.decide(open[1].id, true);
  stage_.decide(open[0].id, false);
  EXPECT_EQ(stage_.finish(id).resultJson, R"(["rejected","fulfilled"])");
  EXPECT_EQ(stage_.upstream.count("POST"), 1u);
}

TEST_F(LiveCallsTest, AFloatingCallIsCancelledAtTheEndAndItsApprovalToo) {
  const std::string id =
      stage_.start("tools.shop.items.create({name: 'x'}); await tools.shop.items.list(); return 1");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::completed);
  EXPECT_EQ(view.calls[0].status, "cancelled");
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
  auto approvals = stage_.run(stage_.approvals->list(person(), "pending", id));
  EXPECT_TRUE(approvals->empty());
}

TEST_F(LiveCallsTest, CancelWhileWaitingCancelsTheApproval) {
  const std::string id = stage_.start("await tools.shop.items.create({name: 'x'})");
  const PendingApproval asked = stage_.untilAsked(id);
  auto cancelled = stage_.run(stage_.executions->cancel(agent(), id, "changed my mind"));
  EXPECT_EQ(cancelled->state, State::cancelled);
  auto late = stage_.run(stage_.approvals->decide(person(), asked.id, true, ""));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::already_decided);
  EXPECT_TRUE(stage_.upstream.seen().empty());
}

TEST_F(LiveCallsTest, CancelStopsTheUpstreamRequestAndAnUnsafeOneIsUnknown) {
  stage_.allow("shop.slow.write");
  stage_.upstream.holdUntil(3);
  const std::string id =
      stage_.start("await Promise.all([tools.shop.slow.write(), tools.shop.slow.read()])");
  stage_.until([&] { return stage_.upstream.seen().size() == 2; });
  auto view = stage_.run(stage_.executions->cancel(agent(), id, ""));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->calls[0].status, "unknown");
  EXPECT_EQ(view->calls[1].status, "cancelled");
  stage_.upstream.release();
}

TEST_F(LiveCallsTest, ATimedOutProgramsUnsafeCallIsUnknown) {
  stage_.allow("shop.slow.write");
  stage_.upstream.holdUntil(2);
  const ExecutionView view = stage_.runProgram("await tools.shop.slow.write()", 200);
  EXPECT_EQ(view.state, State::timed_out);
  EXPECT_EQ(view.calls[0].status, "unknown");
  stage_.upstream.release();
}

TEST_F(LiveCallsTest, WaitingForAHumanDoesNotConsumeTheTime) {
  const std::string id =
      stage_.start("return (await tools.shop.items.create({name: 'x'})).id", 1500);
  const PendingApproval asked = stage_.untilAsked(id);
  const SteadyTime later = SteadyClock::now() + std::chrono::milliseconds(1700);
  stage_.until([&] { return SteadyClock::now() > later; });
  EXPECT_EQ(stage_.show(id).state, State::waiting);
  stage_.decide(asked.id, true);
  EXPECT_EQ(stage_.finish(id).state, State::completed);
}

TEST_F(LiveCallsTest, AProgramWithAnotherOperationOpenIsNotWaiting) {
  stage_.upstream.holdUntil(2);
  const std::string id = stage_.start(
      "await Promise.all([tools.shop.items.create({name: 'x'}), tools.shop.slow.read()])");
  stage_.until([&] { return stage_.upstream.seen().size() == 1; });
  EXPECT_EQ(stage_.show(id).state, State::running);
  stage_.upstream.release();
  stage_.untilAsked(id);
}

TEST_F(LiveCallsTest, AnAgedOutApprovalThrowsApprovalExpired) {
  const std::string id = stage_.start(
      "try { await tools.shop.items.create({name: 'x'}) } catch (e) { return e.code }");
  stage_.untilAsked(id);
  stage_.clock.advance(approval::kDefaultMaxAge);
  EXPECT_EQ(*stage_.run(stage_.approvals->expireDue()), 1u);
  EXPECT_EQ(stage_.finish(id).resultJson, R"("approval_expired")");
}

TEST_F(LiveCallsTest, ADirectCallIsAnExecutionWithOneCall) {
  const ExecutionView view = stage_.finish(stage_.call("shop.items.list", "{}"));
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, R"([{"id":1,"big":12345678901234567890}])");
  EXPECT_EQ(view.tool, "shop.items.list");
  EXPECT_EQ(view.calls.size(), 1u);
  EXPECT_EQ(stage_.story(view.id), "created started call call_requested delivered finished");
}

TEST_F(LiveCallsTest, ADirectCallWaitsForApprovalEvenWhenAPersonMadeIt) {
  const std::string id = stage_.call("shop.items.create", R"({"name":"x"})");
  stage_.decide(stage_.untilAsked(id).id, false, "no");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::denied);
  EXPECT_EQ(view.errorCode, "approval_denied");
}

TEST_F(LiveCallsTest, ADirectCallTellsWhatWentWrong) {
  const ExecutionView missing = stage_.finish(stage_.call("shop.items.missing", "{}"));
  EXPECT_EQ(missing.state, State::failed);
  EXPECT_EQ(missing.errorStatus, 404);
  const ExecutionView unknown = stage_.finish(stage_.call("shop.items.nope", "{}"));
  EXPECT_EQ(unknown.errorCode, "unknown_tool");
  const ExecutionView full =
      stage_.finish(stage_.call("shop.items.list", "{}", R"({"response":"full"})"));
  EXPECT_NE(full.resultJson.find("\"status\":200"), std::string::npos);
}

TEST_F(LiveCallsTest, ABigOutcomeIsKeptInTheJournal) {
  const ExecutionView view = stage_.runProgram("return (await tools.shop.items.big()).length");
  EXPECT_EQ(view.resultJson, "300000") << view.errorMessage;
  EXPECT_EQ(stage_.story(view.id), "created started call call_requested delivered finished");
}

TEST_F(LiveCallsTest, TheJournalShowsInputsRedacted) {
  stage_.allow("shop.items.create");
  const ExecutionView view =
      stage_.runProgram("await tools.shop.items.create({name: 'x', password: 'hunter22'})");
  for (const EventView& event : stage_.events(view.id)) {
    EXPECT_EQ(event.bodyJson.find("hunter22"), std::string::npos) << event.bodyJson;
  }
}

TEST_F(LiveCallsTest, SystemToolsAnswerAProgram) {
  const ExecutionView view =
      stage_.runProgram("return (await tools.discover({query: 'create an item'})).bestPath");
  EXPECT_EQ(view.resultJson, R"("shop.items.create")") << view.errorMessage;
}

TEST_F(LiveCallsTest, WaitAnswersAfterTheGraceAndResumesLater) {
  const std::string id = stage_.start("return (await tools.shop.items.create({name: 'x'})).id");
  auto waiting = stage_.run(
      stage_.executions->wait(agent(), id, Deadline::max(), std::chrono::milliseconds(50)));
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->state, State::waiting);
  ASSERT_EQ(waiting->approvals.size(), 1u);
  stage_.decide(waiting->approvals[0].id, true);
  EXPECT_EQ(stage_.finish(id).resultJson, "7");
}

}  // namespace
}  // namespace executor::execution

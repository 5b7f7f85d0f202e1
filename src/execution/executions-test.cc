// What a client sees of executions: results, errors, states, limits, reading and listing.
#include "execution/executions.h"

#include <gtest/gtest.h>

#include "execution/execution-record.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::Stage;

void untilNextMillisecond() {
  const EpochMs now = systemClock().now();
  while (systemClock().now() == now) {
  }
}

class ExecutionsTest : public ::testing::Test {
 protected:
  ErrorCode codeOf(const auto& result) {
    return result ? ErrorCode::internal : result.error().code;
  }
  Result<std::string> tryStart(ExecuteRequest request) {
    request.principal = agent();
    return stage_.run(stage_.executions->start(std::move(request)));
  }

  Stage stage_;
};

TEST_F(ExecutionsTest, AProgramReturnsItsValue) {
  const ExecutionView view = stage_.runProgram("return {a: 1 + 1}");
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, R"({"a":2})");
  EXPECT_EQ(view.client, "test");
  EXPECT_EQ(view.runtimeId, "local");
  EXPECT_EQ(stage_.story(view.id), "created started finished");
}

TEST_F(ExecutionsTest, WhatIsReadBackIsWhatWasTold) {
  const ExecutionView told = stage_.runProgram("console.log('hi'); return null");
  const ExecutionView read = stage_.show(told.id);
  EXPECT_EQ(read.state, told.state);
  EXPECT_EQ(read.resultJson, "null");
  EXPECT_EQ(read.code, told.code);
  ASSERT_EQ(read.logs.size(), 1u);
  EXPECT_EQ(read.logs[0].text, "hi");
  EXPECT_EQ(read.logs[0].level, "log");
}

TEST_F(ExecutionsTest, WhatAProgramEmitsIsToldAndReadBack) {
  const ExecutionView told = stage_.runProgram(
      "emit('Hello'); emit({type: 'image', mimeType: 'image/png', data: new Uint8Array(60000)})");
  const ExecutionView read = stage_.show(told.id);
  for (const ExecutionView& view : {told, read}) {
    ASSERT_EQ(view.emitted.size(), 2u);
    EXPECT_EQ(view.emitted[0].text, "Hello");
    EXPECT_EQ(view.emitted[1].mimeType, "image/png");
    EXPECT_EQ(view.emitted[1].data.size(), 80'000u) << "too large for a page of the journal";
  }
  EXPECT_EQ(stage_.story(told.id), "created started emitted emitted finished");
}

TEST_F(ExecutionsTest, ProgramsInFencesAndWithoutReturnAreUnderstood) {
  EXPECT_EQ(stage_.runProgram("```ts\nconst n: number = 2;\nn + 1\n```").resultJson, "3");
  EXPECT_EQ(stage_.runProgram("export default async () => { return 4 }").resultJson, "4");
}

TEST_F(ExecutionsTest, AnErrorHasThePositionInTheAgentsSource) {
  const ExecutionView view = stage_.runProgram("const a = 1;\nthrow new TypeError('boom')");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "program_error");
  EXPECT_EQ(view.errorLine, 2u);
  EXPECT_NE(view.errorMessage.find("boom"), std::string::npos);
}

TEST_F(ExecutionsTest, ASyntaxErrorFailsWithoutHavingStarted) {
  const ExecutionView view = stage_.runProgram("return (");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "syntax_error");
  EXPECT_EQ(stage_.story(view.id), "created finished");
}

TEST_F(ExecutionsTest, AForgedErrorIsAFailureAndNotADenial) {
  const ExecutionView view = stage_.runProgram(
      "const e = new Error('APPROVAL_DENIED: no'); e.code = 'approval_denied'; throw e");
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "program_error");
}

TEST_F(ExecutionsTest, ABigResultIsStoredWholeAndShownAsPreview) {
  const ExecutionView view = stage_.runProgram("return 'x'.repeat(300000)");
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_TRUE(view.resultJson.empty());
  EXPECT_FALSE(view.resultHandle.empty());
  EXPECT_EQ(view.resultBytes, 300'002u);
  EXPECT_GE(view.resultPreview.size(), kResultPreviewBytes);
  auto whole = stage_.run(stage_.executions->result(agent(), view.id));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size(), 300'002u);
}

TEST_F(ExecutionsTest, AResultThatFillsTheInlineLimitIsInline) {
  const std::string size = std::to_string(kMaxInlineResultBytes - 2);
  const ExecutionView view = stage_.runProgram("return '\"'.repeat(" + size + " / 2)");
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson.size(), kMaxInlineResultBytes);
  EXPECT_EQ(stage_.show(view.id).resultJson, view.resultJson);
}

TEST_F(ExecutionsTest, ALongProgramIsKeptWhole) {
  const std::string code = "return 1 //" + std::string(200'000, 'c');
  const ExecutionView view = stage_.runProgram(code);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(stage_.show(view.id).code, code);
}

TEST_F(ExecutionsTest, AnEndlessProgramTimesOut) {
  const ExecutionView view = stage_.runProgram("await new Promise(r => setTimeout(r, 600000))", 30);
  EXPECT_EQ(view.state, State::timed_out);
  EXPECT_EQ(view.errorCode, "timed_out");
  EXPECT_NE(view.errorMessage.find("30 ms"), std::string::npos);
}

TEST_F(ExecutionsTest, TimersRunInOrder) {
  const ExecutionView view = stage_.runProgram(
      "const order = []; const at = (ms) => new Promise(r => setTimeout(() => {"
      " order.push(ms); r() }, ms));"
      "const dead = setTimeout(() => order.push('dead'), 1); clearTimeout(dead);"
      "await Promise.all([at(30), at(1), at(10)]); return order");
  EXPECT_EQ(view.resultJson, "[1,10,30]") << view.errorMessage;
}

TEST_F(ExecutionsTest, CancelStopsAProgramAndASecondCancelIsAConflict) {
  const std::string id = stage_.start("await new Promise(r => setTimeout(r, 600000))");
  auto cancelled = stage_.run(stage_.executions->cancel(agent(), id, " enough "));
  ASSERT_TRUE(cancelled) << cancelled.error().message;
  EXPECT_EQ(cancelled->state, State::cancelled);
  EXPECT_NE(cancelled->errorMessage.find("enough"), std::string::npos);
  EXPECT_EQ(codeOf(stage_.run(stage_.executions->cancel(agent(), id, ""))), ErrorCode::conflict);
  EXPECT_EQ(stage_.executions->runningCount(), 0u);
}

TEST_F(ExecutionsTest, AForeignWorkspaceFindsNothing) {
  const ExecutionView view = stage_.runProgram("return 1");
  const Principal other = agent("ws_2");
  auto& all = *stage_.executions;
  EXPECT_EQ(codeOf(stage_.run(all.show(other, view.id))), ErrorCode::not_found);
  EXPECT_EQ(codeOf(stage_.run(all.events(other, view.id, 0, 10))), ErrorCode::not_found);
  EXPECT_EQ(codeOf(stage_.run(all.result(other, view.id))), ErrorCode::not_found);
  EXPECT_EQ(codeOf(stage_.run(all.cancel(other, view.id, ""))), ErrorCode::not_found);
  EXPECT_TRUE(stage_.run(all.list(other, {}))->items.empty());
  const std::string running = stage_.start("await new Promise(r => setTimeout(r, 600000))");
  EXPECT_EQ(codeOf(stage_.run(all.cancel(other, running, ""))), ErrorCode::not_found);
  EXPECT_EQ(codeOf(stage_.run(all.wait(other, running, deadlineAfter(std::chrono::seconds(1)),
                                       std::chrono::seconds(1)))),
            ErrorCode::not_found);
}

TEST_F(ExecutionsTest, ListsNewestFirstInPages) {
  for (const std::string code : {"return 0", "return 1", "return 2", "return 3", "throw 1"}) {
    stage_.runProgram(code);
    untilNextMillisecond();  // ids sort by time to the millisecond
  }
  auto& all = *stage_.executions;
  const auto first = *stage_.run(all.list(agent(), {.limit = 4}));
  ASSERT_EQ(first.items.size(), 4u);
  EXPECT_EQ(first.items[0].state, State::failed);
  const auto rest = *stage_.run(all.list(agent(), {.limit = 4, .cursor = first.nextCursor}));
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_TRUE(rest.nextCursor.empty());
  EXPECT_EQ(rest.items[0].resultJson, "0");
  EXPECT_EQ(stage_.run(all.list(agent(), {.state = "completed"}))->items.size(), 4u);
  EXPECT_EQ(codeOf(stage_.run(all.list(agent(), {.state = "done"}))), ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(stage_.run(all.list(agent(), {.limit = 0}))), ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(stage_.run(all.list(agent(), {.limit = kMaxListed + 1}))),
            ErrorCode::invalid_argument);
}

TEST_F(ExecutionsTest, BadRequestsStoreNothing) {
  EXPECT_EQ(codeOf(tryStart({.code = "x", .tool = "y"})), ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(tryStart({})), ErrorCode::invalid_argument);
  for (const char* runtime : {"moon", "local-vm", "Local", " local", "local\n"}) {
    EXPECT_EQ(codeOf(tryStart({.code = "x", .runtimeId = runtime})), ErrorCode::invalid_argument);
  }
  EXPECT_EQ(codeOf(tryStart({.code = "x", .timeoutMs = kMaxTimeoutMs + 1})),
            ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(tryStart({.code = std::string(sandbox::kMaxCodeBytes + 1, ' ')})),
            ErrorCode::payload_too_large);
  EXPECT_EQ(codeOf(tryStart({.code = "\xff"})), ErrorCode::invalid_argument);
  EXPECT_TRUE(stage_.run(stage_.executions->list(agent(), {}))->items.empty());
}

TEST_F(ExecutionsTest, TheSameIdempotencyKeyIsTheSameExecution) {
  const ExecuteRequest request{.code = "return Math.random()", .idempotencyKey = "k"};
  const std::string first = *tryStart(request);
  const ExecutionView view = stage_.finish(first);
  EXPECT_EQ(*tryStart(request), first);
  ExecuteRequest other = request;
  other.idempotencyKey = "k2";
  EXPECT_NE(*tryStart(other), first);
  EXPECT_EQ(stage_.finish(first).resultJson, view.resultJson);
}

TEST_F(ExecutionsTest, NothingStartsWhileDraining) {
  stage_.run([](Executions& all) -> Task<bool> {
    co_await all.drain(deadlineAfter(std::chrono::seconds(1)));
    co_return true;
  }(*stage_.executions));
  EXPECT_EQ(codeOf(tryStart({.code = "return 1"})), ErrorCode::shutting_down);
}

TEST_F(ExecutionsTest, EventsCanBeReadFromAnyPosition) {
  const ExecutionView view =
      stage_.runProgram("for (let i = 0; i < 20; i++) console.log(i); return 1");
  const auto all = stage_.events(view.id);
  ASSERT_EQ(all.size(), 23u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].seq, i + 1);
  const auto some = *stage_.run(stage_.executions->events(agent(), view.id, 5, 3));
  ASSERT_EQ(some.size(), 3u);
  EXPECT_EQ(some[0].seq, 6u);
  EXPECT_EQ(stage_.run(stage_.executions->events(agent(), view.id, 23, 3))->size(), 0u);
}

TEST_F(ExecutionsTest, AShortProgramIsOneRowWithItsJournalInIt) {
  // On a busy machine a program may take longer than kJournalFlushDelay; not every one of many.
  std::size_t inOneCommit = 0;
  for (int i = 0; i < 50 && inOneCommit == 0; ++i) {
    const std::string id = stage_.runProgram("return 1 + 1").id;
    const auto pages = stage_.run(stage_.store->read([id](store::Txn& txn) {
      return txn.scan<JournalPage>({.from = id, .to = id + "0", .limit = 10});
    }));
    ASSERT_TRUE(pages);
    if (pages->items.empty()) ++inOneCommit;
    EXPECT_EQ(stage_.events(id).size(), 3u);
  }
  EXPECT_EQ(inOneCommit, 1u) << "creation, start and end are one commit";
  const auto open = stage_.run(
      stage_.store->read([](store::Txn& txn) { return txn.scan<OpenExecution>({.limit = 10}); }));
  EXPECT_TRUE(open->items.empty());
}

TEST_F(ExecutionsTest, AJournalTooLongForTheRecordHasPagesAndReadsTheSame) {
  const std::string code = "for (let i = 0; i < 4; i++) console.log('x'.repeat(" +
                           std::to_string(kInlineJournalBytes / 3) + ")); return 1";
  const std::string id = stage_.runProgram(code).id;
  const auto record = stage_.run(
      stage_.store->read([id](store::Txn& txn) { return txn.get<ExecutionRecord>(id); }));
  ASSERT_TRUE(record && *record && (*record)->ending);
  EXPECT_FALSE((*record)->ending->events.has_value());
  const auto all = stage_.events(id);
  ASSERT_EQ(all.size(), 7u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].seq, i + 1);
}

}  // namespace
}  // namespace executor::execution

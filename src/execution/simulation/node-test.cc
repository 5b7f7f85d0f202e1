// Plain tests of rules that a simulated history has broken before, on one node with a bad store.
#include "execution/simulation/node.h"

#include <gtest/gtest.h>

#include <deque>

#include "approval/approval-record.h"
#include "base/simulation.h"

namespace executor::execution::simulation {
namespace {

using store::testing::MemoryFate;
using namespace std::chrono_literals;

class NodeTest : public ::testing::Test {
 protected:
  NodeTest() {
    database_.use(wholeSchema());
    upstream_.calmDown();
    open();
  }

  // The process of before is gone, as by SIGKILL.
  void open() {
    node_.reset();
    node_ = std::make_unique<Node>(
        NodeSettings{.id = "node_1"}, database_,
        [this](bool write) { return write ? nextFate() : MemoryFate(); }, upstream_,
        ScriptRuntime::Watch{.misuse = [](std::string what) { FAIL() << what; }});
  }
  MemoryFate nextFate() {
    ++writes_;
    if (refused_ > 0 && --refused_ >= 0) return {MemoryFate::Kind::refused};
    if (fates_.empty()) return {};
    const MemoryFate fate = fates_.front();
    fates_.pop_front();
    return fate;
  }
  void poll() {
    node_->loop.restart();
    node_->loop.poll();
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    asio::co_spawn(node_->loop, std::move(task),
                   [&](std::exception_ptr, T value) { out.emplace(std::move(value)); });
    for (int i = 0; !out && i < 1'000; ++i) {
      poll();
      simulation_.advance(10ms);
    }
    return std::move(out).value();
  }
  void pass(std::chrono::seconds time) {
    for (auto past = 0s; past < time; past += 1s) {
      poll();
      simulation_.advance(1s);
    }
    poll();
  }
  std::string start(std::string code) {
    ExecuteRequest request;
    request.principal = agentOf("ws_1");
    request.code = std::move(code);
    return run(node_->executions->start(std::move(request))).value();
  }
  Result<ExecutionView> show(std::string id) {
    return run(node_->executions->show(agentOf("ws_1"), std::move(id)));
  }

  Simulation simulation_{1};
  Dice dice_{1};
  store::testing::MemoryDatabase database_;
  Upstream upstream_{dice_, [](const net::ClientRequest&) {}};
  int refused_ = 0;               // so many of the next commits
  std::deque<MemoryFate> fates_;  // of the next ones, if they are not refused
  int writes_ = 0;
  std::unique_ptr<Node> node_;
};

TEST_F(NodeTest, AProgramRunsToItsEnd) {
  const std::string id = start("#1 c0 w");
  pass(2s);
  EXPECT_EQ(show(id)->state, State::completed);
  EXPECT_EQ(upstream_.sent("1.1"), 1u);
}

TEST_F(NodeTest, AnEndThatTheStoreRefusedIsToldAndTriedAgain) {
  const std::string id = start("#1 s100");
  EXPECT_EQ(show(id)->state, State::running);
  refused_ = 2;
  simulation_.advance(100ms);
  poll();
  const auto told = show(id);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::store_full);
  pass(10s);
  EXPECT_EQ(show(id)->state, State::completed);
}

TEST_F(NodeTest, AnExecutionThatCouldNotBeTakenUpAtTheStartIsTakenUpLater) {
  const std::string id = start("#1 t s1000 c0 w");
  EXPECT_EQ(show(id)->state, State::running);
  open();
  refused_ = 3;
  EXPECT_TRUE(run(node_->executions->recover()));
  EXPECT_EQ(upstream_.sent("1.1"), 0u);
  pass(90s);
  EXPECT_EQ(show(id)->state, State::completed);
  EXPECT_EQ(upstream_.sent("1.1"), 1u);
}

// The approval is made, the answer to that commit never comes, and meanwhile the time is over.
TEST_F(NodeTest, AnApprovalThatWasBeingMadeAtTheEndIsEndedToo) {
  MemoryFate lost{MemoryFate::Kind::lost};
  lost.after = 3s;
  fates_ = {MemoryFate(), lost};
  ExecuteRequest request;
  request.principal = agentOf("ws_1");
  request.code = "#1 t c1 w";
  request.timeoutMs = 1'000;
  const std::string id = run(node_->executions->start(std::move(request))).value();
  pass(10s);
  EXPECT_EQ(show(id)->state, State::timed_out);
  EXPECT_EQ(run(node_->approvals->list(personOf("ws_1"), "pending", id))->size(), 0u);
  EXPECT_EQ(run(node_->approvals->list(personOf("ws_1"), "cancelled", id))->size(), 1u);
}

// A disk that takes nothing for a minute: tried now and then, not as fast as it can.
TEST_F(NodeTest, WhatIsDueIsNotTriedInACircleWhileTheStoreRefuses) {
  ASSERT_TRUE(run(node_->executions->recover()));
  const std::string id = start("#1 t c1 w");
  pass(60s);
  EXPECT_EQ(node_->executions->runningCount(), 0u);
  const auto asked = run(node_->approvals->list(personOf("ws_1"), "pending", id));
  ASSERT_EQ(asked->size(), 1u);
  fates_.assign(10'000, {MemoryFate::Kind::refused});
  fates_.emplace_front();
  ASSERT_TRUE(run(node_->approvals->decide(personOf("ws_1"), asked->front().id, true, {})));
  const int before = writes_;
  pass(60s);
  EXPECT_GT(writes_ - before, 1);
  EXPECT_LT(writes_ - before, 100);
  EXPECT_EQ(upstream_.sent("1.1"), 0u);
  fates_.clear();
  pass(60s);
  EXPECT_EQ(show(id)->state, State::completed);
  EXPECT_EQ(upstream_.sent("1.1"), 1u);
}

TEST_F(NodeTest, ARepeatableCallThatWasApprovedIsSentAgainAfterACrash) {
  const std::string id = start("#1 t c1k w");
  pass(1s);
  const auto asked = run(node_->approvals->list(personOf("ws_1"), "pending", id));
  ASSERT_EQ(asked->size(), 1u);
  ASSERT_TRUE(run(node_->approvals->decide(personOf("ws_1"), asked->front().id, true, {})));
  // Until its approval is spent; the node dies before anything else.
  const auto isUsed = [&] {
    bool used = false;
    EXPECT_TRUE(database_.look([&](store::EngineTxn& engine) -> Status {
      const store::Sealer sealer(simulationKey());
      store::Txn txn(engine, sealer, false);
      EXECUTOR_TRY(auto record, txn.get<approval::ApprovalRecord>(asked->front().id));
      used = record->usedAt != 0;
      return {};
    }));
    return used;
  };
  for (int i = 0; !isUsed() && i < 1'000; ++i) {
    node_->loop.restart();
    if (node_->loop.poll_one() == 0) simulation_.advance(1ms);
  }
  open();
  EXPECT_TRUE(run(node_->executions->recover()));
  pass(5s);
  const auto view = show(id);
  EXPECT_EQ(view->state, State::completed);
  EXPECT_EQ(view->calls.front().status, "completed") << view->calls.front().errorCode;
}

}  // namespace
}  // namespace executor::execution::simulation

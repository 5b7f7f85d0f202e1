#include "approval/approval-fixture.h"

namespace executor::approval {
namespace {

TEST_F(ApprovalTest, ApprovedByAPersonWakesTheWaiterWithReasonAndName) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  auto slot = waitFor("approval_1");
  ASSERT_TRUE(decide(person(), "approval_1", true, "  looks right  "));
  settle(slot);
  ASSERT_TRUE(*slot);
  EXPECT_EQ((*slot)->verdict, Verdict::approved);
  EXPECT_EQ((*slot)->reason, "looks right");
  EXPECT_EQ((*slot)->decidedBy, "acct_anna");
}

TEST_F(ApprovalTest, WaitForADecidedApprovalReturnsAtOnce) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decide(person(), "approval_1", false, "no"));
  Result<Ruling> ruling = run(approvals_->wait("approval_1"));
  ASSERT_TRUE(ruling);
  EXPECT_EQ(ruling->verdict, Verdict::denied);
}

TEST_F(ApprovalTest, WaitForAnUnknownApprovalIsNotFound) {
  EXPECT_EQ(codeOf(run(approvals_->wait("approval_x"))), ErrorCode::not_found);
}

TEST_F(ApprovalTest, AnAgentCannotDecide) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(agent(), "approval_1", true)), ErrorCode::forbidden);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
}

TEST_F(ApprovalTest, AForeignWorkspaceSeesNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(person("ws_2"), "approval_1", true)), ErrorCode::not_found);
  EXPECT_EQ(codeOf(run(approvals_->show(person("ws_2"), "approval_1"))), ErrorCode::not_found);
  EXPECT_TRUE(run(approvals_->list(person("ws_2"), "", ""))->empty());
  EXPECT_TRUE(run(approvals_->list(person("ws_2"), "", "task_1"))->empty());
}

TEST_F(ApprovalTest, TheSecondDecisionNamesTheFirst) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decide(person(), "approval_1", true));
  auto second = decide(person(), "approval_1", false);
  EXPECT_EQ(codeOf(second), ErrorCode::already_decided);
  EXPECT_NE(second.error().message.find("acct_anna"), std::string::npos);
  EXPECT_NE(second.error().message.find(std::to_string(kStart)), std::string::npos);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "approved");
}

TEST_F(ApprovalTest, AReasonOverTheLimitIsRefusedAndDecidesNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true, std::string(kMaxReasonBytes + 1, 'x'))),
            ErrorCode::invalid_argument);
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true, "\xff\xfe")), ErrorCode::invalid_argument);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
  EXPECT_TRUE(decide(person(), "approval_1", true, std::string(kMaxReasonBytes, 'x')));
}

TEST_F(ApprovalTest, AnApprovalIsUsedOnceAndOnlyForItsInput) {
  ApprovalDraft draft = draftOf("approval_1");
  const std::string hash = sha256Hex(draft.inputJson);
  ASSERT_TRUE(create(draft));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", hash))), ErrorCode::conflict);
  ASSERT_TRUE(decide(person(), "approval_1", true));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", sha256Hex("{}")))), ErrorCode::conflict);
  EXPECT_TRUE(run(approvals_->use("approval_1", hash)));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", hash))), ErrorCode::conflict);
  EXPECT_TRUE(run(approvals_->use("approval_1", hash, true))) << "a repeatable call after a crash";
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", sha256Hex("{}"), true))), ErrorCode::conflict);
}

TEST_F(ApprovalTest, ADeniedApprovalCannotBeUsed) {
  ApprovalDraft draft = draftOf("approval_1");
  ASSERT_TRUE(create(draft));
  ASSERT_TRUE(decide(person(), "approval_1", false));
  EXPECT_EQ(codeOf(run(approvals_->use("approval_1", sha256Hex(draft.inputJson)))),
            ErrorCode::conflict);
}

TEST_F(ApprovalTest, AnAgedOutApprovalExpiresAndWakesItsWaiter) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  auto slot = waitFor("approval_1");
  EXPECT_EQ(*run(approvals_->expireDue()), 0u);
  clock_.advance(kDefaultMaxAge);
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true)), ErrorCode::already_decided);
  EXPECT_EQ(*run(approvals_->expireDue()), 1u);
  settle(slot);
  ASSERT_TRUE(*slot);
  EXPECT_EQ((*slot)->verdict, Verdict::expired);
  EXPECT_EQ(*run(approvals_->expireDue()), 0u);
}

TEST_F(ApprovalTest, TheEndOfAnExecutionCancelsItsPendingApprovalsOnly) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(create(draftOf("approval_2")));
  ASSERT_TRUE(create(draftOf("approval_3", "task_2")));
  ASSERT_TRUE(decide(person(), "approval_2", true));
  ASSERT_TRUE(run(approvals_->cancelFor("task_1")));
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "cancelled");
  EXPECT_EQ(run(approvals_->show(person(), "approval_2"))->status, "approved");
  EXPECT_EQ(run(approvals_->show(person(), "approval_3"))->status, "pending");
  auto late = decide(person(), "approval_1", true);
  EXPECT_EQ(codeOf(late), ErrorCode::already_decided);
  EXPECT_NE(late.error().message.find("execution ended"), std::string::npos);
}

TEST_F(ApprovalTest, ListsNewestFirstByStatusAndExecution) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(create(draftOf("approval_2", "task_2")));
  ASSERT_TRUE(create(draftOf("approval_3")));
  ASSERT_TRUE(decide(person(), "approval_3", false));
  auto all = *run(approvals_->list(agent(), "", ""));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, "approval_3");
  auto pending = *run(approvals_->list(agent(), "pending", ""));
  ASSERT_EQ(pending.size(), 2u);
  EXPECT_EQ(pending[0].id, "approval_2");
  EXPECT_EQ(run(approvals_->list(agent(), "denied", "task_1"))->size(), 1u);
  EXPECT_EQ(codeOf(run(approvals_->list(agent(), "open", ""))), ErrorCode::invalid_argument);
}

TEST_F(ApprovalTest, TheInputIsShownRedactedAndKeptWhole) {
  ApprovalDraft draft = draftOf("approval_1");
  ASSERT_TRUE(create(draft));
  const ApprovalView view = *run(approvals_->show(person(), "approval_1"));
  EXPECT_EQ(view.inputJson, R"({"amount":5,"apiKey":"[redacted]"})");
  EXPECT_EQ(view.inputHash, sha256Hex(draft.inputJson));
}

TEST_F(ApprovalTest, AnInputOverTheLimitIsRefused) {
  ApprovalDraft draft = draftOf("approval_1");
  draft.inputJson = "{\"a\":\"" + std::string(kMaxApprovalInputBytes, 'x') + "\"}";
  EXPECT_EQ(codeOf(create(draft)), ErrorCode::payload_too_large);
  draft.inputJson = "{\"a\":\"" + std::string(kMaxApprovalInputBytes - 8, '"') + "\"}";
  EXPECT_TRUE(create(draft)) << "the worst text of that size must fit a record";
}

TEST_F(ApprovalTest, PendingApprovalsOfAWorkspaceAreBounded) {
  ASSERT_TRUE(run(store_->write([](store::Txn& txn) -> Status {
    return txn.put(PendingCount{"ws_1", static_cast<std::int64_t>(kMaxPendingPerWorkspace) - 1});
  })));
  EXPECT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(create(draftOf("approval_2"))), ErrorCode::limit_exceeded);
  ASSERT_TRUE(decide(person(), "approval_1", true));
  EXPECT_TRUE(create(draftOf("approval_2")));
}

// One transaction has room for so many; the rest must not be forgotten.
TEST_F(ApprovalTest, ManyApprovalsExpireInSeveralSweeps) {
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(create(draftOf("approval_" + std::to_string(i))));
  clock_.advance(kDefaultMaxAge);
  std::size_t expired = 0, sweeps = 0;
  for (std::size_t some = 1; some > 0; ++sweeps) expired += some = *run(approvals_->expireDue());
  EXPECT_EQ(expired, 120u);
  EXPECT_GT(sweeps, 2u);
  EXPECT_TRUE(run(approvals_->list(person(), "pending", ""))->empty());
}

TEST_F(ApprovalTest, ManyApprovalsOfOneExecutionAreAllCancelled) {
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(create(draftOf("approval_" + std::to_string(i))));
  ASSERT_TRUE(run(approvals_->cancelFor("task_1")));
  EXPECT_EQ(run(approvals_->list(person(), "cancelled", "task_1"))->size(), 60u);
}

TEST_F(ApprovalTest, NothingHappensToAnExecutionWithoutApprovals) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_TRUE(run(approvals_->cancelFor("task_unknown")));
  EXPECT_TRUE(run(approvals_->cancelFor("")));
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
}

// Of two people who press at once, one decides and the other is told what was decided.
TEST_F(ApprovalTest, OfTwoDecisionsAtOnceOneCounts) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  std::vector<Result<ApprovalView>> results;
  for (const bool approve : {true, false}) {
    asio::co_spawn(loop_, approvals_->decide(person(), "approval_1", approve, ""),
                   [&](std::exception_ptr, Result<ApprovalView> decided) {
                     results.push_back(std::move(decided));
                   });
  }
  loop_.restart();
  while (results.size() < 2 && loop_.run_one() > 0) {
  }
  ASSERT_EQ(results.size(), 2u);
  EXPECT_NE(results[0].has_value(), results[1].has_value());
  const auto& won = results[0] ? results[0] : results[1];
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, won->status);
}

TEST_F(ApprovalTest, EveryWaiterIsWoken) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  const auto first = waitFor("approval_1"), second = waitFor("approval_1");
  ASSERT_TRUE(decide(person(), "approval_1", false, "no"));
  settle(first);
  settle(second);
  EXPECT_EQ((*first)->verdict, Verdict::denied);
  EXPECT_EQ((*second)->reason, "no");
}

TEST_F(ApprovalTest, ACancelledExecutionWakesItsWaiter) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  const auto slot = waitFor("approval_1");
  ASSERT_TRUE(run(approvals_->cancelFor("task_1")));
  settle(slot);
  EXPECT_EQ((*slot)->verdict, Verdict::cancelled);
}

// Another object on the same store stands for another process.
TEST_F(ApprovalTest, ADecisionOfAnotherProcessWakesTheWaiter) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  const auto slot = waitFor("approval_1");
  const auto other = makeApprovals(*store_, loop_, clock_);
  ASSERT_TRUE(run(other->decide(person(), "approval_1", true, "from elsewhere")));
  settle(slot);
  EXPECT_EQ((*slot)->reason, "from elsewhere");
}

// What a decision wakes is durable with the decision, or neither is.
TEST_F(ApprovalTest, EveryWayOutOfPendingWakesItsExecutionInTheSameTransaction) {
  approvals_->wakeWith([](store::Txn& txn, const std::string& execution) -> Status {
    return countPending(txn, "woken/" + execution, 1);
  });
  const auto woken = [this](std::string execution) {
    return run(store_->read([execution](store::Txn& txn) -> Result<std::int64_t> {
             EXECUTOR_TRY(auto count, txn.get<PendingCount>("woken/" + execution));
             return count ? count->pending : 0;
           }))
        .value();
  };
  ASSERT_TRUE(create(draftOf("approval_1", "task_1")));
  ASSERT_TRUE(create(draftOf("approval_2", "task_2")));
  ASSERT_TRUE(create(draftOf("approval_3", "task_3")));
  EXPECT_EQ(woken("task_1"), 0) << "asking wakes nobody";
  ASSERT_TRUE(decide(person(), "approval_1", false));
  EXPECT_EQ(woken("task_1"), 1);
  EXPECT_FALSE(decide(person(), "approval_1", true));
  EXPECT_EQ(woken("task_1"), 1) << "a refused decision wakes nobody";
  ASSERT_TRUE(run(approvals_->cancelFor("task_2")));
  EXPECT_EQ(woken("task_2"), 1);
  clock_.advance(kDefaultMaxAge);
  ASSERT_TRUE(run(approvals_->expireDue()));
  EXPECT_EQ(woken("task_3"), 1);
}

TEST_F(ApprovalTest, ADecisionThatCannotWakeIsNotMade) {
  approvals_->wakeWith([](store::Txn&, const std::string&) -> Status {
    return fail(ErrorCode::store_full, "no room");
  });
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decide(person(), "approval_1", true)), ErrorCode::store_full);
  EXPECT_EQ(run(approvals_->show(person(), "approval_1"))->status, "pending");
}

TEST_F(ApprovalTest, TheLastMillisecondStillDecides) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(create(draftOf("approval_2")));
  clock_.advance(kDefaultMaxAge - 1);
  EXPECT_TRUE(decide(person(), "approval_1", true));
  clock_.advance(1);
  const auto late = decide(person(), "approval_2", true);
  EXPECT_EQ(codeOf(late), ErrorCode::already_decided);
  EXPECT_NE(late.error().message.find("expired"), std::string::npos);
}

struct UseCase {
  const char* what;
  ApprovalStatus status;
};

// Invariant 4: only what a person approved is sent.
TEST_F(ApprovalTest, OnlyAnApprovedOneIsSpent) {
  const std::string hash = sha256Hex(draftOf("x").inputJson);
  const UseCase cases[] = {{"pending", ApprovalStatus::pending},
                           {"denied", ApprovalStatus::denied},
                           {"expired", ApprovalStatus::expired},
                           {"cancelled", ApprovalStatus::cancelled}};
  for (const UseCase& one : cases) {
    const std::string id = std::string("approval_") + one.what;
    ASSERT_TRUE(create(draftOf(id)));
    if (one.status != ApprovalStatus::pending) {
      ASSERT_TRUE(run(store_->write([&, id](store::Txn& txn) -> Status {
        EXECUTOR_TRY(auto record, txn.get<ApprovalRecord>(id));
        return leavePending(txn, *record, one.status, clock_.now());
      })));
    }
    EXPECT_EQ(codeOf(run(approvals_->use(id, hash))), ErrorCode::conflict) << one.what;
  }
  EXPECT_EQ(codeOf(run(approvals_->use("approval_none", hash))), ErrorCode::not_found);
}

// The count is what lets a workspace ask again; each way out of pending must give its place back.
TEST_F(ApprovalTest, EveryWayOutOfPendingGivesItsPlaceBack) {
  const auto pending = [this] {
    return run(store_->read([](store::Txn& txn) -> Result<std::int64_t> {
             EXECUTOR_TRY(const auto count, txn.get<PendingCount>("ws_1"));
             return count ? count->pending : 0;
           }))
        .value();
  };
  for (const char* id : {"approval_1", "approval_2", "approval_3", "approval_4"})
    ASSERT_TRUE(create(draftOf(id, std::string("task_") + id)));
  EXPECT_EQ(pending(), 4);
  ASSERT_TRUE(decide(person(), "approval_1", true));
  EXPECT_EQ(pending(), 3);
  ASSERT_TRUE(decide(person(), "approval_2", false));
  EXPECT_EQ(pending(), 2);
  ASSERT_TRUE(run(approvals_->cancelFor("task_approval_3")));
  EXPECT_EQ(pending(), 1);
  clock_.advance(kDefaultMaxAge);
  ASSERT_TRUE(run(approvals_->expireDue()));
  EXPECT_EQ(pending(), 0);
}

TEST_F(ApprovalTest, ARefusedApprovalLeavesNoTrace) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_FALSE(create(draftOf("approval_1"))) << "an id is used once";
  ApprovalDraft large = draftOf("approval_2");
  large.inputJson = "\"" + std::string(kMaxApprovalInputBytes, 'x') + "\"";
  EXPECT_FALSE(create(large));
  EXPECT_EQ(run(approvals_->list(person(), "", ""))->size(), 1u);
}

TEST_F(ApprovalTest, AViewShowsWhatWillBeSentAndWhere) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  const ApprovalView view = *run(approvals_->show(agent(), "approval_1"));
  EXPECT_EQ(view.toolPath, "shop.orders.create");
  EXPECT_EQ(view.method, "POST");
  EXPECT_EQ(view.origin, "https://shop.example");
  EXPECT_EQ(view.summary, "Create an order");
  EXPECT_EQ(view.executionId, "task_1");
  EXPECT_EQ(view.createdAt, kStart);
  EXPECT_EQ(view.expiresAt, kStart + kDefaultMaxAge);
  EXPECT_EQ(view.decidedAt, 0);
  EXPECT_EQ(view.decidedBy, "");
}

TEST_F(ApprovalTest, TheInputIsNotReadableInTheFile) {
  ApprovalDraft draft = draftOf("approval_1");
  draft.inputJson = R"({"note":"canary-input-91f3"})";
  ASSERT_TRUE(create(draft));
  approvals_.reset();
  store_.reset();
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(bytes.find("shop.orders.create"), std::string::npos);
  EXPECT_EQ(bytes.find("canary-input"), std::string::npos);
}

TEST_F(ApprovalTest, TheSizeLimitIsTheLastByteThatIsTaken) {
  ApprovalDraft draft = draftOf("approval_1");
  draft.inputJson = "\"" + std::string(kMaxApprovalInputBytes - 2, 'x') + "\"";
  EXPECT_TRUE(create(draft));
}

TEST(Verdict, NamesAreThoseOfTheRecord) {
  for (const Verdict verdict :
       {Verdict::approved, Verdict::denied, Verdict::expired, Verdict::cancelled}) {
    EXPECT_TRUE(store::detail::enumOf<ApprovalStatus>(name(verdict))) << name(verdict);
  }
}

}  // namespace
}  // namespace executor::approval

// Decisions that reach further than one call: for an execution, or as a policy.
#include "approval/approval-fixture.h"
#include "approval/decision.h"

namespace executor::approval {
namespace {

class GrantTest : public ApprovalTest {
 protected:
  Result<ApprovalView> decideWith(Scope scope, std::string id, bool approve = true,
                                  std::string reason = "fine") {
    return run(approvals_->decide(person(), std::move(id), approve, std::move(reason), scope));
  }
  ApprovalView show(std::string id) { return *run(approvals_->show(person(), std::move(id))); }
  std::optional<Ruling> ruled(std::string id) {
    return *run(store_->read([this, id](store::Txn& txn) { return approvals_->ruled(txn, id); }));
  }
  std::size_t grants() {
    return run(store_->read([](store::Txn& txn) -> Result<std::size_t> {
             EXECUTOR_TRY(auto page, txn.scan<ApprovalGrant>("byExecution",
                                                             {.prefix = {"task_1"}, .limit = 10}));
             return page.items.size();
           }))
        .value_or(99);
  }
  std::size_t pending() { return run(approvals_->list(person(), "pending", ""))->size(); }
};

TEST_F(GrantTest, LaterCallsOfTheExecutionToTheToolNeedNoFurtherHuman) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  ApprovalDraft later = draftOf("approval_2");
  later.inputJson = R"({"amount":6})";
  ASSERT_TRUE(create(later));
  const auto ruling = ruled("approval_2");
  ASSERT_TRUE(ruling);
  EXPECT_EQ(ruling->verdict, Verdict::approved);
  EXPECT_EQ(ruling->decidedBy, "acct_anna");
  EXPECT_EQ(ruling->grantedBy, "approval_1");
  EXPECT_EQ(ruling->reason, "fine");
  const ApprovalView view = show("approval_2");
  EXPECT_EQ(view.status, "approved");
  EXPECT_EQ(view.grantedBy, "approval_1");
  EXPECT_EQ(view.decidedAt, view.createdAt);
  EXPECT_EQ(show("approval_1").scope, Scope::execution);
  EXPECT_TRUE(run(approvals_->use("approval_2", view.inputHash))) << "it is used once, as any";
  EXPECT_EQ(codeOf(run(approvals_->use("approval_2", view.inputHash))), ErrorCode::conflict);
}

TEST_F(GrantTest, AGrantIsForItsExecutionToolDocumentAndOriginOnly) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  ApprovalDraft tool = draftOf("approval_tool"), document = draftOf("approval_document"),
                origin = draftOf("approval_origin");
  tool.toolPath = "shop.orders.delete";
  document.toolSetHash = "def";
  origin.origin = "https://other.example";
  for (const ApprovalDraft& draft :
       {tool, document, origin, draftOf("approval_execution", "task_2")}) {
    ASSERT_TRUE(create(draft));
    EXPECT_FALSE(ruled(draft.id)) << draft.id;
  }
  EXPECT_EQ(pending(), 4u);
}

TEST_F(GrantTest, WhatWaitsTogetherIsApprovedTogether) {
  for (const char* id : {"approval_1", "approval_2", "approval_3"}) {
    ASSERT_TRUE(create(draftOf(id)));
  }
  ApprovalDraft other = draftOf("approval_other");
  other.toolPath = "shop.orders.delete";
  ASSERT_TRUE(create(other));
  const auto second = waitFor("approval_2");
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  settle(second);
  EXPECT_EQ((**second).grantedBy, "approval_1");
  EXPECT_EQ(show("approval_3").status, "approved");
  EXPECT_EQ(show("approval_other").status, "pending");
  EXPECT_EQ(pending(), 1u);
}

// Ninety calls with inputs of 80 KiB do not fit into one transaction of the store.
TEST_F(GrantTest, ManyLargeInputsAreApprovedCancelledAndExpiredAllTheSame) {
  constexpr int kMany = 90;
  const auto createMany = [&](const std::string& prefix) {
    for (int i = 0; i < kMany; ++i) {
      ApprovalDraft draft = draftOf(prefix + std::to_string(i), "task_" + prefix);
      draft.inputJson = "\"" + std::string(80u << 10, 'x') + "\"";
      ASSERT_TRUE(create(draft));
    }
  };
  createMany("granted_");
  ASSERT_TRUE(decideWith(Scope::execution, "granted_0"));
  EXPECT_EQ(pending(), 0u);
  createMany("cancelled_");
  ASSERT_TRUE(run(approvals_->cancelFor("task_cancelled_")));
  EXPECT_EQ(pending(), 0u);
  createMany("expired_");
  clock_.advance(kDefaultMaxAge);
  while (*run(approvals_->expireDue()) != 0) {
  }
  EXPECT_EQ(pending(), 0u);
}

TEST_F(GrantTest, AGrantEndsWithItsExecution) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  EXPECT_EQ(grants(), 1u);
  ASSERT_TRUE(run(approvals_->cancelFor("task_1")));
  EXPECT_EQ(grants(), 0u);
  ASSERT_TRUE(create(draftOf("approval_late")));
  EXPECT_FALSE(ruled("approval_late"));
  EXPECT_EQ(show("approval_1").status, "approved") << "what was decided stays decided";
}

TEST_F(GrantTest, AGrantedCallTakesNoPlaceAmongThePendingOnes) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  for (std::size_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(create(draftOf("granted_" + std::to_string(i))));
  }
  const auto count =
      run(store_->read([](store::Txn& txn) { return txn.get<PendingCount>("ws_1"); }));
  EXPECT_EQ((*count)->pending, 0);
}

TEST_F(GrantTest, ADenialReachesNoFurther) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  for (const Scope scope : {Scope::execution, Scope::policy}) {
    EXPECT_EQ(codeOf(decideWith(scope, "approval_1", false)), ErrorCode::invalid_argument);
  }
  EXPECT_EQ(show("approval_1").status, "pending");
}

TEST_F(GrantTest, AnAgentCanGrantNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  for (const Scope scope : {Scope::once, Scope::execution, Scope::policy}) {
    EXPECT_EQ(codeOf(run(approvals_->decide(agent(), "approval_1", true, "", scope))),
              ErrorCode::forbidden);
  }
  EXPECT_EQ(grants(), 0u);
}

TEST_F(GrantTest, ADecidedApprovalGrantsNothing) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::once, "approval_1"));
  EXPECT_EQ(codeOf(decideWith(Scope::execution, "approval_1")), ErrorCode::already_decided);
  EXPECT_EQ(codeOf(decideWith(Scope::policy, "approval_1")), ErrorCode::already_decided);
  EXPECT_EQ(grants(), 0u);
}

TEST_F(GrantTest, ThePolicyIsMadeInTheDecisionsTransaction) {
  std::vector<PolicyWish> wishes;
  approvals_->onPolicy([&](store::Txn& txn, const PolicyWish& wish) -> Result<std::string> {
    wishes.push_back(wish);
    EXECUTOR_CHECK(txn.put(PendingCount{"made_with_it", 1}));
    return "pol_1";
  });
  ASSERT_TRUE(create(draftOf("approval_1")));
  const auto decided = decideWith(Scope::policy, "approval_1");
  ASSERT_TRUE(decided) << decided.error().message;
  EXPECT_EQ(decided->policyId, "pol_1");
  ASSERT_EQ(wishes.size(), 1u);
  EXPECT_EQ(wishes[0].toolPath, "shop.orders.create");
  EXPECT_EQ(wishes[0].accountId, "acct_anna");
  EXPECT_EQ(wishes[0].approvalId, "approval_1");
  EXPECT_EQ(show("approval_1").policyId, "pol_1");
}

TEST_F(GrantTest, APolicyThatCannotBeMadeLeavesTheDecisionOpen) {
  approvals_->onPolicy([](store::Txn&, const PolicyWish&) -> Result<std::string> {
    return fail(ErrorCode::already_exists, "There is a rule already.");
  });
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decideWith(Scope::policy, "approval_1")), ErrorCode::already_exists);
  EXPECT_EQ(show("approval_1").status, "pending");
  EXPECT_TRUE(decideWith(Scope::once, "approval_1"));
}

TEST_F(GrantTest, WithoutPoliciesNoneIsPromised) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  EXPECT_EQ(codeOf(decideWith(Scope::policy, "approval_1")), ErrorCode::internal);
  EXPECT_EQ(show("approval_1").status, "pending");
}

TEST_F(GrantTest, GrantsSurviveARestart) {
  ASSERT_TRUE(create(draftOf("approval_1")));
  ASSERT_TRUE(decideWith(Scope::execution, "approval_1"));
  approvals_ = makeApprovals(*store_, loop_, clock_);
  ASSERT_TRUE(create(draftOf("approval_2")));
  EXPECT_TRUE(ruled("approval_2"));
}

TEST_F(GrantTest, AListCutsLongTextsAndTheOneThatIsDecidedOnIsWhole) {
  ApprovalDraft draft = draftOf("approval_1");
  draft.inputJson = R"({"text":")" + std::string(kMaxListedValueBytes + 1, 'x') + R"("})";
  ASSERT_TRUE(create(draft));
  EXPECT_EQ(show("approval_1").inputJson, draft.inputJson);
  const auto listed = run(approvals_->list(person(), "", ""));
  EXPECT_LT(listed->front().inputJson.size(), draft.inputJson.size() + 20);
  EXPECT_NE(listed->front().inputJson.find("1 bytes more"), std::string::npos);
}

TEST(Scope, NamesReadBack) {
  for (const Scope scope : {Scope::once, Scope::execution, Scope::policy}) {
    Scope read = Scope::once;
    EXPECT_TRUE(parseScope(name(scope), read));
    EXPECT_EQ(read, scope);
  }
  Scope untouched = Scope::policy;
  EXPECT_FALSE(parseScope("always", untouched));
  EXPECT_FALSE(parseScope("", untouched));
  EXPECT_EQ(untouched, Scope::policy);
}

}  // namespace
}  // namespace executor::approval

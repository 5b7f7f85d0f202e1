// Approvals that reach further than their call, seen from the program.
#include <gtest/gtest.h>

#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using approval::Scope;
using testing::agent;
using testing::LastingUpstream;
using testing::Paths;
using testing::person;
using testing::Stage;

constexpr const char* kThree =
    "for (const name of ['a', 'b', 'c']) await tools.shop.items.create({ name }); return 3";

class GrantedCalls : public ::testing::Test {
 protected:
  GrantedCalls() { stage_.addShop(); }

  Result<approval::ApprovalView> decide(std::string id, Scope scope) {
    return stage_.run(stage_.approvals->decide(person(), std::move(id), true, "go on", scope));
  }
  std::vector<approval::ApprovalView> of(const std::string& execution) {
    return *stage_.run(stage_.approvals->list(agent(), "", execution));
  }

  Stage stage_;
};

TEST_F(GrantedCalls, OneYesForTheExecutionIsEnough) {
  const std::string id = stage_.start(kThree);
  const auto asked = stage_.untilAsked(id);
  ASSERT_TRUE(decide(asked.id, Scope::execution));
  EXPECT_EQ(stage_.finish(id).resultJson, "3");
  EXPECT_EQ(stage_.upstream.count("POST /items"), 3u);
  const auto approvals = of(id);
  ASSERT_EQ(approvals.size(), 3u) << "each call has its own record";
  int granted = 0;
  for (const auto& approval : approvals) {
    EXPECT_EQ(approval.decidedBy, "acct_anna");
    granted += approval.grantedBy == asked.id ? 1 : 0;
  }
  EXPECT_EQ(granted, 2);
}

TEST_F(GrantedCalls, TheTimelineSaysWhoAllowedWhatAndByWhichApproval) {
  const std::string id = stage_.start(kThree);
  const auto asked = stage_.untilAsked(id);
  ASSERT_TRUE(decide(asked.id, Scope::execution));
  stage_.finish(id);
  std::vector<std::string> decided;
  for (const EventView& event : stage_.events(id)) {
    if (event.kind == "decided") decided.push_back(event.bodyJson);
  }
  ASSERT_EQ(decided.size(), 3u);
  EXPECT_NE(decided[0].find(R"("scope":"execution")"), std::string::npos) << decided[0];
  EXPECT_NE(decided[1].find("\"grantedBy\":\"" + asked.id), std::string::npos) << decided[1];
  EXPECT_NE(decided[2].find(R"("by":"acct_anna")"), std::string::npos) << decided[2];
}

TEST_F(GrantedCalls, ItNeverWaitsForWhatIsGranted) {
  const std::string id = stage_.start(kThree);
  ASSERT_TRUE(decide(stage_.untilAsked(id).id, Scope::execution));
  const ExecutionView view = stage_.finish(id);
  for (const CallView& call : view.calls) EXPECT_EQ(call.status, "completed");
  EXPECT_TRUE(view.approvals.empty());
}

TEST_F(GrantedCalls, OtherToolsAndOtherExecutionsAskForThemselves) {
  const std::string id = stage_.start(
      "await tools.shop.items.create({ name: 'a' }); await tools.shop.slow.write({}); return 1");
  const auto asked = stage_.untilAsked(id);
  ASSERT_TRUE(decide(asked.id, Scope::execution));
  stage_.until([&] {
    return stage_.show(id).approvals.size() == 1 &&
           stage_.show(id).approvals[0].tool == "shop.slow.write";
  });
  const std::string other = stage_.start(kThree);
  EXPECT_EQ(stage_.untilAsked(other).tool, "shop.items.create");
}

TEST_F(GrantedCalls, CallsThatWaitTogetherGoTogether) {
  const std::string id = stage_.start(
      "return (await Promise.all(['a', 'b', 'c'].map((name) =>"
      " tools.shop.items.create({ name })))).length");
  stage_.until([&] { return stage_.show(id).approvals.size() == 3; });
  ASSERT_TRUE(decide(stage_.show(id).approvals[1].id, Scope::execution));
  EXPECT_EQ(stage_.finish(id).resultJson, "3");
  EXPECT_EQ(stage_.upstream.count("POST /items"), 3u);
}

// A deny holds against everything that was allowed before (D14, invariant 3).
TEST_F(GrantedCalls, APolicyThatDeniesEndsAGrant) {
  const std::string id = stage_.start(
      "await tools.shop.items.create({ name: 'a' }); await tools.shop.slow.write({});"
      "try { await tools.shop.items.create({ name: 'b' }) } catch (e) { return e.code }");
  ASSERT_TRUE(decide(stage_.untilAsked(id).id, Scope::execution));
  stage_.until([&] {
    return stage_.show(id).approvals.size() == 1 &&
           stage_.show(id).approvals[0].tool == "shop.slow.write";
  });
  stage_.deny("shop.items.create");
  stage_.decide(stage_.show(id).approvals[0].id, true);
  EXPECT_EQ(stage_.finish(id).resultJson, "\"policy_denied\"");
  EXPECT_EQ(stage_.upstream.count("POST /items"), 1u);
}

TEST_F(GrantedCalls, APolicyMadeOfADecisionIsListedWithItsOrigin) {
  const std::string id = stage_.start(kThree);
  const auto asked = stage_.untilAsked(id);
  const auto decided = decide(asked.id, Scope::policy);
  ASSERT_TRUE(decided) << decided.error().message;
  EXPECT_EQ(stage_.finish(id).resultJson, "3");
  const auto rules = *stage_.run(stage_.policies->list(agent()));
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].id, decided->policyId);
  EXPECT_EQ(rules[0].tool, "shop.items.create");
  EXPECT_EQ(rules[0].effect, policy::Effect::allow);
  EXPECT_EQ(rules[0].fromApproval, asked.id);
  EXPECT_EQ(rules[0].createdBy, "acct_anna");
  EXPECT_EQ(of(id).size(), 1u) << "the later calls asked nobody";
  EXPECT_EQ(stage_.finish(stage_.start(kThree)).resultJson, "3") << "nor does the next program";
}

TEST_F(GrantedCalls, ARuleThatSaysOtherwiseStandsInTheWayOfOne) {
  ASSERT_TRUE(stage_.run(stage_.policies->add(person(), policy::Effect::ask, "shop.items.create")));
  const std::string id = stage_.start(kThree);
  const auto asked = stage_.untilAsked(id);
  const auto refused = decide(asked.id, Scope::policy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_EQ(stage_.show(id).approvals.size(), 1u) << "nothing is decided";
  EXPECT_EQ(stage_.run(stage_.policies->list(agent()))->size(), 1u);
}

TEST_F(GrantedCalls, TwoDecisionsAboutOneToolMakeOnePolicy) {
  const std::string first = stage_.start(kThree);
  const std::string second = stage_.start(kThree);
  const auto one = decide(stage_.untilAsked(first).id, Scope::policy);
  const auto two = decide(stage_.untilAsked(second).id, Scope::policy);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->policyId, two->policyId);
  EXPECT_EQ(stage_.run(stage_.policies->list(agent()))->size(), 1u);
}

TEST_F(GrantedCalls, TheGrantIsGoneWithTheExecution) {
  const std::string id = stage_.start(kThree);
  const auto asked = stage_.untilAsked(id);
  ASSERT_TRUE(decide(asked.id, Scope::execution));
  stage_.finish(id);
  const std::string toolSet(stage_.catalog()->find("shop.items.create")->set->hash());
  const auto left = stage_.run(
      stage_.store->write([&](store::Txn& txn) -> Result<std::optional<approval::Ruling>> {
        approval::ApprovalDraft draft;
        draft.id = "approval_late";
        draft.workspaceId = "ws_1";
        draft.executionId = id;
        draft.toolPath = "shop.items.create";
        draft.toolSetHash = toolSet;
        draft.origin = stage_.upstream.url();
        draft.inputJson = "{}";
        EXECUTOR_CHECK(stage_.approvals->create(txn, draft, 1));
        return stage_.approvals->ruled(txn, draft.id);
      }));
  ASSERT_TRUE(left);
  EXPECT_FALSE(*left);
}

TEST(GrantedCallsReplay, AGrantHoldsAfterARestart) {
  const Paths paths = Paths::fresh();
  LastingUpstream upstream;
  std::string id;
  {
    Stage stage(paths);
    stage.keepFiles = true;
    stage.addShop(upstream.url());
    id = stage.start(
        "await tools.shop.items.create({ name: 'a' }); await tools.shop.slow.write({});"
        "await tools.shop.items.create({ name: 'b' }); return 'done'");
    ASSERT_TRUE(stage.run(
        stage.approvals->decide(person(), stage.untilAsked(id).id, true, "", Scope::execution)));
    stage.until([&] {
      return stage.show(id).approvals.size() == 1 &&
             stage.show(id).approvals[0].tool == "shop.slow.write";
    });
  }
  Stage stage(paths);
  ASSERT_TRUE(stage.run(stage.executions->recover()));
  stage.until([&] { return stage.show(id).approvals.size() == 1; });
  stage.decide(stage.show(id).approvals[0].id, true);
  EXPECT_EQ(stage.finish(id).resultJson, "\"done\"");
  EXPECT_EQ(upstream.count("POST /items"), 2u);
}

}  // namespace
}  // namespace executor::execution

#include "policy/policy.h"

#include <fmt/format.h>

#include "catalog/test-workspace.h"
#include "policy/policy-record.h"
#include "policy/rules.h"

namespace executor::policy {
namespace {

using catalog::testing::codeOf;

class PoliciesTest : public catalog::testing::WorkspaceTest {
 protected:
  PoliciesTest() : WorkspaceTest(policy::schema()) {
    policies_ = makePolicies(*store_, *sources_, clock_);
    EXPECT_TRUE(addTracker());
  }

  Result<PolicyView> addPolicy(Effect effect, std::string tool, std::string workspaceId = "ws_1") {
    return run(policies_->add(person(std::move(workspaceId)), effect, std::move(tool)));
  }
  catalog::ToolRef tool(std::string_view path) { return catalog()->find(path).value(); }
  Decision decide(std::string_view path) {
    auto decision = run(policies_->decide(agent(), tool(path)));
    EXPECT_TRUE(decision) << (decision ? "" : decision.error().message);
    return decision.value_or(Decision{Effect::deny, {}, {}});
  }

  std::unique_ptr<Policies> policies_;
};

TEST_F(PoliciesTest, ReadsRunAndWritesAskByDefault) {
  EXPECT_EQ(decide("hub.issues.list").effect, Effect::allow);
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::ask);
  EXPECT_EQ(decide("hub.issues.delete").effect, Effect::ask);
  EXPECT_EQ(decide("discover").effect, Effect::allow);
  EXPECT_EQ(decide("catalog.describe").effect, Effect::allow);
  EXPECT_EQ(decide("hub.issues.create").policyId, "");
  EXPECT_FALSE(decide("hub.issues.create").reason.empty());
}

TEST_F(PoliciesTest, ARuleForTheToolDecides) {
  for (Effect effect : {Effect::allow, Effect::ask, Effect::deny}) {
    const auto added = addPolicy(effect, "hub.issues.create");
    ASSERT_TRUE(added) << added.error().message;
    const Decision decision = decide("hub.issues.create");
    EXPECT_EQ(decision.effect, effect);
    EXPECT_EQ(decision.policyId, added->id);
    EXPECT_NE(decision.reason.find(added->id), std::string::npos);
    EXPECT_EQ(decide("hub.issues.delete").effect, Effect::ask);
    ASSERT_TRUE(run(policies_->remove(person(), added->id)));
  }
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::ask);
}

// Invariant 3: built-in tools are no way around a policy.
TEST_F(PoliciesTest, BuiltInToolsCanBeDeniedToo) {
  ASSERT_TRUE(addPolicy(Effect::deny, "discover"));
  EXPECT_EQ(decide("discover").effect, Effect::deny);
}

TEST_F(PoliciesTest, ReadsCanBeDenied) {
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.list"));
  EXPECT_EQ(decide("hub.issues.list").effect, Effect::deny);
}

TEST_F(PoliciesTest, OnlyAPersonChangesPolicies) {
  EXPECT_EQ(codeOf(run(policies_->add(agent(), Effect::allow, "hub.issues.create"))), "forbidden");
  const auto added = addPolicy(Effect::deny, "hub.issues.create");
  ASSERT_TRUE(added);
  EXPECT_EQ(codeOf(run(policies_->remove(agent(), added->id))), "forbidden");
  EXPECT_EQ(run(policies_->list(agent()))->size(), 1u);
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::deny);
}

TEST_F(PoliciesTest, ASecondRuleForTheSameToolIsRefused) {
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.create"));
  const auto second = addPolicy(Effect::allow, "tools.hub.issues.create");
  EXPECT_EQ(codeOf(second), "already_exists");
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::deny);
}

TEST_F(PoliciesTest, AToolThatDoesNotExistIsRefusedWithTheNearest) {
  const auto added = addPolicy(Effect::deny, "hub.issues.crate");
  EXPECT_EQ(codeOf(added), "unknown_tool");
  EXPECT_NE(added.error().hint.find("hub.issues.create"), std::string::npos);
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, "")), "invalid_argument");
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, std::string(kMaxToolPathBytes + 1, 'a'))),
            "invalid_argument");
  EXPECT_EQ(run(policies_->list(person()))->size(), 0u);
}

TEST_F(PoliciesTest, WorkspacesDoNotSeeEachOthersRules) {
  ASSERT_TRUE(addTracker("hub", "ws_2"));
  const auto added = addPolicy(Effect::deny, "hub.issues.create", "ws_2");
  ASSERT_TRUE(added);
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::ask);
  EXPECT_EQ(codeOf(run(policies_->remove(person("ws_1"), added->id))), "not_found");
  EXPECT_EQ(run(policies_->list(person("ws_2")))->size(), 1u);
}

TEST_F(PoliciesTest, RulesOfAnotherNodeAreSeen) {
  const auto other = makePolicies(*store_, *sources_, clock_);
  ASSERT_TRUE(run(other->load("ws_1")));
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.create"));
  EXPECT_EQ(run(other->decide(agent(), tool("hub.issues.create")))->effect, Effect::deny);
}

TEST_F(PoliciesTest, RulesSurviveARestart) {
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.create"));
  policies_ = makePolicies(*store_, *sources_, clock_);
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::deny);
}

TEST_F(PoliciesTest, ARuleIsInForceAsSoonAsAddingItReturns) {
  ASSERT_TRUE(run(policies_->load("ws_1")));
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.create"));
  EXPECT_EQ(policies_->decideNow(agent(), tool("hub.issues.create")).effect, Effect::deny);
}

TEST_F(PoliciesTest, WithoutLoadedRulesEverythingAsks) {
  EXPECT_EQ(policies_->decideNow(agent(), tool("hub.issues.list")).effect, Effect::ask);
  ASSERT_TRUE(run(policies_->load("ws_1")));
  EXPECT_EQ(policies_->decideNow(agent(), tool("hub.issues.list")).effect, Effect::allow);
}

TEST_F(PoliciesTest, AViewTellsWhoMadeTheRuleAndWhen) {
  const auto added = addPolicy(Effect::ask, "hub.issues.list");
  ASSERT_TRUE(added);
  const auto all = run(policies_->list(agent()));
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().id, added->id);
  EXPECT_EQ(all->front().tool, "hub.issues.list");
  EXPECT_EQ(all->front().effect, Effect::ask);
  EXPECT_EQ(all->front().createdBy, "acct_1");
  EXPECT_EQ(all->front().createdAt, 1'000'000);
}

TEST_F(PoliciesTest, MoreThanTheLimitIsRefused) {
  PolicyRecord record;
  record.workspaceId = "ws_1";
  for (std::size_t from = 0; from < kMaxPoliciesPerWorkspace; from += 100) {
    ASSERT_TRUE(run(store_->write([record, from](store::Txn& txn) mutable -> Status {
      for (std::size_t i = from; i < from + 100; ++i) {
        record.id = fmt::format("pol_{}", i);
        record.tool = fmt::format("t.{}", i);
        EXECUTOR_CHECK(txn.insert(record));
      }
      return {};
    })));
  }
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, "hub.issues.create")), "limit_exceeded");
}

// A deny must not lapse because a document lost an operation for a day.
TEST_F(PoliciesTest, ARuleOutlivesTheToolItNames) {
  ASSERT_TRUE(addPolicy(Effect::deny, "hub.issues.create"));
  ASSERT_TRUE(run(sources_->remove(person(), "hub")));
  EXPECT_EQ(run(policies_->list(person()))->size(), 1u);
  ASSERT_TRUE(addTracker());
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::deny);
}

// Two people press at once: one rule stands, and the other person is told.
TEST_F(PoliciesTest, OfTwoRulesAddedAtOnceOneStands) {
  std::vector<Result<PolicyView>> results;
  for (Effect effect : {Effect::allow, Effect::deny}) {
    asio::co_spawn(loop_, policies_->add(person(), effect, "hub.issues.create"),
                   [&](const std::exception_ptr&, Result<PolicyView> added) {
                     results.push_back(std::move(added));
                   });
  }
  while (results.size() < 2) loop_.run_one();
  EXPECT_NE(results[0].has_value(), results[1].has_value());
  const auto& won = results[0] ? results[0] : results[1];
  const auto& lost = results[0] ? results[1] : results[0];
  EXPECT_EQ(codeOf(lost), "already_exists");
  EXPECT_EQ(decide("hub.issues.create").effect, won->effect);
}

TEST_F(PoliciesTest, ARefusedRuleSaysWhichOneStandsInItsWay) {
  const auto first = addPolicy(Effect::ask, "hub.issues.list");
  const auto second = addPolicy(Effect::deny, "hub.issues.list");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "hub.issues.list has a policy already: ask.");
  EXPECT_NE(second.error().hint.find(first->id), std::string::npos);
}

TEST_F(PoliciesTest, AddressesAreExact) {
  for (const char* tool : {"Hub.issues.create", "hub.issues", "hub", "hub.*", "*", "hub.issues.*",
                           "hub.issues.create ", " hub.issues.create",
                           "tools.tools.hub.issues.list", "tools.", "hub..issues.create"}) {
    const std::string code = codeOf(addPolicy(Effect::allow, tool));
    EXPECT_TRUE(code == "unknown_tool" || code == "invalid_argument") << tool << " " << code;
  }
  EXPECT_EQ(run(policies_->list(person()))->size(), 0u);
}

TEST_F(PoliciesTest, TheLongestAddressThatIsLookedUpIsTheLimit) {
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, std::string(kMaxToolPathBytes, 'a'))), "unknown_tool");
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, "tools." + std::string(kMaxToolPathBytes, 'a'))),
            "unknown_tool");
  EXPECT_EQ(codeOf(addPolicy(Effect::deny, "tools." + std::string(kMaxToolPathBytes + 1, 'a'))),
            "invalid_argument");
}

TEST_F(PoliciesTest, AnIdThatIsNoneIsNotFoundAndNotRepeatedAtLength) {
  for (const std::string& id : {std::string(), std::string("pol_x"), std::string("../../etc"),
                                std::string(10'000, 'x'), std::string("' OR 1=1 --")}) {
    const auto removed = run(policies_->remove(person(), id));
    EXPECT_EQ(codeOf(removed), "not_found");
    EXPECT_LT(removed.error().message.size(), 200u);
  }
}

// A rule removed on another node must stop deciding here.
TEST_F(PoliciesTest, ARemovalOnAnotherNodeIsSeen) {
  const auto added = addPolicy(Effect::deny, "hub.issues.list");
  const auto other = makePolicies(*store_, *sources_, clock_);
  ASSERT_EQ(run(other->decide(agent(), tool("hub.issues.list")))->effect, Effect::deny);
  ASSERT_TRUE(run(policies_->remove(person(), added->id)));
  EXPECT_EQ(run(other->decide(agent(), tool("hub.issues.list")))->effect, Effect::allow);
}

TEST_F(PoliciesTest, AnAllowOutOfADecisionIsInForceForTheNextQuestion) {
  ASSERT_TRUE(run(policies_->load("ws_1")));
  const auto made = run(store_->write([this](store::Txn& txn) {
    return policies_->allow(txn, {"ws_1", "hub.issues.create", "acct_1", "approval_1", 5});
  }));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(decide("hub.issues.create").effect, Effect::allow);
  const auto all = run(policies_->list(person()));
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().id, *made);
  EXPECT_EQ(all->front().fromApproval, "approval_1");
  EXPECT_EQ(all->front().createdAt, 5);
}

TEST_F(PoliciesTest, AnAllowOutOfADecisionGivesWayToWhatIsThere) {
  const auto allow = [this](std::string tool) {
    return run(store_->write([this, tool](store::Txn& txn) {
      return policies_->allow(txn, {"ws_1", tool, "acct_1", "approval_1", 5});
    }));
  };
  const auto kept = addPolicy(Effect::allow, "hub.issues.create");
  EXPECT_EQ(allow("hub.issues.create").value_or(""), kept->id);
  for (const auto& [effect, tool] :
       {std::pair{Effect::ask, "hub.issues.list"}, std::pair{Effect::deny, "hub.issues.delete"}}) {
    ASSERT_TRUE(addPolicy(effect, tool));
    EXPECT_EQ(codeOf(allow(tool)), "already_exists");
    EXPECT_EQ(decide(tool).effect, effect);
  }
  EXPECT_EQ(run(policies_->list(person()))->size(), 3u);
}

TEST_F(PoliciesTest, ARemovedRuleIsNotFoundAgain) {
  const auto added = addPolicy(Effect::deny, "hub.issues.create");
  ASSERT_TRUE(added);
  ASSERT_TRUE(run(policies_->remove(person(), added->id)));
  EXPECT_EQ(codeOf(run(policies_->remove(person(), added->id))), "not_found");
}

TEST(Effect, NamesReadBack) {
  for (Effect effect : {Effect::allow, Effect::ask, Effect::deny}) {
    Effect parsed = Effect::allow;
    EXPECT_TRUE(parseEffect(name(effect), parsed));
    EXPECT_EQ(parsed, effect);
  }
  Effect untouched = Effect::ask;
  EXPECT_FALSE(parseEffect("Allow", untouched));
  EXPECT_FALSE(parseEffect("", untouched));
  EXPECT_EQ(untouched, Effect::ask);
}

}  // namespace
}  // namespace executor::policy

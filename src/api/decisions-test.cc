// Deciding over the API: one and several, with every scope, and what is refused.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

class ApiDecisions : public ApiFixture {
 protected:
  ApiDecisions() {
    for (const char* suffix : {"a", "b", "c"}) plant(first_.workspaceId, suffix);
  }
  Reply several(const std::string& body) { return post("/api/v1/approvals/decisions", body); }
  std::string statusOf(std::string_view id) { return approvals_.find(owner(), id)->status; }
};

TEST_F(ApiDecisions, AScopeReachesTheDecisionAndIsShown) {
  for (const auto& [suffix, scope] : std::vector<std::array<std::string, 2>>{
           {"a", "once"}, {"b", "execution"}, {"c", "policy"}}) {
    const auto reply = post("/api/v1/approvals/approval_" + suffix + "/decision",
                            R"({"decision":"approve","scope":")" + scope + "\"}");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(findString(reply.parsed(), "scope"), scope);
  }
  EXPECT_EQ(findString(get("/api/v1/approvals/approval_c").parsed(), "policyId"), "pol_made");
}

TEST_F(ApiDecisions, AnUnknownScopeDecidesNothing) {
  for (const auto* scope : {"\"always\"", "\"Once\"", "5", "[\"once\"]", "true"}) {
    const auto reply = post("/api/v1/approvals/approval_a/decision",
                            std::string(R"({"decision":"approve","scope":)") + scope + "}");
    EXPECT_EQ(reply.errorCode(), "invalid_argument") << scope;
  }
  EXPECT_EQ(statusOf("approval_a"), "pending");
}

TEST_F(ApiDecisions, SeveralHaveAnOutcomeEach) {
  approvals_.find(owner(), "approval_b")->status = "denied";
  plant("ws_other", "theirs");
  const auto reply =
      several(R"({"ids":["approval_a","approval_b","approval_theirs","approval_a","approval_c"],)"
              R"("decision":"approve","reason":"all"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto parsed = reply.parsed();
  const auto& items = *findArray(parsed, "items");
  ASSERT_EQ(items.size(), 4u) << "what is named twice is decided once";
  EXPECT_EQ(findInteger(parsed, "failed"), 2);
  EXPECT_EQ(findString(items[0], "status"), "approved");
  EXPECT_EQ(findString(*find(items[1], "error"), "code"), "already_decided");
  EXPECT_EQ(findString(*find(items[2], "error"), "code"), "not_found");
  EXPECT_EQ(findString(items[2], "id"), "approval_theirs");
  EXPECT_EQ(approvals_.find(owner(), "approval_c")->reason, "all");
  EXPECT_EQ(approvals_.items.back().status, "pending");
}

TEST_F(ApiDecisions, WhatAGrantOfTheSameRequestCoversIsDone) {
  for (auto& item : approvals_.items) item.executionId = "task_same";
  const auto reply =
      several(R"({"ids":["approval_a","approval_b"],"decision":"approve","scope":"execution"})");
  EXPECT_EQ(findInteger(reply.parsed(), "failed", -1), 0) << reply.body;
  EXPECT_EQ(findString(findArray(reply.parsed(), "items")->at(1), "grantedBy"), "approval_a");
}

TEST_F(ApiDecisions, SeveralAreNamedAndBounded) {
  std::string ids;
  for (std::size_t i = 0; i < kMaxDecidedAtOnce; ++i) ids += "\"approval_x\",";
  const std::string most = ids.substr(0, ids.size() - 1);
  EXPECT_EQ(several("{\"ids\":[" + most + "],\"decision\":\"deny\"}").status, 200);
  for (const std::string& bad :
       {std::string("{\"decision\":\"deny\"}"), std::string("{\"ids\":[],\"decision\":\"deny\"}"),
        "{\"ids\":[" + ids + "\"approval_a\"],\"decision\":\"deny\"}",
        std::string("{\"ids\":[\"approval_a\",5],\"decision\":\"deny\"}"),
        std::string("{\"ids\":\"approval_a\",\"decision\":\"deny\"}"),
        std::string("{\"ids\":[\"approval_a\"]}"),
        std::string("{\"ids\":[\"approval_a\"],\"decision\":\"yes\"}")}) {
    EXPECT_EQ(several(bad).errorCode(), "invalid_argument") << bad.substr(0, 80);
  }
  EXPECT_EQ(several("{\"executionId\":\"task_a\",\"decision\":\"deny\"}").errorCode(),
            "unknown_argument");
  EXPECT_EQ(statusOf("approval_a"), "pending");
}

TEST_F(ApiDecisions, AnAgentDecidesNeitherOneNorSeveral) {
  const auto reply = send("POST", "/api/v1/approvals/decisions", json(agent()),
                          R"({"ids":["approval_a"],"decision":"approve"})");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(statusOf("approval_a"), "pending");
}

// --- the same on the pages

TEST_F(ApiDecisions, ThePageOffersEachScopeAndDeniesFirst) {
  const auto html = page("/approvals/approval_a").body;
  const auto deny = html.find("value=\"deny\""), once = html.find("value=\"approve\""),
             execution = html.find("value=\"approve-execution\""),
             policy = html.find("value=\"approve-policy\"");
  EXPECT_TRUE(deny < once && once < execution && execution < policy && policy != html.npos);
}

TEST_F(ApiDecisions, AButtonMeansWhatItSays) {
  const auto cookie = openBrowser();
  const auto press = [&](const std::string& suffix, const std::string& word) {
    return form("/approvals/approval_" + suffix + "/decision", cookie,
                "decision=" + word + "&csrf=" + csrfOf(cookie));
  };
  EXPECT_EQ(press("a", "approve-policy").status, 303);
  EXPECT_EQ(approvals_.find(owner(), "approval_a")->scope, approval::Scope::policy);
  EXPECT_TRUE(page("/approvals/approval_a").body.contains("by policy pol_made"));
  EXPECT_EQ(press("b", "approve-execution").status, 303);
  EXPECT_EQ(approvals_.find(owner(), "approval_b")->scope, approval::Scope::execution);
  EXPECT_EQ(press("c", "approve-everything").status, 400);
  EXPECT_EQ(statusOf("approval_c"), "pending");
}

TEST_F(ApiDecisions, TheExecutionsPageDecidesWhatItShowedAndNothingElse) {
  auto& execution = executions_.items.front();
  execution.approvals = {{"approval_a", "t", "first"}, {"approval_b", "t", "second"}};
  const auto html = page("/executions/task_a").body;
  EXPECT_TRUE(html.contains("name=\"ids\" value=\"approval_a approval_b\"")) << html;
  const auto cookie = openBrowser();
  const std::string path = "/executions/task_a/decisions";
  EXPECT_EQ(form(path, cookie, "ids=approval_a+approval_b&decision=approve").status, 403);
  EXPECT_EQ(statusOf("approval_a"), "pending");
  const auto reply = form(
      path, cookie, "ids=approval_a+approval_b&decision=deny&reason=no&csrf=" + csrfOf(cookie));
  EXPECT_EQ(reply.location, "/executions/task_a") << reply.body;
  EXPECT_EQ(statusOf("approval_a"), "denied");
  EXPECT_EQ(statusOf("approval_b"), "denied");
  EXPECT_EQ(statusOf("approval_c"), "pending") << "it was not on the page";
}

TEST_F(ApiDecisions, OneThatWaitsNeedsNoFormForAll) {
  executions_.items.front().approvals = {{"approval_a", "t", "first"}};
  EXPECT_FALSE(page("/executions/task_a").body.contains("Approve all"));
}

}  // namespace
}  // namespace executor::api

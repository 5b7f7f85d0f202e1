// What a person sets up over the API: connections, policies, keys, and the decisions on approvals.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

using ApiGovernance = ApiFixture;

TEST_F(ApiGovernance, AConnectionReachesItsLayerAsItWasSent) {
  const auto added =
      post("/api/v1/connections", R"({"source":"hub","name":"work","kind":"apiKey","in":"header",)"
                                  R"("parameter":"X-Key","secret":" spaces stay \u0000 "})");
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(connections_.items.front().name, "work");
  EXPECT_EQ(connections_.items.front().kind, "apiKey");
  EXPECT_EQ(connections_.secrets.front(), std::string(" spaces stay \0 ", 15));
  EXPECT_EQ(findString(added.parsed(), "source"), "hub");
  EXPECT_EQ(added.location, "/api/v1/connections/" + connections_.items.front().id);
}

TEST_F(ApiGovernance, ARefusedConnectionsSecretIsNotRepeated) {
  for (const auto* body :
       {R"({"source":"hub","kind":"bearer","secret":["canary-1"]})",
        R"({"source":"hub","kind":["canary-1"],"secret":"canary-1"})", R"({"secret":"canary-1"})",
        R"({"source":"hub","kind":"bearer","secret":"canary-1","nmae":"x"})",
        R"({"source":"hub","kind":"bearer","secret":"canary-1")"}) {
    const auto reply = post("/api/v1/connections", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_FALSE(reply.body.contains("canary")) << reply.body;
  }
  EXPECT_TRUE(connections_.secrets.empty());
}

TEST_F(ApiGovernance, APolicyTakesItsThreeWordsAndNoOther) {
  for (const auto* effect : {"allow", "ask", "deny"}) {
    const auto added =
        post("/api/v1/policies", std::string(R"({"tool":"a.b","effect":")") + effect + "\"}");
    EXPECT_EQ(added.status, 201);
    EXPECT_EQ(findString(added.parsed(), "effect"), effect);
  }
  for (const auto* effect : {"Allow", "allow ", "", "approve", "DENY", "deny\\u0000"}) {
    EXPECT_EQ(post("/api/v1/policies", std::string(R"({"tool":"a.b","effect":")") + effect + "\"}")
                  .errorCode(),
              "invalid_argument")
        << effect;
  }
  EXPECT_EQ(policies_.items.size(), 3u);
}

TEST_F(ApiGovernance, AKeysNameIsHeldToItsLimit) {
  const auto named = [&](std::size_t size) {
    return post("/api/v1/keys", R"({"name":")" + std::string(size, 'x') + "\"}");
  };
  EXPECT_EQ(named(identity::kMaxKeyNameBytes).status, 201);
  const auto refused = named(identity::kMaxKeyNameBytes + 1);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.errorCode(), "invalid_argument");
  EXPECT_EQ(findArray(get("/api/v1/keys").parsed(), "items")->size(), 2u);  // the local key too
}

TEST_F(ApiGovernance, ARevokedKeyStaysInTheList) {
  const auto id = std::string(
      findString(*find(post("/api/v1/keys", R"({"name":"a"})").parsed(), "view"), "id"));
  EXPECT_EQ(send("DELETE", "/api/v1/keys/" + id, person()).body, R"({"ok":true})");
  const auto keys = get("/api/v1/keys").parsed();
  const auto& items = *findArray(keys, "items");
  const auto at = std::ranges::find_if(
      items, [&](const json::value& key) { return findString(key, "id") == id; });
  ASSERT_NE(at, items.end());
  EXPECT_TRUE(findBool(*at, "revoked"));
}

TEST_F(ApiGovernance, AReasonReachesTheDecisionAndAnEmptyOneIsNone) {
  for (const auto& [suffix, body, reason] : std::vector<std::array<std::string, 3>>{
           {"a", R"({"decision":"deny","reason":"too \"much\"\n"})", "too \"much\"\n"},
           {"b", R"({"decision":"approve","reason":""})", ""},
           {"c", R"({"decision":"approve","reason":null})", ""},
           {"d", R"({"decision":"approve"})", ""}}) {
    plant(first_.workspaceId, suffix);
    const auto reply = post("/api/v1/approvals/approval_" + suffix + "/decision", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(approvals_.items.back().reason, reason);
    EXPECT_EQ(approvals_.items.back().decidedBy, first_.accountId);
  }
}

TEST_F(ApiGovernance, EveryStatusOfAnApprovalIsAFilter) {
  for (const auto* status : {"pending", "approved", "denied", "expired", "cancelled"}) {
    plant(first_.workspaceId, status);
    approvals_.items.back().status = status;
    const auto list = get(std::string("/api/v1/approvals?status=") + status).parsed();
    EXPECT_EQ(findArray(list, "items")->size(), 1u) << status;
  }
  for (const auto* status : {"Pending", "open", "pending,approved", "%00"}) {
    EXPECT_EQ(get(std::string("/api/v1/approvals?status=") + status).errorCode(),
              "invalid_argument");
  }
}

TEST_F(ApiGovernance, EveryAnswerIsJsonThatNobodyKeeps) {
  plant(first_.workspaceId, "mine");
  for (const auto* path :
       {"status", "sources", "sources/mine", "connections", "policies", "keys", "approvals",
        "approvals/approval_mine", "executions", "executions/task_mine", "tools",
        "executions/task_mine/events", "executions/task_mine/result", "sources/none", "nothing"}) {
    const auto reply = get(std::string("/api/v1/") + path);
    EXPECT_TRUE(reply.headers.get("content-type").starts_with("application/json")) << path;
    if (reply.status == 200) EXPECT_EQ(reply.headers.get("cache-control"), "no-store") << path;
  }
}

}  // namespace
}  // namespace executor::api

// Who may call what: a walk over the table of routes, so that a new route is covered by being
// listed.
#include <fmt/format.h>

#include "api/api-fixture.h"
#include "api/endpoint.h"
#include "net/test-support.h"

namespace executor::api {
namespace {

using ApiAccess = ApiFixture;

// Every `*` of a pattern replaced.
std::string pathOf(std::string_view pattern, std::string_view id) {
  std::string path;
  for (const char c : pattern) {
    if (c == '*') {
      path += id;
    } else {
      path += c;
    }
  }
  return path;
}

std::string label(const Endpoint& endpoint) {
  return std::string(endpoint.method) + " " + std::string(endpoint.pattern);
}

struct PublicRoute {
  const char* method;
  const char* path;
  int status;
};

// Everything outside /api/v1 that may answer without a credential, with what it answers.
constexpr PublicRoute kPublic[] = {
    {"GET", "/healthz", 200},
    {"GET", "/readyz", 200},
    {"GET", "/metrics", 200},
    {"GET", "/mcp", 503},
    {"POST", "/mcp", 503},
    {"DELETE", "/mcp", 503},
    {"POST", "/v1/mcp", 503},
    {"GET", "/auth/anonymous/token", 503},
    {"POST", "/auth/anonymous/token", 503},
    {"GET", "/.well-known/oauth-protected-resource", 404},
    {"GET", "/.well-known/oauth-protected-resource/mcp", 404},
    {"GET", "/.well-known/oauth-authorization-server", 404},
    {"GET", "/", 401},
    {"GET", "/approvals/x", 401},
    {"POST", "/approvals/x/decision", 401},
    {"POST", "/executions/x/decisions", 401},
    {"GET", "/executions/x", 401},
    {"GET", "/open/x", 401},
    {"POST", "/open/x", 401},
    {"POST", "/sign-out", 401},
    {"GET", "/unknown", 404},
    {"GET", "/api/v1/unknown", 404},
};

TEST_F(ApiAccess, NoRouteAnswersWithoutACredential) {
  plant(first_.workspaceId, "mine");
  for (const auto& endpoint : endpoints()) {
    SCOPED_TRACE(label(endpoint));
    const auto reply =
        send(std::string(endpoint.method), pathOf(endpoint.pattern, "mine"), json({}), "{}");
    EXPECT_EQ(reply.status, 401) << reply.body;
    EXPECT_EQ(reply.errorCode(), "unauthorized");
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(ApiAccess, NoRouteTakesAWrongCredential) {
  const std::vector<Fields> wrong = {{{"authorization", "Bearer wrong"}},
                                     {{"authorization", "Bearer a.b.c"}},
                                     {{"x-api-key", first_.agentKey + "x"}},
                                     {{"cookie", "executor_session=wrong"}},
                                     {{"authorization", first_.ownerToken}}};
  for (const auto& endpoint : endpoints()) {
    for (const auto& headers : wrong) {
      SCOPED_TRACE(label(endpoint) + " " + headers.front().second);
      EXPECT_EQ(send(std::string(endpoint.method), pathOf(endpoint.pattern, "x"), headers).status,
                401);
    }
  }
}

// The whole answer comes although nothing of the body was sent: it was decided by the head.
TEST_F(ApiAccess, ALargeBodyIsNotReadBeforeItsSenderIsKnown) {
  const std::string agent = "X-Api-Key: " + first_.agentKey + "\r\n";
  const auto raw = [this](const std::string& bytes) {
    std::string answer;
    net::test::runWhile(
        loop_, [&] { answer = net::test::RawPeer(server_->port()).send(bytes).readAll(); });
    loop_.restart();  // the fixture goes on with it
    return answer;
  };
  for (const auto& endpoint : endpoints()) {
    if (endpoint.body == Body::none) continue;
    SCOPED_TRACE(label(endpoint));
    const std::string start =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", endpoint.method,
                    pathOf(endpoint.pattern, "x"), endpoint.maxBody);
    EXPECT_TRUE(raw(start + "\r\n").starts_with("HTTP/1.1 401 "));
    if (endpoint.who == Who::anyone) continue;
    EXPECT_TRUE(raw(start + agent + "\r\n").starts_with("HTTP/1.1 403 "));
  }
}

TEST_F(ApiAccess, OnlyTheListedRoutesAnswerStrangersAndThenAsListed) {
  for (const auto& route : kPublic) {
    SCOPED_TRACE(std::string(route.method) + " " + route.path);
    EXPECT_EQ(send(route.method, route.path).status, route.status);
  }
}

TEST_F(ApiAccess, AnAgentIsRefusedWhatNeedsAPerson) {
  plant(first_.workspaceId, "mine");
  std::size_t refused = 0;
  for (const auto& endpoint : endpoints()) {
    if (endpoint.who != Who::person) continue;
    SCOPED_TRACE(label(endpoint));
    const auto reply =
        send(std::string(endpoint.method), pathOf(endpoint.pattern, "mine"), json(agent()), "{}");
    EXPECT_EQ(reply.status, 403) << reply.body;
    EXPECT_EQ(reply.errorCode(), "forbidden");
    ++refused;
  }
  EXPECT_EQ(refused, 15u);
  EXPECT_EQ(sources_.items.size(), 1u);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

// D1: a list of what an agent can never do, independent of the table's own column.
TEST_F(ApiAccess, DecidingIssuingAndCredentialsAreForPersons) {
  plant(first_.workspaceId, "mine");
  const std::vector<std::array<std::string, 3>> acts = {
      {"POST", "/api/v1/approvals/approval_mine/decision", R"({"decision":"approve"})"},
      {"POST", "/api/v1/approvals/decisions",
       R"({"ids":["approval_mine"],"decision":"approve","scope":"policy"})"},
      {"POST", "/api/v1/policies", R"({"effect":"allow","tool":"github.issues.create"})"},
      {"DELETE", "/api/v1/policies/pol_mine", ""},
      {"PATCH", "/api/v1/settings", R"({"calls":1000})"},
      {"POST", "/api/v1/keys", R"({"name":"mine","mayApprove":true})"},
      {"POST", "/api/v1/connections", R"({"source":"a","kind":"bearer","secret":"b"})"},
      {"DELETE", "/api/v1/connections/conn_mine", ""},
      {"POST", "/api/v1/open-links", ""},
      {"POST", "/api/v1/sources", R"({"name":"a","url":"http://a"})"},
      {"DELETE", "/api/v1/sources/src_mine", ""}};
  for (const auto& [method, path, body] : acts) {
    SCOPED_TRACE(path);
    const auto headers = body.empty() ? agent() : json(agent());
    EXPECT_EQ(send(method, path, headers, body).status, 403);
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_TRUE(connections_.secrets.empty());
}

TEST_F(ApiAccess, ForeignIdsAreUnknown) {
  plant("ws_other", "theirs");
  const std::vector<std::array<std::string, 3>> requests = {
      {"GET", "/api/v1/sources/src_theirs", ""},
      {"GET", "/api/v1/sources/theirs", ""},
      {"DELETE", "/api/v1/sources/src_theirs", ""},
      {"POST", "/api/v1/sources/src_theirs/refresh", ""},
      {"DELETE", "/api/v1/connections/conn_theirs", ""},
      {"DELETE", "/api/v1/policies/pol_theirs", ""},
      {"DELETE", "/api/v1/keys/key_theirs", ""},
      {"GET", "/api/v1/approvals/approval_theirs", ""},
      {"POST", "/api/v1/approvals/approval_theirs/decision", R"({"decision":"approve"})"},
      {"GET", "/api/v1/executions/task_theirs", ""},
      {"GET", "/api/v1/executions/task_theirs/events", ""},
      {"GET", "/api/v1/executions/task_theirs/result", ""},
      {"GET", "/api/v1/executions/task_theirs/wait?ms=1", ""},
      {"POST", "/api/v1/executions/task_theirs/cancel", ""}};
  for (const auto& [method, path, body] : requests) {
    SCOPED_TRACE(path);
    const auto headers = body.empty() ? person() : json(person());
    const auto reply = send(method, path, headers, body);
    EXPECT_EQ(reply.status, 404) << reply.body;
  }
  for (const auto* list : {"sources", "connections", "policies", "approvals", "executions"}) {
    const auto reply = get(std::string("/api/v1/") + list);
    EXPECT_EQ(findArray(reply.parsed(), "items")->size(), 0u) << list;
  }
  EXPECT_EQ(sources_.items.size(), 1u);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiAccess, ARevokedKeyStopsAtOnce) {
  const auto created = post("/api/v1/keys", R"({"name":"short-lived"})").parsed();
  const std::string key(findString(created, "key"));
  const std::string id(findString(*find(created, "view"), "id"));
  EXPECT_EQ(send("GET", "/api/v1/status", {{"x-api-key", key}}).status, 200);
  EXPECT_EQ(send("DELETE", "/api/v1/keys/" + id, person()).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/status", {{"x-api-key", key}}).status, 401);
}

TEST_F(ApiAccess, AKeyMayNotApproveUnlessAsked) {
  const auto made = [&](std::string body) { return post("/api/v1/keys", body).parsed(); };
  EXPECT_FALSE(findBool(*find(made(R"({"name":"a"})"), "view"), "mayApprove", true));
  EXPECT_TRUE(findBool(*find(made(R"({"name":"a","mayApprove":true})"), "view"), "mayApprove"));
}

TEST_F(ApiAccess, ASessionWritesOnlyWithItsFormToken) {
  const auto cookie = openBrowser();
  const std::string body = R"({"effect":"deny","tool":"github.issues.create"})";
  EXPECT_EQ(send("GET", "/api/v1/policies", {{"cookie", cookie}}).status, 200);
  EXPECT_EQ(send("POST", "/api/v1/policies", json({{"cookie", cookie}}), body).status, 403);
  EXPECT_TRUE(policies_.items.empty());
  EXPECT_EQ(send("POST", "/api/v1/policies",
                 json({{"cookie", cookie}, {"x-csrf-token", csrfOf(cookie)}}), body)
                .status,
            201);
}

TEST_F(ApiAccess, MetricsNeedATokenWhenOthersCanReachUs) {
  serve({.loopbackOnly = false});
  EXPECT_EQ(send("GET", "/metrics").status, 401);
  EXPECT_EQ(send("GET", "/metrics", agent()).status, 200);
}

}  // namespace
}  // namespace executor::api

// What is refused before anything happens: bodies, types, members, query parameters.
#include "api/api-fixture.h"
#include "api/endpoint.h"

namespace executor::api {
namespace {

using ApiBadInput = ApiFixture;

TEST_F(ApiBadInput, WrongContentTypeIsRefusedOnEveryRouteWithABody) {
  std::size_t seen = 0;
  for (const auto& endpoint : endpoints()) {
    if (endpoint.body == Body::none) continue;
    SCOPED_TRACE(endpoint.pattern);
    for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "", "json"}) {
      auto headers = person();
      if (*type != '\0') headers.emplace_back("content-type", type);
      const auto reply =
          send(std::string(endpoint.method), std::string(endpoint.pattern), headers, "{}");
      EXPECT_EQ(reply.status, 415) << type << reply.body;
      EXPECT_EQ(reply.errorCode(), "unsupported_media_type");
    }
    ++seen;
  }
  EXPECT_EQ(seen, 13u);
}

TEST_F(ApiBadInput, AContentTypeMayHaveParametersAndAnyCase) {
  auto headers = person();
  headers.emplace_back("content-type", "Application/JSON; charset=utf-8");
  EXPECT_EQ(send("POST", "/api/v1/keys", headers, R"({"name":"a"})").status, 201);
}

TEST_F(ApiBadInput, MalformedJsonNamesThePosition) {
  for (const auto& endpoint : endpoints()) {
    if (endpoint.body == Body::none) continue;
    SCOPED_TRACE(endpoint.pattern);
    const auto reply = send(std::string(endpoint.method), std::string(endpoint.pattern),
                            json(person()), "{\"a\":\n  nope}");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.errorCode(), "invalid_json");
    EXPECT_TRUE(reply.body.contains("line 2")) << reply.body;
  }
  for (const auto* body : {"[]", "5", "null", "\"x\""}) {
    EXPECT_EQ(post("/api/v1/keys", body).errorCode(), "invalid_request");
  }
}

TEST_F(ApiBadInput, UnknownMembersAreRefusedOnEveryRouteWithABody) {
  plant(first_.workspaceId, "mine");
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"/api/v1/sources", R"({"name":"a","url":"http://a","bogus":1})"},
      {"/api/v1/connections", R"({"source":"a","kind":"bearer","secret":"s","bogus":1})"},
      {"/api/v1/policies", R"({"effect":"deny","tool":"a.b","bogus":1})"},
      {"/api/v1/keys", R"({"name":"a","bogus":1})"},
      {"/api/v1/approvals/approval_mine/decision", R"({"decision":"approve","bogus":1})"},
      {"/api/v1/executions", R"({"code":"return 1","bogus":1})"},
      {"/api/v1/calls", R"({"tool":"a.b","bogus":1})"},
      {"/api/v1/check", R"({"code":"return 1","bogus":1})"},
      {"/api/v1/executions/task_mine/cancel", R"({"bogus":1})"}};
  for (const auto& [path, body] : requests) {
    SCOPED_TRACE(path);
    const auto reply = post(path, body);
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_EQ(reply.errorCode(), "unknown_argument");
    EXPECT_TRUE(reply.body.contains("bogus"));
  }
  EXPECT_TRUE(executions_.started.empty());
  EXPECT_TRUE(connections_.items.size() == 1 && policies_.items.size() == 1);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiBadInput, UnknownQueryParametersAreRefused) {
  const auto reply = get("/api/v1/executions?limt=5");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.errorCode(), "unknown_argument");
  EXPECT_TRUE(reply.body.contains("limt") && reply.body.contains("limit")) << reply.body;
  EXPECT_EQ(get("/api/v1/status?x=1").status, 400);
  EXPECT_EQ(get("/api/v1/status?%zz").status, 400);
}

TEST_F(ApiBadInput, NumbersOutOfRangeAreRefused) {
  for (const auto* query : {"limit=0", "limit=101", "limit=x", "limit=1e3", "limit=-1", "limit=5x",
                            "limit=99999999999999999999"}) {
    const auto reply = get(std::string("/api/v1/executions?") + query);
    EXPECT_EQ(reply.errorCode(), "invalid_argument") << query;
  }
  for (const auto* body : {R"({"code":"1","wait":-1})", R"({"code":"1","wait":600001})",
                           R"({"code":"1","wait":"5"})", R"({"code":"1","wait":1.5})"}) {
    EXPECT_EQ(post("/api/v1/executions", body).errorCode(), "invalid_argument") << body;
  }
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(ApiBadInput, MissingAndIllTypedMembersAreNamed) {
  const std::vector<std::array<std::string, 3>> requests = {
      {"/api/v1/keys", R"({})", "name"},
      {"/api/v1/keys", R"({"name":5})", "name"},
      {"/api/v1/keys", R"({"name":"a","mayApprove":"yes"})", "mayApprove"},
      {"/api/v1/policies", R"({"tool":"a.b"})", "effect"},
      {"/api/v1/policies", R"({"tool":"a.b","effect":"maybe"})", "effect"},
      {"/api/v1/policies", R"({"effect":"deny"})", "tool"},
      {"/api/v1/connections", R"({"source":"a","kind":"bearer"})", "secret"},
      {"/api/v1/sources", R"({"url":"http://a"})", "name"},
      {"/api/v1/sources", R"({"name":"a"})", "url"},
      {"/api/v1/sources", R"({"name":"a","url":"u","document":"d"})", "document"},
      {"/api/v1/calls", R"({"input":{}})", "tool"}};
  for (const auto& [path, body, member] : requests) {
    const auto reply = post(path, body);
    EXPECT_EQ(reply.errorCode(), "invalid_argument") << body << reply.body;
    EXPECT_TRUE(reply.body.contains(member)) << reply.body;
  }
}

TEST_F(ApiBadInput, ABodyWhereNoneBelongsIsRefused) {
  EXPECT_EQ(post("/api/v1/open-links", "{}").errorCode(), "invalid_request");
}

TEST_F(ApiBadInput, OversizedBodiesAreRefused) {
  const auto reply =
      post("/api/v1/keys", R"({"name":")" + std::string(kMaxApiBodyBytes, 'x') + R"("})");
  EXPECT_EQ(reply.status, 413);
}

TEST_F(ApiBadInput, ADocumentMayBeLargerThanOtherBodies) {
  const std::string document(kMaxApiBodyBytes + 1, 'x');
  const auto reply = post("/api/v1/sources", R"({"name":"a","document":")" + document + R"("})");
  EXPECT_EQ(reply.status, 201) << reply.body.substr(0, 200);
  EXPECT_EQ(sources_.documentBytes, document.size());
}

TEST_F(ApiBadInput, OtherMethodsAre405WithAllow) {
  const auto reply = send("PUT", "/api/v1/sources", person());
  EXPECT_EQ(reply.status, 405);
  EXPECT_TRUE(reply.headers.get("allow").contains("GET"));
}

TEST_F(ApiBadInput, ErrorsCarryCodeMessageAndRequestId) {
  const auto reply = get("/api/v1/executions/task_none");
  const auto parsed = reply.parsed();
  const auto& error = *find(parsed, "error");
  EXPECT_EQ(findString(error, "code"), "not_found");
  EXPECT_FALSE(findString(error, "message").empty());
  EXPECT_EQ(findString(error, "requestId"), reply.headers.get("x-request-id"));
  EXPECT_EQ(reply.headers.get("cache-control"), "no-store");
}

TEST_F(ApiBadInput, ADirectCallsLimitsHoldAtTheirEdges) {
  const auto call = [&](const std::string& rest) {
    return post("/api/v1/calls", R"({"tool":"a.b",)" + rest + "}");
  };
  const auto key = [](std::size_t size) {
    return R"("idempotencyKey":")" + std::string(size, 'k') + "\"";
  };
  for (const auto& rest : {std::string(R"("timeoutMs":0)"), std::string(R"("timeoutMs":600001)"),
                           std::string(R"("timeoutMs":"5")"), std::string(R"("idempotencyKey":5)"),
                           std::string(R"("graceMs":-1)"), std::string(R"("graceMs":600001)"),
                           key(execution::kMaxIdempotencyKeyBytes + 1)}) {
    EXPECT_EQ(call(rest).errorCode(), "invalid_argument") << rest;
  }
  EXPECT_TRUE(executions_.started.empty());
  for (const auto& rest :
       {std::string(R"("timeoutMs":1)"), std::string(R"("timeoutMs":600000)"),
        std::string(R"("graceMs":0)"), std::string(R"("graceMs":600000,"wait":600000)"),
        key(execution::kMaxIdempotencyKeyBytes)}) {
    EXPECT_EQ(call(rest).status, 200) << rest;
  }
}

TEST_F(ApiBadInput, JsonNestedTooDeepIsRefused) {
  const auto nested = [](std::size_t depth) {
    return R"({"tool":"a.b","input":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(post("/api/v1/calls", nested(500)).status, 200);
  EXPECT_EQ(post("/api/v1/calls", nested(513)).errorCode(), "invalid_json");
  EXPECT_EQ(post("/api/v1/calls", nested(100'000)).errorCode(), "invalid_json");
}

TEST_F(ApiBadInput, WaitsAndPagesHoldAtTheirEdges) {
  plant(first_.workspaceId, "mine");
  const std::string base = "/api/v1/executions/task_mine/";
  for (const auto* query :
       {"wait?ms=-1", "wait?ms=600001", "wait?ms=1&graceMs=600001", "wait?ms=x", "events?limit=0",
        "events?limit=1001", "events?after=-1", "events?after=9223372036854775808"}) {
    EXPECT_EQ(get(base + query).errorCode(), "invalid_argument") << query;
  }
  for (const auto* query : {"wait?ms=0", "wait?ms=600000&graceMs=600000", "events?limit=1000",
                            "events?after=9223372036854775807"}) {
    EXPECT_EQ(get(base + query).status, 200) << query;
  }
}

TEST_F(ApiBadInput, AFormHasALimitOfItsOwn) {
  plant(first_.workspaceId, "mine");
  const auto cookie = openBrowser();
  const auto body = "decision=approve&csrf=" + csrfOf(cookie) + "&reason=";
  const auto reply =
      form("/approvals/approval_mine/decision", cookie, body + std::string(kMaxFormBodyBytes, 'x'));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

}  // namespace
}  // namespace executor::api

// Streamable HTTP, both eras on one path: authentication, statuses, sessions, batches, streams.
#include "mcp/endpoint.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

using McpEndpoint = McpFixture;

constexpr const char* kExecuteParams = R"({"name":"execute","arguments":{"code":"return 42"}})";

TEST_F(McpEndpoint, AuthenticationComesBeforeEverything) {
  Fields none = {{"content-type", "text/plain"}};
  auto missing = ApiFixture::send("POST", "/mcp/anonymous", none, "{");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.body, R"({"error":"API key is required for /v1/mcp/anonymous"})");
  Fields wrong = {{"x-api-key", "nonsense"}};
  auto invalid = ApiFixture::send("POST", "/v1/mcp/anonymous", wrong, "{");
  EXPECT_EQ(invalid.status, 401);
  EXPECT_EQ(invalid.body, R"({"error":"Invalid API key"})");
  for (const char* method : {"GET", "DELETE"}) {
    EXPECT_EQ(ApiFixture::send(method, "/mcp/anonymous").status, 401) << method;
  }
}

TEST_F(McpEndpoint, TheOwnersTokenIsNoAgentKey) {
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", json(person()), "{}").status, 401);
}

TEST_F(McpEndpoint, BothPathsAreTheSameEndpoint) {
  auto headers = json(agent());
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  for (const char* path : {"/mcp/anonymous", "/v1/mcp/anonymous"}) {
    EXPECT_EQ(ApiFixture::send("POST", path, headers, ping).body,
              R"({"jsonrpc":"2.0","id":1,"result":{}})");
  }
}

TEST_F(McpEndpoint, AWrongContentTypeOrADeafClientIsRefused) {
  auto headers = agent();
  headers.emplace_back("content-type", "text/plain");
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", headers, "{}").status, 415);
  auto deaf = json(agent());
  deaf.emplace_back("accept", "text/html");
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", deaf, "{}").status, 406);
}

TEST_F(McpEndpoint, AContentTypeMayHaveParameters) {
  auto headers = agent();
  headers.emplace_back("content-type", "Application/JSON; charset=utf-8");
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", headers,
                             R"({"jsonrpc":"2.0","id":1,"method":"ping"})")
                .status,
            200);
}

TEST_F(McpEndpoint, MalformedJsonIsAParseErrorWithoutAnId) {
  auto reply = send("{\"jsonrpc\":");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(rpcCode(reply), -32700);
  auto body = reply.parsed();
  EXPECT_TRUE(find(body, "id")->is_null());
}

TEST_F(McpEndpoint, WhatIsNoMessageIsAnInvalidRequest) {
  for (const char* text : {"1", "null", "[]", "{}", R"({"jsonrpc":"2.0","id":1,"method":5})"}) {
    auto reply = send(text);
    EXPECT_EQ(reply.status, 400) << text;
    EXPECT_EQ(rpcCode(reply), -32600) << text;
  }
}

TEST_F(McpEndpoint, NotificationsAndResponsesAreAcceptedWithoutAnAnswer) {
  for (const char* text : {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                           R"({"jsonrpc":"2.0","id":9,"result":{}})"}) {
    auto reply = send(text);
    EXPECT_EQ(reply.status, 202) << text;
    EXPECT_EQ(reply.body, "") << text;
  }
}

TEST_F(McpEndpoint, LegacyWorksWithoutASession) {
  auto reply = legacy("tools/call", kExecuteParams);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(textOf(resultOf(reply)), "42");
  EXPECT_FALSE(reply.headers.has("mcp-session-id"));
}

TEST_F(McpEndpoint, InitializeOpensASessionInTheClientsRevision) {
  for (const char* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto reply = legacy("initialize", R"({"protocolVersion":")" + std::string(version) + "\"}");
    EXPECT_EQ(findString(resultOf(reply), "protocolVersion"), version);
    EXPECT_FALSE(reply.headers.get("mcp-session-id").empty());
  }
  auto future = legacy("initialize", R"({"protocolVersion":"2030-01-01"})");
  EXPECT_EQ(findString(resultOf(future), "protocolVersion"), "2025-11-25");
  EXPECT_EQ(endpoint_.sessionCount(), 5u);
}

TEST_F(McpEndpoint, ARefusedInitializeOpensNoSession) {
  auto reply = legacy("initialize", "{}");
  EXPECT_EQ(rpcCode(reply), -32602);
  EXPECT_FALSE(reply.headers.has("mcp-session-id"));
  EXPECT_EQ(endpoint_.sessionCount(), 0u);
}

TEST_F(McpEndpoint, ASessionIsUsedAndEnded) {
  auto id = openSession();
  EXPECT_EQ(legacy("ping", "{}", {{"mcp-session-id", id}}).status, 200);
  auto headers = agent();
  headers.emplace_back("mcp-session-id", id);
  EXPECT_EQ(ApiFixture::send("DELETE", "/mcp/anonymous", headers).status, 200);
  auto gone = legacy("ping", "{}", {{"mcp-session-id", id}});
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(ApiFixture::send("DELETE", "/mcp/anonymous", headers).status, 404);
}

TEST_F(McpEndpoint, ASessionOfAnotherKeyIsUnknown) {
  auto id = openSession();
  auto other = run(identity_->createKey(owner(), "other", false));
  ASSERT_TRUE(other);
  Fields headers = json({{"x-api-key", other->key}, {"mcp-session-id", id}});
  auto reply = ApiFixture::send("POST", "/mcp/anonymous", headers,
                                R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  EXPECT_EQ(reply.status, 404);
}

TEST_F(McpEndpoint, ARevokedKeyStopsAtOnceAlsoWithinItsSession) {
  auto made = run(identity_->createKey(owner(), "short", false));
  Fields headers = json({{"x-api-key", made->key}});
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", headers, ping).status, 200);
  EXPECT_TRUE(run(identity_->revokeKey(owner(), made->view.id)));
  EXPECT_EQ(ApiFixture::send("POST", "/mcp/anonymous", headers, ping).status, 401);
}

TEST_F(McpEndpoint, AnUnknownLegacyVersionIsRefusedByName) {
  auto reply = legacy("tools/list", "{}", {{"mcp-protocol-version", "2023-01-01"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("2023-01-01"), std::string::npos);
}

TEST_F(McpEndpoint, ErrorsOfLegacyMethodsTravelWith200) {
  auto reply = legacy("prompts/list");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(rpcCode(reply), -32601);
}

TEST_F(McpEndpoint, BatchesExistUpToTheirLastRevision) {
  const std::string batch =
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},)"
      R"({"jsonrpc":"2.0","id":2,"method":"nope"},5])";
  auto reply = send(batch, {{"mcp-protocol-version", "2025-03-26"}});
  auto answers = reply.parsed();
  ASSERT_TRUE(answers.is_array()) << reply.body;
  ASSERT_EQ(answers.as_array().size(), 3u);
  EXPECT_TRUE(findObject(answers.as_array()[0], "result"));
  EXPECT_EQ(findInteger(*findObject(answers.as_array()[1], "error"), "code"), -32601);
  EXPECT_EQ(findInteger(*findObject(answers.as_array()[2], "error"), "code"), -32600);
  EXPECT_EQ(send(batch, {{"mcp-protocol-version", "2025-06-18"}}).status, 400);
  EXPECT_EQ(send(batch, {{"mcp-session-id", openSession("2025-11-25")}}).status, 400);
}

TEST_F(McpEndpoint, ABatchOfNotificationsHasNoAnswer) {
  auto reply = send(R"([{"jsonrpc":"2.0","method":"notifications/x"}])");
  EXPECT_EQ(reply.status, 202);
}

TEST_F(McpEndpoint, ABatchIsBounded) {
  std::string batch = "[";
  for (std::size_t i = 0; i <= kMaxBatch; ++i) {
    batch += (i ? "," : "") + std::string(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  }
  EXPECT_EQ(send(batch + "]").status, 400);
}

TEST_F(McpEndpoint, AModernRequestNeedsNoSession) {
  auto reply = modern("tools/call", R"(,"name":"execute","arguments":{"code":"return 42"})",
                      {{"mcp-name", "execute"}});
  EXPECT_EQ(reply.status, 200);
  auto result = resultOf(reply);
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(textOf(result), "42");
  EXPECT_FALSE(reply.headers.has("mcp-session-id"));
}

TEST_F(McpEndpoint, ModernErrorsOfTheProtocolHaveTheirStatus) {
  auto unknown = modern("prompts/list");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(rpcCode(unknown), -32601);
  auto mismatch = modern("tools/list", "", {{"mcp-method", "tools/call"}});
  EXPECT_EQ(mismatch.status, 400);
  auto future = send(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
                     {{"mcp-protocol-version", "2099-01-01"}, {"mcp-method", "tools/list"}});
  EXPECT_EQ(future.status, 400);
  EXPECT_EQ(rpcCode(future), -32022);
}

TEST_F(McpEndpoint, AModernNotificationIsAccepted) {
  auto reply = send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})",
                    {{"mcp-protocol-version", "2026-07-28"}});
  EXPECT_EQ(reply.status, 202);
}

TEST_F(McpEndpoint, GetNeedsASessionAndAnEventStream) {
  auto headers = agent();
  headers.emplace_back("accept", "text/event-stream");
  EXPECT_EQ(ApiFixture::send("GET", "/mcp/anonymous", headers).status, 405);
  auto guess = headers;
  guess.emplace_back("mcp-session-id", "guess");
  EXPECT_EQ(ApiFixture::send("GET", "/mcp/anonymous", guess).status, 404);
  auto deaf = agent();
  deaf.emplace_back("accept", "application/json");
  EXPECT_EQ(ApiFixture::send("GET", "/mcp/anonymous", deaf).status, 406);
}

TEST_F(McpEndpoint, AStoppedEndpointEndsItsStreams) {
  auto id = openSession();
  endpoint_.stop();
  auto headers = agent();
  headers.emplace_back("accept", "text/event-stream");
  headers.emplace_back("mcp-session-id", id);
  auto reply = ApiFixture::send("GET", "/mcp/anonymous", headers);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("content-type"), "text/event-stream");
  EXPECT_EQ(reply.body, ":\n\n");
}

TEST_F(McpEndpoint, ASubscriptionIsAcknowledgedWithWhatItWillSend) {
  endpoint_.stop();  // so that the stream ends by itself
  auto reply = modern("subscriptions/listen",
                      R"(,"notifications":{"toolsListChanged":true,"promptsListChanged":true})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("notifications/subscriptions/acknowledged"), std::string::npos);
  EXPECT_NE(reply.body.find(R"("notifications":{"toolsListChanged":true})"), std::string::npos);
  EXPECT_EQ(reply.body.find("promptsListChanged"), std::string::npos) << "not offered";
  EXPECT_NE(reply.body.find(R"("resultType":"complete")"), std::string::npos) << reply.body;
}

TEST_F(McpEndpoint, ASubscriptionMustSayWhatItWants) {
  auto reply = modern("subscriptions/listen");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(rpcCode(reply), -32602);
}

TEST_F(McpEndpoint, AForeignOriginIsRefused) {
  auto reply = legacy("ping", "{}", {{"origin", "https://evil.example"}});
  EXPECT_EQ(reply.status, 403);
}

TEST_F(McpEndpoint, ABodyOverTheLimitIsRefused) {
  auto reply = send(std::string(kMaxMessageBytes + 1, ' '));
  EXPECT_EQ(reply.status, 413);
}

}  // namespace
}  // namespace executor::mcp

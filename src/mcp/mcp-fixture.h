// The real MCP endpoint on a real server with real identity; executions and sources are
// api/fakes.h.
#pragma once

#include "api/api-fixture.h"
#include "mcp/endpoint.h"
#include "mcp/executor-tools.h"
#include "mcp/result-resources.h"

namespace executor::mcp {

class McpFixture : public api::ApiFixture {
 protected:
  McpFixture() {
    server_.reset();
    router_ = std::make_unique<net::Router>();
    endpoint_.addRoutes(*router_);
    server_ = std::make_unique<net::HttpServer>(loop_, *router_, net::ServerOptions{});
    EXPECT_TRUE(server_->listen());
  }
  ~McpFixture() override { endpoint_.stop(); }

  api::Reply send(std::string body, Fields more = {}) {
    Fields headers = {{"x-api-key", key_.empty() ? first_.agentKey : key_}};
    headers.emplace_back("content-type", "application/json");
    headers.emplace_back("accept", "application/json, text/event-stream");
    for (auto& field : more) headers.push_back(std::move(field));
    return ApiFixture::send("POST", "/mcp/anonymous", headers, std::move(body));
  }
  api::Reply legacy(const std::string& method, const std::string& params = "{}",
                    Fields headers = {}) {
    return send(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}",
                std::move(headers));
  }
  // A modern request; `params` continues the object that holds _meta.
  api::Reply modern(const std::string& method, const std::string& params = "", Fields more = {}) {
    Fields headers = {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", method}};
    for (auto& field : more) headers.push_back(std::move(field));
    return send(R"({"jsonrpc":"2.0","id":1,"method":")" + method +
                    R"(","params":{"_meta":{)"
                    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                    R"("io.modelcontextprotocol/clientCapabilities":)" +
                    capabilities_ + "}" + params + "}}",
                std::move(headers));
  }
  std::string openSession(const std::string& version = "2025-06-18") {
    auto reply = legacy("initialize", R"({"protocolVersion":")" + version +
                                          R"(","capabilities":{},"clientInfo":{"name":"t"}})");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string(reply.headers.get("mcp-session-id"));
  }
  static json::object resultOf(const api::Reply& reply) {
    auto body = reply.parsed();
    const auto* result = findObject(body, "result");
    EXPECT_TRUE(result) << reply.body;
    return result ? *result : json::object{};
  }
  static std::int64_t rpcCode(const api::Reply& reply) {
    auto body = reply.parsed();
    const auto* error = findObject(body, "error");
    return error ? findInteger(*error, "code") : 0;
  }
  static std::string textOf(const json::object& result) {
    const auto* content = findArray(result, "content");
    return content ? std::string(findString(content->front(), "text")) : "";
  }

  std::string key_;                  // the client's, if not the first one
  std::string capabilities_ = "{}";  // of the modern client
  RequestStates states_{randomKey(), clock_};
  Features features_ = production();
  Endpoint endpoint_{features_, *identity_, clock_};

 private:
  Features production() {
    Features features;
    addExecutorTools(features, {.executions = executions_,
                                .approvals = approvals_,
                                .sources = sources_,
                                .states = states_});
    features.add(makeResultResources(*results_));
    return features;
  }
};

}  // namespace executor::mcp

// Revision 2026-07-28 over the real socket: headers, statuses, streams.
#include "mcp/modern-endpoint.h"

#include <set>

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

class McpModern : public McpFixture {
 protected:
  // A request with its own `_meta` members.
  api::Reply withMeta(const std::string& more, const std::string& tool) {
    return send(
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
            R"(","arguments":{},"_meta":{)"
            R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
            R"("io.modelcontextprotocol/clientCapabilities":{})" +
            more + "}}}",
        {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/call"}, {"mcp-name", tool}});
  }
  // A tool that says what it does.
  void addTalker() {
    features_.add(Tool{.name = "talker",
                       .definition = nullptr,
                       .call = [](Call call, json::object) -> Task<Result<Answer>> {
                         call.channel->progress(1, 2, "half");
                         call.channel->log(LogLevel::warning, "t", R"("careful")");
                         co_return Answer{.members = R"("content":[])"};
                       }});
  }
};

TEST_F(McpModern, ARequestThatAskedForNothingIsAnsweredByOneObject) {
  addTalker();
  auto reply = withMeta("", "talker");
  EXPECT_EQ(reply.headers.get("content-type"), "application/json");
  EXPECT_EQ(findString(resultOf(reply), "resultType"), "complete");
}

TEST_F(McpModern, ProgressAndLogsComeOnTheResponseWhereAskedFor) {
  addTalker();
  auto reply =
      withMeta(R"(,"progressToken":"p","io.modelcontextprotocol/logLevel":"info")", "talker");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("content-type"), "text/event-stream");
  EXPECT_EQ(reply.headers.get("x-accel-buffering"), "no");
  auto progress = reply.body.find("notifications/progress");
  auto log = reply.body.find("notifications/message");
  auto answer = reply.body.find(R"("id":1,"result")");
  EXPECT_LT(progress, log);
  EXPECT_LT(log, answer);
  EXPECT_NE(answer, std::string::npos) << reply.body;
}

TEST_F(McpModern, AskingForProgressChangesNoStatus) {
  auto unknown = withMeta(R"(,"progressToken":"p")", "no-such-tool");
  EXPECT_EQ(unknown.status, 200);
  EXPECT_EQ(rpcCode(unknown), -32602);
  features_.add(Tool{.name = "needy",
                     .definition = nullptr,
                     .call = [](Call, json::object) -> Task<Result<Answer>> {
                       co_return missingCapability(R"("sampling":{})");
                     }});
  auto needy = withMeta(R"(,"progressToken":"p")", "needy");
  EXPECT_EQ(needy.status, 400);
  EXPECT_EQ(rpcCode(needy), -32021);
}

TEST_F(McpModern, ABugInAHandlerIsAnErrorAndEndsNothingElse) {
  features_.add(Tool{.name = "broken",
                     .definition = nullptr,
                     .call = [](Call, json::object) -> Task<Result<Answer>> {
                       throw std::runtime_error("secret detail");
                       co_return Answer{};
                     }});
  auto reply = withMeta(R"(,"progressToken":"p")", "broken");
  EXPECT_EQ(rpcCode(reply), -32603);
  EXPECT_EQ(reply.body.find("secret detail"), std::string::npos);
  EXPECT_EQ(modern("server/discover").status, 200);
}

TEST_F(McpModern, MirroredArgumentsAreCheckedBeforeTheToolSeesThem) {
  int calls = 0;
  features_.add(Tool{.name = "routed",
                     .definition = nullptr,
                     .call = [&](Call, json::object) -> Task<Result<Answer>> {
                       ++calls;
                       co_return Answer{};
                     },
                     .mirrored = {{"Region", {"region"}}}});
  const std::string body = R"(,"name":"routed","arguments":{"region":"eu"})";
  auto wrong = modern("tools/call", body, {{"mcp-name", "routed"}, {"mcp-param-region", "us"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(rpcCode(wrong), -32020);
  EXPECT_EQ(rpcCode(modern("tools/call", body, {{"mcp-name", "routed"}})), -32020);
  EXPECT_EQ(calls, 0);
  modern("tools/call", body, {{"mcp-name", "routed"}, {"mcp-param-region", "eu"}});
  EXPECT_EQ(calls, 1);
}

TEST_F(McpModern, ANotificationIsAcceptedWithoutABody) {
  auto reply =
      send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,)"
           R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})",
           {{"mcp-protocol-version", "2026-07-28"}});
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "");
}

TEST_F(McpModern, ErrorsCarryTheIdOfTheirRequest) {
  for (const char* id : {"7", R"("seven")"}) {
    auto reply = send(std::string(R"({"jsonrpc":"2.0","id":)") + id +
                          R"(,"method":"no/such","params":{"_meta":{)"
                          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
                      {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "no/such"}});
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(rpcCode(reply), -32601);
    EXPECT_EQ(serializeJson(*find(reply.parsed(), "id")), id);
  }
}

TEST_F(McpModern, CodesOfTheReservedRangeAreThoseOfTheSpecification) {
  std::set<int> reserved;
#define X(code, ...) reserved.insert(traits(ErrorCode::code).rpcCode);
  EXECUTOR_ERROR_CODES(X)
#undef X
  reserved.insert(kMissingCapability);
  std::erase_if(reserved, [](int code) { return code < -32099 || code > -32020; });
  EXPECT_EQ(reserved, (std::set<int>{-32022, -32021, -32020}));
  EXPECT_EQ(traits(ErrorCode::header_mismatch).rpcCode, -32020);
  EXPECT_EQ(traits(ErrorCode::unsupported_version).rpcCode, -32022);
}

TEST_F(McpModern, NothingIsRememberedFromAnEarlierRequest) {
  auto names = [&] {
    std::string out;
    for (const auto& tool : *findArray(resultOf(modern("tools/list")), "tools")) {
      out += std::string(findString(tool, "name")) + " ";
    }
    return out;
  };
  auto bare = names();
  capabilities_ = R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  EXPECT_NE(names(), bare);
  capabilities_ = "{}";
  EXPECT_EQ(names(), bare) << "what was declared before counts no more";
}

TEST_F(McpModern, RequiredMetaIsRequired) {
  const std::string head = R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":)";
  for (const char* params :
       {"{}", R"({"_meta":{}})", R"({"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}})",
        R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})",
        R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":[]}})"}) {
    auto reply = send(head + params + "}",
                      {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "server/discover"}});
    EXPECT_EQ(reply.status, 400) << params;
    EXPECT_EQ(rpcCode(reply), -32602) << params;
  }
  EXPECT_EQ(modern("server/discover").status, 200) << "clientInfo is not required";
}

TEST_F(McpModern, NoRequestOfTheServersIsEverSent) {
  capabilities_ = R"({"elicitation":{},"sampling":{},"roots":{}})";
  plant(first_.workspaceId, "mine");
  addTalker();
  for (const auto& reply :
       {withMeta(R"(,"progressToken":"p")", "talker"),
        modern("tools/call", R"(,"name":"resume","arguments":{"taskId":"task_mine"})",
               {{"mcp-name", "resume"}})}) {
    for (std::size_t at = 0; (at = reply.body.find(R"("method":)", at)) != std::string::npos;
         ++at) {
      auto asked = reply.body.substr(at, 40);
      bool inside = reply.body.find("inputRequests") < at;
      EXPECT_TRUE(inside || asked.find("notifications/") != std::string::npos) << asked;
      EXPECT_EQ(asked.find("notifications/cancelled"), std::string::npos);
    }
  }
}

TEST_F(McpModern, NoSessionIsMadeOrLookedFor) {
  auto reply = modern("tools/list", "", {{"mcp-session-id", "made-up"}, {"last-event-id", "5"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.headers.has("mcp-session-id"));
}

}  // namespace
}  // namespace executor::mcp

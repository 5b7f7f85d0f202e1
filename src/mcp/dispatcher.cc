// The methods of both eras as one list.
//
// An answer is built as text, because results and inputs are passed on as the text they came in
// (D22).
#include "mcp/dispatcher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "mcp/tool-definitions.h"
#include "mcp/tool-result.h"

namespace executor::mcp {
namespace {

constexpr EpochMs kListTtlMs = 60'000;
constexpr std::string_view kInstructions =
    "Executor gives one tool, execute: a TypeScript program that calls the connected APIs as "
    "tools.<source>.<group>.<tool>(input). Writes may wait for a human; resume returns their "
    "result.";

// Legacy clients get it once, in initialize; modern ones with every result.
std::string serverInfo() {
  return R"({"name":"executor","title":"Executor","version":")" EXECUTOR_VERSION R"("})";
}

std::string modernMeta() {
  return R"("_meta":{")" + std::string(meta::kServerInfo) + "\":" + serverInfo() + '}';
}

// A result object of members; modern ones say what kind of result it is and who answers.
std::string resultObject(Era era, std::string members) {
  if (era == Era::legacy) return '{' + std::move(members) + '}';
  std::string out = R"({"resultType":"complete",)" + std::move(members);
  return out + ',' + modernMeta() + '}';
}

// The list depends on the workspace's sources: private, and short-lived although a subscription
// tells of changes, because most clients do not subscribe.
std::string cacheHints() {
  return R"(,"ttlMs":)" + std::to_string(kListTtlMs) + R"(,"cacheScope":"private")";
}

std::unexpected<Error> methodNotFound(std::string_view method) {
  return fail(ErrorCode::method_not_found, "Method not found: " + std::string(method));
}

// Revisions before 2025-06-18 do not know outputSchema and structuredContent.
bool knowsStructuredContent(const Call& call) {
  return call.era == Era::modern || call.version.empty() || call.version >= "2025-06-18";
}

// Cancels the execution when the client of a modern request goes away, until disarmed.
class CancelOnDisconnect : public std::enable_shared_from_this<CancelOnDisconnect> {
 public:
  CancelOnDisconnect(execution::Executions& executions, Principal principal, std::string id)
      : executions_(executions), principal_(std::move(principal)), id_(std::move(id)) {}

  void watch(net::Disconnect& disconnect, asio::any_io_executor executor) {
    disconnect.onFire([self = shared_from_this(), executor] {
      if (!self->armed_) return;
      asio::co_spawn(executor, self->cancel(self), asio::detached);
    });
  }
  void disarm() { armed_ = false; }

 private:
  Task<void> cancel(std::shared_ptr<CancelOnDisconnect>) {
    (void)co_await executions_.cancel(principal_, id_, "The client closed its request.");
  }

  execution::Executions& executions_;
  Principal principal_;
  std::string id_;
  bool armed_ = true;
};

// Absent arguments are none; anything that is no object is the client author's mistake.
Result<json::object> argumentsOf(const Message& message) {
  const auto* arguments = message.params.if_contains("arguments");
  if (!arguments || arguments->is_null()) return json::object{};
  if (arguments->is_object()) return arguments->as_object();
  return fail(ErrorCode::invalid_argument, "arguments must be an object.");
}

}  // namespace

// tools/call and tools/list are in both eras; the rest belongs to one.
Task<Result<std::string>> Dispatcher::request(Call call, Message message) {
  if (message.method == "tools/call") {
    co_return co_await callTool(std::move(call), std::move(message));
  }
  if (message.method == "tools/list") co_return co_await listTools(std::move(call));
  if (call.era == Era::modern) {
    if (message.method == "server/discover") co_return co_await discover(std::move(call));
    co_return methodNotFound(message.method);
  }
  if (message.method == "initialize") {
    co_return co_await initialize(std::move(call), std::move(message));
  }
  if (message.method == "ping") co_return std::string("{}");
  co_return methodNotFound(message.method);
}

// Only a request of the same session can be named, so nobody cancels another client's work.
Task<void> Dispatcher::notification(Call call, Message message) {
  if (message.method != "notifications/cancelled" || !call.session) co_return;
  const auto* requestId = message.params.if_contains("requestId");
  if (!requestId) co_return;
  auto found = call.session->executions.find(serializeJson(*requestId));
  if (found == call.session->executions.end()) co_return;
  std::string reason(findString(message.params, "reason", "The client cancelled its request."));
  (void)co_await executions_.cancel(call.principal, found->second, std::move(reason));
}

// The endpoint has negotiated and opened the session; this only tells.
Task<Result<std::string>> Dispatcher::initialize(Call call, Message message) {
  if (!message.params.contains("protocolVersion")) {
    co_return fail(ErrorCode::invalid_argument, "initialize needs params.protocolVersion.");
  }
  std::string members = R"("protocolVersion":)" + quoteJson(call.version);
  members += R"(,"capabilities":{"tools":{"listChanged":true}},"serverInfo":)" + serverInfo();
  members += R"(,"instructions":)" + quoteJson(kInstructions);
  co_return resultObject(Era::legacy, std::move(members));
}

Task<Result<std::string>> Dispatcher::discover(Call call) {
  std::string members = R"("supportedVersions":)" + supportedVersionsJson();
  members += R"(,"capabilities":{"tools":{"listChanged":true}},"instructions":)";
  members += quoteJson(kInstructions) + cacheHints();
  co_return resultObject(call.era, std::move(members));
}

Task<Result<std::string>> Dispatcher::listTools(Call call) {
  EXECUTOR_CO_TRY(auto catalog, co_await sources_.of(call.principal.workspaceId));
  std::string members = R"("tools":)" + toolDefinitions(*catalog, knowsStructuredContent(call));
  if (call.era == Era::modern) members += cacheHints();
  co_return resultObject(call.era, std::move(members));
}

// The tools of the sources are not listed as MCP tools: a model would pay for each of them.
Task<Result<std::string>> Dispatcher::callTool(Call call, Message message) {
  auto name = findString(message.params, "name");
  EXECUTOR_CO_TRY(auto arguments, argumentsOf(message));
  if (name == "execute") {
    co_return co_await execute(std::move(call), std::move(arguments), serializeJson(message.id));
  }
  if (name == "resume") co_return co_await resume(std::move(call), std::move(arguments));
  co_return fail(ErrorCode::invalid_argument, "Unknown tool: " + std::string(name),
                 "The tools of this server are execute and resume; APIs are called inside a "
                 "program as tools.<source>.<tool>(input).");
}

// Refusals a model can mend come back as a result with isError, so that it sees them (MCP
// 2025-11-25, tools, error handling).
Task<Result<std::string>> Dispatcher::execute(Call call, json::object arguments,
                                              std::string requestId) {
  auto request = execution::parseExecuteArguments(arguments);
  if (!request) co_return resultObject(call.era, toolErrorMembers(request.error()));
  request->principal = call.principal;
  request->client = "mcp";
  auto id = co_await executions_.start(*std::move(request));
  if (!id) co_return resultObject(call.era, toolErrorMembers(id.error()));
  if (call.session) call.session->executions.insert_or_assign(requestId, *id);
  std::shared_ptr<CancelOnDisconnect> guard;
  if (call.era == Era::modern && call.disconnected) {
    guard = std::make_shared<CancelOnDisconnect>(executions_, call.principal, *id);
    guard->watch(*call.disconnected, co_await asio::this_coro::executor);
  }
  auto session = call.session;
  auto answer = co_await waitFor(std::move(call), *id);
  if (guard) guard->disarm();
  if (session) session->executions.erase(requestId);
  co_return answer;
}

// Works for any execution of the workspace, also after a restart and from another client.
Task<Result<std::string>> Dispatcher::resume(Call call, json::object arguments) {
  if (auto known = rejectUnknownMembers(arguments, "arguments of resume", {"taskId"}); !known) {
    co_return resultObject(call.era, toolErrorMembers(known.error()));
  }
  std::string id(findString(arguments, "taskId"));
  if (id.empty()) {
    co_return resultObject(
        call.era, toolErrorMembers(Error{ErrorCode::invalid_argument,
                                         "resume needs taskId, a string from a waiting answer.",
                                         {},
                                         {}}));
  }
  co_return co_await waitFor(std::move(call), std::move(id));
}

// Clients give up after 60 s, so a wait for a human is answered before (D16); one for an upstream
// is bounded by the execution's own time.
Task<Result<std::string>> Dispatcher::waitFor(Call call, std::string id) {
  auto view = co_await executions_.wait(call.principal, std::move(id), Deadline::max(),
                                        execution::kWaitingGrace);
  if (!view) co_return resultObject(call.era, toolErrorMembers(view.error()));
  co_return resultObject(call.era, toolResultMembers(*view, call.origin));
}

}  // namespace executor::mcp

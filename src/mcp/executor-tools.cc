// From arguments to an execution, and from an execution to an answer.
#include "mcp/executor-tools.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "mcp/approval-rounds.h"
#include "mcp/follow-execution.h"
#include "mcp/tool-definitions.h"
#include "mcp/tool-result.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kInstructions =
    "Executor gives one tool, execute: a TypeScript program that calls the connected APIs as "
    "tools.<source>.<group>.<tool>(input). Writes may wait for a human; resume returns their "
    "result.";
constexpr std::string_view kUnknownToolHint =
    "The tools of this server are execute and resume; APIs are called inside a "
    "program as tools.<source>.<tool>(input).";

Answer refusal(const Error& error) { return {.members = toolErrorMembers(error)}; }

// Revisions before 2025-06-18 do not know outputSchema and structuredContent.
bool knowsStructuredContent(const Call& call) {
  return call.era == Era::modern || call.version.empty() || call.version >= "2025-06-18";
}

// A request that carries answers or a state goes on with an execution and never starts one.
bool isNextRound(const Call& call) {
  return call.era == Era::modern &&
         (call.params.contains("requestState") || call.params.contains("inputResponses"));
}

// On the open request of a legacy session, unless the endpoint's URL wants another way.
Asking askingHere(const Call& call) {
  const Asking asking = askingOf(call);
  if (call.approvals.empty()) return asking;
  auto way = *approvalWay(call);
  if (way == ApprovalWay::form && call.channel->canAsk(Ask::elicitForm)) return Asking::form;
  if (way == ApprovalWay::url && call.channel->canAsk(Ask::elicitUrl)) return Asking::url;
  return Asking::no;
}

// Cancels the execution when the client withdraws its request, until disarmed.
class CancelWithRequest : public std::enable_shared_from_this<CancelWithRequest> {
 public:
  CancelWithRequest(execution::Executions& executions, Principal principal, std::string id)
      : executions_(executions), principal_(std::move(principal)), id_(std::move(id)) {}

  void watch(const Call& call, asio::any_io_executor executor) {
    onCancelled(call, [self = shared_from_this(), executor](std::string reason) {
      if (!self->armed_) return;
      asio::co_spawn(executor, self->cancel(self, std::move(reason)), asio::detached);
    });
  }
  void disarm() { armed_ = false; }

 private:
  Task<void> cancel(std::shared_ptr<CancelWithRequest>, std::string reason) {
    (void)co_await executions_.cancel(principal_, id_, std::move(reason));
  }

  execution::Executions& executions_;
  Principal principal_;
  std::string id_;
  bool armed_ = true;
};

class ExecutorTools {
 public:
  explicit ExecutorTools(ExecutorToolDeps deps)
      : executions_(deps.executions),
        approvals_(deps.approvals),
        sources_(deps.sources),
        tasks_(std::make_shared<ExecutionTasks>(deps.executions, deps.approvals, deps.keptFor)),
        rounds_({deps.executions, deps.approvals, deps.states}) {}

  Task<Result<std::string>> defineExecute(Call call);
  Task<Result<std::string>> defineResume(Call call);
  Task<Result<Answer>> execute(Call call, json::object arguments);
  Task<Result<Answer>> resume(Call call, json::object arguments);
  Task<Result<std::uint64_t>> version(Call call);
  std::shared_ptr<Tasks> tasks() const { return tasks_; }

 private:
  // The answer in the client's way.
  Task<Result<Answer>> deliver(Call call, std::string id);
  // Final, or waiting for a person for kWaitingGrace: then the answer says how to go on (D16).
  Task<Result<Answer>> waitFor(Call call, std::string id);

  execution::Executions& executions_;
  approval::Approvals& approvals_;
  catalog::Sources& sources_;
  std::shared_ptr<ExecutionTasks> tasks_;
  ApprovalRounds rounds_;
};

// Only for clients without a better way: every tool costs a model's attention (D17).
Task<Result<std::string>> ExecutorTools::defineResume(Call call) {
  EXECUTOR_CO_TRY(auto way, approvalWay(call));
  if (way != ApprovalWay::resume) co_return std::string();
  co_return resumeDefinition(knowsStructuredContent(call));
}

Task<Result<std::string>> ExecutorTools::defineExecute(Call call) {
  EXECUTOR_CO_TRY(auto catalog, co_await sources_.of(call.principal.workspaceId));
  co_return executeDefinition(*catalog, knowsStructuredContent(call));
}

// A snapshot is replaced as a whole, so its version tells every change.
Task<Result<std::uint64_t>> ExecutorTools::version(Call call) {
  EXECUTOR_CO_TRY(auto catalog, co_await sources_.of(call.principal.workspaceId));
  co_return catalog->version();
}

// Refusals a model can mend come back as a result with isError, so that it sees them (MCP
// 2025-11-25, tools, error handling).
Task<Result<Answer>> ExecutorTools::execute(Call call, json::object arguments) {
  EXECUTOR_CO_CHECK(approvalWay(call));
  if (isNextRound(call)) co_return co_await rounds_.goOn(std::move(call));
  auto request = execution::parseExecuteArguments(arguments);
  if (!request) co_return refusal(request.error());
  request->principal = call.principal;
  request->client = "mcp";
  auto id = co_await executions_.start(*std::move(request));
  if (!id) co_return refusal(id.error());
  std::shared_ptr<CancelWithRequest> guard;
  if (call.cancel || (call.era == Era::modern && call.disconnected)) {
    guard = std::make_shared<CancelWithRequest>(executions_, call.principal, *id);
    guard->watch(call, co_await asio::this_coro::executor);
  }
  auto answer = co_await deliver(std::move(call), *id);
  if (guard) guard->disarm();
  co_return answer;
}

// Works for any execution of the workspace, also after a restart and from another client.
Task<Result<Answer>> ExecutorTools::resume(Call call, json::object arguments) {
  EXECUTOR_CO_CHECK(approvalWay(call));
  if (isNextRound(call)) co_return co_await rounds_.goOn(std::move(call));
  if (auto known = rejectUnknownMembers(arguments, "arguments of resume", {"taskId"}); !known) {
    co_return refusal(known.error());
  }
  std::string id(findString(arguments, "taskId"));
  if (id.empty()) {
    co_return refusal(Error{ErrorCode::invalid_argument,
                            "resume needs taskId, a string from a waiting answer.",
                            {},
                            {}});
  }
  co_return co_await deliver(std::move(call), std::move(id));
}

// Unknown and foreign executions are refusals that a model can mend.
Task<Result<Answer>> ExecutorTools::deliver(Call call, std::string id) {
  auto way = *approvalWay(call);
  if (call.era == Era::legacy || way == ApprovalWay::resume) {
    co_return co_await waitFor(std::move(call), std::move(id));
  }
  Result<Answer> answer = way == ApprovalWay::tasks
                              ? co_await tasks_->create(std::move(call), std::move(id))
                              : co_await rounds_.begin(std::move(call), std::move(id), way);
  if (!answer) co_return refusal(answer.error());
  co_return answer;
}

// Clients give up after 60 s, so a wait for a human is answered before (D16); one for an upstream
// is bounded by the execution's own time.
Task<Result<Answer>> ExecutorTools::waitFor(Call call, std::string id) {
  const std::string origin = call.origin;
  const bool structured = knowsStructuredContent(call);
  const Asking asking = askingHere(call);
  auto view =
      co_await followExecution({executions_, approvals_}, std::move(call), std::move(id), asking);
  if (!view) co_return refusal(view.error());
  // Links came with the same revision as structured content.
  co_return Answer{.members = toolResultMembers(*view, origin, structured)};
}

}  // namespace

void addExecutorTools(Features& features, ExecutorToolDeps deps) {
  auto tools = std::make_shared<ExecutorTools>(deps);
  features.add(
      Tool{.name = "execute",
           .definition = [tools](Call call) { return tools->defineExecute(std::move(call)); },
           .call =
               [tools](Call call, json::object arguments) {
                 return tools->execute(std::move(call), std::move(arguments));
               }});
  features.add(
      Tool{.name = "resume",
           .definition = [tools](Call call) { return tools->defineResume(std::move(call)); },
           .call =
               [tools](Call call, json::object arguments) {
                 return tools->resume(std::move(call), std::move(arguments));
               }});
  features.setTasks(tools->tasks());
  features.setToolsVersion([tools](Call call) { return tools->version(std::move(call)); });
  features.setInstructions(std::string(kInstructions));
  features.setUnknownToolHint(std::string(kUnknownToolHint));
}

}  // namespace executor::mcp

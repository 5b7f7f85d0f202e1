// From the states of executions to those of tasks.
#include "mcp/execution-tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "api/views.h"
#include "mcp/approval-question.h"
#include "mcp/approval-rounds.h"
#include "mcp/tool-result.h"

namespace executor::mcp {
namespace {

using approval::ApprovalView;
using execution::State;

bool asks(const TaskState& state) {
  return state.view.state == State::waiting && state.way && !state.pending.empty();
}

std::string_view statusOf(const TaskState& state) {
  if (state.view.state == State::cancelled) return "cancelled";
  if (isFinal(state.view.state)) return "completed";
  return asks(state) ? "input_required" : "working";
}

EpochMs updatedAt(const TaskState& state) {
  if (state.view.finishedAt != 0) return state.view.finishedAt;
  EpochMs last = std::max(state.view.createdAt, state.view.startedAt);
  for (const auto& approval : state.pending) last = std::max(last, approval.createdAt);
  return last;
}

std::string ttlOf(const TaskState& state) {
  if (!state.keptFor || state.view.finishedAt == 0) return "null";
  return std::to_string(state.view.finishedAt - state.view.createdAt + *state.keptFor);
}

// For people who look at the task: what it waits for and where they can help.
std::string messageOf(const TaskState& state) {
  if (!state.pending.empty()) {
    return "Waits for a person to approve " + state.pending.front().toolPath + ": " +
           api::approvalUrl(state.origin, state.pending.front().id);
  }
  if (state.view.queuePosition != 0) {
    return "Number " + std::to_string(state.view.queuePosition) + " in the queue.";
  }
  return state.view.errorMessage;
}

// What the client sees at the end is what tools/call would have answered.
std::string detailOf(const TaskState& state) {
  if (asks(state)) {
    return R"(,"inputRequests":)" + inputRequests(state.pending, *state.way, state.origin);
  }
  if (statusOf(state) != "completed") return {};
  return R"(,"result":{"resultType":"complete",)" + toolResultMembers(state.view, state.origin) +
         "}";
}

}  // namespace

std::string isoTime(EpochMs at) {
  std::time_t seconds = at / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     at % 1000);
}

std::string taskMembers(const TaskState& state, bool detailed) {
  std::string out = R"("taskId":)" + quoteJson(state.view.id);
  out.append(R"(,"status":")").append(statusOf(state)).append("\"");
  if (auto message = messageOf(state); !message.empty()) {
    out += R"(,"statusMessage":)" + quoteJson(message);
  }
  out += R"(,"createdAt":")" + isoTime(state.view.createdAt);
  out += R"(","lastUpdatedAt":")" + isoTime(updatedAt(state)) + R"(","ttlMs":)" + ttlOf(state);
  int poll = state.view.state == State::waiting ? kWaitingTaskPollMs : kTaskPollMs;
  out += R"(,"pollIntervalMs":)" + std::to_string(poll);
  return detailed ? out + detailOf(state) : out;
}

Task<Result<Answer>> ExecutionTasks::create(Call call, std::string executionId) {
  EXECUTOR_CO_TRY(auto view, co_await executions_.wait(call.principal, executionId,
                                                       deadlineAfter(kTaskGrace), kTaskGrace));
  if (isFinal(view.state)) co_return Answer{.members = toolResultMembers(view, call.origin)};
  EXECUTOR_CO_TRY(auto waiting, co_await pending(call, executionId));
  TaskState state{view, waiting, questionWay(call), call.origin};
  co_return Answer{.members = taskMembers(state, false), .kind = Answer::Kind::task};
}

Task<Result<std::string>> ExecutionTasks::get(Call call, std::string taskId) {
  EXECUTOR_CO_TRY(auto view, co_await executions_.show(call.principal, taskId));
  std::vector<ApprovalView> waiting;
  if (view.state == State::waiting) {
    EXECUTOR_CO_TRY(auto found, co_await pending(call, taskId));
    waiting = std::move(found);
  }
  auto keep = co_await keptFor(call);
  co_return taskMembers({view, waiting, questionWay(call), call.origin, keep}, true);
}

// All answers are read before the first of them decides anything. One that a page asked for decides
// nothing, and one that came too late neither.
Task<Status> ExecutionTasks::update(Call call, std::string taskId, json::object inputResponses) {
  EXECUTOR_CO_CHECK(co_await executions_.show(call.principal, taskId));
  if (questionWay(call) != ApprovalWay::form) co_return Status{};
  EXECUTOR_CO_TRY(auto waiting, co_await pending(call, taskId));
  std::vector<std::pair<std::string, ApprovalAnswer>> answers;
  for (const auto& approval : waiting) {
    const auto* response = inputResponses.if_contains(approval.id);
    if (!response) continue;
    EXECUTOR_CO_TRY(auto answer, readApprovalAnswer(*response));
    answers.emplace_back(approval.id, std::move(answer));
  }
  for (auto& [id, answer] : answers) {
    auto applied = co_await applyApprovalAnswer(approvals_, call.principal, id, std::move(answer));
    if (!applied && applied.error().code != ErrorCode::already_decided) co_return applied;
  }
  co_return Status{};
}

Task<Status> ExecutionTasks::cancel(Call call, std::string taskId) {
  auto cancelled =
      co_await executions_.cancel(call.principal, taskId, "The client cancelled the task.");
  if (cancelled || cancelled.error().code == ErrorCode::conflict) co_return Status{};
  co_return std::unexpected(std::move(cancelled).error());
}

Task<std::optional<EpochMs>> ExecutionTasks::keptFor(Call call) {
  if (!keptFor_) co_return std::nullopt;
  auto kept = co_await keptFor_(call.principal.workspaceId);
  co_return kept ? std::optional(*kept) : std::nullopt;
}

Task<Result<std::vector<ApprovalView>>> ExecutionTasks::pending(Call call, std::string taskId) {
  co_return co_await approvals_.list(call.principal, "pending", taskId);
}

}  // namespace executor::mcp

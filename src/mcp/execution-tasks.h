// Executions as tasks of the extension io.modelcontextprotocol/tasks (SEP-2663).
//
// A task is an execution: same id, same record, same rules; nothing else is stored, so tasks
// survive restarts and any execution of the workspace can be looked at as one. Its end is a result
// of tools/call even when the program failed: `failed` belongs to errors of the protocol, which an
// execution cannot have. While it waits for a person the questions are those of approval-rounds.h,
// keyed by approval and thus never used twice, if the client can be asked; else the task is
// `working` and its message has the link. An answer is heard only where it would be as an
// elicitation: over a key with mayApprove (D1).
//
// What is open is never removed, so ttlMs is null until the end; then it is the retention of the
// workspace, counted from the creation as the extension wants it.
//
// create() is the answer of a tool whose execution was not over in kTaskGrace (D15). It is given
// after wait(), before which the creation is durable.
#pragma once

#include "approval/approval.h"
#include "execution/executions.h"
#include "mcp/approval-way.h"
#include "mcp/features.h"

namespace executor::mcp {

inline constexpr std::chrono::milliseconds kTaskGrace{1'000};  // D15
inline constexpr int kTaskPollMs = 1'000;
inline constexpr int kWaitingTaskPollMs = 5'000;

// How long a workspace keeps an execution after its end.
using KeptFor = std::function<Task<Result<EpochMs>>(std::string workspaceId)>;

class ExecutionTasks : public Tasks {
 public:
  // Without `keptFor` nothing is ever removed.
  ExecutionTasks(execution::Executions& executions, approval::Approvals& approvals,
                 KeptFor keptFor = {})
      : executions_(executions), approvals_(approvals), keptFor_(std::move(keptFor)) {}

  // The direct answer if the execution is over within kTaskGrace, else a task.
  Task<Result<Answer>> create(Call call, std::string executionId);

  Task<Result<std::string>> get(Call call, std::string taskId) override;
  Task<Status> update(Call call, std::string taskId, json::object inputResponses) override;
  Task<Status> cancel(Call call, std::string taskId) override;

 private:
  Task<Result<std::vector<approval::ApprovalView>>> pending(Call call, std::string taskId);
  Task<std::optional<EpochMs>> keptFor(Call call);

  execution::Executions& executions_;
  approval::Approvals& approvals_;
  KeptFor keptFor_;
};

// What a task shows; `pending` are the approvals of an execution that waits.
struct TaskState {
  const execution::ExecutionView& view;
  const std::vector<approval::ApprovalView>& pending;
  std::optional<ApprovalWay> way;  // how this client can be asked
  std::string_view origin;
  std::optional<EpochMs> keptFor;  // after the end; none: for ever
};
// The members of Task, and with `detailed` those of DetailedTask.
std::string taskMembers(const TaskState& state, bool detailed);

// ISO 8601 in UTC with milliseconds.
std::string isoTime(EpochMs at);

}  // namespace executor::mcp

// Waiting for an execution while its client looks on: calls as progress, console lines as log
// messages, approvals as questions.
//
// The request is answered when the execution is final, or when it waits for a person (or for a
// place) longer than its client would wait for us: kWaitingGrace (D16), and kQuestionGrace while a
// question is open at the client, which is still under the 60 s after which clients give up. What
// is open then is taken back, the approval stays, and `resume` asks again. One question per pending
// approval; a decision made elsewhere takes its question back. What an answer does is
// approval-question.h.
//
// The view of the execution is looked at every kFollowInterval: nobody reads progress faster, and
// the execution pays nothing for being watched.
#pragma once

#include "approval/approval.h"
#include "execution/executions.h"
#include "mcp/call.h"

namespace executor::mcp {

inline constexpr std::chrono::milliseconds kFollowInterval{200};
inline constexpr std::chrono::milliseconds kSlowFollowInterval{2'000};  // of large executions
inline constexpr std::size_t kLargeCallCount = 2'000;
inline constexpr std::chrono::milliseconds kQuestionGrace{50'000};
inline constexpr std::size_t kMaxQuestionsAtOnce = 8;  // of one request; the others come later

struct FollowDeps {
  execution::Executions& executions;
  approval::Approvals& approvals;
};

// How the pending approvals of an execution are put to the client on its open request.
enum class Asking : std::uint8_t { no, form, url };

// Form where it was declared and the key's answers count (D1), else the page where the client can
// be sent to one.
Asking askingOf(const Call& call);

// The view to answer with. Errors are those of Executions::wait. `grace` is how long a rest is
// waited out while no question is open.
Task<Result<execution::ExecutionView>> followExecution(
    FollowDeps deps, Call call, std::string id, Asking asking,
    std::chrono::milliseconds grace = execution::kWaitingGrace);

}  // namespace executor::mcp

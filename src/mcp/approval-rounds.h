// Approvals as multi round-trip requests: a call of a modern client that waits for a person is
// answered `input_required`, and the same call with the answers goes on (MCP 2026-07-28, multi
// round-trip requests; D15).
//
// begin() answers when the execution is final or waits for a person: then with one question per
// pending approval, keyed by the approval's id, and a requestState that names the execution. It is
// handed over with that: a client that vanishes cancels nothing any more (D17). goOn() opens the
// state, applies what the answers decide (approval-question.h) and attaches to the execution. No
// program is ever started by a request that carries a state, so a delivery that is repeated, for
// whatever reason, returns the present or final result and sends nothing twice.
//
// Answers to approvals that the state does not name, or that are decided already, are ignored, as
// the specification asks. A user who cancels the question decides nothing: the call is answered
// with what waits and where (D16) instead of asking him at once again.
#pragma once

#include "approval/approval.h"
#include "execution/executions.h"
#include "mcp/answer.h"
#include "mcp/approval-way.h"
#include "mcp/request-state.h"

namespace executor::mcp {

// How long a first answer may wait for a place to run before it says `queued` (D16).
inline constexpr std::chrono::milliseconds kRoundGrace{20'000};
// A page has to be opened and read; clients give up after 60 s.
inline constexpr std::chrono::milliseconds kPageGrace{50'000};
// Between two looks while what was decided has not reached the execution yet.
inline constexpr std::chrono::milliseconds kRoundPause{20};
inline constexpr std::chrono::milliseconds kQueuePause{250};

struct RoundDeps {
  execution::Executions& executions;
  approval::Approvals& approvals;
  const RequestStates& states;
};

class ApprovalRounds {
 public:
  explicit ApprovalRounds(RoundDeps deps) : deps_(deps) {}

  // `way` is form or url. Errors are those of Executions::wait.
  Task<Result<Answer>> begin(Call call, std::string executionId, ApprovalWay way);
  // For a call with a requestState. `invalid_argument`: the state, or answers that are none;
  // then nothing was decided.
  Task<Result<Answer>> goOn(Call call);

 private:
  struct Round;
  Task<Status> apply(Call call, const Round& round);
  // The next answer: final, another question, or what waits.
  Task<Result<Answer>> answer(Call call, Round round, std::chrono::milliseconds patience);
  Task<Result<Answer>> ask(Call call, std::string executionId, ApprovalWay way,
                           std::vector<approval::ApprovalView> pending);

  RoundDeps deps_;
};

// {"<approval id>":{"method":"elicitation/create","params":…},…}: for results and tasks alike.
std::string inputRequests(const std::vector<approval::ApprovalView>& pending, ApprovalWay way,
                          std::string_view origin);

}  // namespace executor::mcp

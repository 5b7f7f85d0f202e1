// What an execution's events add up to: its calls, console lines and pending approvals.
//
// One fold serves the live view, the view of a finished execution read from the store, and
// recovery, so that the three cannot disagree.
#pragma once

#include <map>
#include <optional>

#include "execution/event.h"

namespace executor::execution {

// A call as far as the journal tells.
struct CallTrace {
  CallView view;
  std::string path;       // as the program wrote it
  std::string inputHash;  // of the raw input
  std::uint32_t turn = 0;
  bool requested = false;  // `call_requested` is in the journal
  bool safe = false, retryable = false;
  bool delivered = false;
  // Its outcome if it ended after the program did (`call_ended`): no one was told, none follows.
  std::optional<json::object> ended;
  std::string approvalId, toolSet, summary;  // set once a human was asked
  bool decided = false;

  bool hasOutcome() const { return delivered || ended; }
};

class Timeline {
 public:
  void apply(const Event& event);

  const std::map<std::uint32_t, CallTrace>& calls() const { return calls_; }
  // True while an approval that was asked for is not decided.
  bool asksHuman() const;
  // True if a person has allowed further calls of this execution.
  bool hasGrant() const { return granted_; }
  const std::vector<LogLine>& logs() const { return logs_; }
  // Fills calls, logs, outputs and approvals of a view.
  void addTo(ExecutionView& view) const;

 private:
  void applyToCall(const Event& event, CallTrace& call);
  void endCall(const Event& event, CallTrace& call);

  std::map<std::uint32_t, CallTrace> calls_;
  std::vector<LogLine> logs_;
  std::vector<Emitted> emitted_;
  bool granted_ = false;
};

}  // namespace executor::execution

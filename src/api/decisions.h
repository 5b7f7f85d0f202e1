// Deciding several approvals with one word.
//
// Each is a decision of its own, in its own transaction: a hundred sealed inputs do not fit into
// one, and a person who decides what another has just decided must not lose the rest. So the answer
// has one outcome per approval, and an error for one changes nothing of the others. What an
// approval "for this execution" of the same request has covered already counts as done. Approvals
// are always named: "all that waits" would decide what nobody has seen.
#pragma once

#include <string>
#include <vector>

#include "api/endpoint.h"

namespace executor::api {

struct DecisionDraft {
  bool approve = false;
  std::string reason;
  approval::Scope scope = approval::Scope::once;
};

struct DecisionOutcome {
  std::string id;
  Result<approval::ApprovalView> result;
};

Task<std::vector<DecisionOutcome>> decideEach(Deps deps, Principal principal,
                                              std::vector<std::string> ids, DecisionDraft draft);

}  // namespace executor::api

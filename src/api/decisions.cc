#include "api/decisions.h"

#include <algorithm>
#include <set>

namespace executor::api {
namespace {

// True for one that a decision of the same request has granted.
bool coveredBy(const std::vector<std::string>& ids, const approval::ApprovalView& view) {
  return view.status == "approved" && std::ranges::find(ids, view.grantedBy) != ids.end();
}

}  // namespace

// An id that is named twice is decided once.
Task<std::vector<DecisionOutcome>> decideEach(Deps deps, Principal principal,
                                              std::vector<std::string> ids, DecisionDraft draft) {
  std::vector<DecisionOutcome> outcomes;
  std::set<std::string> done;
  for (const std::string& id : ids) {
    if (!done.insert(id).second) continue;
    auto decided =
        co_await deps->approvals.decide(principal, id, draft.approve, draft.reason, draft.scope);
    if (!decided && decided.error().code == ErrorCode::already_decided && draft.approve) {
      const auto view = co_await deps->approvals.show(principal, id);
      if (view && coveredBy(ids, *view)) decided = *view;
    }
    outcomes.push_back({id, std::move(decided)});
  }
  co_return outcomes;
}

}  // namespace executor::api

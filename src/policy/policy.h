// Policies: who may call which tool. First issue: effect and exact tool only (D40).
//
// A decision is taken on the canonical address. At each level the most specific matching rule
// speaks; a deny at any level wins; else the strictest that spoke; else the tool's default (D4).
// Now there is one level (workspace) and one pattern (exact tool); the interface leaves room for
// the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "store/store.h"

namespace executor::policy {

// Rules of one workspace, loaded as a whole.
inline constexpr std::size_t kMaxPoliciesPerWorkspace = 1'000;
inline constexpr std::size_t kMaxToolPathBytes = 512;

enum class Effect : std::uint8_t { allow, ask, deny };
BOOST_DESCRIBE_ENUM(Effect, allow, ask, deny)
std::string_view name(Effect effect);
// False if `text` is none of them.
bool parseEffect(std::string_view text, Effect& out);

struct Decision {
  Effect effect = Effect::ask;
  std::string policyId;  // the rule that decided; empty for the tool's default
  std::string reason;    // one sentence for people
};

struct PolicyView {
  std::string id, workspaceId, tool, createdBy, fromApproval;
  Effect effect = Effect::ask;
  EpochMs createdAt = 0;
};

// An allow that comes out of a decision about one call.
struct Allowance {
  std::string workspaceId, tool, createdBy, fromApproval;
  EpochMs now = 0;
};

class Policies {
 public:
  virtual ~Policies() = default;
  // Loads the workspace's rules at first use; later calls answer from memory, kept current by
  // watch.
  virtual Task<Result<Decision>> decide(Principal principal, catalog::ToolRef tool) = 0;
  // Synchronous form for rendering catalogue answers; uses the rules loaded by the last decide/load
  // and asks where none were loaded.
  virtual Decision decideNow(const Principal& principal, const catalog::ToolRef& tool) const = 0;
  virtual Task<Status> load(std::string workspaceId) = 0;

  // Writing needs `person`. One rule per (workspace, tool): a second is `already_exists`. The tool
  // must exist: `unknown_tool` names the nearest.
  virtual Task<Result<PolicyView>> add(Principal principal, Effect effect, std::string tool) = 0;
  // In the caller's transaction, on the store's thread: an allow for exactly this tool, and its id.
  // Whoever calls this has checked for a person. A rule that says otherwise stands in the way
  // (`already_exists`); one that allows it already is the answer.
  virtual Result<std::string> allow(store::Txn& txn, const Allowance& allowance) = 0;
  virtual Task<Result<std::vector<PolicyView>>> list(Principal principal) = 0;
  virtual Task<Status> remove(Principal principal, std::string id) = 0;
};

// All must outlive the policies.
std::unique_ptr<Policies> makePolicies(store::Store& store, catalog::Sources& sources,
                                       const Clock& clock);

// The record types of this layer.
store::Schema schema();

}  // namespace executor::policy

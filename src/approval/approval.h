// Approvals: a human decision on one call, bound to its exact input, used once (invariants 4, 10).
//
// The record holds tool address, tool-set hash, operation and the SHA-256 of the canonical input;
// the input itself is sealed. decide() needs a `person` credential of the workspace (D1) and takes
// effect once: deciding a decided, expired or cancelled approval is `already_decided`. The decision
// is durable before anyone is woken. A waiter is woken by decision, expiry or cancellation, also
// when another process on the same store decided.
//
// A decision may reach further than the one call. With Scope::execution, what the same execution
// asks for the same tool (of the same document, at the same origin) needs no further human: each
// such call still has its record, approved at once, with the name of the approval that covers it;
// the grant ends with the execution. With Scope::policy the decision makes an allow rule for that
// exact tool, in its own transaction; the rule is policy's and is changed there.
//
// Missing on purpose: reuse beyond that; whoever wants fewer questions writes a policy.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "base/time.h"
#include "store/record.h"

namespace executor::store {
class Store;
class Txn;
}  // namespace executor::store

namespace executor::approval {

inline constexpr EpochMs kDefaultMaxAge = EpochMs{30} * 24 * 3600 * 1000;  // then `expired`
inline constexpr std::size_t kMaxReasonBytes = 500;
inline constexpr std::size_t kMaxListedValueBytes = 1'000;  // of one text of an input, in a list
inline constexpr std::size_t kMaxPendingPerWorkspace = 10'000;
// A person has to read it, and a record has to hold it sealed.
inline constexpr std::size_t kMaxApprovalInputBytes = 90u << 10;
inline constexpr std::chrono::seconds kSweepInterval{60};

// How far a yes reaches.
enum class Scope : std::uint8_t { once, execution, policy };
BOOST_DESCRIBE_ENUM(Scope, once, execution, policy)
std::string_view name(Scope scope);
// False if `text` is none of them.
bool parseScope(std::string_view text, Scope& out);

struct ApprovalDraft {
  std::string id;  // made by the caller, so that journal and record agree
  std::string workspaceId, executionId, callId, toolPath, toolSetHash, method, origin, summary;
  std::uint32_t n = 0;
  std::string inputJson;  // canonical flat input: what will be sent
  EpochMs maxAge = kDefaultMaxAge;
};

struct ApprovalView {
  std::string id, workspaceId, executionId, callId, toolPath, method, origin, summary;
  std::string status;     // pending approved denied expired cancelled
  std::string inputJson;  // with secret-like members redacted, for display
  std::string inputHash;
  std::string decidedBy, reason;
  Scope scope = Scope::once;  // of an approved one
  std::string grantedBy;      // the approval with Scope::execution that covers this one
  std::string policyId;       // the rule that this decision made
  EpochMs createdAt = 0, decidedAt = 0, expiresAt = 0;
};

enum class Verdict : std::uint8_t { approved, denied, expired, cancelled };
std::string_view name(Verdict verdict);

struct Ruling {
  Verdict verdict = Verdict::denied;
  std::string reason;
  std::string decidedBy;
  Scope scope = Scope::once;
  std::string grantedBy;
};

// The rule that a decision with Scope::policy asks for.
struct PolicyWish {
  std::string workspaceId, toolPath, accountId, approvalId;
  EpochMs now = 0;
};
// Makes it in the decision's transaction and gives its id; an error refuses the decision.
using MakePolicy = std::function<Result<std::string>(store::Txn&, const PolicyWish&)>;

class Approvals {
 public:
  virtual ~Approvals() = default;
  // Inserts the record in the caller's transaction, so that it is durable with the journal. Runs on
  // the store's thread. `payload_too_large`, `limit_exceeded`.
  virtual Status create(store::Txn& txn, const ApprovalDraft& draft, EpochMs now) = 0;
  // In the same transaction: what is decided of it already, by a grant or before a restart.
  virtual Result<std::optional<Ruling>> ruled(store::Txn& txn, const std::string& id) = 0;
  // Called with the execution of each approval that leaves `pending`, on the store's thread and in
  // that very transaction: what a decision wakes is durable with it. To be set before the first.
  using Waker = std::function<Status(store::Txn&, const std::string& executionId)>;
  virtual void wakeWith(Waker waker) = 0;
  // Completes when the approval leaves `pending`; at once if it already has.
  virtual Task<Result<Ruling>> wait(std::string id) = 0;
  // A scope other than `once` goes with a yes only.
  virtual Task<Result<ApprovalView>> decide(Principal principal, std::string id, bool approve,
                                            std::string reason, Scope scope = Scope::once) = 0;
  virtual Task<Result<ApprovalView>> show(Principal principal, std::string id) = 0;
  // status empty: all. Newest first, at most store::kMaxScan; long texts of inputs are cut.
  virtual Task<Result<std::vector<ApprovalView>>> list(Principal principal, std::string status,
                                                       std::string executionId) = 0;
  // Ends pending approvals of an execution that was cancelled or finished.
  virtual Task<Status> cancelFor(std::string executionId) = 0;
  // Marks an approval as used by its call; the second use, another input or an approval that was
  // not approved is `conflict`. A call that may be sent again after a crash (`repeatable`) may use
  // its own approval again.
  virtual Task<Status> use(std::string id, std::string inputHash, bool repeatable = false) = 0;
  // Marks what is older than its expiry and wakes its waiters; a timer calls it, and tests do.
  virtual Task<Result<std::size_t>> expireDue() = 0;
  // Who makes the rules of Scope::policy; without it such a decision fails.
  virtual void onPolicy(MakePolicy make) = 0;
};

std::unique_ptr<Approvals> makeApprovals(store::Store& store, asio::io_context& loop,
                                         const Clock& clock);

// The record types of this layer.
store::Schema approvalSchema();

// Any object member whose name contains authorization, api key, token, secret, password, cookie or
// credential (without case) becomes "[redacted]" (reference MCP-082); so do the value of a
// {name, value} pair of such a name, credentials within a text (`Bearer …`) and those in a URL.
// Texts over `maxValueBytes` are cut and say so; 0 shows them whole, for whoever decides on them.
std::string redactInput(std::string_view inputJson, std::size_t maxValueBytes = 0);

}  // namespace executor::approval

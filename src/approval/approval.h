// Approvals: a human decision on one call, bound to its exact input, used once (invariants 4, 10).
//
// The record holds tool address, tool-set hash, operation and the SHA-256 of the canonical input;
// the input itself is sealed. decide() needs a `person` credential of the workspace (D1) and takes
// effect once: deciding a decided, expired or cancelled approval is `already_decided`. The decision
// is durable before anyone is woken. A waiter is woken by decision, expiry or cancellation, also
// when another process on the same store decided.
//
// Missing on purpose: reuse ("always allow") is a policy, not an approval; batches come with the
// UI.
#pragma once

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
inline constexpr std::size_t kMaxPendingPerWorkspace = 10'000;
// A person has to read it, and a record has to hold it sealed.
inline constexpr std::size_t kMaxApprovalInputBytes = 90u << 10;
inline constexpr std::chrono::seconds kSweepInterval{60};

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
  EpochMs createdAt = 0, decidedAt = 0, expiresAt = 0;
};

enum class Verdict : std::uint8_t { approved, denied, expired, cancelled };
std::string_view name(Verdict verdict);

struct Ruling {
  Verdict verdict = Verdict::denied;
  std::string reason;
  std::string decidedBy;
};

class Approvals {
 public:
  virtual ~Approvals() = default;
  // Inserts the record in the caller's transaction, so that it is durable with the journal. Runs on
  // the store's thread. `payload_too_large`, `limit_exceeded`.
  virtual Status create(store::Txn& txn, const ApprovalDraft& draft, EpochMs now) = 0;
  // Completes when the approval leaves `pending`; at once if it already has.
  virtual Task<Result<Ruling>> wait(std::string id) = 0;
  virtual Task<Result<ApprovalView>> decide(Principal principal, std::string id, bool approve,
                                            std::string reason) = 0;
  virtual Task<Result<ApprovalView>> show(Principal principal, std::string id) = 0;
  // status empty: all. Newest first, at most store::kMaxScan.
  virtual Task<Result<std::vector<ApprovalView>>> list(Principal principal, std::string status,
                                                       std::string executionId) = 0;
  // Ends pending approvals of an execution that was cancelled or finished.
  virtual Task<Status> cancelFor(std::string executionId) = 0;
  // Marks an approval as used by its call; the second use, another input or an approval that was
  // not approved is `conflict`.
  virtual Task<Status> use(std::string id, std::string inputHash) = 0;
  // Marks what is older than its expiry and wakes its waiters; a timer calls it, and tests do.
  virtual Task<Result<std::size_t>> expireDue() = 0;
};

std::unique_ptr<Approvals> makeApprovals(store::Store& store, asio::io_context& loop,
                                         const Clock& clock);

// The record types of this layer.
store::Schema approvalSchema();

// Any object member whose name contains authorization, api key, token, secret, password, cookie or
// credential (without case) becomes "[redacted]" (reference MCP-082).
std::string redactInput(std::string_view inputJson);

}  // namespace executor::approval

// The one way a tool is called: resolve → validate → policy → approval → credential → upstream →
// record.
//
// Program calls, CLI `call`, REST and proxied calls all come through invoke(); built-ins and
// aliases too (invariant 3). Nothing reaches an upstream before policy and, where asked, a human
// has spoken, and what was approved is what is sent (invariant 4). The journal is the execution's:
// `requested` of an unsafe call is durable before the first byte goes out (D7), and each call gets
// exactly one outcome. After a human's wait, policy, source and connection are evaluated again; a
// stricter answer is `authority_changed` (D14).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "approval/approval.h"
#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "net/client.h"
#include "policy/policy.h"

namespace executor::invocation {

// D20: what `tools.a.b.c(input, options)` may carry.
struct CallOptions {
  bool fullResponse = false;  // {status, headers, body} instead of the body
  std::string connection;
  std::uint32_t timeoutMs = 0;  // 0: the default
  std::string idempotencyKey;

  // Empty text is no options. `unknown_option`, `invalid_argument`.
  static Result<CallOptions> parse(std::string_view optionsJson);
};

inline constexpr std::chrono::milliseconds kUpstreamTimeout{60'000};
inline constexpr std::chrono::milliseconds kMaxUpstreamTimeout{300'000};
inline constexpr std::size_t kMaxErrorBodyBytes = 16u << 10;  // of an upstream's error
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxInputBytes = 8u << 20;   // as canonical JSON
inline constexpr std::uint32_t kMaxCallNumber = 100'000;  // of one execution, at the gate

// Admits calls: only for a running execution, with that execution's own token, once per n
// (invariant 2). Tokens are 32 random bytes; a refusal is `forbidden` and counted.
class CallGate {
 public:
  std::string open(std::string executionId);  // returns the token
  void close(std::string_view executionId);
  Status admit(std::string_view executionId, std::string_view token, std::uint32_t n);
  std::uint64_t refused() const { return refused_; }

 private:
  struct Entry {
    std::string token;
    std::vector<bool> seen;  // by n - 1
  };
  Status refuse(std::string detail);

  std::map<std::string, Entry, std::less<>> entries_;
  std::uint64_t refused_ = 0;
};

struct CallRequest {
  Principal principal;
  std::string executionId;
  std::string token;  // from CallGate::open
  std::uint32_t n = 0;
  std::string callId;
  std::string path;
  std::string inputJson;
  std::string optionsJson;
  std::shared_ptr<const catalog::Catalog> catalog;  // the snapshot the execution started with
  // A call that was resumed after a restart: the tool set it was approved for. Another one now is
  // `authority_changed`.
  std::string expectedToolSet;
  // Of the workspace's settings.
  std::size_t maxInputBytes = kMaxInputBytes;
  std::size_t maxOutputBytes = net::kDefaultResponseCap;
  EpochMs approvalMaxAge = approval::kDefaultMaxAge;
};

enum class OutcomeStatus : std::uint8_t { completed, failed, denied, cancelled, unknown };
std::string_view name(OutcomeStatus status);

struct CallOutcome {
  OutcomeStatus status = OutcomeStatus::failed;
  std::string valueJson;  // completed
  Error error;            // otherwise
  int upstreamStatus = 0;
  std::string upstreamBodyJson;
  std::string toolPath;  // canonical
};

// What the journal learns of a call, in this order: at most one asked, at most one sending.
struct RequestedCall {
  std::uint32_t n = 0;
  std::string callId, toolPath, sourceId, toolSetHash, method, inputJson, inputHash;
  bool safe = false;       // by the operation's definition
  bool retryable = false;  // safe, or carries an idempotency key: may be sent again after a crash
};

class CallJournal {
 public:
  virtual ~CallJournal() = default;
  // Before sending (and before built-ins answer). For an unsafe call it returns when durable.
  virtual Task<Status> requested(RequestedCall call) = 0;
  // The call needs a human: durable with the approval's record, then waits for the ruling. The
  // clock of timeoutMs may stop meanwhile (D12).
  virtual Task<Result<approval::Ruling>> ask(RequestedCall call, approval::ApprovalDraft draft) = 0;
};

class Invoker {
 public:
  virtual ~Invoker() = default;
  // Never throws and never returns without an outcome. `journal` outlives the call.
  virtual Task<CallOutcome> invoke(CallRequest request, CallJournal& journal,
                                   std::shared_ptr<net::ClientCancel> cancel) = 0;
};

class ResultStore;

// Everything must outlive the invoker.
std::unique_ptr<Invoker> makeInvoker(policy::Policies& policies,
                                     credential::Connections& connections,
                                     approval::Approvals& approvals, catalog::Sources& sources,
                                     net::Sender& client, CallGate& gate, const Clock& clock,
                                     ResultStore& results);

// A decision with Scope::policy makes its rule through this (neither layer knows the other). Both
// must outlive each other's use.
void connectPolicies(approval::Approvals& approvals, policy::Policies& policies);

// The approval of a call has the call's own UUID, so that a resumed call finds the one it asked
// for.
std::string approvalIdOf(std::string_view callId);

}  // namespace executor::invocation

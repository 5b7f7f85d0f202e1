// What is durable, read commit by commit, and the rules that must hold of it at every moment.
//
// The ledger looks over the database's shoulder: it is told of each commit when it is durable and
// before anyone else knows. It decodes the production's own records, keeps what the journals add up
// to, and reports each step that no history may contain: a journal with a hole, a second outcome of
// a call, a final record that changes, a decision that is taken twice, an older owner that writes
// after a newer one. It knows nothing of nodes, time or luck, so what it reports is a fault of the
// code under test.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "approval/approval-record.h"
#include "execution/event.h"
#include "execution/execution-record.h"
#include "store/testing/memory-engine.h"

namespace executor::execution::simulation {

struct DurableCall {
  std::string tool, outcome, errorCode;  // outcome: as in the journal; empty while there is none
  bool requested = false, safe = false, retryable = false;
  std::uint32_t delivered = 0, ended = 0;  // how often it was told of
};

struct DurableExecution {
  State state = State::queued;
  std::string nodeId, errorCode;
  std::uint64_t epoch = 0, lastSeq = 0;
  EpochMs finishedAt = 0;
  std::uint32_t ends = 0;    // `finished` events
  std::uint32_t serial = 0;  // of its script
  std::map<std::uint32_t, DurableCall> calls;

  const DurableCall* call(std::uint32_t n) const {
    const auto found = calls.find(n);
    return found == calls.end() ? nullptr : &found->second;
  }
};

struct DurableApproval {
  std::string executionId, workspaceId;
  std::uint32_t n = 0;
  approval::ApprovalStatus status = approval::ApprovalStatus::pending;
  EpochMs usedAt = 0;
};

class Ledger {
 public:
  using Report = std::function<void(std::string what)>;

  Ledger(store::testing::MemoryDatabase& database, const Key256& key, Report report);

  void read(const std::vector<store::testing::MemoryDatabase::Change>& commit);

  const DurableExecution* execution(std::string_view id) const;
  const DurableApproval* approvalOf(std::string_view executionId, std::uint32_t n) const;
  const std::map<std::string, DurableExecution, std::less<>>& executions() const {
    return executions_;
  }
  const std::map<std::string, DurableApproval, std::less<>>& approvals() const {
    return approvals_;
  }
  // The id of the execution of a script; nullptr if none is durable.
  const std::string* withSerial(std::uint32_t serial) const;
  bool hasPending(std::string_view executionId) const;
  // The kinds of the events of an execution, for histories.
  std::string story(std::string_view id) const;

 private:
  void readExecution(const std::string& id);
  void readPage(const std::string& key);
  void readEvents(DurableExecution& into, const std::string& id, std::string_view text,
                  std::uint64_t firstSeq);
  void readEvent(DurableExecution& into, const std::string& id, const Event& event);
  void readOutcome(DurableCall& call, const std::string& which, const Event& event);
  void readApproval(const std::string& id);
  void noteSerial(const std::string& id, const ExecutionRecord& record);
  void compare(const std::string& id, const DurableExecution& before,
               const DurableExecution& after);
  template <class R>
  std::optional<R> get(std::string_view key);

  store::testing::MemoryDatabase& database_;
  store::Sealer sealer_;
  Report report_;
  std::map<std::string, DurableExecution, std::less<>> executions_;
  std::map<std::string, DurableApproval, std::less<>> approvals_;
  std::map<std::string, std::string, std::less<>> stories_;
  std::map<std::uint32_t, std::string> bySerial_;
};

}  // namespace executor::execution::simulation

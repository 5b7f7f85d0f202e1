#include "execution/simulation/ledger.h"

#include <fmt/format.h>

#include "execution/simulation/script.h"

namespace executor::execution::simulation {

using approval::ApprovalRecord;
using approval::ApprovalStatus;

namespace {

// What a call or an execution never ends with unless our code is wrong.
bool isOurFault(std::string_view code) {
  return code == "internal" || code == "replay_diverged" || code == "store_corrupt" ||
         code == "conflict";
}

}  // namespace

Ledger::Ledger(store::testing::MemoryDatabase& database, const Key256& key, Report report)
    : database_(database), sealer_(key), report_(std::move(report)) {}

template <class R>
std::optional<R> Ledger::get(std::string_view key) {
  std::optional<R> found;
  const Status status = database_.look([&](store::EngineTxn& engine) -> Status {
    store::Txn txn(engine, sealer_, false);
    EXECUTOR_TRY(found, txn.get<R>(key));
    return {};
  });
  if (!status) report_(fmt::format("{} cannot be read: {}", key, status.error().message));
  return found;
}

// Pages before the record that counts their events.
void Ledger::read(const std::vector<store::testing::MemoryDatabase::Change>& commit) {
  for (const auto& change : commit) {
    if (change.after == nullptr) continue;
    if (change.type == &store::recordType<JournalPage>()) readPage(std::string(change.key));
    if (change.type == &store::recordType<ApprovalRecord>()) readApproval(std::string(change.key));
  }
  for (const auto& change : commit) {
    if (change.after == nullptr) continue;
    if (change.type == &store::recordType<ExecutionRecord>()) {
      readExecution(std::string(change.key));
    }
  }
}

void Ledger::readPage(const std::string& key) {
  if (const auto page = get<JournalPage>(key)) {
    readEvents(executions_[page->executionId], page->executionId, page->events, page->firstSeq);
  }
}

void Ledger::readEvents(DurableExecution& into, const std::string& id, std::string_view text,
                        std::uint64_t firstSeq) {
  const auto events = decodeEvents(text, firstSeq);
  if (!events) return report_(fmt::format("a page of {} cannot be read", id));
  for (const Event& event : *events) readEvent(into, id, event);
}

void Ledger::readEvent(DurableExecution& into, const std::string& id, const Event& event) {
  stories_[id] += fmt::format(" {}", executor::execution::name(event.kind));
  if (event.seq != into.lastSeq + 1) {
    report_(fmt::format("the journal of {} has event {} after {}", id, event.seq, into.lastSeq));
  }
  into.lastSeq = event.seq;
  if (event.kind == EventKind::finished) ++into.ends;
  const auto n = static_cast<std::uint32_t>(numberOf(event.body, "n"));
  if (n == 0) return;
  stories_[id] += fmt::format("({})", n);
  DurableCall& call = into.calls[n];
  if (event.kind == EventKind::call_requested) {
    call.requested = true;
    call.tool = textOf(event.body, "tool");
    call.safe = event.body.at("safe").as_bool();
    call.retryable = event.body.at("retryable").as_bool();
  }
  if (event.kind != EventKind::delivered && event.kind != EventKind::call_ended) return;
  readOutcome(call, fmt::format("call {} of {} ({})", n, id, story(id)), event);
  if (isOurFault(call.errorCode)) {
    report_(fmt::format("call {} of {} ended with {}: {}", n, id, call.errorCode, story(id)));
  }
}

// Two words about one outcome are possible: written down after the end, and delivered by the one
// who took up an execution whose end did not become durable. They have to say the same.
void Ledger::readOutcome(DurableCall& call, const std::string& which, const Event& event) {
  const std::string outcome(textOf(event.body, "status"));
  std::uint32_t& times = event.kind == EventKind::delivered ? call.delivered : call.ended;
  if (++times > 1) report_(fmt::format("{} has two outcomes", which));
  if (!call.outcome.empty() && call.outcome != outcome) {
    report_(fmt::format("{} was {} and is {}", which, call.outcome, outcome));
  }
  call.outcome = outcome;
  call.errorCode = textOf(event.body, "code");
}

void Ledger::readExecution(const std::string& id) {
  const auto record = get<ExecutionRecord>(id);
  if (!record) return;
  const auto known = executions_.find(id);
  std::optional<DurableExecution> before;
  if (known != executions_.end() && known->second.epoch != 0) before = known->second;
  DurableExecution& now = executions_[id];
  now.state = record->state;
  now.nodeId = record->nodeId;
  now.errorCode = record->errorCode;
  now.epoch = record->epoch;
  now.finishedAt = record->finishedAt;
  if (now.serial == 0) noteSerial(id, *record);
  if (record->ending && record->ending->events && now.lastSeq == 0) {
    readEvents(now, id, *record->ending->events, 1);
  }
  if (record->nextSeq != now.lastSeq + 1) {
    report_(fmt::format("the record of {} says event {} is next, its journal {}", id,
                        record->nextSeq, now.lastSeq + 1));
  }
  if (before) compare(id, *before, now);
  if (isFinal(now.state) && now.ends != 1) {
    report_(fmt::format("{} is final with {} ends in its journal", id, now.ends));
  }
  if (isOurFault(now.errorCode)) report_(fmt::format("{} ended with {}", id, now.errorCode));
}

void Ledger::noteSerial(const std::string& id, const ExecutionRecord& record) {
  const Submission& made = record.submission;
  const std::uint32_t serial = serialIn(record.tool.empty() ? made.code.text : made.input.text);
  executions_[id].serial = serial;
  const auto [known, fresh] = bySerial_.emplace(serial, id);
  if (!fresh) report_(fmt::format("{} and {} are one submission", known->second, id));
}

void Ledger::compare(const std::string& id, const DurableExecution& before,
                     const DurableExecution& after) {
  if (after.epoch < before.epoch) {
    report_(fmt::format("{} was written by epoch {} after {}", id, after.epoch, before.epoch));
  }
  if (!isFinal(before.state)) return;
  if (after.state != before.state || after.finishedAt != before.finishedAt ||
      after.lastSeq != before.lastSeq || after.errorCode != before.errorCode) {
    report_(fmt::format("the final record of {} changed", id));
  }
}

void Ledger::readApproval(const std::string& id) {
  const auto record = get<ApprovalRecord>(id);
  if (!record) return;
  const auto [place, fresh] = approvals_.try_emplace(id);
  DurableApproval& known = place->second;
  if (!fresh && known.status != ApprovalStatus::pending && known.status != record->status) {
    report_(fmt::format("{} was decided twice", id));
  }
  if (known.usedAt != 0 && known.usedAt != record->usedAt) {
    report_(fmt::format("{} was used twice", id));
  }
  known = {record->executionId, record->workspaceId, record->n, record->status, record->usedAt};
}

const DurableExecution* Ledger::execution(std::string_view id) const {
  const auto found = executions_.find(id);
  return found == executions_.end() || found->second.epoch == 0 ? nullptr : &found->second;
}

const DurableApproval* Ledger::approvalOf(std::string_view executionId, std::uint32_t n) const {
  for (const auto& [id, one] : approvals_) {
    if (one.executionId == executionId && one.n == n) return &one;
  }
  return nullptr;
}

const std::string* Ledger::withSerial(std::uint32_t serial) const {
  const auto found = bySerial_.find(serial);
  return found == bySerial_.end() ? nullptr : &found->second;
}

bool Ledger::hasPending(std::string_view executionId) const {
  return std::ranges::any_of(approvals_, [&](const auto& entry) {
    return entry.second.executionId == executionId &&
           entry.second.status == ApprovalStatus::pending;
  });
}

std::string Ledger::story(std::string_view id) const {
  const auto found = stories_.find(id);
  return found == stories_.end() ? std::string() : found->second;
}

}  // namespace executor::execution::simulation

// The rules that are judged from outside the database (ledger.h judges what is in it).
#include <fmt/format.h>

#include "execution/simulation/world.h"

namespace executor::execution::simulation {

using approval::ApprovalStatus;
using policy::Effect;

namespace {

// Longer than a node without troubles takes to show a sign of life.
constexpr std::chrono::seconds kCertainlyAlive{20};

std::int64_t lossesIn(const store::testing::MemoryRow& row) {
  const auto record = parseJson(row.body);
  return record && record->is_object() ? numberOf(record->get_object(), "losses") : 0;
}

}  // namespace

// When a program gets its place: the limits hold, and nobody of its workspace is overtaken. One
// that is started again has had its place before.
void World::checkStart(std::uint32_t serial) {
  Client& client = clients_.at(serial - 1);
  if (running_ == nullptr || std::exchange(client.started, true)) return;
  const std::size_t running = running_->executions->runningCount();
  // With a key, it has its place before the record is stored; others may have come back meanwhile.
  if (client.key.empty() && running > running_->limits().runningInAll) {
    violate(fmt::format("{} runs as number {}", serial, running));
  }
  for (const Client& other : clients_) {
    if (waitsInFrontOf(other, client)) {
      violate(fmt::format("{} was overtaken in the queue by {}", other.serial, serial));
    }
  }
}

// Where one that has no place yet stands is not known: it has just come, behind all others; nor
// where one does that was given up and taken up again.
bool World::waitsInFrontOf(const Client& other, const Client& started) const {
  const bool comparable = other.workspace == started.workspace && other.life == running_->life() &&
                          other.place != 0 && !other.tool && !other.started && started.key.empty();
  if (!comparable || (started.place != 0 && started.place < other.place)) return false;
  if (started.place != 0 && started.life != other.life) return false;
  const DurableExecution* durable = ledger_.execution(other.id);
  return !other.asked && (durable == nullptr || (!isFinal(durable->state) && durable->epoch == 1));
}

// At the moment the first byte leaves: D7, and invariants 4 and 10.
void World::checkSend(const net::ClientRequest& request) {
  const std::string token = tokenOf(request);
  const ScriptTool& tool = toolOf(request);
  const auto [serial, n] = callOf(token);
  ++coverage_.sends;
  say(fmt::format("sends {} ({})", token, tool.path));
  const Effect effect = effects_[{clients_.at(serial - 1).workspace, tool.path}];
  if (effect == Effect::deny) return violate(fmt::format("call {} was denied and is sent", token));
  const std::string* id = ledger_.withSerial(serial);
  const DurableExecution* durable = id == nullptr ? nullptr : ledger_.execution(*id);
  // Who was taken for dead may send what repeats without harm until it notices (ownership.h).
  const bool anothers =
      durable != nullptr && running_ != nullptr && durable->nodeId != running_->id();
  if (durable != nullptr && isFinal(durable->state) && !(tool.safe && anothers)) {
    return violate(fmt::format("call {} is sent after the end of its execution", token));
  }
  if (effect == Effect::ask) checkApproved(id, n, token);
  if (tool.safe) return;
  const DurableCall* call = durable == nullptr ? nullptr : durable->call(n);
  if (call == nullptr || !call->requested) {
    return violate(fmt::format("call {} is sent before `requested` is durable", token));
  }
  if (!call->retryable && upstream_.sent(token) > 1) {
    violate(fmt::format("the unsafe call {} is sent twice", token));
  }
}

void World::checkApproved(const std::string* id, std::uint32_t n, const std::string& token) {
  const DurableApproval* approval = id == nullptr ? nullptr : ledger_.approvalOf(*id, n);
  if (approval == nullptr || approval->status != ApprovalStatus::approved) {
    return violate(fmt::format("call {} is sent without a person's approval", token));
  }
  if (approval->usedAt == 0) {
    violate(fmt::format("call {} is sent before its approval is spent", token));
  }
}

// Nobody is told of what is not durable, and what is final stays as it was told.
void World::checkView(Client& client, const ExecutionView& view, bool wasFinal) {
  const DurableExecution* durable = ledger_.execution(view.id);
  if (durable == nullptr) return violate(fmt::format("{} was shown and is not durable", view.id));
  client.acknowledged = true;
  say(fmt::format("{} is shown as {}", client.serial, name(view.state)));
  if (!isFinal(view.state)) {
    if (wasFinal) violate(fmt::format("{} was final and is {}", view.id, name(view.state)));
    return;
  }
  if (view.state != durable->state) {
    violate(fmt::format("{} was shown as {} and is {}", view.id, name(view.state),
                        name(durable->state)));
  }
  client.told = view.state;
}

void World::checkDecision(const std::string& id, bool approve) {
  ++coverage_.decisions;
  const DurableApproval& durable = ledger_.approvals().find(id)->second;
  const auto expected = approve ? ApprovalStatus::approved : ApprovalStatus::denied;
  if (durable.status != expected) {
    violate(fmt::format("{} was decided, and the record says something else", id));
  }
}

// Who lives and could show it is not taken for dead.
void World::checkLosses(const Commit& commit) {
  for (const auto& change : commit) {
    if (change.type->table != "node" || !change.before || !change.after) continue;
    if (lossesIn(*change.before) == lossesIn(*change.after)) continue;
    for (const auto& node : nodes_) {
      if (!node || node->id() != change.key || !node->alive() || node->stopped) continue;
      const SteadyTime since = std::max(node->disturbedAt, node->frozenUntil);
      if (simulation_.steady() - since < kCertainlyAlive) continue;
      violate(fmt::format("{} lives and was taken for dead", node->id()));
    }
  }
}

// In the end: everything that anyone was told of has ended or waits for a person, and says so.
void World::checkRest() {
  for (Client& client : clients_) {
    if (client.acknowledged && ledger_.execution(client.id) == nullptr) {
      violate(fmt::format("{} was shown and is lost", client.id));
    }
  }
  for (const auto& [id, durable] : ledger_.executions()) {
    if (isFinal(durable.state)) {
      checkEnded(id, durable);
    } else if (!ledger_.hasPending(id)) {
      violate(fmt::format("{} ({}) is {} for ever: {}", id, durable.serial, name(durable.state),
                          ledger_.story(id)));
    }
  }
}

void World::checkEnded(const std::string& id, const DurableExecution& durable) {
  ++coverage_.finished;
  if (ledger_.hasPending(id)) {
    violate(fmt::format("{} has ended and an approval of it is pending: {} {}", id, durable.serial,
                        ledger_.story(id)));
  }
  for (const auto& [n, call] : durable.calls) {
    if (call.outcome.empty()) {
      violate(fmt::format("call {} has no outcome: {} {}", callToken(durable.serial, n), id,
                          ledger_.story(id)));
    }
    checkOutcome(callToken(durable.serial, n), call);
  }
}

// What the journal says of a call is what the upstream saw.
void World::checkOutcome(const std::string& token, const DurableCall& call) {
  const std::uint32_t sent = upstream_.sent(token);
  if (call.outcome == "completed" && call.requested && !upstream_.answered(token)) {
    violate(fmt::format("call {} completed and was never answered", token));
  }
  // A safe call may have been sent without a trace, one with a key again after its outcome.
  if (!call.requested || call.safe || call.retryable || sent == 0) return;
  if (call.outcome == "denied" || call.outcome == "cancelled") {
    violate(fmt::format("call {} was sent and is said to be {}", token, call.outcome));
  }
  if (call.outcome == "failed" && call.errorCode != "upstream_error") {
    violate(
        fmt::format("call {} was sent and is said to have failed with {}", token, call.errorCode));
  }
}

}  // namespace executor::execution::simulation

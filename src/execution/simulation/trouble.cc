// What goes wrong. Every kind of trouble is one that happens to real servers.
#include <fmt/format.h>

#include "execution/simulation/world.h"

namespace executor::execution::simulation {

using store::testing::MemoryFate;

void World::kill(Node& node, const std::string& why) {
  say(fmt::format("{} dies {}", node.id(), why));
  node.die();
  ++coverage_.crashes;
}

// Now, between two handlers, or at one of the next places that crash-point.h names.
void World::crashSomebody() {
  if (dice_.percent(70)) {
    crashIn_ = dice_.between(1, 30);
    return;
  }
  Node* node = someNode();
  if (node == nullptr) return;
  kill(*node, "between two handlers");
  for (auto& one : nodes_) {
    if (one.get() == node) one.reset();
  }
}

// An orderly end: what is under way may finish until the deadline, the rest is left to others.
void World::stopSomebody() {
  Node* node = someNode();
  if (node == nullptr) return;
  say(fmt::format("{} stops", node->id()));
  begin(*node, drainOn(*node, std::chrono::milliseconds(dice_.roll(2'000))));
}

Task<void> World::drainOn(Node& node, std::chrono::milliseconds patience) {
  co_await node.executions->drain(deadlineAfter(patience));
  node.stopped = true;
}

void World::restartSomebody() {
  const std::size_t index = dice_.roll(static_cast<std::uint32_t>(nodes_.size()));
  if (!nodes_[index]) startNode(index);
}

void World::onCrashPoint(CrashPoint point) {
  if (running_ == nullptr || !running_->alive()) return;
  const auto index = static_cast<std::size_t>(point);
  ++coverage_.passed[index];
  if (!troubled_ || crashIn_ == 0 || --crashIn_ != 0) return;
  ++coverage_.crashed[index];
  kill(*running_, fmt::format("at {}", name(point)));
}

// A commit may be the last thing that a process does.
void World::onCommit(const std::vector<store::testing::MemoryDatabase::Change>& commit) {
  ++coverage_.commits;
  ledger_.read(commit);
  checkLosses(commit);
  if (troubled_ && running_ != nullptr && dice_.percent(1)) kill(*running_, "after a commit");
}

// The whole machine stands still: its clock goes on, its handlers do not.
void World::freezeSomebody() {
  Node* node = someNode();
  if (node == nullptr) return;
  const auto span = std::chrono::milliseconds(dice_.between(100, 90'000));
  say(fmt::format("{} is suspended for {} ms", node->id(), span.count()));
  node->frozenUntil = simulation_.steady() + span;
  ++coverage_.freezes;
}

void World::loseWorker() {
  Node* node = someNode();
  if (node == nullptr || node->runtime->running() == 0) return;
  constexpr sandbox::Loss kLosses[] = {sandbox::Loss::atRest, sandbox::Loss::inTurn,
                                       sandbox::Loss::cause, sandbox::Loss::moved};
  const sandbox::Loss loss = kLosses[dice_.roll(4)];
  say(fmt::format("{} loses a worker, {}", node->id(), static_cast<int>(loss)));
  node->idle = false;
  node->runtime->lose(dice_.roll(static_cast<std::uint32_t>(node->runtime->running())), loss);
  ++coverage_.losses;
}

// A clock is set, or nobody comes for a month.
void World::jumpInTime() {
  if (dice_.percent(30)) {
    say("a month passes");
    return advance(std::chrono::hours(31 * 24));
  }
  Node* node = someNode();
  if (node == nullptr) return;
  node->clock.skew += static_cast<EpochMs>(dice_.roll(7'200'000)) - 3'600'000;
  say(fmt::format("the clock of {} is set", node->id()));
}

MemoryFate World::fate(bool write) {
  MemoryFate fate;
  if (!troubled_) return fate;
  if (dice_.percent(20)) fate.before = std::chrono::microseconds(dice_.roll(3'000));
  if (dice_.percent(20)) fate.after = std::chrono::microseconds(dice_.roll(3'000));
  if (!write) return fate;
  const MemoryFate usual = fate;
  if (dice_.percent(2)) fate.kind = MemoryFate::Kind::rerun;
  if (dice_.percent(1)) fate.before = std::chrono::seconds(3);
  if (refusing_ && dice_.percent(3)) {
    fate.kind = dice_.percent(50) ? MemoryFate::Kind::refused : MemoryFate::Kind::lost;
    ++coverage_.refusals;
  }
  const bool disturbed = fate.kind != usual.kind || fate.before > usual.before;
  if (disturbed && running_ != nullptr) running_->disturbedAt = simulation_.steady();
  return fate;
}

}  // namespace executor::execution::simulation

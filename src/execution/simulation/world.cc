#include "execution/simulation/world.h"

#include <fmt/format.h>

namespace executor::execution::simulation {
namespace {

using namespace std::chrono_literals;

// Handlers until a world that does nothing but run in circles is given up.
constexpr std::size_t kMaxHandlers = 50'000;
// A leap of time in which nobody could show a sign of life.
constexpr std::chrono::seconds kUndisturbedStep{3};
// Time that passes at the end until everything that can end has: longer than any deadline,
// timeout or lease of the code, in steps that grow.
constexpr std::size_t kShortWaits = 20, kMiddleWaits = 40, kLongWaits = 40;
// Who left memory is woken by wall time, so a clock that was set back wakes him late by as much
// (live-suspend.cc): late is no loss, as long as it comes.
constexpr std::size_t kClockWaits = 72;

SteadyClock::duration healingStep(std::size_t i) {
  if (i < kShortWaits) return 50ms;
  if (i < kShortWaits + kMiddleWaits) return 1s;
  return i < kShortWaits + kMiddleWaits + kLongWaits ? 30s : 600s;
}

}  // namespace

World::World(std::uint64_t seed, Coverage& coverage, bool verbose)
    : coverage_(coverage),
      verbose_(verbose),
      simulation_(seed),
      dice_(seed),
      ledger_(database_, simulationKey(), [this](std::string what) { violate(std::move(what)); }),
      upstream_(dice_, [this](const net::ClientRequest& request) { checkSend(request); }) {
  database_.use(wholeSchema());
  database_.observe([this](const auto& commit) { onCommit(commit); });
  setCrashHook([this](CrashPoint point) { onCrashPoint(point); });
}

World::~World() { setCrashHook({}); }

std::optional<Violation> World::run() {
  setUp();
  const std::size_t steps = dice_.between(8, 40);
  for (; step_ < steps && !violation_; ++step_) step();
  if (!violation_) heal();
  if (!violation_) checkRest();
  ++coverage_.histories;
  coverage_.executions += clients_.size();
  return violation_;
}

// Everything that is the same for a whole history: how many nodes, how big, what is allowed.
void World::setUp() {
  const std::size_t nodes = dice_.between(1, 3);
  for (std::size_t i = 0; i < nodes; ++i) {
    skews_.push_back(static_cast<EpochMs>(dice_.roll(2'000)) - 1'000);
  }
  if (dice_.percent(50)) {
    limits_.running = dice_.between(1, 3);
    limits_.runningInAll = limits_.running + dice_.roll(2);
    limits_.queued = dice_.between(1, 4);
  }
  refusing_ = dice_.percent(30);
  nodes_.resize(nodes);
  // The policies are made in peace.
  troubled_ = false;
  startNode(0);
  makePolicies();
  settle(kMaxHandlers);
  for (std::size_t i = 1; i < nodes; ++i) startNode(i);
  settle(kMaxHandlers);
  troubled_ = true;
}

// Mostly ordinary life, and every so often something that must not happen and does.
void World::step() {
  const std::uint32_t chance = dice_.roll(100);
  if (chance < 26 && clients_.size() < 7) {
    submit();
  } else if (chance < 44) {
    decide();
  } else if (chance < 48) {
    cancel();
  } else if (chance < 56) {
    look();
  } else if (chance < 59) {
    submitAgain();
  } else if (chance < 66) {
    crashSomebody();
  } else if (chance < 70) {
    loseWorker();
  } else if (chance < 72) {
    freezeSomebody();
  } else if (chance < 73) {
    stopSomebody();
  } else if (chance < 75) {
    jumpInTime();
  } else {
    advance(dice_.percent(80) ? std::chrono::milliseconds(dice_.roll(60)) : 5s);
  }
  settle(dice_.percent(60) ? kMaxHandlers : dice_.roll(30));
  if (dice_.percent(30)) restartSomebody();
}

// Handlers of the nodes, interleaved, until nobody has anything to do or the number is used up.
void World::settle(std::size_t handlers) {
  while (handlers > 0 && !violation_) {
    const std::size_t first = dice_.roll(static_cast<std::uint32_t>(nodes_.size()));
    std::size_t ran = 0;
    for (std::size_t i = 0; i < nodes_.size() && ran == 0; ++i) {
      auto& node = nodes_[(first + i) % nodes_.size()];
      if (node) ran = poll(*node, std::min<std::size_t>(handlers, dice_.between(1, 8)));
      if (node && (!node->alive() || node->stopped)) node.reset();
    }
    if (ran == 0) return;
    handlers -= ran;
  }
  if (handlers == 0 && troubled_ == false && !violation_) violate("it never comes to rest");
}

std::size_t World::poll(Node& node, std::size_t handlers) {
  if (node.idle || !node.alive() || node.frozenUntil > simulation_.steady()) return 0;
  if (node.loop.stopped()) node.loop.restart();
  std::size_t ran = 0;
  running_ = &node;
  while (ran < handlers && node.alive() && !violation_ && node.loop.poll_one() != 0) {
    ++ran;
    upstream_.noticeCancels();
  }
  running_ = nullptr;
  node.idle = ran == 0;
  return ran;
}

void World::advance(std::chrono::nanoseconds by) {
  simulation_.advance(by);
  for (auto& node : nodes_) {
    if (!node) continue;
    node->idle = false;
    if (by >= kUndisturbedStep) node->disturbedAt = simulation_.steady();
  }
}

// No more troubles: whoever was down is back, upstreams answer, and time passes.
void World::heal() {
  say("-- healed");
  troubled_ = false;
  crashIn_ = 0;
  upstream_.calmDown();
  const bool decideAll = dice_.percent(60);
  // Those that stay down are taken for dead by the first one, which goes on with what they had.
  const bool othersTakeOver = dice_.percent(40);
  for (auto& node : nodes_) {
    if (node) node->frozenUntil = {};
  }
  for (std::size_t i = 0; i < kShortWaits + kMiddleWaits + kLongWaits + kClockWaits; ++i) {
    for (std::size_t down = 0; down < nodes_.size(); ++down) {
      if (!nodes_[down] && (down == 0 || !othersTakeOver)) startNode(down);
    }
    if (decideAll) decideEverything();
    settle(kMaxHandlers);
    if (violation_ || atRest()) return;
    advance(healingStep(i));
  }
}

// Nothing that is durable is on its way any more.
bool World::atRest() const {
  return std::ranges::all_of(ledger_.executions(), [&](const auto& entry) {
    return isFinal(entry.second.state) || ledger_.hasPending(entry.first);
  });
}

Node* World::someNode() {
  std::vector<Node*> up;
  for (auto& node : nodes_) {
    if (node && node->alive()) up.push_back(node.get());
  }
  return up.empty() ? nullptr : dice_.pick(up);
}

void World::startNode(std::size_t index) {
  say(fmt::format("node {} starts", index));
  nodes_[index] = std::make_unique<Node>(
      NodeSettings{fmt::format("node_{}", index), skews_[index], limits_, ++lives_}, database_,
      [this](bool write) { return fate(write); }, upstream_,
      ScriptRuntime::Watch{[this](std::string what) { violate(std::move(what)); },
                           [this](const std::string& code) { checkStart(serialIn(code)); }});
  begin(*nodes_[index], recoverOn(*nodes_[index]));
}

Task<void> World::recoverOn(Node& node) { static_cast<void>(co_await node.executions->recover()); }

void World::begin(Node& node, Task<void> task) {
  node.idle = false;
  asio::co_spawn(node.loop, std::move(task), asio::detached);
}

void World::say(const std::string& text) {
  if (!verbose_) return;
  const auto since = std::chrono::duration<double>(simulation_.steady().time_since_epoch());
  fmt::print("{:12.3f} {:3} {}{}\n", since.count() - 86'400, step_,
             running_ == nullptr ? "" : running_->id() + ": ", text);
}

void World::violate(std::string rule) {
  say("VIOLATION " + rule);
  if (!violation_) violation_ = Violation{std::move(rule), step_};
}

}  // namespace executor::execution::simulation

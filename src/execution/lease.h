// Signs of life between the servers on one store, and what follows when they stop (D25).
//
// While a node has executions it raises one counter in one record every few seconds; a node without
// any writes nothing. Every node looks at the counters of all others that own executions and judges
// them by its own steady clock: a counter that has not moved for the lease time, as seen by this
// observer, belongs to a node that is dead or cut off. No time of day is compared anywhere, so a
// clock that jumps, here or there, declares nobody dead.
//
// What a dead node owned is given up in its name, in a transaction that compares the counter once
// more, and is claimed like anything that nobody owns (ownership.h). A node that was merely slow
// finds the losses counted in its record at the next beat and lets go of what is not its own any
// more. Until then it cannot do harm: its appends fail from the moment of a claim.
//
// Deliberately missing: a lease per execution (writes for each of thousands), and a leader.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/signal.h"
#include "execution/execution-record.h"

namespace executor::execution {

// What an observer makes of the counters it sees. Time is passed in.
class LeaseWatch {
 public:
  struct Sighting {
    std::string node;
    std::uint64_t beat = 0;
  };
  explicit LeaseWatch(std::chrono::milliseconds expires) : expires_(expires) {}
  // All others that own something now; the ones among them that are dead. Who owns nothing any
  // more is forgotten, and judged anew from its next sighting.
  std::vector<Sighting> judge(const std::vector<Sighting>& seen, SteadyTime now);

 private:
  struct Known {
    std::uint64_t beat = 0;
    SteadyTime since{};
  };
  std::chrono::milliseconds expires_;
  std::map<std::string, Known, std::less<>> known_;
};

class Lease : public std::enable_shared_from_this<Lease> {
 public:
  // `busy`: whether this node had executions since it was asked last. `lost`: others took its
  // executions for abandoned; some may be theirs. Both are called on the loop, until stop().
  struct Events {
    std::function<bool()> busy;
    std::function<void()> lost;
  };
  Lease(store::Store& store, std::string node, LeaseTimes times, Events events);

  static Task<void> keep(std::shared_ptr<Lease> self);
  void stop();

 private:
  Task<void> beatOnce();
  Task<void> watchOthers();

  store::Store& store_;
  std::string node_;
  LeaseTimes times_;
  Events events_;
  LeaseWatch watch_;
  std::optional<std::uint64_t> losses_;  // as far as this process knows
  bool stopped_ = false;
  Signal stop_;
};

// In one transaction each. The new state of the node's record.
Result<NodeRecord> raiseBeat(store::Txn& txn, const std::string& node);
// Every node but `self` that owns an execution, with its counter.
Result<std::vector<LeaseWatch::Sighting>> othersWithWork(store::Txn& txn, const std::string& self);
// Gives up some of what a node owned, unless its counter has moved. True: there may be more.
Result<bool> giveUpFor(store::Txn& txn, const LeaseWatch::Sighting& dead);

}  // namespace executor::execution

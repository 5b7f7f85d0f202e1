// Finds executions that nobody owns and that are due, on every node, and hands them to this one.
//
// It sleeps until the store says that something became due (kDueTopic, also from other processes),
// or the first of the later ones is. Then it claims as many as there is room for, oldest first, a
// few at a time: a hundred thousand that fall due in the same second are brought back at the speed
// of replay and in its memory, not all at once. Nodes race for the same ones and the transaction
// decides; who comes second finds nothing. An execution that cannot be taken up (its journal is
// damaged, its catalogue does not load) is put off for a while and does not hold up the others.
//
// Nothing is kept per execution that waits: it costs its rows and no memory.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/signal.h"
#include "execution/ownership.h"

namespace executor::execution {

inline constexpr std::size_t kClaimsAtOnce = 16;
// The longest sleep: a wall clock that was set forward is noticed by then.
inline constexpr std::chrono::milliseconds kMaxDueSleep{5'000};
inline constexpr EpochMs kPostponedMs = 30'000;
// Between attempts to put one off that the store refused.
inline constexpr std::chrono::milliseconds kPutOffRetry{2'000};

class DueScheduler : public std::enable_shared_from_this<DueScheduler> {
 public:
  // `room`: how many more may be brought back now. `takeUp` claims one and brings it back; an error
  // puts it off. Both are called on the loop, until stop().
  struct Events {
    std::function<std::size_t()> room;
    std::function<Task<Status>(std::string id)> takeUp;
  };
  DueScheduler(store::Store& store, asio::io_context& loop, const Clock& clock, std::string node,
               Events events);

  static Task<void> run(std::shared_ptr<DueScheduler> self);
  // One that this node could not take up becomes nobody's and due again later. Tried until the
  // store takes it: an execution that names a node which does not run it would wait for ever.
  static Task<void> putOff(std::shared_ptr<DueScheduler> self, std::string id, Error error);
  // There is room again.
  void nudge() {
    if (starved_) nudged_.notify();
  }
  void stop();

 private:
  Task<std::optional<EpochMs>> takeDue();
  Task<void> takeUpAll(std::vector<std::string> ids);
  static Task<void> takeUpOne(std::shared_ptr<DueScheduler> self, std::string id);
  Task<void> sleep(store::Watch& watch, std::optional<EpochMs> next);

  store::Store& store_;
  asio::io_context& loop_;
  const Clock& clock_;
  std::string node_;
  Events events_;
  bool stopped_ = false, starved_ = false;
  std::set<std::string> puttingOff_;  // not to be tried again before that is durable
  std::size_t underWay_ = 0;
  Signal nudged_, landed_;
};

}  // namespace executor::execution

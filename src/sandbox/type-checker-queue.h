// Turns: one coroutine at a time, in the order they came.
//
// The compiler answers one check at a time, and a queue without end would make every program wait
// for the slowest. So how many may wait is bounded, and so is how long: who gets no turn is told,
// and goes on without. A turn is a value; when its coroutine leaves, however it leaves, the next
// one has it. No locks: all of it is on the loop thread.
#pragma once

#include <list>
#include <memory>

#include "base/async.h"

namespace executor::sandbox {

class TurnQueue : public std::enable_shared_from_this<TurnQueue> {
 public:
  // Held while it is one's turn; destroying it gives the turn to the next.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(std::shared_ptr<TurnQueue> queue) : queue_(std::move(queue)) {}
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queue_) queue_->pass();
    }
    explicit operator bool() const { return queue_ != nullptr; }

   private:
    std::shared_ptr<TurnQueue> queue_;
  };

  TurnQueue(asio::any_io_executor loop, std::size_t maxWaiting)
      : loop_(std::move(loop)), maxWaiting_(maxWaiting) {}

  // False (no turn) at once when too many wait, or when `patience` is over.
  static Task<Turn> take(std::shared_ptr<TurnQueue> queue, std::chrono::milliseconds patience);

  bool busy() const { return busy_; }
  std::size_t waiting() const { return waiters_.size(); }

 private:
  // Asleep on a timer: cancelled when its turn comes, expired when its patience ends.
  struct Waiter {
    asio::steady_timer timer;
    bool granted = false;
  };

  // To the first that waits, or to nobody.
  void pass();

  asio::any_io_executor loop_;
  std::size_t maxWaiting_;
  bool busy_ = false;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace executor::sandbox

// Turns: one coroutine at a time, in the order they came, with a bound on how many wait and for how
// long. On the loop thread.
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
  struct Waiter {
    asio::steady_timer timer;
    bool granted = false;
  };

  void pass();

  asio::any_io_executor loop_;
  std::size_t maxWaiting_;
  bool busy_ = false;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace executor::sandbox

// A wake-up for coroutines of one loop: "something you wait for may have changed".
//
// notify() wakes every coroutine that waits now. If none waits, the signal stays set and the next
// wait() returns at once, so that a notification between a check and the wait is not lost. The way
// to use it is a loop over a condition: `while (!done) if (!co_await signal.wait(deadline))
// break;`. Single-thread: signal, waiters and notify() belong to one io_context; other threads post
// to it. The signal may go away while coroutines wait (they get false), and a waiting coroutine may
// be destroyed with its loop. There is no fairness and no count of notifications.
#pragma once

#include <list>
#include <memory>

#include "base/async.h"

namespace executor {

class Signal {
 public:
  Signal();
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // Never resumes a coroutine inside the call.
  void notify();

  // True when notified, false when the deadline passed, the signal went away, or the coroutine was
  // cancelled.
  Task<bool> wait(Deadline deadline);

  // How many coroutines wait now.
  std::size_t waiting() const;

 private:
  struct Waiter {
    explicit Waiter(asio::any_io_executor loop) : timer(std::move(loop)) {}
    // Each waiter has its own timer, so that its deadline is its own; cancelling it is the wake-up.
    SteadyTimer timer;
    bool notified = false;
  };
  struct State {
    // A list: places stay valid while others come and go.
    std::list<Waiter> waiters;
    bool set = false;
    bool closed = false;
  };

  static Task<bool> waitOn(std::shared_ptr<State> state, Deadline deadline);

  // Shared with the waiters, which may outlive the signal.
  std::shared_ptr<State> state_;
};

}  // namespace executor

// A stack of its own for guest code, so that a long slice can be set aside and another run go on.
//
// The worker's scheduler resumes a fiber; guest code on it runs until it finishes, traps, or the
// tick of the CPU timer finds other work waiting and yields from inside the signal handler. That is
// how one spinning program delays no other run of the same worker by more than a few milliseconds,
// even inside a builtin that never polls. Yielding in a handler is safe because it happens only
// while GuestState::inGuest is set: guest code holds no lock and no half-made host structure.
//
// Between turns a run needs no fiber, so there are as many stacks as slices in progress, not runs.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

#include "sandbox/linear-memory.h"

namespace executor::sandbox {

// QuickJS stops recursion at kGuestStackBytes of its own stack; natively that is under 2 MiB. What
// goes deeper (the type stripper on hostile nesting) meets the guard page: Trap::stackOverflow.
inline constexpr std::size_t kFiberStackBytes = 4u << 20;
// What an idle fiber keeps of its stack. Ordinary programs stay within it; what a deep recursion
// touched below is given back when the slice has ended.
inline constexpr std::size_t kKeptStackBytes = 128u << 10;

class Fiber {
 public:
  // Throws std::bad_alloc if the kernel gives no stack.
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Starts `body` on this fiber; it must be idle. Returns when it finished or yielded.
  void run(std::function<void()> body);
  // Goes on after a yield.
  void resume();
  bool idle() const { return idle_; }

  // Called on the fiber: back to whoever resumed it. Keeps the guest state of this slice.
  void yield();

  // True if `address` is in the guard below this fiber's stack.
  bool guards(const void* address) const;

  // The fiber that runs now, or null.
  static Fiber* current();

 private:
  static void enter();
  void loop();
  void switchIn();
  void giveBackDepth();

  void* stack_ = nullptr;
  ucontext_t inside_{};
  ucontext_t outside_{};
  std::function<void()> body_;
  GuestState saved_{};
  bool idle_ = true;
};

}  // namespace executor::sandbox

#include "sandbox/fiber.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

namespace executor::sandbox {
namespace {

// Larger than any frame of the translated code, so that no function can step over it.
constexpr std::size_t kGuardBytes = 64u << 10;
constexpr std::size_t kPageBytes = 4096;

// One thread: a plain variable will do, and a handler may read it.
Fiber* running = nullptr;

}  // namespace

Fiber::Fiber() {
  const std::size_t bytes = kFiberStackBytes + kGuardBytes;
  stack_ = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack_ == MAP_FAILED) throw std::bad_alloc();
  char* usable = static_cast<char*>(stack_) + kGuardBytes;
  if (mprotect(usable, kFiberStackBytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = usable;
  inside_.uc_stack.ss_size = kFiberStackBytes;
  inside_.uc_link = nullptr;
  makecontext(&inside_, &Fiber::enter, 0);
}

Fiber::~Fiber() { munmap(stack_, kFiberStackBytes + kGuardBytes); }

Fiber* Fiber::current() { return running; }

void Fiber::run(std::function<void()> body) {
  body_ = std::move(body);
  idle_ = false;
  saved_ = {};
  switchIn();
}

void Fiber::resume() { switchIn(); }

// Each fiber has a guest state of its own: where a trap goes, and whether guest code is running.
void Fiber::switchIn() {
  const GuestState outer = guestState();
  guestState() = saved_;
  Fiber* const before = std::exchange(running, this);
  swapcontext(&outside_, &inside_);
  running = before;
  saved_ = guestState();
  guestState() = outer;
  if (idle_) giveBackDepth();
}

// A recursion that went deep has written to the page right below what is kept; looking at that page
// is cheaper than a system call after every slice. Untouched, it reads as zeros and costs nothing.
void Fiber::giveBackDepth() {
  char* const low = static_cast<char*>(stack_) + kGuardBytes;
  char* const below = low + kFiberStackBytes - kKeptStackBytes - kPageBytes;
  if (std::all_of(below, below + kPageBytes, [](char byte) { return byte == 0; })) return;
  madvise(low, kFiberStackBytes - kKeptStackBytes, MADV_DONTNEED);
}

// Also from the tick's handler: the registers of the interrupted code are in the handler's frame on
// this stack.
void Fiber::yield() { swapcontext(&inside_, &outside_); }

// makecontext passes no pointer portably; who is being switched to is in `running`.
void Fiber::enter() { running->loop(); }

// Never returns: a stack is made once and used for many slices.
void Fiber::loop() {
  for (;;) {
    body_();
    body_ = nullptr;
    idle_ = true;
    swapcontext(&inside_, &outside_);
  }
}

// A fault there is recursion gone too deep, not a stray pointer.
bool Fiber::guards(const void* address) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto low = reinterpret_cast<std::uintptr_t>(stack_);
  return at >= low && at < low + kGuardBytes;
}

}  // namespace executor::sandbox

// Leaving guest code from a signal handler, safely.
//
// The guest is C without destructors and without locks; its only state is its memory. So a handler
// that runs while inGuest is set may do two things that are forbidden anywhere else: jump out for
// good (siglongjmp to the entry, the run is over) or switch to another stack and come back later
// (the run goes on). Host code clears inGuest first, and a tick that falls into it does nothing;
// the next comes 2 ms of CPU later.
//
// The tick runs on the fiber's own stack, since it may be set aside in the middle of the handler.
// Faults run on the alternate stack, because a fault may mean that the fiber's stack is exhausted.
#include "sandbox/tick.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "sandbox/fiber.h"

namespace executor::sandbox {
namespace {

// CPU time between two ticks, or the kernel's own tick, if that is longer (D9 allows 4 ms).
constexpr long kTickNanos = 2'000'000;
// For fault handlers. They only look at addresses and jump.
constexpr std::size_t kAlternateStackBytes = 64u << 10;

alignas(16) char alternateStack[kAlternateStackBytes];

bool (*otherWorkWaits)() = nullptr;
void (*lastWord)() = nullptr;

// True while a fault is being handled. The handler of a write that is admitted returns to the
// guest, so a tick must not set that stack aside: the next fault would run over it.
bool onAlternateStack(const void* here) {
  return here >= alternateStack && here < alternateStack + sizeof alternateStack;
}

// Order: a used-up budget ends the run even if nobody waits; setting aside only helps if somebody
// does. Guest code, with inGuest cleared.
void lookAtSlice() {
  const Slice& slice = currentSlice();
  const std::uint64_t used = slice.usedMicros + (threadCpuMicros() - slice.startedMicros);
  if (used > slice.budgetMicros) leaveGuest(Trap::cpuBudget);
  const bool aside = used > slice.longAtMicros || otherWorkWaits();
  if (!slice.mayYield || !aside || Fiber::current() == nullptr) return;
  Fiber::current()->yield();
  if (currentSlice().stop) leaveGuest(Trap::stopped);
}

// errno is saved because the interrupted code may be between a system call and its check.
void onTick(int) {
  GuestState& state = guestState();
  const int savedErrno = errno;
  // Host code, or a fault in progress: the next tick comes soon.
  if (state.inGuest == 0 || onAlternateStack(&savedErrno)) return;
  state.inGuest = 0;
  lookAtSlice();
  errno = savedErrno;
  guestState().inGuest = 1;
}

// A fault in guest code is a trap by design: the guard pages around a linear memory stand for its
// bounds checks. In host code it is a bug, and the default action makes it visible.
void onFault(int signal, siginfo_t* fault, void*) {
  // Also for host code, which writes into restored memories, too.
  if (signal == SIGSEGV && admitWrite(fault->si_addr)) return;
  GuestState& state = guestState();
  if (state.inGuest == 0 || state.exit == nullptr) {
    // Our own bug: die by it, also if the last word is what faults. In the jail the filter does it
    // here, because it allows no change of a handler.
    if (const auto word = std::exchange(lastWord, nullptr)) word();
    std::signal(signal, SIG_DFL);
    return;
  }
  const Fiber* fiber = Fiber::current();
  const bool deep = fiber != nullptr && fiber->guards(fault->si_addr);
  leaveGuest(deep ? Trap::stackOverflow
                  : (signal == SIGFPE ? Trap::arithmetic : Trap::outOfBounds));
}

// SA_NODEFER: the handler may be left by siglongjmp, which restores no mask.
bool handle(int signal, void (*action)(int, siginfo_t*, void*)) {
  struct sigaction sa{};
  sa.sa_sigaction = action;
  sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  return sigaction(signal, &sa, nullptr) == 0;
}

// Periodic, so that a tick that fell into host code is made up for by the next.
bool startTimer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGVTALRM;
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  timer_t timer{};
  if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0) return false;
  itimerspec every{};
  every.it_value.tv_nsec = every.it_interval.tv_nsec = kTickNanos;
  return timer_settime(timer, 0, &every, nullptr) == 0;
}

}  // namespace

// One per process, as there is one thread. Written by the scheduler while no guest code runs.
Slice& currentSlice() {
  static Slice slice;
  return slice;
}

// Served by the vDSO or a system call of the allow-list; safe in a handler.
std::uint64_t threadCpuMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

void pollSlice() {
  const Slice& slice = currentSlice();
  const auto had = static_cast<std::int64_t>(threadCpuMicros() - slice.startedMicros);
  if (!slice.mayYield || had < std::int64_t{kShortSliceMicros}) return;
  guestState().inGuest = 0;
  lookAtSlice();
  guestState().inGuest = 1;
}

bool installTick(bool (*otherWork)(), void (*hostFault)()) {
  otherWorkWaits = otherWork;
  lastWord = hostFault;
  stack_t stack{};
  stack.ss_sp = alternateStack;
  stack.ss_size = sizeof alternateStack;
  if (sigaltstack(&stack, nullptr) != 0) return false;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    if (!handle(signal, onFault)) return false;
  }
  enableColdPages();
  // On the fiber's own stack: it may be set aside in the middle of the handler.
  struct sigaction tick{};
  tick.sa_handler = onTick;
  tick.sa_flags = SA_RESTART | SA_NODEFER;
  return sigaction(SIGVTALRM, &tick, nullptr) == 0 && startTimer();
}

}  // namespace executor::sandbox

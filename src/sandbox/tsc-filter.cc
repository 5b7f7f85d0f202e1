#include "sandbox/tsc-filter.h"

#include <asm/prctl.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>

#include <cerrno>
#include <csignal>

#include "sandbox/jail-filter.h"
#include "sandbox/jail.h"

namespace executor::sandbox {
namespace {

constexpr int kAllowed[] = {
    // Talking, and waiting for it.
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    // Threads, their signals and their sleep.
    SCMP_SYS(futex),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(nanosleep),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    // Memory (mmap and mprotect have conditions).
    SCMP_SYS(madvise),
    SCMP_SYS(munmap),
    SCMP_SYS(getrandom),
    // Names only: in an empty root there are three.
    SCMP_SYS(readlinkat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstat),
    SCMP_SYS(getcwd),
};

// Tried by Go or by the compiler at start, and not needed.
struct Refusal {
  int call, error;
};
constexpr Refusal kRefused[] = {
    {SCMP_SYS(prctl), EINVAL},          // names for its mappings
    {SCMP_SYS(fanotify_init), ENOSYS},  // watching files
    {SCMP_SYS(inotify_init1), ENOSYS}, {SCMP_SYS(ioctl), ENOTTY}, {SCMP_SYS(uname), ENOSYS},
};

// Exactly the flags of a Go thread: no process, no namespace.
constexpr unsigned long kThread =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS;

// One condition: argument `index` equals `value`.
bool allowEqual(scmp_filter_ctx filter, int call, unsigned index, std::uint64_t value) {
  const scmp_arg_cmp equal{index, SCMP_CMP_EQ, value, 0};
  return allowIf(filter, call, {&equal, 1});
}

// SIGURG to a thread of its own is how Go stops a loop.
bool allowPreemption(scmp_filter_ctx filter, pid_t self) {
  const scmp_arg_cmp both[] = {{0, SCMP_CMP_EQ, static_cast<std::uint64_t>(self), 0},
                               {2, SCMP_CMP_EQ, SIGURG, 0}};
  return allowIf(filter, SCMP_SYS(tgkill), both);
}

// From the one descriptor, which is closed by it.
bool allowStart(scmp_filter_ctx filter) {
  const scmp_arg_cmp both[] = {{0, SCMP_CMP_EQ, kProgramBinary, 0},
                               {4, SCMP_CMP_EQ, AT_EMPTY_PATH, 0}};
  return allowIf(filter, SCMP_SYS(execveat), both);
}

// The kernel does not see the call at all: the filter answers in its place.
bool refuse(scmp_filter_ctx filter, const Refusal& refusal) {
  const auto action = SCMP_ACT_ERRNO(static_cast<std::uint32_t>(refusal.error));
  return seccomp_rule_add_array(filter, action, refusal.call, 0, nullptr) == 0;
}

// With a real root O_PATH is let through: it names and does not read.
bool answerOpen(scmp_filter_ctx filter, bool realRoot) {
  if (!realRoot) return refuse(filter, {SCMP_SYS(openat), ENOENT});
  const scmp_arg_cmp path{2, SCMP_CMP_MASKED_EQ, O_PATH, O_PATH};
  const scmp_arg_cmp content{2, SCMP_CMP_MASKED_EQ, O_PATH, 0};
  return allowIf(filter, SCMP_SYS(openat), {&path, 1}) &&
         seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(openat), 1, &content) == 0;
}

// libseccomp joins several rules for one call by "or", and conditions of one rule by "and".
bool addRules(scmp_filter_ctx filter, pid_t self, bool realRoot) {
  for (const int call : kAllowed) {
    if (!allowIf(filter, call)) return false;
  }
  for (const Refusal& refusal : kRefused) {
    if (!refuse(filter, refusal)) return false;
  }
  return allowMemory(filter) && answerOpen(filter, realRoot) && allowPreemption(filter, self) &&
         allowStart(filter) && allowEqual(filter, SCMP_SYS(clone), 0, kThread) &&
         allowEqual(filter, SCMP_SYS(arch_prctl), 0, ARCH_SET_FS) &&
         allowEqual(filter, SCMP_SYS(prlimit64), 2, 0) &&  // reads only
         allowEqual(filter, SCMP_SYS(fcntl), 1, F_GETFD) &&
         allowEqual(filter, SCMP_SYS(fcntl), 1, F_GETFL);
}

}  // namespace

Result<std::vector<unsigned char>> compileTscFilter(pid_t self, bool realRoot) {
  return compileFilter(
      [self, realRoot](scmp_filter_ctx filter) { return addRules(filter, self, realRoot); });
}

}  // namespace executor::sandbox

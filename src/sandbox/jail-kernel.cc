#include "sandbox/jail-kernel.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace executor::sandbox {
namespace {

// Runs `body` in a child with these namespaces; 0 or the errno of what failed.
// In a child, because most of these cannot be undone.
template <class Body>
int tryInChild(unsigned long flags, Body&& body) {
  const auto child = static_cast<pid_t>(syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));
  if (child < 0) return errno;
  if (child == 0) _exit(body());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

int tryClone(unsigned long flags) {
  return tryInChild(flags, [] { return 0; });
}

// Groups before user: afterwards there is no right to change them. Not dumpable, so that another
// process of nobody cannot read the zygote.
bool dropToNobody() {
  const bool dropped = syscall(SYS_setgroups, 0, nullptr) == 0 &&
                       syscall(SYS_setresgid, kNobody, kNobody, kNobody) == 0 &&
                       syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  return dropped;
}

class RealJailKernel final : public JailKernel {
 public:
  unsigned effectiveUser() override { return geteuid(); }
  unsigned effectiveGroup() override { return getegid(); }

  // Dumpable again for the grandchild only: a user that owns /proc/self can map itself.
  bool nobodyMaySandbox() override {
    return tryInChild(0, [] {
             if (!dropToNobody()) return EPERM;
             prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
             return tryClone(CLONE_NEWUSER | kAllNamespaces);
           }) == 0;
  }

  bool childMayBecomeNobody() override {
    return tryInChild(0, [] { return dropToNobody() ? 0 : EPERM; }) == 0;
  }

  bool becomeNobody() override { return dropToNobody(); }
  int tryNamespaces(unsigned long flags) override { return tryClone(flags); }

  long landlockAbi() override {
    const long abi =
        syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? -errno : abi;
  }

  // The child answers with a pointer to a literal: same binary, same addresses. If it got that far,
  // the pipe is what enterJail() made its only descriptor.
  const char* rehearse(const JailPlan& plan) override {
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0) return "pipe";
    const pid_t child = cloneJailed(plan);
    if (child == 0) {
      const int out = dup(pipe[1]);
      const char* failed = enterJail(plan, out, {.memoryBytes = std::uint64_t{1} << 30});
      const char* text = failed == nullptr ? "ok" : failed;
      // Where it failed before the descriptors were arranged, the pipe is still where it was.
      if (write(out, &text, sizeof text) < 0 && write(kJailSocket, &text, sizeof text) < 0) {
        _exit(1);
      }
      _exit(0);
    }
    close(pipe[1]);
    const char* text = "start";
    if (read(pipe[0], &text, sizeof text) != sizeof text) text = "start";
    close(pipe[0]);
    if (child > 0) waitpid(child, nullptr, 0);
    return std::strcmp(text, "ok") == 0 ? nullptr : text;
  }
};

}  // namespace

std::unique_ptr<JailKernel> realJailKernel() { return std::make_unique<RealJailKernel>(); }

Result<JailPlan> planJail() { return planJailOn(*realJailKernel()); }

JailPlan planWithoutJail() { return planWithoutJailOn(*realJailKernel()); }

}  // namespace executor::sandbox

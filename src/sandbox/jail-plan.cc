// Finding out what this kernel and this user allow, by trying.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sandbox/jail-filter.h"
#include "sandbox/jail.h"

namespace executor::sandbox {
namespace {

constexpr unsigned kNobody = 65534;

struct NamespaceKind {
  const char* name;
  unsigned long flag;
};
constexpr NamespaceKind kNamespaces[] = {
    {"pid namespace", CLONE_NEWPID},  {"network namespace", CLONE_NEWNET},
    {"mount namespace", CLONE_NEWNS}, {"ipc namespace", CLONE_NEWIPC},
    {"uts namespace", CLONE_NEWUTS},
};
constexpr unsigned long kAllNamespaces =
    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;

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

int tryNamespaces(unsigned long flags) {
  return tryInChild(flags, [] { return 0; });
}

bool dropToNobody() {
  const bool dropped = syscall(SYS_setgroups, 0, nullptr) == 0 &&
                       syscall(SYS_setresgid, kNobody, kNobody, kNobody) == 0 &&
                       syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  return dropped;
}

// Whether nobody may make the namespaces root can: then there is no reason to stay root.
bool nobodyMaySandbox() {
  return tryInChild(0, [] {
           if (!dropToNobody()) return EPERM;
           prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
           return tryNamespaces(CLONE_NEWUSER | kAllNamespaces);
         }) == 0;
}

void report(JailPlan& plan, std::string name, int error) {
  plan.parts.push_back({std::move(name), error == 0, error == 0 ? "" : std::strerror(error)});
}

// Root gives up its user before anything untrusted is near, if nobody can do the same.
void chooseUser(JailPlan& plan) {
  if (geteuid() == 0) {
    if (nobodyMaySandbox() && dropToNobody()) {
      report(plan, "unprivileged user", 0);
    } else {
      plan.becomeNobody = tryInChild(0, [] { return dropToNobody() ? 0 : EPERM; }) == 0;
      report(plan, "unprivileged user", plan.becomeNobody ? 0 : EPERM);
    }
  } else {
    report(plan, "unprivileged user", 0);
  }
  plan.outerUid = geteuid();
  plan.outerGid = getegid();
}

// One by one only if all together fail: each costs a process.
void chooseNamespaces(JailPlan& plan) {
  const int user = plan.outerUid == 0 ? EPERM : tryNamespaces(CLONE_NEWUSER);
  const unsigned long base = user == 0 ? CLONE_NEWUSER : 0;
  plan.parts.push_back({"user namespace", user == 0,
                        user == 0            ? ""
                        : plan.outerUid == 0 ? "only root may make namespaces here, so the child "
                                               "keeps root's user namespace"
                                             : std::strerror(user)});
  plan.cloneFlags = base;
  const bool all = tryNamespaces(base | kAllNamespaces) == 0;
  for (const NamespaceKind& kind : kNamespaces) {
    const int error = all ? 0 : tryNamespaces(base | kind.flag);
    if (error == 0) plan.cloneFlags |= kind.flag;
    report(plan, kind.name, error);
  }
}

void chooseRest(JailPlan& plan) {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  report(plan, "landlock", abi >= 1 ? 0 : errno);
  for (const char* name : {"no new privileges", "capabilities", "resource limits", "seccomp",
                           "descriptors closed", "environment cleared"}) {
    report(plan, name, 0);
  }
}

// Tries the whole jail in a child; the name of the part that failed.
// What cannot be probed alone is proved by doing all of it once.
const char* rehearse(const JailPlan& plan) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return "pipe";
  const pid_t child = cloneJailed(plan);
  if (child == 0) {
    const int out = dup(pipe[1]);
    const char* failed = enterJail(plan, out, {.memoryBytes = std::uint64_t{1} << 30});
    const char* text = failed == nullptr ? "ok" : failed;
    if (write(kJailSocket, &text, sizeof text) < 0) _exit(1);
    _exit(0);
  }
  close(pipe[1]);
  const char* text = "start";
  if (read(pipe[0], &text, sizeof text) != sizeof text) text = "start";
  close(pipe[0]);
  waitpid(child, nullptr, 0);
  return std::strcmp(text, "ok") == 0 ? nullptr : text;
}

}  // namespace

// Without seccomp there is no second wall, and no fallback: that is an error, not a missing part.
Result<JailPlan> planJail() {
  JailPlan plan;
  chooseUser(plan);
  chooseNamespaces(plan);
  chooseRest(plan);
  EXECUTOR_TRY(plan.filter, compileJailFilter());
  plan.mayMount = (plan.cloneFlags & CLONE_NEWNS) != 0;
  const char* failed = rehearse(plan);
  if (failed != nullptr && std::strcmp(failed, "empty root") == 0) {
    plan.mayMount = false;
    failed = rehearse(plan);
  }
  report(plan, "empty root", plan.mayMount ? 0 : EPERM);
  if (failed != nullptr) {
    return fail(ErrorCode::sandbox_unavailable, "This system cannot run jailed processes.",
                "Run `executor doctor`; the kernel needs seccomp.",
                std::string("jail part failed: ") + failed);
  }
  return plan;
}

}  // namespace executor::sandbox

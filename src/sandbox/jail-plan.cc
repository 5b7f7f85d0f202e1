// Deciding which parts the jail has, from what the kernel allows (jail-kernel.h).
//
// Order of preference: as an ordinary user inside a user namespace; as root's child that gives up
// its user; with whichever namespaces are to be had. Landlock, capabilities, limits and seccomp
// need no privilege and hold in every case. Whatever is missing is a part with its reason, for
// doctor and for JailRequirement::full.
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "sandbox/jail-filter.h"
#include "sandbox/jail-kernel.h"

namespace executor::sandbox {
namespace {

struct NamespaceKind {
  const char* name;
  unsigned long flag;
};
constexpr NamespaceKind kNamespaces[] = {
    {"pid namespace", CLONE_NEWPID},  {"network namespace", CLONE_NEWNET},
    {"mount namespace", CLONE_NEWNS}, {"ipc namespace", CLONE_NEWIPC},
    {"uts namespace", CLONE_NEWUTS},
};

// Parts every Linux with seccomp has: rehearse() proves them, there is nothing to fall back to.
constexpr const char* kAlways[] = {"no new privileges",  "capabilities",
                                   "resource limits",    "seccomp",
                                   "descriptors closed", "environment cleared"};

constexpr std::string_view kRootOnly =
    "only root may make namespaces here, so the child keeps root's user namespace";

constexpr std::string_view kNoJail = "the runtime local-vm runs without it";

// `error` is an errno; 0 means active. A part is active exactly when it has no reason.
void report(JailPlan& plan, std::string name, int error) {
  plan.parts.push_back({std::move(name), error == 0, error == 0 ? "" : std::strerror(error)});
}

// Root gives up its user before anything untrusted is near, if nobody can do the same. Else it has
// to stay for the sake of the namespaces, and each child gives up the user itself.
void chooseUser(JailKernel& kernel, JailPlan& plan) {
  int error = 0;
  if (kernel.effectiveUser() == 0 && !(kernel.nobodyMaySandbox() && kernel.becomeNobody())) {
    plan.becomeNobody = kernel.childMayBecomeNobody();
    if (!plan.becomeNobody) error = EPERM;
  }
  report(plan, "unprivileged user", error);
  plan.outerUid = kernel.effectiveUser();
  plan.outerGid = kernel.effectiveGroup();
}

// A root that stayed root makes no user namespace: mapping root into one would give the child
// nothing, and it becomes nobody anyway.
void chooseUserNamespace(JailKernel& kernel, JailPlan& plan) {
  if (plan.outerUid == 0) {
    plan.parts.push_back({"user namespace", false, std::string(kRootOnly)});
    return;
  }
  const int error = kernel.tryNamespaces(CLONE_NEWUSER);
  if (error == 0) plan.cloneFlags = CLONE_NEWUSER;
  report(plan, "user namespace", error);
}

// One by one only if all together fail: each costs a process.
void chooseNamespaces(JailKernel& kernel, JailPlan& plan) {
  const unsigned long base = plan.cloneFlags;
  const bool all = kernel.tryNamespaces(base | kAllNamespaces) == 0;
  for (const NamespaceKind& kind : kNamespaces) {
    const int error = all ? 0 : kernel.tryNamespaces(base | kind.flag);
    if (error == 0) plan.cloneFlags |= kind.flag;
    report(plan, kind.name, error);
  }
}

void chooseRest(JailKernel& kernel, JailPlan& plan) {
  const long abi = kernel.landlockAbi();
  report(plan, "landlock", abi >= 1 ? 0 : abi < 0 ? static_cast<int>(-abi) : ENOSYS);
  for (const char* name : kAlways) report(plan, name, 0);
}

// An empty root needs a mount namespace and a kernel that lets it pivot; container runtimes often
// grant the first and forbid the second. Only that failure has a fallback.
const char* rehearseWithFallback(JailKernel& kernel, JailPlan& plan) {
  plan.mayMount = (plan.cloneFlags & CLONE_NEWNS) != 0;
  const char* failed = kernel.rehearse(plan);
  if (plan.mayMount && failed != nullptr && std::string_view(failed) == "empty root") {
    plan.mayMount = false;
    failed = kernel.rehearse(plan);
  }
  report(plan, "empty root", plan.mayMount ? 0 : EPERM);
  return failed;
}

}  // namespace

Result<JailPlan> planJailOn(JailKernel& kernel) {
  JailPlan plan;
  chooseUser(kernel, plan);
  chooseUserNamespace(kernel, plan);
  chooseNamespaces(kernel, plan);
  chooseRest(kernel, plan);
  EXECUTOR_TRY(plan.filter, compileJailFilter());
  if (const char* failed = rehearseWithFallback(kernel, plan)) {
    return fail(ErrorCode::sandbox_unavailable, "This system cannot run jailed processes.",
                "Run `executor doctor`; the kernel needs seccomp.",
                std::string("jail part failed: ") + failed);
  }
  return plan;
}

// The parts by the same names, so that doctor shows the two runtimes side by side.
JailPlan planWithoutJailOn(JailKernel& kernel) {
  JailPlan plan{.open = true};
  const bool rooted = kernel.effectiveUser() == 0 && !kernel.becomeNobody();
  report(plan, "unprivileged user", rooted ? EPERM : 0);
  const auto absent = [&](std::string name) {
    plan.parts.push_back({std::move(name), false, std::string(kNoJail)});
  };
  absent("user namespace");
  for (const NamespaceKind& kind : kNamespaces) absent(kind.name);
  absent("landlock");
  for (const std::string_view name : kAlways) {
    if (name == "seccomp") {
      absent("seccomp");
    } else {
      report(plan, std::string(name), 0);
    }
  }
  absent("empty root");
  return plan;
}

Status requireParts(JailRequirement require, std::span<const JailPart> parts) {
  if (require != JailRequirement::full) return {};
  std::string missing;
  for (const JailPart& part : parts) {
    if (part.active) continue;
    missing += (missing.empty() ? "" : "; ") + part.name + ": " + part.reason;
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::sandbox_unavailable,
              "The sandbox lacks parts that are required: " + missing,
              "Allow them on this system, or set EXECUTOR_SANDBOX_REQUIRE=best.");
}

}  // namespace executor::sandbox

#include "sandbox/jail.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace executor::sandbox {
namespace {

// Only before the jail: afterwards there is nothing to open.
bool writeFile(const char* path, const char* text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool ok = write(file, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text));
  close(file);
  return ok;
}

// Inside, everybody is nobody; outside, whoever the zygote is.
bool mapUser(const JailPlan& plan) {
  char line[64];
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // else /proc/self belongs to root
  if (!writeFile("/proc/self/setgroups", "deny")) return false;
  std::snprintf(line, sizeof line, "%u %u 1", kNobody, plan.outerUid);
  if (!writeFile("/proc/self/uid_map", line)) return false;
  std::snprintf(line, sizeof line, "%u %u 1", kNobody, plan.outerGid);
  return writeFile("/proc/self/gid_map", line);
}

// The mount point only has to exist; after the pivot nothing of the old tree is left, and the new
// one is read-only, four kilobytes large, and empty but for what a program's `furnish` made.
bool emptyRoot(const JailProgram* program) {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const char* options = program == nullptr ? "size=4k,mode=0" : "size=4k,mode=555";
  const char* point = nullptr;
  for (const char* candidate : {"/tmp", "/var", "/usr", "/dev"}) {
    if (mount("none", candidate, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) == 0) {
      point = candidate;
      break;
    }
  }
  if (point == nullptr || chdir(point) != 0) return false;
  if (program != nullptr && program->furnish != nullptr && !program->furnish()) return false;
  if (syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0) return false;
  constexpr unsigned long kReadOnly =
      MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  return mount("none", "/", nullptr, kReadOnly, nullptr) == 0 && chdir("/") == 0;
}

// Raw calls: glibc's versions signal other threads, and a clone has none.
bool becomeNobody() {
  return syscall(SYS_setgroups, 0, nullptr) == 0 &&
         syscall(SYS_setresgid, kNobody, kNobody, kNobody) == 0 &&
         syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
}

// The one rule there may be: this file, to be executed, which includes reading it.
bool allowProgram(long rules) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
  rule.parent_fd = kProgramBinary;
  return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

// A ruleset with every right handled and no rule: all denied. Works without any privilege.
bool denyFiles(const JailProgram* program) {
  landlock_ruleset_attr rules{};
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  // Every file right the ABI knows: 13 in the first, then refer, truncate, ioctl.
  const int rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  rules.handled_access_fs = (1ull << rights) - 1;
  const long set = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
  if (set < 0) return false;
  const bool ok =
      (program == nullptr || allowProgram(set)) && syscall(SYS_landlock_restrict_self, set, 0) == 0;
  close(static_cast<int>(set));
  return ok;
}

// A new user namespace comes with all of them, over itself.
bool dropCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[2]{};
  return syscall(SYS_capset, &header, none) == 0;
}

// Soft and hard: nobody in the jail may raise it again.
bool limitResource(int resource, rlim_t value) {
  const rlimit limit{value, value};
  return setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0;
}

// One descriptor, no process, no file, no core, no locked page; memory as the caller says. A
// program has a few more descriptors, and threads, which count as processes.
bool limitResources(const JailLimits& limits, const JailProgram* program) {
  const rlim_t descriptors = program == nullptr ? kJailSocket + 1 : program->descriptors;
  const rlim_t processes = program == nullptr ? 0 : program->threads;
  const bool fixed = limitResource(RLIMIT_CORE, 0) && limitResource(RLIMIT_FSIZE, 0) &&
                     limitResource(RLIMIT_NOFILE, descriptors) &&
                     limitResource(RLIMIT_NPROC, processes) && limitResource(RLIMIT_MEMLOCK, 0) &&
                     limitResource(RLIMIT_MSGQUEUE, 0) && limitResource(RLIMIT_SIGPENDING, 64);
  const bool cpu = limits.cpuSeconds == 0 || limitResource(RLIMIT_CPU, limits.cpuSeconds);
#ifdef EXECUTOR_SANITIZED
  return fixed && cpu;  // shadow memory counts as data
#else
  return fixed && cpu && limitResource(RLIMIT_DATA, limits.memoryBytes);
#endif
}

// Everything else is closed, including what the zygote inherited.
bool keepOnly(int socket, const JailProgram* program) {
  if (program != nullptr) return syscall(SYS_close_range, kProgramBinary + 1u, ~0u, 0u) == 0;
  if (socket != kJailSocket && dup2(socket, kJailSocket) < 0) return false;
#ifdef EXECUTOR_SANITIZED
  // The sanitizers' reports go to descriptor 2.
  return syscall(SYS_close_range, 3u, ~0u, 0u) == 0;
#else
  return syscall(SYS_close_range, kJailSocket + 1u, ~0u, 0u) == 0;
#endif
}

// Last: from the next instruction on, what is not allowed kills the process.
bool filterCalls(const std::vector<unsigned char>& filter) {
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size() / sizeof(sock_filter));
  program.filter = reinterpret_cast<sock_filter*>(const_cast<unsigned char*>(filter.data()));
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace

// Raw clone without a new stack: like fork, into new namespaces. PID 1 of its namespace, which dies
// with it.
pid_t cloneJailed(const JailPlan& plan) {
  return static_cast<pid_t>(syscall(SYS_clone, plan.cloneFlags | SIGCHLD, 0, 0, 0, 0));
}

// The order is forced: maps before mounts, mounts before the user change, descriptors before the
// limit on them, and the filter last, because it forbids all of the above.
const char* enterJail(const JailPlan& plan, int socket, const JailLimits& limits,
                      const JailProgram* program) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if ((plan.cloneFlags & CLONE_NEWUSER) != 0 && !mapUser(plan)) return "user namespace";
  if (plan.mayMount && !emptyRoot(program)) return "empty root";
  if (plan.becomeNobody && !becomeNobody()) return "unprivileged user";
  if (!keepOnly(socket, program)) return "descriptors";
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user clears it
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no new privileges";
  if (!plan.open && !denyFiles(program)) {
    for (const JailPart& part : plan.parts) {
      if (part.name == "landlock" && part.active) return "landlock";
    }
  }
  if (!dropCapabilities()) return "capabilities";
  if (!limitResources(limits, program)) return "resource limits";
  if (plan.open) return nullptr;
  return filterCalls(program == nullptr ? plan.filter : program->filter) ? nullptr : "seccomp";
}

}  // namespace executor::sandbox

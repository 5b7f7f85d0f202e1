#include "sandbox/jail-filter.h"

#include <linux/filter.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <span>

namespace executor::sandbox {
namespace {

// What computing and talking over one socket needs. No open, no socket, no clone, no kill, no
// prctl.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(poll),
    SCMP_SYS(exit_group),
    SCMP_SYS(exit),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(futex),
    SCMP_SYS(madvise),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(restart_syscall),
#ifdef EXECUTOR_SANITIZED
    // What the sanitizers' runtimes ask for.
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prlimit64),
    SCMP_SYS(ioctl),  // for a warning: is standard error a terminal?
#endif
};

// On itself only. The kernel looks at the low halves of these arguments; the filter wants all of
// them.
bool allowGivingWay(scmp_filter_ctx filter) {
  const scmp_arg_cmp lower[] = {
      {0, SCMP_CMP_EQ, PRIO_PROCESS, 0}, {1, SCMP_CMP_EQ, 0, 0}, {2, SCMP_CMP_EQ, kGivingWay, 0}};
  return allowIf(filter, SCMP_SYS(setpriority), lower);
}

bool addRules(scmp_filter_ctx filter) {
  for (const int call : kAllowed) {
    if (!allowIf(filter, call)) return false;
  }
  return allowMemory(filter) && allowGivingWay(filter);
}

// libseccomp writes to a descriptor only; a memfd keeps it off the disk. 64 KiB are more than the
// 4,096 instructions the kernel takes.
Result<std::vector<unsigned char>> exportFilter(scmp_filter_ctx filter) {
  const int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return failInternal(withErrno("memfd_create", errno));
  std::vector<unsigned char> bytes(1u << 16);
  const int exported = seccomp_export_bpf(filter, file);
  const ssize_t size = pread(file, bytes.data(), bytes.size(), 0);
  close(file);
  const bool whole = size > 0 && size % static_cast<ssize_t>(sizeof(sock_filter)) == 0;
  if (exported != 0 || !whole) return failInternal("seccomp_export_bpf");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

}  // namespace

bool allowIf(scmp_filter_ctx filter, int call, std::span<const scmp_arg_cmp> conditions) {
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call,
                                static_cast<unsigned>(conditions.size()), conditions.data()) == 0;
}

bool allowMemory(scmp_filter_ctx filter) {
  const scmp_arg_cmp notExecutable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  const scmp_arg_cmp anonymous{3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS};
  const scmp_arg_cmp map[] = {notExecutable, anonymous};
  return allowIf(filter, SCMP_SYS(mprotect), {&notExecutable, 1}) &&
         allowIf(filter, SCMP_SYS(mmap), map);
}

Result<std::vector<unsigned char>> compileJailFilter() { return compileFilter(addRules); }

Result<std::vector<unsigned char>> compileFilter(const FilterRules& rules) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return failInternal("seccomp_init");
  // Calls by another table (x32, 32 bit): the default would end only the thread.
  seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);  // binary tree: few steps per call
  auto result = rules(filter)
                    ? exportFilter(filter)
                    : Result<std::vector<unsigned char>>(failInternal("seccomp_rule_add"));
  seccomp_release(filter);
  return result;
}

}  // namespace executor::sandbox

// The probes: each tries one way out and answers "escaped" or "refused: <errno>"; most are killed.
#include "sandbox/probe-jobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace executor::sandbox {
namespace {

// -1 with errno means refused.
using Attempt = long (*)();

struct Probe {
  std::string_view name;
  Attempt attempt;
};

long raw(long call, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  return syscall(call, a, b, c, d, e);
}
long address(const void* p) { return reinterpret_cast<long>(p); }

long mapExecutable() {
  void* at =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? -1 : 0;
}
long makeExecutable() {
  void* at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mprotect(at, 4096, PROT_READ | PROT_EXEC);
}
long mapFile() { return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED ? -1 : 0; }
long secondDescriptor() {
  for (int i = 1; i < 1024; ++i) {
    if (write(i, "", 0) == 0) return 0;
  }
  return -1;
}
long duplicateSocket() { return dup(0); }
long forkBomb() {
  for (int i = 0; i < 100; ++i) {
    if (fork() < 0) return -1;
  }
  return 0;
}
long readEnvironment() {
  if (environ != nullptr && environ[0] != nullptr) return 0;
  errno = ENOENT;
  return -1;
}
long sendDescriptor() {
  msghdr message{};
  return sendmsg(0, &message, 0);
}

constexpr Probe kProbes[] = {
    {"open a file", [] { return raw(SYS_openat, AT_FDCWD, address("/etc/passwd"), O_RDONLY); }},
    {"open (old call)", [] { return raw(SYS_open, address("/etc/passwd"), O_RDONLY); }},
    {"create a file",
     [] { return raw(SYS_openat, AT_FDCWD, address("x"), O_CREAT | O_RDWR, 0600); }},
    {"list the root", [] { return opendir("/") == nullptr ? -1L : 0L; }},
    {"read /proc", [] { return raw(SYS_openat, AT_FDCWD, address("/proc/self/maps"), O_RDONLY); }},
    {"stat a file", [] { return raw(SYS_access, address("/etc/passwd"), 0); }},
    {"internet socket", [] { return static_cast<long>(socket(AF_INET, SOCK_STREAM, 0)); }},
    {"unix socket", [] { return static_cast<long>(socket(AF_UNIX, SOCK_STREAM, 0)); }},
    {"netlink socket", [] { return static_cast<long>(socket(AF_NETLINK, SOCK_RAW, 0)); }},
    {"socket pair",
     [] {
       int p[2];
       return static_cast<long>(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
     }},
    {"connect",
     [] {
       sockaddr_in a{};
       return raw(SYS_connect, 0, address(&a), sizeof a);
     }},
    {"listen", [] { return raw(SYS_listen, 0, 1); }},
    {"accept", [] { return raw(SYS_accept4, 0, 0, 0, 0); }},
    {"send a descriptor", sendDescriptor},
    {"receive a descriptor",
     [] {
       msghdr m{};
       return static_cast<long>(recvmsg(0, &m, MSG_DONTWAIT));
     }},
    {"fork bomb", forkBomb},
    {"vfork", [] { return raw(SYS_clone, CLONE_VFORK | SIGCHLD); }},
    {"thread", [] { return raw(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND); }},
    {"clone3", [] { return raw(SYS_clone3, 0, 0); }},
    {"execve",
     [] {
       char* n[] = {nullptr};
       return static_cast<long>(execve("/bin/sh", n, n));
     }},
    {"execveat", [] { return raw(SYS_execveat, 0, address(""), 0, 0, 0x1000); }},
    {"memfd", [] { return raw(SYS_memfd_create, address("x"), 0); }},
    {"ptrace the parent", [] { return raw(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0); }},
    {"ptrace itself", [] { return raw(SYS_ptrace, PTRACE_TRACEME); }},
    {"read other memory", [] { return raw(SYS_process_vm_readv, 1, 0, 0, 0, 0); }},
    {"become dumpable", [] { return raw(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"drop the death signal", [] { return raw(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0); }},
    {"another filter", [] { return raw(SYS_seccomp, 1, 0, 0); }},
    {"executable memory", mapExecutable},
    {"memory made executable", makeExecutable},
    {"pkey_mprotect", [] { return raw(SYS_pkey_mprotect, 0, 4096, 7, -1); }},
    {"map a file", mapFile},
    {"shared memory", [] { return raw(SYS_shmget, 1, 4096, 01600); }},
    {"kill the parent", [] { return raw(SYS_kill, getppid(), SIGKILL); }},
    {"kill everybody", [] { return raw(SYS_kill, -1, SIGKILL); }},
    {"signal a thread", [] { return raw(SYS_tgkill, 1, 1, SIGKILL); }},
    {"pidfd", [] { return raw(SYS_pidfd_open, 1, 0); }},
    {"queue a signal",
     [] {
       siginfo_t s{};
       return raw(SYS_rt_sigqueueinfo, 1, SIGTERM, address(&s));
     }},
    {"keyctl", [] { return raw(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1); }},
    {"add_key",
     [] { return raw(SYS_add_key, address("user"), address("k"), address("v"), 1, -4); }},
    {"bpf",
     [] {
       bpf_attr a{};
       return raw(SYS_bpf, BPF_MAP_CREATE, address(&a), sizeof a);
     }},
    {"perf_event_open", [] { return raw(SYS_perf_event_open, 0, 0, -1, -1, 0); }},
    {"userfaultfd", [] { return raw(SYS_userfaultfd, 0); }},
    {"io_uring", [] { return raw(SYS_io_uring_setup, 1, 0); }},
    {"unshare", [] { return static_cast<long>(unshare(CLONE_NEWUSER | CLONE_NEWNS)); }},
    {"setns", [] { return raw(SYS_setns, 0, 0); }},
    {"mount", [] { return static_cast<long>(mount("none", "/", "tmpfs", 0, nullptr)); }},
    {"umount", [] { return static_cast<long>(umount2("/", MNT_DETACH)); }},
    {"pivot_root", [] { return raw(SYS_pivot_root, address("."), address(".")); }},
    {"chroot", [] { return raw(SYS_chroot, address("/")); }},
    {"become root", [] { return raw(SYS_setresuid, 0, 0, 0); }},
    {"take capabilities", [] { return raw(SYS_capset, 0, 0); }},
    {"raise a limit", [] { return raw(SYS_prlimit64, 0, 7, 0, 0); }},
    {"set the host name", [] { return raw(SYS_sethostname, address("x"), 1); }},
    {"reboot", [] { return raw(SYS_reboot, 0, 0, 0); }},
    {"load a module", [] { return raw(SYS_init_module, 0, 0, address("")); }},
    {"personality", [] { return raw(SYS_personality, 0x0040000); }},
    {"modify_ldt", [] { return raw(SYS_modify_ldt, 1, 0, 0); }},
    {"a second descriptor", secondDescriptor},
    {"duplicate the socket", duplicateSocket},
    {"close_range", [] { return raw(SYS_close_range, 3, 4, 0); }},
    {"ioctl", [] { return raw(SYS_ioctl, 0, 0x5401, 0); }},
    {"fcntl", [] { return raw(SYS_fcntl, 0, F_DUPFD, 10); }},
    {"set a timer", [] { return raw(SYS_timer_create, 1, 0, 0); }},
    {"change a handler", [] { return raw(SYS_rt_sigaction, SIGSYS, 0, 0, 8); }},
    {"read the environment", readEnvironment},
    {"unknown system call", [] { return raw(5000); }},
};

Result<std::string> probe(std::string_view name) {
  for (const Probe& p : kProbes) {
    if (p.name != name) continue;
    errno = 0;
    const long result = p.attempt();
    if (result >= 0) return "escaped";
    return "refused: " + std::string(std::strerror(errno));
  }
  throw std::runtime_error("no such probe");
}

Result<std::string> names(std::string_view) {
  std::string text;
  for (const Probe& p : kProbes) text += std::string(p.name) + "\n";
  return text;
}

Result<std::string> upper(std::string_view input) {
  std::string out(input);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

Result<std::string> repeat(std::string_view input) {
  return std::string(std::stoul(std::string(input)), 'x');
}

Result<std::string> refuse(std::string_view) {
  return fail(ErrorCode::invalid_document, "It is no document.", "Give another.", "detail");
}

Result<std::string> hang(std::string_view) {
  for (volatile bool forever = true; forever;) {
  }
  return "";
}

Result<std::string> hoard(std::string_view) {
  std::vector<std::string> all;
  for (;;) all.emplace_back(1u << 20, 'x');
}

Result<std::string> crash(std::string_view) {
  *reinterpret_cast<volatile int*>(8) = 1;
  return "";
}

Result<std::string> throwIt(std::string_view) { throw std::runtime_error("thrown"); }

constexpr Job kJobs[] = {{"upper", upper},   {"probe", probe},   {"probes", names},
                         {"repeat", repeat}, {"refuse", refuse}, {"hang", hang},
                         {"hoard", hoard},   {"crash", crash},   {"throw", throwIt}};

}  // namespace

std::span<const Job> probeJobs() { return kJobs; }

}  // namespace executor::sandbox

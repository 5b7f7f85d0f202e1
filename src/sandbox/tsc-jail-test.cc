// What the compiler's process can see and do: looked at from outside while the real one runs, and
// tried from inside by a process that entered the same jail.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "sandbox/jail.h"
#include "sandbox/tsc-filter.h"
#include "sandbox/type-checker-fixture.h"

namespace executor::sandbox {
namespace {

namespace fs = std::filesystem;

std::string readAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A compiler that has answered, and its process as the host sees it.
class Running {
 public:
  Running() {
    host_ = std::make_shared<TscHost>(
        TypeCheckerOptions{.deadline = kPatience, .coldDeadline = kPatience}, loop_.get_executor(),
        [] { return startTsc(findTypeChecker("").value(), JailRequirement::best); });
    std::optional<Diagnostics> found;
    asio::co_spawn(loop_, TscHost::check(host_, "const a = 1;"),
                   [&found](std::exception_ptr, Diagnostics f) { found = std::move(f); });
    while (!found && loop_.run_one() > 0) {
    }
    EXPECT_TRUE(found && *found);
    const auto launcher = std::to_string(host_->pidForTest());
    std::istringstream(readAll("/proc/" + launcher + "/task/" + launcher + "/children")) >> pid_;
  }
  ~Running() { host_->stop(); }

  fs::path proc() const { return "/proc/" + std::to_string(pid_); }
  pid_t pid() const { return pid_; }
  pid_t launcher() const { return host_->pidForTest(); }
  bool has(std::string_view part) const {
    return std::ranges::any_of(host_->jail(),
                               [part](const JailPart& p) { return p.name == part && p.active; });
  }
  std::string status(std::string_view name) const {
    std::istringstream lines(readAll(proc() / "status"));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(std::string(name) + ":\t")) return line.substr(name.size() + 2);
    }
    return {};
  }
  void stop() { host_->stop(); }

 private:
  asio::io_context loop_;
  std::shared_ptr<TscHost> host_;
  pid_t pid_ = -1;
};

std::set<std::string> namesIn(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.insert(entry.path().filename());
  }
  return names;
}

TEST(TscJail, ItsRightsAreGone) {
  const Running tsc;
  EXPECT_EQ(tsc.status("NoNewPrivs"), "1");
  EXPECT_EQ(tsc.status("Seccomp"), "2");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(tsc.status(set), "0000000000000000") << set;
  }
  if (tsc.has("unprivileged user")) {
    EXPECT_FALSE(tsc.status("Uid").starts_with("0\t")) << tsc.status("Uid");
  }
}

TEST(TscJail, ItsEnvironmentIsThreeNumbersForItsMemory) {
  const Running tsc;
  std::string environment = readAll(tsc.proc() / "environ");
  std::ranges::replace(environment, '\0', '\n');
  EXPECT_EQ(environment, "GOGC=400\nGOMEMLIMIT=256MiB\nGOMAXPROCS=2\n");
}

// Two names by which it finds itself, both without content.
TEST(TscJail, ItsRootIsEmptyButForItsName) {
  const Running tsc;
  if (!tsc.has("empty root")) GTEST_SKIP() << "this system forbids an empty root; doctor says so";
  const fs::path root = tsc.proc() / "root";
  EXPECT_EQ(namesIn(root), (std::set<std::string>{"lib", "proc"}));
  EXPECT_EQ(namesIn(root / "lib"), (std::set<std::string>{"lib.d.ts", "tsc"}));
  EXPECT_EQ(namesIn(root / "proc"), std::set<std::string>{"self"});
  EXPECT_EQ(namesIn(root / "proc/self"), std::set<std::string>{"exe"});
  EXPECT_EQ(fs::file_size(root / "lib/tsc"), 0u);
  EXPECT_EQ(fs::file_size(root / "lib/lib.d.ts"), 0u);
  std::istringstream mounts(readAll(tsc.proc() / "mounts"));
  std::string first, second;
  std::getline(mounts, first);
  EXPECT_NE(first.find(" / tmpfs ro,nosuid,nodev,noexec"), std::string::npos) << first;
  EXPECT_FALSE(std::getline(mounts, second)) << second;
}

TEST(TscJail, ItsNamespacesAreItsOwn) {
  const Running tsc;
  const std::pair<const char*, const char*> kinds[] = {
      {"pid", "pid namespace"}, {"net", "network namespace"}, {"mnt", "mount namespace"},
      {"ipc", "ipc namespace"}, {"uts", "uts namespace"},     {"user", "user namespace"}};
  for (const auto& [link, part] : kinds) {
    if (!tsc.has(part)) continue;
    EXPECT_NE(fs::read_symlink(tsc.proc() / "ns" / link),
              fs::read_symlink(fs::path("/proc/self/ns") / link))
        << part;
  }
}

TEST(TscJail, ItsNetworkIsAnUnusedLoopback) {
  const Running tsc;
  if (!tsc.has("network namespace")) GTEST_SKIP() << "forbidden here; doctor says so";
  std::istringstream lines(readAll(tsc.proc() / "net/dev"));
  std::vector<std::string> devices;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(':') != std::string::npos) devices.push_back(line.substr(0, line.find(':')));
  }
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_TRUE(devices[0].ends_with("lo"));
}

// The socket twice, nothing for errors, and what Go waits with.
TEST(TscJail, ItsDescriptorsLeadNowhereElse) {
  const Running tsc;
  for (const std::string& number : namesIn(tsc.proc() / "fd")) {
    const std::string target = fs::read_symlink(tsc.proc() / "fd" / number);
    if (number == "0" || number == "1") {
      EXPECT_TRUE(target.starts_with("socket:")) << target;
    } else if (number == "2") {
      EXPECT_EQ(target, "/dev/null");
    } else {
      EXPECT_TRUE(target == "anon_inode:[eventpoll]" || target == "anon_inode:[eventfd]") << target;
    }
  }
}

TEST(TscJail, OnlyItsOwnTextIsExecutable) {
  const Running tsc;
  std::istringstream maps(readAll(tsc.proc() / "maps"));
  int seen = 0;
  for (std::string line; std::getline(maps, line); ++seen) {
    const std::string rights = line.substr(line.find(' ') + 1, 4);
    EXPECT_NE(rights.substr(1, 2), "wx") << line;
    if (rights[2] != 'x') continue;
    EXPECT_TRUE(line.ends_with("/tsc") || line.ends_with("[vdso]") || line.ends_with("[vsyscall]"))
        << line;
  }
  EXPECT_GT(seen, 3);
}

TEST(TscJail, ItsLimitsAreSet) {
  const Running tsc;
  const std::string limits = readAll(tsc.proc() / "limits");
  const auto line = [&limits](std::string_view name) {
    const std::size_t at = limits.find(name);
    std::istringstream words(limits.substr(at + name.size()));
    std::string soft, hard;
    words >> soft >> hard;
    return soft + " " + hard;
  };
  EXPECT_EQ(line("Max core file size"), "0 0");
  EXPECT_EQ(line("Max file size"), "0 0");
  EXPECT_EQ(line("Max open files"), "16 16");
  EXPECT_EQ(line("Max cpu time"), "600 600");
#ifndef EXECUTOR_SANITIZED
  EXPECT_EQ(line("Max data size"),
            std::to_string(kTscMemoryBytes) + " " + std::to_string(kTscMemoryBytes));
#endif
}

// By pidfd: a pid that is gone may be somebody else's.
bool ends(pid_t pid, const std::function<void()>& cause) {
  const int file = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (file < 0) return false;
  cause();
  pollfd event{file, POLLIN, 0};
  const bool ended = poll(&event, 1, 30'000) == 1;
  close(file);
  return ended;
}

TEST(TscJail, StoppingEndsTheCompiler) {
  Running tsc;
  EXPECT_TRUE(ends(tsc.pid(), [&tsc] { tsc.stop(); }));
}

TEST(TscJail, TheCompilerDiesWithItsLauncher) {
  Running tsc;
  EXPECT_TRUE(ends(tsc.pid(), [&tsc] { kill(tsc.launcher(), SIGKILL); }));
}

// A process that has the other end of nothing: the launcher sees its server go.
TEST(TscJail, TheLauncherEndsWhenItsServerDoes) {
  auto process = startTsc(findTypeChecker("").value(), JailRequirement::best);
  ASSERT_TRUE(process);
  EXPECT_TRUE(ends(process->pid(), [&process] { close(process->releaseSocket()); }));
}

TEST(TscJail, FullRequirementIsMetOrRefused) {
  asio::io_context loop;
  const auto checker = makeTypeChecker(
      {.deadline = kPatience, .coldDeadline = kPatience, .require = JailRequirement::full},
      loop.get_executor());
  const Running tsc;
  const auto found = checkOn(loop, *checker, "");
  const bool all = tsc.has("user namespace") && tsc.has("empty root") && tsc.has("landlock");
  EXPECT_EQ(found.has_value(), all) << checker->status();
}

// From inside. Each attempt runs in a process of its own that has entered the jail as the compiler
// does, up to the point where it would execute it.

using Attempt = long (*)();
constexpr int kEscaped = 42, kNotEntered = 43;

// In a fork, because planning may give up the user: exit status of the attempt, negative: signal.
int attemptInJail(Attempt attempt) {
  const pid_t child = fork();
  if (child == 0) {
    // As the launcher has them: two sockets, nothing, the binary.
    const int binary = open(findTypeChecker("").value().c_str(), O_RDONLY | O_CLOEXEC);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) _exit(kNotEntered);
    const int spare = fcntl(binary, F_DUPFD, 100), socket = fcntl(pair[0], F_DUPFD, 100);
    dup2(socket, 0);
    dup2(socket, 1);
    dup3(spare, kProgramBinary, O_CLOEXEC);
    auto plan = planJail();
    if (!plan) _exit(kNotEntered);
    const pid_t jailed = cloneJailed(*plan);
    if (jailed == 0) {
      JailProgram program{.threads = kTscThreads, .descriptors = kTscDescriptors};
      program.filter = compileTscFilter(getpid(), !plan->mayMount).value();
      const JailLimits limits{.memoryBytes = kTscMemoryBytes};
      if (enterJail(*plan, 0, limits, &program) != nullptr) syscall(SYS_exit_group, kNotEntered);
      errno = 0;
      const long result = attempt();
      syscall(SYS_exit_group, result >= 0 ? kEscaped : errno == 0 ? 1 : errno);
    }
    int status = 0;
    waitpid(jailed, &status, 0);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
  int status = 0;
  waitpid(child, &status, 0);
  const int code = WEXITSTATUS(status);
  return code > 128 ? 128 - code : code;
}

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  return syscall(number, a, b, c, d, e);
}
long at(const void* p) { return reinterpret_cast<long>(p); }

// A thing to try, and what must come of it: -SIGSYS, or an errno.
struct Case {
  const char* name;
  Attempt attempt;
  std::set<int> outcomes;
};

const Case kCases[] = {
    {"open a file",
     [] { return call(SYS_openat, AT_FDCWD, at("/etc/passwd"), O_RDONLY); },
     {ENOENT}},
    {"create a file",
     [] { return call(SYS_openat, AT_FDCWD, at("/x"), O_CREAT | O_RDWR, 0600); },
     {ENOENT}},
    {"open (old call)", [] { return call(SYS_open, at("/etc/passwd"), O_RDONLY); }, {-SIGSYS}},
    {"list the root", [] { return call(SYS_openat, AT_FDCWD, at("/"), O_DIRECTORY); }, {ENOENT}},
    {"read a directory", [] { return call(SYS_getdents64, 0, 0, 0); }, {-SIGSYS}},
    {"internet socket",
     [] { return static_cast<long>(socket(AF_INET, SOCK_STREAM, 0)); },
     {-SIGSYS}},
    {"unix socket", [] { return static_cast<long>(socket(AF_UNIX, SOCK_STREAM, 0)); }, {-SIGSYS}},
    {"connect", [] { return call(SYS_connect, 0, 0, 0); }, {-SIGSYS}},
    {"send a descriptor", [] { return call(SYS_sendmsg, 0, 0, 0); }, {-SIGSYS}},
    {"receive a descriptor", [] { return call(SYS_recvmsg, 0, 0, 0); }, {-SIGSYS}},
    {"fork", [] { return call(SYS_clone, SIGCHLD); }, {-SIGSYS}},
    {"vfork", [] { return call(SYS_vfork); }, {-SIGSYS}},
    {"clone3", [] { return call(SYS_clone3, 0, 0); }, {-SIGSYS}},
    {"a process in a thread's clothes",
     [] { return call(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD); },
     {-SIGSYS}},
    {"new namespaces", [] { return call(SYS_unshare, CLONE_NEWUSER); }, {-SIGSYS}},
    {"execve", [] { return call(SYS_execve, at("/lib/tsc"), 0, 0); }, {-SIGSYS}},
    {"execveat of a path",
     [] { return call(SYS_execveat, AT_FDCWD, at("/lib/tsc"), 0, 0, 0); },
     {-SIGSYS}},
    {"execveat of another descriptor",
     [] { return call(SYS_execveat, 0, at(""), 0, 0, AT_EMPTY_PATH); },
     {-SIGSYS}},
    {"execveat by a path from the binary",
     [] { return call(SYS_execveat, kProgramBinary, at("/bin/sh"), 0, 0, 0); },
     {-SIGSYS}},
    {"executable memory",
     [] {
       return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                      MAP_FAILED
                  ? -1L
                  : 0L;
     },
     {-SIGSYS}},
    {"memory made executable",
     [] {
       void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
       return static_cast<long>(mprotect(page, 4096, PROT_READ | PROT_EXEC));
     },
     {-SIGSYS}},
    {"map its binary",
     [] {
       return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, kProgramBinary, 0) == MAP_FAILED ? -1L
                                                                                           : 0L;
     },
     {-SIGSYS}},
    {"kill", [] { return call(SYS_kill, -1, SIGKILL); }, {-SIGSYS}},
    {"another signal to a thread",
     [] { return call(SYS_tgkill, getpid(), getpid(), SIGTERM); },
     {-SIGSYS}},
    {"a signal to another process",
     [] { return call(SYS_tgkill, getpid() + 1, 1, SIGURG); },
     {-SIGSYS}},
    {"raise a limit",
     [] {
       rlimit limit{1000, 1000};
       return call(SYS_prlimit64, 0, RLIMIT_NOFILE, at(&limit), 0);
     },
     {-SIGSYS}},
    {"a limit of another process", [] { return call(SYS_prlimit64, 1u << 22, 7, 0, 0); }, {ESRCH}},
    {"duplicate a descriptor", [] { return call(SYS_fcntl, 0, F_DUPFD, 5); }, {-SIGSYS}},
    {"keep the binary open", [] { return call(SYS_fcntl, kProgramBinary, F_SETFD, 0); }, {-SIGSYS}},
    {"become dumpable",
     [] { return static_cast<long>(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); },
     {EINVAL}},
    {"outlive the launcher",
     [] { return static_cast<long>(prctl(PR_SET_PDEATHSIG, 0)); },
     {EINVAL}},
    {"terminal calls", [] { return call(SYS_ioctl, 0, 0x5412, 0); }, {ENOTTY}},
    {"another thread register", [] { return call(SYS_arch_prctl, 0x1001, 0); }, {-SIGSYS}},
    {"ptrace", [] { return call(SYS_ptrace, 0, 0, 0, 0); }, {-SIGSYS}},
    {"other memory", [] { return call(SYS_process_vm_readv, 1, 0, 0, 0, 0); }, {-SIGSYS}},
    {"another filter", [] { return call(SYS_seccomp, 1, 0, 0); }, {-SIGSYS}},
    {"mount", [] { return call(SYS_mount, 0, 0, 0, 0, 0); }, {-SIGSYS}},
    {"chroot", [] { return call(SYS_chroot, at("/lib")); }, {-SIGSYS}},
    {"memfd", [] { return call(SYS_memfd_create, at("x"), 0); }, {-SIGSYS}},
    {"io_uring", [] { return call(SYS_io_uring_setup, 1, 0); }, {-SIGSYS}},
    {"bpf", [] { return call(SYS_bpf, 0, 0, 0); }, {-SIGSYS}},
    {"userfaultfd", [] { return call(SYS_userfaultfd, 0); }, {-SIGSYS}},
    {"perf", [] { return call(SYS_perf_event_open, 0, 0, -1, -1, 0); }, {-SIGSYS}},
    {"watch files", [] { return call(SYS_inotify_init1, 0); }, {ENOSYS}},
    {"keys", [] { return call(SYS_keyctl, 0, 0, 0); }, {-SIGSYS}},
    {"remove its name", [] { return call(SYS_unlinkat, AT_FDCWD, at("/lib/tsc"), 0); }, {-SIGSYS}},
    {"a call that does not exist", [] { return call(5000); }, {-SIGSYS}},
};

TEST(TscJail, NothingElseCanBeDoneInIt) {
  for (const Case& c : kCases) {
    const int outcome = attemptInJail(c.attempt);
    EXPECT_TRUE(c.outcomes.contains(outcome)) << c.name << ": " << outcome;
  }
}

// What the filter lets through is still nothing: a name outside of the root does not exist.
TEST(TscJail, NamesOutsideAreNotThere) {
  if (!Running().has("empty root")) GTEST_SKIP() << "this system forbids it; doctor says so";
  EXPECT_EQ(attemptInJail([] {
              struct stat about{};
              return call(SYS_newfstatat, AT_FDCWD, at("/etc/passwd"), at(&about), 0);
            }),
            ENOENT);
}

}  // namespace
}  // namespace executor::sandbox

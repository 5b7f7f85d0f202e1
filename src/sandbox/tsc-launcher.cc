// The launcher: between the server and the compiler, and outside of the jail. It is our own binary,
// holds nothing, and handles no byte that is not ours: welcome and library are the last it says.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "sandbox/jail.h"
#include "sandbox/tsc-filter.h"
#include "sandbox/tsc-frames.h"
#include "sandbox/tsc-library.h"
#include "sandbox/tsc-process.h"

namespace executor::sandbox {
namespace {

// Where the launcher keeps its socket; a compiler has it twice, as input and output.
constexpr int kServer = STDIN_FILENO;
// As in the zygote: a child outside of its jail must not run anything.
constexpr int kJailFailed = 2;

// Measured (engine.md section 10): collecting rarely is a tenth faster, and the soft limit makes it
// collect in time. Two threads that compute, whatever the host has.
constexpr const char* kEnvironment[] = {"GOGC=400", "GOMEMLIMIT=256MiB", "GOMAXPROCS=2", nullptr};
// The working directory is the virtual one; each callback that is named replaces the disk.
constexpr const char* kArguments[] = {
    "tsc",     "--api",
    "--async", "--cwd",
    "/v",      "--callbacks=readFile,fileExists,directoryExists,getAccessibleEntries,realpath",
    nullptr};

// The server reads; if it is gone, so is the reason to be here.
void say(std::string_view body) {
  const std::string frame = encodeTscFrame(body);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = write(kServer, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Inodes cost a tmpfs of four kilobytes nothing; a byte of content would be a page.
bool makeEmpty(const char* path) {
  const int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0555);
  return file >= 0 && close(file) == 0;
}

// How the compiler finds itself and its library: by /proc/self/exe, and a file that it only looks
// for. The library's text comes from the server like all others.
bool furnishRoot() {
  return mkdir("proc", 0555) == 0 && mkdir("proc/self", 0555) == 0 && mkdir("lib", 0555) == 0 &&
         symlink("/lib/tsc", "proc/self/exe") == 0 && makeEmpty("lib/tsc") &&
         makeEmpty("lib/lib.d.ts");
}

// Closed by the execution, which is what `kProgramBinary` promises the filter.
Status openBinary(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about{};
  const bool regular = file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
  if (!regular) {
    return fail(ErrorCode::not_configured, "The type checker cannot be opened: " + path + ".",
                "Install npm `typescript` 7, or set EXECUTOR_TSC.", withErrno("open", errno));
  }
  if (file == kProgramBinary) return {};
  if (dup3(file, kProgramBinary, O_CLOEXEC) < 0) return failInternal(withErrno("dup3", errno));
  close(file);
  return {};
}

// Of the package that the binary lies in, or of the directory where it was put.
std::string readVersion(const std::filesystem::path& directory) {
  for (const auto& place : {directory.parent_path(), directory}) {
    std::ifstream file(place / "package.json", std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto package = parseJson(text);
    if (package) return std::string(findString(*package, "version"));
  }
  return {};
}

// Each step may fail for a reason that the operator can mend, and says it in the welcome's place.
// After the welcome there is nothing left to say but by ending.
class Launcher {
 public:
  Launcher(std::string path, JailRequirement require) : path_(std::move(path)), require_(require) {}

  // SIGCHLD by descriptor, so that one poll waits for the server's end and the compiler's alike.
  [[noreturn]] void serve() {
    auto welcome = prepare();
    say(encodeWelcome(welcome));
    if (!welcome) _exit(1);
    for (const std::string& text : library_) say(text);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, nullptr);
    const int signals = signalfd(-1, &children, SFD_CLOEXEC);
    const pid_t child = cloneJailed(plan_);
    if (child == 0) become();
    if (child < 0) _exit(1);
    watch(child, signals);
  }

 private:
  // Files before the plan, which may give up the user that can read them.
  Result<TscWelcome> prepare() {
    EXECUTOR_CHECK(openBinary(path_));
    const std::string directory = std::filesystem::path(path_).parent_path();
    EXECUTOR_TRY(library_, readLibrary(directory));
    EXECUTOR_TRY(plan_, planJail());
    EXECUTOR_CHECK(requireParts(require_, plan_.parts));
    return TscWelcome{readVersion(directory), library_.size(), plan_.parts};
  }

  // In the child. A failure is told as an answer to no request, and the server takes it for what it
  // is: the end.
  [[noreturn]] void become() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    JailProgram program{.descriptors = kTscDescriptors, .furnish = furnishRoot};
    // Outside of a user namespace all processes of `nobody` count, also those that are not ours.
    program.threads = (plan_.cloneFlags & CLONE_NEWUSER) != 0 ? kTscThreads : 16 * kTscThreads;
    auto filter = compileTscFilter(getpid(), !plan_.mayMount);
    if (!filter) _exit(kJailFailed);
    program.filter = *std::move(filter);
    const JailLimits limits{.memoryBytes = kTscMemoryBytes, .cpuSeconds = kTscCpuSeconds};
    const char* failed = enterJail(plan_, kServer, limits, &program);
    if (failed == nullptr) {
      syscall(SYS_execveat, kProgramBinary, "", kArguments, kEnvironment, AT_EMPTY_PATH);
      failed = "execution";
    }
    say(std::string(R"({"id":0,"error":{"message":"jail: )") + failed + "\"}}");
    _exit(kJailFailed);
  }

  // Until the compiler ends or the server closes its end. The compiler's death follows ours.
  [[noreturn]] static void watch(pid_t child, int signals) {
    pollfd events[2] = {{kServer, POLLRDHUP, 0}, {signals, POLLIN, 0}};
    for (;;) {
      if (poll(events, 2, -1) < 0 && errno != EINTR) _exit(1);
      if (events[0].revents != 0) _exit(0);
      int status = 0;
      if (events[1].revents != 0 && waitpid(child, &status, WNOHANG) == child) {
        _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
      }
    }
  }

  std::string path_;
  JailRequirement require_;
  JailPlan plan_;
  std::vector<std::string> library_;
};

}  // namespace

// Not dumpable, no core, and a closed socket is an error code: as in the zygote.
void runTscIfAsked(int argc, char** argv) {
  if (argc != 4 || kTscArgument != argv[1]) return;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit noCore{0, 0};
  setrlimit(RLIMIT_CORE, &noCore);
  std::signal(SIGPIPE, SIG_IGN);
  const bool full = std::strcmp(argv[3], "full") == 0;
  Launcher(argv[2], full ? JailRequirement::full : JailRequirement::best).serve();
}

}  // namespace executor::sandbox

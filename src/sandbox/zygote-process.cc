// The zygote: prepared once, then only clones. It holds no secret: it was executed with an empty
// environment and one descriptor.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "sandbox/control.h"
#include "sandbox/jail.h"
#include "sandbox/job-child.h"
#include "sandbox/prepared.h"
#include "sandbox/tick.h"
#include "sandbox/tsc-process.h"
#include "sandbox/worker.h"
#include "sandbox/zygote.h"

namespace executor::sandbox {
namespace {

// An outcome of a megabyte then takes one write; the kernel caps it by wmem_max.
constexpr int kSocketBufferBytes = 1 << 20;

// Everything it holds is inherited by each child as it stands: the image and the stripper on
// purpose, and nothing else may be added that a child must not see.
class ZygoteProcess {
 public:
  ZygoteProcess(std::span<const Job> jobs, bool walled) : jobs_(jobs), walled_(walled) {}

  [[noreturn]] void serve();

 private:
  // Image, stripper, jail; in this order, because probing the jail may give up root.
  Status prepare();
  void hello(const Status& prepared);
  void spawn(const SpawnRequest& request);
  // In the child, on its own memory by now. Ends with status 2 if the jail cannot be entered: a
  // child outside of it must not run anything.
  [[noreturn]] void become(const SpawnRequest& request, int socket);
  void reap(int signals);

  std::span<const Job> jobs_;
  const bool walled_;
  JailPlan plan_;
  Image image_;
  std::optional<Stripper> stripper_;
};

Status ZygoteProcess::prepare() {
  EXECUTOR_TRY(image_, prepareImage());
  stripper_.emplace();
  if (!stripper_->usable()) return failInternal("the type stripper could not be prepared");
  if (walled_) {
    EXECUTOR_TRY(plan_, planJail());
  } else {
    plan_ = planWithoutJail();
  }
  return {};
}

// One message also when preparation failed: the server shows the reason instead of a timeout.
void ZygoteProcess::hello(const Status& prepared) {
  ZygoteHello hello{.ok = prepared.has_value(), .engineBuild = image_.hash, .parts = plan_.parts};
  if (!prepared) hello.problem = prepared.error().message + " " + prepared.error().detail;
  for (const Job& job : jobs_) hello.jobs.emplace_back(job.name);
  const std::string text = encodeHello(hello);
  if (send(kControlSocket, text.data(), text.size(), MSG_NOSIGNAL) < 0) _exit(1);
}

// SIGCHLD by descriptor, so that one poll waits for requests and exits alike.
void ZygoteProcess::serve() {
  hello(prepare());
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, nullptr);
  const int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  pollfd ready[2] = {{kControlSocket, POLLIN, 0}, {signals, POLLIN, 0}};
  for (;;) {
    if (poll(ready, 2, -1) < 0 && errno != EINTR) _exit(1);
    if (ready[1].revents != 0) reap(signals);
    if (ready[0].revents == 0) continue;
    SpawnRequest request;
    const ssize_t size = recv(kControlSocket, &request, sizeof request, 0);
    if (size == 0) _exit(0);
    if (size == sizeof request) spawn(request);
  }
}

// A signal may stand for several children.
void ZygoteProcess::reap(int signals) {
  signalfd_siginfo pending;
  while (read(signals, &pending, sizeof pending) > 0) {
  }
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    const ZygoteReport report{.kind = ZygoteReport::Kind::exited, .pid = pid, .status = status};
    sendReport(kControlSocket, report, nullptr, 0);
  }
}

// Always answers, also a failure: the server counts answers.
void ZygoteProcess::spawn(const SpawnRequest& request) {
  int pair[2];
  ZygoteReport report;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    report.error = errno;
    sendReport(kControlSocket, report, nullptr, 0);
    return;
  }
  for (const int end : pair) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  }
  report.pid = cloneJailed(plan_);
  if (report.pid == 0) become(request, pair[1]);
  report.error = report.pid < 0 ? errno : 0;
  close(pair[1]);
  int descriptors[2] = {pair[0], -1};
  if (report.pid > 0) descriptors[1] = static_cast<int>(syscall(SYS_pidfd_open, report.pid, 0));
  sendReport(kControlSocket, report, descriptors, descriptors[1] >= 0 ? 2 : 0);
  close(descriptors[0]);
  if (descriptors[1] >= 0) close(descriptors[1]);
}

// Timer and handlers first: the jail has no calls to make them.
void ZygoteProcess::become(const SpawnRequest& request, int socket) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool worker = request.job == kNoJob;
  if (worker && !installTick(workerHasOtherWork, workerMeetsFault)) _exit(2);
  const JailLimits limits{.memoryBytes = request.memoryBytes, .cpuSeconds = request.cpuSeconds};
  if (enterJail(plan_, socket, limits) != nullptr) _exit(2);
  if (worker) serveRuns(kJailSocket, image_, *stripper_);
  if (request.job >= jobs_.size()) _exit(2);
  runJob(jobs_[request.job], request.maxOutputBytes);
}

}  // namespace

// Not dumpable from the first moment: the zygote is executed with nothing secret, but its children
// inherit the flag. No core files, and a closed socket is an error code, not a signal. The type
// checker's launcher is the same binary by another name.
void runZygoteIfAsked(int argc, char** argv, std::span<const Job> jobs) {
  runTscIfAsked(argc, argv);
  if (argc != 2 || (kZygoteArgument != argv[1] && kOpenZygoteArgument != argv[1])) return;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit noCore{0, 0};
  setrlimit(RLIMIT_CORE, &noCore);
  std::signal(SIGPIPE, SIG_IGN);
  ZygoteProcess(jobs, kZygoteArgument == argv[1]).serve();
}

}  // namespace executor::sandbox

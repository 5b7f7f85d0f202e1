// Between server and zygote is one SEQPACKET socket. Requests go out as fixed structs; reports come
// back in the order of the requests, so no ids are needed, and exits of children come whenever they
// happen. A dead zygote shows as the end of that socket: what waited fails, and the next request
// starts another.
//
// Blocking here is confined to launch(): at start a server must not say it is ready before it knows
// that it has a sandbox. A later one is waited for on the loop, with the requests in a queue.
#include "sandbox/zygote-client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/log.h"
#include "sandbox/jail.h"
#include "sandbox/job-child.h"

namespace executor::sandbox {
namespace {

// Preparing the image and probing the jail takes some 100 ms; the rest is for a loaded host.
constexpr int kHelloTimeoutMs = 15'000;
// Exits come also for workers nobody asks about; forgetting them only makes a message vaguer.
constexpr std::size_t kMaxRememberedExits = 256;
// How long a failed job waits to learn how its child died, for the log.
constexpr std::chrono::milliseconds kExitWait{500};
// An error is a few sentences. A child that claims more is not believed.
constexpr std::size_t kMaxJobErrorBytes = 64u << 10;

// In the forked child: only async-signal-safe calls.
// Nothing is inherited but the control socket: no environment, no signal mask, no descriptor.
[[noreturn]] void executeZygote(int control, std::string_view as) {
  if (dup2(control, kControlSocket) < 0) _exit(127);
  syscall(SYS_close_range, kControlSocket + 1u, ~0u, 0u);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  char name[] = "executor";
  char argument[kOpenZygoteArgument.size() + 1] = {};
  std::memcpy(argument, as.data(), as.size());
  char* const argv[] = {name, argument, nullptr};
  char* const environment[] = {nullptr};
  execve("/proc/self/exe", argv, environment);
  _exit(127);
}

// One message of the zygote's; it says all it knows in its first.
Result<std::string> readHello(int control) {
  std::string text(64u << 10, '\0');
  const ssize_t size = recv(control, text.data(), text.size(), 0);
  if (size <= 0) return failInternal("zygote: ended before its hello");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// Synchronous on purpose: a server without sandbox must not say that it is ready.
Result<std::string> awaitHello(int control) {
  pollfd ready{control, POLLIN, 0};
  if (poll(&ready, 1, kHelloTimeoutMs) <= 0) return failInternal("zygote: no hello in time");
  return readHello(control);
}

// For the log: signal 31 is a forbidden system call, 9 the deadline or the kernel's memory killer.
std::string describeStatus(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exited with {}", WEXITSTATUS(status));
}

// What a client may know; the cause is for the log and for doctor.
Error unavailable(std::string detail) {
  return {ErrorCode::sandbox_unavailable, "The sandbox is not available.",
          "Run `executor doctor` to see why.", std::move(detail)};
}

}  // namespace

// Swap: what the target held dies with the source.
Child& Child::operator=(Child&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(pid_, other.pid_);
  return *this;
}

Child::~Child() {
  kill();
  if (socket_ >= 0) close(socket_);
  if (pidfd_ >= 0) close(pidfd_);
}

// By pidfd, never by number: a pid may have been given to somebody else.
void Child::kill() {
  if (pidfd_ >= 0) syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0);
}

// By pid, which is safe here: the zygote reaps a child only after its socket closed, and then
// nobody asks any more. Includes CPU the process spent in the kernel.
std::optional<std::chrono::nanoseconds> Child::cpu() const {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

Result<std::unique_ptr<Zygote>> Zygote::start(asio::io_context& loop, JailRequirement require) {
  auto client = std::make_unique<ZygoteClient>(loop, require);
  EXECUTOR_CHECK(client->launch());
  return client;
}

ZygoteClient::ZygoteClient(asio::io_context& loop, JailRequirement require)
    : loop_(loop), require_(require), control_(loop), helloTimer_(loop) {}

ZygoteClient::~ZygoteClient() {
  *alive_ = false;
  boost::system::error_code ignored;
  control_.close(ignored);
  // It ends by itself when its socket closes, and takes its children with it.
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

// fork and exec of this very binary: the zygote is always of the same build as the server.
Status ZygoteClient::execute() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return std::unexpected(unavailable(withErrno("socketpair", errno)));
  }
  const pid_t child = fork();
  if (child == 0) executeZygote(pair[1], walled() ? kZygoteArgument : kOpenZygoteArgument);
  close(pair[1]);
  if (child < 0) {
    close(pair[0]);
    return std::unexpected(unavailable(withErrno("fork", errno)));
  }
  pid_ = child;
  control_.assign(pair[0]);
  return {};
}

Status ZygoteClient::launch() {
  EXECUTOR_CHECK(execute());
  auto text = awaitHello(control_.native_handle());
  if (!text) return std::unexpected(unavailable(text.error().detail));
  EXECUTOR_CHECK(greet(*text));
  listen();
  return {};
}

// A zygote that cannot do what is required of it is none.
Status ZygoteClient::greet(std::string_view text) {
  ZygoteHello hello = decodeHello(text);
  if (!hello.ok) return std::unexpected(unavailable(hello.problem));
  EXECUTOR_CHECK(requireParts(require_, hello.parts));
  hello_ = std::move(hello);
  greeted_ = true;
  return {};
}

// What fails here fails for everybody who waits, from the loop.
void ZygoteClient::relaunch() {
  Status executed = execute();
  if (executed) return awaitGreeting();
  asio::post(loop_, [this, alive = alive_, why = executed.error().detail] {
    if (*alive && pid_ < 0) lost(why);
  });
}

void ZygoteClient::awaitGreeting() {
  helloTimer_.expires_after(std::chrono::milliseconds(kHelloTimeoutMs));
  helloTimer_.async_wait([this, alive = alive_](boost::system::error_code cancelled) {
    if (*alive && !cancelled && !greeted_) lost("zygote: no hello in time");
  });
  control_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this, alive = alive_](boost::system::error_code error) {
                        if (!*alive || error) return;
                        helloTimer_.cancel();
                        auto text = readHello(control_.native_handle());
                        if (!text) return lost(text.error().detail);
                        if (Status met = greet(*text); !met) return lost(met.error().detail);
                        for (const Asked& asked : waiting_) ask(asked.request);
                        listen();
                      });
}

// The client may be destroyed while the wait is pending: `alive` is what the handler checks.
void ZygoteClient::listen() {
  control_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this, alive = alive_](boost::system::error_code error) {
                        if (!*alive || error) return;
                        receive();
                      });
}

// errno tells a drained socket from a closed one.
void ZygoteClient::receive() {
  ZygoteReport report;
  int descriptors[2];
  while (receiveReport(control_.native_handle(), report, descriptors)) {
    take(report, descriptors);
  }
  if (errno != EAGAIN && errno != EINTR) return lost("the zygote died");
  listen();
}

// Reports of spawns come in the order of the requests, so the queue needs no ids.
void ZygoteClient::take(const ZygoteReport& report, const int (&descriptors)[2]) {
  if (report.kind == ZygoteReport::Kind::exited) return exited(report);
  if (waiting_.empty()) return;
  SpawnHandler handler = std::move(waiting_.front().handler);
  waiting_.pop_front();
  if (report.error != 0 || descriptors[1] < 0) {
    return handler(std::unexpected(unavailable(withErrno("clone", report.error))));
  }
  handler(Child(descriptors[0], descriptors[1], report.pid));
}

void ZygoteClient::exited(const ZygoteReport& report) {
  const auto waiter = exitWaiters_.find(report.pid);
  if (waiter != exitWaiters_.end()) {
    auto handler = std::move(waiter->second);
    exitWaiters_.erase(waiter);
    return handler(describeStatus(report.status));
  }
  if (exits_.size() >= kMaxRememberedExits) exits_.clear();
  exits_[report.pid] = report.status;
}

// The exit may be known before anybody asks, and may never come if the zygote died.
void ZygoteClient::whenExited(pid_t pid, std::move_only_function<void(std::string)> handler) {
  if (const auto known = exits_.find(pid); known != exits_.end()) {
    const int status = known->second;
    exits_.erase(known);
    return handler(describeStatus(status));
  }
  exitWaiters_[pid] = std::move(handler);
  auto timer = std::make_shared<asio::steady_timer>(loop_, kExitWait);
  timer->async_wait([this, alive = alive_, pid, timer](boost::system::error_code) {
    if (!*alive) return;
    auto node = exitWaiters_.extract(pid);
    if (!node.empty()) node.mapped()("ended in an unknown way");
  });
}

void ZygoteClient::killForTest() { ::kill(pid_, SIGKILL); }

// Its children died with it; their sockets tell the links. Killed, because one that says nothing
// may be alive.
void ZygoteClient::lost(std::string why) {
  log(LogLevel::error, "sandbox_zygote_died", {{"why", why}});
  boost::system::error_code ignored;
  control_.close(ignored);
  helloTimer_.cancel();
  greeted_ = false;
  if (const pid_t dead = std::exchange(pid_, -1); dead > 0) {
    ::kill(dead, SIGKILL);
    waitpid(dead, nullptr, 0);
  }
  auto waiting = std::exchange(waiting_, {});
  for (Asked& asked : waiting) asked.handler(std::unexpected(unavailable(why)));
}

// The zygote's answer is always delivered from the loop, also a failure, so that callers see one
// order of events.
void ZygoteClient::spawn(const SpawnRequest& request, SpawnHandler handler) {
  waiting_.push_back({request, std::move(handler)});
  if (greeted_) return ask(request);
  if (pid_ < 0 && waiting_.size() == 1) relaunch();
}

// A full socket or a dead zygote shows in receive().
void ZygoteClient::ask(const SpawnRequest& request) {
  (void)send(control_.native_handle(), &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Jobs are named by the binary that is both ends; an unknown name is our mistake.
Result<std::uint32_t> ZygoteClient::jobIndex(std::string_view name) const {
  for (std::size_t i = 0; i < hello_.jobs.size(); ++i) {
    if (hello_.jobs[i] == name) return static_cast<std::uint32_t>(i);
  }
  return failInternal(fmt::format("no sandbox job named {}", name));
}

// RLIMIT_CPU is the backstop of the deadline, should the server be too busy to keep it.
Task<Result<std::string>> ZygoteClient::run(std::string job, std::string input, JobLimits limits) {
  EXECUTOR_CO_TRY(const std::uint32_t index, jobIndex(job));
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits.deadline).count();
  const SpawnRequest request{.job = index,
                             .cpuSeconds = static_cast<std::uint32_t>(seconds + 1),
                             .memoryBytes = limits.memoryBytes,
                             .maxOutputBytes = limits.maxOutputBytes};
  auto spawned = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<Child>)>(
      [this, request](auto handler) {
        spawn(request, [handler = std::move(handler)](Result<Child> child) mutable {
          std::move(handler)(std::move(child));
        });
      },
      asio::use_awaitable);
  if (!spawned) co_return std::unexpected(std::move(spawned).error());
  Child child = *std::move(spawned);
  co_return co_await exchange(child, std::move(input), limits);
}

// One request and its answer; whatever the child does, this ends by the deadline.
Task<Result<std::string>> ZygoteClient::exchange(Child& child, std::string input,
                                                 JobLimits limits) {
  asio::local::stream_protocol::socket socket(loop_, asio::local::stream_protocol(),
                                              child.releaseSocket());
  auto late = std::make_shared<bool>(false);
  asio::steady_timer deadline(loop_, limits.deadline);
  deadline.async_wait([&child, late](boost::system::error_code error) {
    if (error) return;
    *late = true;
    child.kill();
  });
  boost::system::error_code error;
  const auto token = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
  std::uint64_t size = input.size();
  co_await asio::async_write(socket, asio::buffer(&size, sizeof size), token());
  if (!error) co_await asio::async_write(socket, asio::buffer(input), token());
  std::string().swap(input);
  std::uint8_t ok = 0;
  if (!error) co_await asio::async_read(socket, asio::buffer(&ok, 1), token());
  if (!error) co_await asio::async_read(socket, asio::buffer(&size, sizeof size), token());
  const bool fits = size <= (ok == 1 ? limits.maxOutputBytes : kMaxJobErrorBytes);
  std::string output;
  if (!error && fits) {
    output.resize(size);
    co_await asio::async_read(socket, asio::buffer(output), token());
  }
  deadline.cancel();
  if (*late) {
    co_return fail(ErrorCode::document_too_complex, "The document took too long to process.",
                   "Split it, or remove parts that are not needed.");
  }
  if (!error && fits) {
    if (ok == 1) co_return output;
    co_return std::unexpected(decodeJobError(output));
  }
  child.kill();
  auto how = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::string)>(
      [this, pid = child.pid()](auto handler) {
        whenExited(pid, [handler = std::move(handler)](std::string text) mutable {
          std::move(handler)(std::move(text));
        });
      },
      asio::use_awaitable);
  co_return fail(ErrorCode::worker_crashed, "The process that reads documents crashed.",
                 "If it happens again with this document, report it.", std::move(how));
}

}  // namespace executor::sandbox

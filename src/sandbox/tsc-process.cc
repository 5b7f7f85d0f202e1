// The server's side. posix_spawn, because a server's memory is too large to be copied for a child
// that drops it at once.
#include "sandbox/tsc-process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/json.h"
#include "sandbox/tsc-library.h"

namespace executor::sandbox {
namespace {

constexpr int kStandardDescriptors = 3;

// Nothing is inherited: no environment, no signal mask, no descriptor but the socket.
class SpawnSetup {
 public:
  explicit SpawnSetup(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kStandardDescriptors);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  // 0 or an errno.
  int spawn(pid_t& pid, char* const* argv) const {
    char* const environment[] = {nullptr};
    return posix_spawn(&pid, "/proc/self/exe", &actions_, &attributes_, argv, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// The same three members as in a zygote's hello.
json::value partValue(const JailPart& part) {
  return json::object{{"name", part.name}, {"active", part.active}, {"reason", part.reason}};
}

std::string describeEnd(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  // As shells do: the launcher passes on how the compiler ended.
  const int code = WEXITSTATUS(status);
  if (code > 128) return fmt::format("killed by signal {}", code - 128);
  return fmt::format("exited with {}", code);
}

}  // namespace

// An error in place of a welcome has a code; a welcome has none.
std::string encodeWelcome(const Result<TscWelcome>& welcome) {
  if (!welcome) {
    const Error& error = welcome.error();
    return serializeJson(json::object{{"code", error.codeName()},
                                      {"message", error.message},
                                      {"hint", error.hint},
                                      {"detail", error.detail}});
  }
  json::array parts;
  for (const JailPart& part : welcome->parts) parts.push_back(partValue(part));
  return serializeJson(json::object{{"version", welcome->version},
                                    {"libraries", welcome->libraries},
                                    {"parts", std::move(parts)}});
}

// By our own launcher, or by nobody: a test's forgery must not make a server read without end.
Result<TscWelcome> decodeWelcome(std::string_view body) {
  EXECUTOR_TRY(const json::value value, parseJson(body));
  ErrorCode code{};
  if (parseErrorCode(findString(value, "code"), code)) {
    return fail(code, std::string(findString(value, "message")),
                std::string(findString(value, "hint")), std::string(findString(value, "detail")));
  }
  const json::array* parts = findArray(value, "parts");
  const std::int64_t libraries = findInteger(value, "libraries", -1);
  if (parts == nullptr || libraries < 0 ||
      libraries > static_cast<std::int64_t>(kMaxLibraryFiles)) {
    return failInternal("tsc: no welcome");
  }
  TscWelcome welcome{.version = std::string(findString(value, "version")),
                     .libraries = static_cast<std::size_t>(libraries)};
  for (const json::value& part : *parts) {
    welcome.parts.push_back({std::string(findString(part, "name")), findBool(part, "active"),
                             std::string(findString(part, "reason"))});
  }
  return welcome;
}

// Swap: what the target held dies with the source.
TscProcess& TscProcess::operator=(TscProcess&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(pid_, other.pid_);
  return *this;
}

TscProcess::~TscProcess() { end(); }

// The pid is ours until it is waited for, so that it can be no other process's. What the wait costs
// is the end of a small process; the compiler itself is reaped by nobody we have to wait for. A
// launcher that was ending already keeps its status.
std::string TscProcess::end() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  if (pid_ <= 0) return {};
  const pid_t pid = std::exchange(pid_, -1);
  kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  const bool byUs = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return byUs ? std::string() : describeEnd(status);
}

// The binary is always of the same build as the server, as with the zygote.
Result<TscProcess> startTsc(const std::string& path, JailRequirement require) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return failInternal(withErrno("socketpair", errno));
  }
  std::string arguments[] = {"executor", std::string(kTscArgument), path,
                             require == JailRequirement::full ? "full" : "best"};
  char* const argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                        arguments[3].data(), nullptr};
  pid_t pid = -1;
  const int error = SpawnSetup(pair[1]).spawn(pid, argv);
  close(pair[1]);
  if (error == 0) return TscProcess(pair[0], pid);
  close(pair[0]);
  return failInternal(withErrno("posix_spawn", error));
}

}  // namespace executor::sandbox

// Starting the example's server and cleaning up behind it.
//
// It is this binary once more, because the story is only honest if the server is the real one: own
// process, own data directory, real sandbox. Everything it made goes away with the object.
#include "cli/child-server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <utility>

#include "cli/context.h"

namespace executor::cli {
namespace {

constexpr std::chrono::seconds kStartTimeout{20};
constexpr std::size_t kMaxReadyBytes = 64u << 10;

// mkdtemp makes it with mode 0700: keys and tokens will lie in it.
Result<std::string> makeTemporaryDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "executor-example-XXXXXX").string();
  if (::mkdtemp(pattern.data())) return pattern;
  return executor::fail(ErrorCode::invalid_configuration,
                        withErrno("Cannot make a temporary directory", errno) + ".");
}

// In the child. Its output is kept in a file, so that the story on the terminal stays readable.
[[noreturn]] void becomeServer(const std::string& directory, const std::string& ready) {
  int log = ::open((directory + "/server.log").c_str(), O_WRONLY | O_CREAT, 0600);
  if (log < 0) ::_exit(127);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execl("/proc/self/exe", "executor", "serve", "--data-dir", directory.c_str(), "--listen",
          "127.0.0.1:0", "--ready-file", ready.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

ChildServer::ChildServer(ChildServer&& other) noexcept
    : url(std::move(other.url)),
      mcpUrl(std::move(other.mcpUrl)),
      apiKey(std::move(other.apiKey)),
      ownerToken(std::move(other.ownerToken)),
      directory_(std::exchange(other.directory_, {})),
      pid_(std::exchange(other.pid_, 0)) {}

ChildServer::~ChildServer() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

// The ready file appears as a whole (it is renamed into place), so reading it once is enough.
Result<ChildServer> ChildServer::start() {
  ChildServer server;
  EXECUTOR_TRY(server.directory_, makeTemporaryDirectory());
  auto ready = server.directory_ + "/ready.json";
  server.pid_ = ::fork();
  if (server.pid_ == 0) becomeServer(server.directory_, ready);
  auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (auto text = readInput(ready, kMaxReadyBytes)) {
      EXECUTOR_TRY(auto facts, parseJson(*text));
      server.url = findString(facts, "url");
      server.mcpUrl = findString(facts, "mcpUrl");
      server.apiKey = findString(facts, "apiKey");
      server.ownerToken = findString(facts, "ownerToken");
      return server;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return executor::fail(ErrorCode::unavailable, "The example's server did not start.");
}

}  // namespace executor::cli

// Starting a server in the background exactly once, whoever asks first.
#include "cli/daemon.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "base/text.h"

namespace executor::cli {
namespace {

constexpr std::chrono::milliseconds kPoll{20};
constexpr std::size_t kLogTailBytes = 2'000;
constexpr std::size_t kMaxLogBytes = 64u << 20;

// Only what names the data: everything else the server reads from the same files as a server that
// was started by hand.
std::vector<std::string> serveArguments(const Context& context, const std::string& dataDir) {
  std::vector<std::string> arguments = {
      "executor",         "serve",
      "--data-dir",       dataDir,
      "--exit-when-idle", std::to_string(std::chrono::seconds(kIdleMinutes).count())};
  if (!context.envFile.empty()) {
    arguments.insert(arguments.end(), {"--env-file", context.envFile});
  }
  return arguments;
}

// In the child: a session of its own, the log as output, then the server.
[[noreturn]] void becomeServer(std::vector<std::string> arguments, const std::string& logPath) {
  ::setsid();
  int null = ::open("/dev/null", O_RDONLY);
  int log = ::open(logPath.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  // Never with the streams of the caller: its output may be an MCP connection.
  if (null < 0 || log < 0) ::_exit(127);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv("/proc/self/exe", argv.data());
  ::_exit(127);
}

// The reason why a server did not start stands at the end of its log.
std::string logTail(const std::string& path) {
  auto text = readInput(path, kMaxLogBytes);
  if (!text) return {};
  return text->size() > kLogTailBytes ? text->substr(text->size() - kLogTailBytes) : *text;
}

}  // namespace

// Nobody holds a lock here: whoever loses the data directory's lock sees the winner's file.
Result<ServerLocation> ensureServer(const Context& context) {
  EXECUTOR_TRY(auto dataDir, dataDirectory(context));
  if (auto running = findServer(dataDir)) return running;
  std::error_code ignored;
  std::filesystem::create_directories(dataDir, ignored);
  ::chmod(dataDir.c_str(), 0700);
  auto logPath = dataDir + "/server.log";
  pid_t child = ::fork();
  if (child == 0) becomeServer(serveArguments(context, dataDir), logPath);
  if (child < 0) {
    return executor::fail(ErrorCode::unavailable, withErrno("Cannot start a server", errno) + ".");
  }
  auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (auto running = findServer(dataDir)) return running;
    // A child that lost the race for the lock ends; the winner's file appears soon.
    ::waitpid(child, nullptr, WNOHANG);
    std::this_thread::sleep_for(kPoll);
  }
  return executor::fail(ErrorCode::unavailable, "The server did not start.",
                        "See " + logPath + ":\n" + std::string(trimText(logTail(logPath))));
}

}  // namespace executor::cli

// serve: load the configuration, build the parts, listen, and end in order.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/config-table.h"
#include "base/crash-point.h"
#include "cli/commands.h"
#include "cli/configure.h"
#include "cli/eager-loop.h"
#include "cli/remote.h"
#include "cli/server-parts.h"
#include "identity/secret-file.h"

namespace executor::cli {
namespace {

// How often a server started by `executor mcp` looks whether it may end (D10).
constexpr std::chrono::seconds kIdleCheck{5};

struct ServeOptions {
  NamedValues flags;
  std::string readyFile;
  int exitWhenIdleSeconds = 0;
};

// Thousands of streams and upstream calls are open at once; the soft limit is often 1024.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

// Both credentials stand in it, so it is 0600 from its first byte and appears whole.
Status writeReadyFile(const std::string& path, const ServerParts& parts,
                      const identity::FirstStart& first) {
  json::object ready{{"url", parts.url()},
                     {"mcpUrl", parts.mcpUrl()},
                     {"apiKey", first.agentKey},
                     {"ownerToken", first.ownerToken},
                     {"workspaceId", first.workspaceId},
                     {"pid", static_cast<std::int64_t>(::getpid())}};
  return identity::writeSecretFile(path, serializeJson(ready) + "\n");
}

// What a newcomer needs next, and nothing else; logs go to standard error.
void greet(const ServerParts& parts) {
  fmt::print("Executor {} on {}\n", EXECUTOR_VERSION, parts.url());
  fmt::print("  add an API        executor source add <url> --name <name>\n");
  fmt::print("  connect an agent  executor connect\n");
  fmt::print("  open the page     executor open\n");
  std::fflush(stdout);
}

// One run of the server, from parts to the last goodbye.
class Serving {
 public:
  Serving(Context& context, const Configuration& configuration, const ServeOptions& options)
      : context_(context), configuration_(configuration), options_(options) {}

  void run() {
    auto built = ServerParts::build(loop_, configuration_);
    if (!built) return context_.fail(built.error());
    parts_ = *std::move(built);
    asio::co_spawn(loop_, live(), [this](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
      loop_.stop();
    });
    runEager(loop_, [this] { return parts_->quiet(); });
    removeServerFile(configuration_.dataDir());
  }

 private:
  // A failed start ends the loop with the exit code of its error; a signal ends it in order.
  Task<void> live() {
    auto first = co_await parts_->start();
    if (!first) co_return context_.fail(first.error());
    if (auto told = announce(*first); !told) co_return context_.fail(told.error());
    asio::signal_set signals(loop_, SIGTERM, SIGINT);
    if (options_.exitWhenIdleSeconds > 0) {
      asio::co_spawn(loop_, watchIdle(), asio::detached);
    }
    co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
    log(LogLevel::info, "stopping");
    // A second signal means now.
    signals.async_wait([](boost::system::error_code error, int) {
      if (!error) ::_exit(130);
    });
    removeServerFile(configuration_.dataDir());
    co_await parts_->stop();
    signals.cancel();
  }

  // The server file first: whoever reads the ready file may start commands at once.
  Status announce(const identity::FirstStart& first) {
    EXECUTOR_CHECK(
        writeServerFile(configuration_.dataDir(), {parts_->url(), parts_->mcpUrl(), ::getpid()}));
    if (!options_.readyFile.empty()) {
      EXECUTOR_CHECK(writeReadyFile(options_.readyFile, *parts_, first));
    }
    log(LogLevel::info, "listening", {{"url", parts_->url()}});
    greet(*parts_);
    return {};
  }

  // D10: a server started for `executor mcp` ends when nobody needs it.
  Task<void> watchIdle() {
    asio::steady_timer timer(loop_);
    auto idleSince = std::chrono::steady_clock::now();
    auto limit = std::chrono::seconds(options_.exitWhenIdleSeconds);
    for (;;) {
      timer.expires_after(std::min<std::chrono::seconds>(kIdleCheck, limit));
      co_await timer.async_wait(asio::use_awaitable);
      if (!parts_->idle()) idleSince = std::chrono::steady_clock::now();
      if (std::chrono::steady_clock::now() - idleSince >= limit) ::raise(SIGTERM);
    }
  }

  Context& context_;
  const Configuration& configuration_;
  const ServeOptions& options_;
  asio::io_context loop_{1};
  std::unique_ptr<ServerParts> parts_;
};

// For tests of recovery; it is no setting, so it stands in no table and is read from nowhere else.
Status armForTests() {
  const char* point = std::getenv("EXECUTOR_CRASH_AT");
  return armCrash(point == nullptr ? "" : point);
}

// Everything that can be wrong with the configuration is said before a file is made.
void serve(Context& context, const ServeOptions& options) {
  raiseDescriptorLimit();
  ::signal(SIGPIPE, SIG_IGN);
  auto configuration = loadConfiguration(context, options.flags);
  if (!configuration) return context.fail(configuration.error());
  configureLog(configuration->log());
  for (const auto& warning : configuration->warnings()) {
    log(LogLevel::warn, "configuration", {{"warning", warning}});
  }
  if (auto allowed = checkDeployment(*configuration); !allowed) {
    return context.fail(allowed.error());
  }
  if (auto armed = armForTests(); !armed) return context.fail(armed.error());
  Serving(context, *configuration, options).run();
}

}  // namespace

void addServeCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ServeOptions>();
  auto* command = app.add_subcommand("serve", "Run the server");
  for (const auto& variable : knownVariables()) {
    // --data-dir and --config are global; secrets have no flag (D32).
    if (variable.flag.empty() || variable.flag == "--data-dir") continue;
    command
        ->add_option_function<std::string>(
            std::string(variable.flag),
            [options, flag = std::string(variable.flag)](const std::string& value) {
              options->flags[flag] = value;
            },
            std::string(variable.meaning))
        ->take_last();
  }
  command->add_option(
      "--ready-file", options->readyFile,
      "Write url, mcpUrl, apiKey, ownerToken, workspaceId, pid here once it listens");
  command->add_option("--exit-when-idle", options->exitWhenIdleSeconds,
                      "End after this many seconds without connections and executions");
  command->callback([&context, options] { serve(context, *options); });
}

}  // namespace executor::cli

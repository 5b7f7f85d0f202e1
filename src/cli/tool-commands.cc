// tools, open, connect, mcp, stop, version, completion.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "api/connect-lines.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/daemon.h"
#include "cli/rest-command.h"
#include "mcp/stdio-bridge.h"

namespace executor::cli {
namespace {

constexpr std::chrono::seconds kStopTimeout{30};
constexpr std::size_t kDescriptionWidth = 60;

// One line per tool. Paths are what a program needs, so they are never cut.
void showTools(const json::value& answer) {
  std::vector<std::vector<std::string>> rows;
  if (const auto* tools = findArray(answer, "tools")) {
    for (const auto& item : *tools) {
      rows.push_back({cellOf(item, "path"), cellOf(item, "approval"),
                      truncateText(cellOf(item, "description"), kDescriptionWidth)});
    }
  }
  fmt::print("{}", rows.empty() ? "No tools match.\n"
                                : formatTable({"TOOL", "APPROVAL", "DESCRIPTION"}, rows));
  auto next = findString(answer, "nextCursor");
  if (!next.empty()) fmt::print("… more: --cursor {}\n", next);
}

// The signature and its types as a program would see them.
void showDescription(const json::value& tool) {
  fmt::print("{}\n{}\n", styled(Style::bold, cellOf(tool, "path")), cellOf(tool, "description"));
  for (const char* member : {"method", "pathTemplate", "approval"}) {
    if (find(tool, member)) fmt::print("{:<13} {}\n", member, cellOf(tool, member));
  }
  for (const char* member : {"signature", "types", "typescript"}) {
    if (find(tool, member)) fmt::print("\n{}\n", cellOf(tool, member));
  }
}

// `search` and `list` are the same request with and without words.
struct ListOptions {
  std::string query, nameSpace, cursor;
  int limit = 20;

  std::string path() const {
    auto out = fmt::format("/api/v1/tools?limit={}", limit);
    if (!query.empty()) out += "&query=" + percentEncode(query);
    if (!nameSpace.empty()) out += "&namespace=" + percentEncode(nameSpace);
    if (!cursor.empty()) out += "&cursor=" + percentEncode(cursor);
    return out;
  }
};

void addToolList(CLI::App& group, Context& context, const char* name, const char* text,
                 bool withQuery) {
  auto o = std::make_shared<ListOptions>();
  auto* command = group.add_subcommand(name, text);
  if (withQuery) command->add_option("query", o->query, "Plain words")->required();
  command->add_option("--namespace", o->nameSpace, "Only this source");
  command->add_option("--limit", o->limit, "1 to 200");
  command->add_option("--cursor", o->cursor, "From the page before");
  command->callback([&context, o] {
    runRest(context, [&](Remote& remote) { return remote.get(o->path()); }, showTools);
  });
}

struct Connection {
  std::string url, mcpUrl, apiKey, workspaceId;
};

// What a client needs to connect: where, with which key, for which workspace.
Result<Connection> connectionOf(const Context& context) {
  EXECUTOR_TRY(auto dataDir, dataDirectory(context));
  EXECUTOR_TRY(auto location, findServer(dataDir));
  EXECUTOR_TRY(auto key, readCredential(dataDir, "agent-key"));
  EXECUTOR_TRY(auto remote, Remote::open(context));
  EXECUTOR_TRY(auto status, remote.get("/api/v1/status"));
  return Connection{location.url, location.mcpUrl, std::move(key),
                    std::string(findString(status, "workspaceId"))};
}

// The lines are shared with the page `/` (api/connect-lines.h).
void printConnectLines(const Connection& connection, const std::string& client) {
  for (const auto& line : api::connectLines({connection.mcpUrl, connection.apiKey})) {
    if (!client.empty() && client != line.client) continue;
    auto place = line.file.empty() ? "run" : line.file;
    fmt::print("{} ({})\n{}\n\n", styled(Style::bold, line.title), place, line.text);
  }
}

// The process is not our child, so it is asked for instead of waited for.
bool waitForEnd(int pid) {
  auto deadline = std::chrono::steady_clock::now() + kStopTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (::kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

// SIGTERM: executions may finish, waiting ones are kept.
Result<int> stopServer(const Context& context) {
  EXECUTOR_TRY(auto dataDir, dataDirectory(context));
  EXECUTOR_TRY(auto location, findServer(dataDir));
  if (::kill(location.pid, SIGTERM) != 0) {
    return executor::fail(ErrorCode::forbidden, withErrno("Cannot stop the server", errno) + ".");
  }
  if (waitForEnd(location.pid)) return location.pid;
  return executor::fail(ErrorCode::request_timeout,
                        fmt::format("Process {} does not end.", location.pid),
                        "It may be waiting for an execution; try again, or kill it.");
}

// Descriptors are duplicated because the bridge closes its own; nothing else writes to standard
// output, which belongs to the protocol.
int bridgeStdio(Context& context) {
  asio::io_context loop;
  net::HttpClient client(loop, {});
  auto locate = [&context]() -> Result<mcp::BridgeTarget> {
    EXECUTOR_TRY(auto location, ensureServer(context));
    EXECUTOR_TRY(auto dataDir, dataDirectory(context));
    EXECUTOR_TRY(auto key, readCredential(dataDir, "agent-key"));
    return mcp::BridgeTarget{location.mcpUrl, std::move(key)};
  };
  mcp::StdioBridge bridge(loop, client, locate, ::dup(STDIN_FILENO), ::dup(STDOUT_FILENO));
  asio::co_spawn(loop, bridge.run(), [&](std::exception_ptr thrown, Status status) {
    if (thrown) std::rethrow_exception(thrown);
    if (!status) context.fail(status.error());
    loop.stop();
  });
  loop.run();
  return context.exit;
}

}  // namespace

void addToolsCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("tools", "What programs can call")->require_subcommand(1);
  addToolList(*group, context, "search", "Find tools by plain words", true);
  addToolList(*group, context, "list", "All tools, page by page", false);
  auto path = std::make_shared<std::string>();
  auto* describe = group->add_subcommand("describe", "Input and output of one tool");
  describe->add_option("tool", *path)->required();
  describe->callback([&context, path] {
    runRest(
        context,
        [&](Remote& remote) { return remote.get("/api/v1/tools/" + percentEncode(*path)); },
        showDescription);
  });
}

void addOpenCommand(CLI::App& app, Context& context) {
  app.add_subcommand("open", "Print a one-time link that signs your browser in")
      ->callback([&context] {
        runRest(
            context, [](Remote& remote) { return remote.post("/api/v1/open-links"); },
            [](const json::value& link) { fmt::print("{}\n", findString(link, "url")); });
      });
}

void addConnectCommand(CLI::App& app, Context& context) {
  auto client = std::make_shared<std::string>();
  auto* command = app.add_subcommand("connect", "Lines to paste into an agent's configuration");
  std::vector<std::string> known;
  for (const auto& line : api::connectLines({})) known.push_back(line.client);
  command->add_option("client", *client, "Only the lines for this one")
      ->check(CLI::IsMember(known));
  command->callback([&context, client] {
    auto connection = connectionOf(context);
    if (!connection) return context.fail(connection.error());
    if (!context.json) return printConnectLines(*connection, *client);
    context.printJson(json::object{{"url", connection->url},
                                   {"mcpUrl", connection->mcpUrl},
                                   {"apiKey", connection->apiKey},
                                   {"workspaceId", connection->workspaceId}});
  });
}

void addMcpCommand(CLI::App& app, Context& context) {
  app.add_subcommand("mcp", "MCP over standard input and output, for clients that start a process")
      ->callback([&context] { bridgeStdio(context); });
}

void addStopCommand(CLI::App& app, Context& context) {
  app.add_subcommand("stop", "Stop the running server, letting executions finish")
      ->callback([&context] {
        auto pid = stopServer(context);
        if (!pid) return context.fail(pid.error());
        if (context.json) return context.printJson(json::object{{"pid", *pid}});
        fmt::print("Stopped the server (pid {}).\n", *pid);
      });
}

void addVersionCommand(CLI::App& app, Context& context) {
  app.add_subcommand("version", "Print the version")->callback([&context] {
    if (context.json) return context.printJson(json::object{{"version", EXECUTOR_VERSION}});
    fmt::print("executor {}\n", EXECUTOR_VERSION);
  });
}

void addCompletionCommand(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "Print a completion script for your shell");
  command->add_option("shell", *shell)->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &context, shell] {
    (void)context;
    fmt::print("{}", completionScript(app, *shell));
  });
}

}  // namespace executor::cli

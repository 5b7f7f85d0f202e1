// execute, call, execution: running programs and looking at what they did.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

constexpr std::size_t kMaxProgramBytes = 512u << 10;
constexpr int kPollMs = 20'000;      // one long wait at the server
constexpr int kQueuePollMs = 2'000;  // until the place in the queue is told anew

// Of D11's states; a state this version does not know is taken for an end, so nothing waits
// forever.
bool isFinal(std::string_view status) {
  return status != "queued" && status != "running" && status != "waiting";
}

// On standard error, so that a pipe gets the result alone; with the command and the page, because a
// person has one or the other at hand.
void showWaiting(const json::value& view) {
  const auto* approvals = findArray(view, "approvals");
  if (!approvals) return;
  for (const auto& approval : *approvals) {
    fmt::print(stderr, "{} {}: executor approval approve {}\n  {}\n",
               styled(Style::yellow, "waiting for a person:"), findString(approval, "tool"),
               findString(approval, "id"), findString(approval, "url"));
  }
}

// Only the place in the queue changes while it waits; each is worth a line.
void showQueued(const json::value& view) {
  if (const auto position = findInteger(view, "queuePosition"); position > 0) {
    fmt::print(stderr, "{} number {} in the queue of the workspace\n",
               styled(Style::yellow, "queued:"), position);
  }
}

// What the execution waits for, to tell a person once for each question.
std::string questionsOf(const json::value& view) {
  std::string ids;
  if (findString(view, "status") != "waiting") return ids;
  if (const auto* approvals = findArray(view, "approvals")) {
    for (const auto& approval : *approvals) ids += findString(approval, "id");
  }
  return ids;
}

// Waits until the execution ends or, without `forPerson`, until only a person can move it.
Result<json::value> follow(const Context& context, Remote& remote, json::value view,
                           bool forPerson) {
  std::string told;
  while (!isFinal(findString(view, "status"))) {
    auto asked = questionsOf(view);
    if (!asked.empty() && !forPerson) break;
    if (asked != told && !asked.empty() && !context.json) showWaiting(view);
    if (!context.json) showQueued(view);
    // A question not told yet is answered at once; for the decision, or a place in the queue, the
    // server holds the answer back.
    const bool queued = findInteger(view, "queuePosition") > 0;
    const int grace = asked.empty() && !queued ? 0 : queued ? kQueuePollMs : kPollMs;
    told = std::move(asked);
    EXECUTOR_TRY(view, remote.get(fmt::format("/api/v1/executions/{}/wait?ms={}&graceMs={}",
                                              findString(view, "taskId"), kPollMs, grace)));
  }
  return view;
}

// Members of a start that hold the answer back until there is something to say.
void waitForNews(json::object& body) {
  body["wait"] = kPollMs;
  body["graceMs"] = 0;
}

// Waiting is neither success nor failure, and a script must be able to tell it apart.
int exitCodeOfExecution(std::string_view status) {
  if (status == "completed") return kExitOk;
  return isFinal(status) ? kExitFailed : kExitWaiting;
}

// The program's own lines, apart from its result.
void showConsole(const json::value& view) {
  const auto* logs = findArray(view, "logs");
  if (!logs) return;
  for (const auto& line : *logs) {
    fmt::print(stderr, "{} {}\n",
               styled(Style::dim, fmt::format("[{}]", findString(line, "level"))),
               findString(line, "text"));
  }
}

// What the program shows beside its result: texts as they are, of the rest what it is.
void showEmitted(const json::value& view) {
  const auto* emitted = findArray(view, "emitted");
  if (!emitted) return;
  for (const auto& item : *emitted) {
    const auto text = findString(item, "text");
    const std::string what =
        findString(item, "kind") == "text"
            ? std::string(text)
            : fmt::format("{} {} ({} bytes)", findString(item, "name", findString(item, "kind")),
                          findString(item, "mimeType"), findInteger(item, "bytes"));
    const auto handle = findString(item, "handle");
    fmt::print(stderr, "{} {}{}{}\n", styled(Style::dim, "[emit]"), what,
               handle.empty() ? "" : ": executor result get ", handle);
  }
}

// The line of the program with a mark under the place.
std::string excerptText(const json::object& detail) {
  const auto caret = findString(detail, "caret");
  if (caret.empty()) return {};
  const std::string number = std::to_string(findInteger(detail, "line"));
  return fmt::format("\n  {} | {}\n  {} | {}", number, findString(detail, "source"),
                     std::string(number.size(), ' '), caret);
}

// The position is in the agent's own source, so an editor can jump to it.
std::string errorText(const json::value& view) {
  std::string text(findString(view, "error"));
  const auto* detail = findObject(view, "errorDetail");
  if (!detail) return text;
  if (auto line = findInteger(*detail, "line"); line > 0) {
    text += fmt::format(" (line {}, column {})", line, findInteger(*detail, "column"));
    text += excerptText(*detail);
  }
  if (auto hint = findString(*detail, "hint"); !hint.empty())
    text += fmt::format("\nhint: {}", hint);
  return text;
}

// Of a big one the beginning, and on standard error where the rest is.
void showResult(const json::value& view) {
  const auto handle = findString(view, "resultHandle");
  if (handle.empty()) {
    const auto* result = find(view, "result");
    fmt::print("{}\n", result ? prettyJson(*result) : "null");
    return;
  }
  fmt::print("{}\n", findString(view, "resultPreview"));
  fmt::print(stderr, "{} {} bytes. The rest: executor result get {} --out FILE\n",
             styled(Style::dim, "[result]"), findInteger(view, "resultBytes"), handle);
}

// The end of `execute`, `call` and `resume`: one way to show a result.
void showExecution(const json::value& view) {
  showConsole(view);
  showEmitted(view);
  auto status = findString(view, "status");
  if (status == "completed") {
    showResult(view);
  } else if (isFinal(status)) {
    fmt::print(stderr, "{}: {}\n", styled(Style::red, status), errorText(view));
  } else {
    showWaiting(view);
    showQueued(view);
    fmt::print("{} {}\n", status, findString(view, "taskId"));
  }
}

// Starts, follows and shows. The exit code tells the execution's end, unless the command itself
// failed before.
void runExecution(Context& context, const std::string& path, const json::value& body, bool wait) {
  std::string status = "failed";
  runRest(
      context,
      [&](Remote& remote) -> Result<json::value> {
        EXECUTOR_TRY(auto started, remote.post(path, body));
        EXECUTOR_TRY(auto view, follow(context, remote, std::move(started), wait));
        status = findString(view, "status");
        return view;
      },
      showExecution);
  if (context.exit == kExitOk) context.exit = exitCodeOfExecution(status);
}

// A summary before the result: which tools, how they ended, how long each took.
void showCalls(const json::value& view) {
  fmt::print("{} {}\n", findString(view, "taskId"), findString(view, "status"));
  const auto* calls = findArray(view, "calls");
  if (!calls) return;
  for (const auto& call : *calls) {
    fmt::print("  {:>3} {:<10} {} {} ms\n", findInteger(call, "n"), findString(call, "status"),
               findString(call, "tool"), findInteger(call, "durationMs"));
  }
  if (find(view, "error")) fmt::print("error: {}\n", errorText(view));
}

// A command with the id of an execution.
template <class F>
CLI::App* addForTask(CLI::App& group, const char* name, const char* text, F run) {
  auto id = std::make_shared<std::string>();
  auto* command = group.add_subcommand(name, text);
  command->add_option("taskId", *id)->required();
  command->callback([id, run] { run("/api/v1/executions/" + percentEncode(*id)); });
  return command;
}

// The journal as it stands: one line each, long bodies cut.
void showEvents(const json::value& answer) {
  const auto* items = findArray(answer, "items");
  if (!items) return;
  for (const auto& event : *items) {
    const auto* body = find(event, "body");
    fmt::print("{:>5} {} {:<20} {}\n", findInteger(event, "seq"),
               formatTime(findInteger(event, "at")), findString(event, "kind"),
               body ? truncateText(serializeJson(*body), 200) : "");
  }
}

}  // namespace

// Everything the server checks is left to it: a limit that stood here too would one day differ.
void addExecuteCommand(CLI::App& app, Context& context) {
  struct Options {
    std::string file, typeCheck;
    int timeoutMs = 0;
    bool noWait = false;
  };
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("execute", "Run a TypeScript program");
  command->add_option("file", o->file, "File, or - for standard input")->required();
  command->add_option("--timeout-ms", o->timeoutMs, "1 to 600000 (default 300000)");
  command->add_option("--type-check", o->typeCheck, "off, warn or error (the server's default)");
  command->add_flag("--no-wait", o->noWait, "Do not wait for a person to decide");
  command->callback([&context, o] {
    auto code = readInput(o->file, kMaxProgramBytes);
    if (!code) return context.fail(code.error());
    json::object body{{"code", *code}};
    waitForNews(body);
    if (o->timeoutMs != 0) body["timeoutMs"] = o->timeoutMs;
    if (!o->typeCheck.empty()) body["typeCheck"] = o->typeCheck;
    runExecution(context, "/api/v1/executions", body, !o->noWait);
  });
}

// The input is parsed here only to send one JSON document; its meaning is the server's.
void addCallCommand(CLI::App& app, Context& context) {
  struct Options {
    std::string tool, input;
    bool noWait = false;
  };
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("call", "Call one tool");
  command->add_option("tool", o->tool, "For example github.issues.list_for_repo")->required();
  command->add_option("input", o->input, "Its input as JSON (- for standard input)");
  command->add_flag("--no-wait", o->noWait, "Do not wait for a person to decide");
  command->callback([&context, o] {
    if (o->input == "-") {
      auto text = readInput("-", kMaxProgramBytes);
      if (!text) return context.fail(text.error());
      o->input = *std::move(text);
    }
    auto input = parseJson(o->input.empty() ? "{}" : o->input);
    if (!input) return context.fail(input.error());
    json::object body{{"tool", o->tool}, {"input", *std::move(input)}};
    waitForNews(body);
    runExecution(context, "/api/v1/calls", body, !o->noWait);
  });
}

void addExecutionCommand(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("execution", "What ran and what runs")->require_subcommand(1);
  addHistoryCommands(*group, context);
  addForTask(*group, "show", "Result, calls and console of one",
             [&context](const std::string& path) {
               runRest(
                   context, [&](Remote& remote) { return remote.get(path); },
                   [](const json::value& view) {
                     showCalls(view);
                     showExecution(view);
                   });
             });
  addForTask(*group, "events", "Its journal in order", [&context](const std::string& path) {
    runRest(context, [&](Remote& remote) { return remote.get(path + "/events"); }, showEvents);
  });
  addForTask(*group, "resume", "Wait for its result", [&context](const std::string& path) {
    std::string status = "failed";
    runRest(
        context,
        [&](Remote& remote) -> Result<json::value> {
          EXECUTOR_TRY(auto view, remote.get(path));
          EXECUTOR_TRY(view, follow(context, remote, std::move(view), true));
          status = findString(view, "status");
          return view;
        },
        showExecution);
    if (context.exit == kExitOk) context.exit = exitCodeOfExecution(status);
  });
  addForTask(*group, "rerun", "Run the same again, as you", [&context](const std::string& path) {
    json::object body;
    waitForNews(body);
    runExecution(context, path + "/rerun", body, true);
  });
  addForTask(*group, "cancel", "Stop it", [&context](const std::string& path) {
    runRest(
        context, [&](Remote& remote) { return remote.post(path + "/cancel"); },
        [](const json::value& view) { fmt::print("{}\n", findString(view, "status")); });
  });
}

}  // namespace executor::cli

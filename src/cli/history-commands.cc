// execution list, timeline, prune, and result: what ran, read and tidied up from a terminal.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/rest-command.h"
#include "cli/time-argument.h"

namespace executor::cli {
namespace {

struct ListOptions {
  std::string state, tool, client, search, since, until, cursor;
  int limit = 0;
};

// The parameters of the listing; times as the server wants them.
Result<std::string> listPath(const ListOptions& options) {
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, percentEncode(value));
  };
  add("state", options.state);
  add("tool", options.tool);
  add("client", options.client);
  add("q", options.search);
  const EpochMs now = systemClock().now();
  const std::pair<const char*, const std::string&> times[] = {{"since", options.since},
                                                              {"until", options.until}};
  for (const auto& [name, text] : times) {
    if (text.empty()) continue;
    EXECUTOR_TRY(const EpochMs moment, parseMoment(text, now));
    add(name, std::to_string(moment));
  }
  if (options.limit != 0) add("limit", std::to_string(options.limit));
  add("cursor", options.cursor);
  return "/api/v1/executions" + query;
}

// A search that ended at its bound says so, on standard error, so that a pipe has rows alone.
void showList(const json::value& answer) {
  showTable({"taskId", "status", "queuePosition", "client", "createdAt", "error"},
            "Nothing ran yet.")(answer);
  if (!findBool(answer, "partial")) return;
  fmt::print(stderr, "Only the newest were searched. Go on with --cursor {}\n",
             findString(answer, "nextCursor"));
}

std::string seconds(std::int64_t ms) {
  return ms < 1'000 ? fmt::format("{} ms", ms) : fmt::format("{}.{:03} s", ms / 1'000, ms % 1'000);
}

// One line each: when since the creation, how long, what.
void showEntry(const json::value& entry, std::int64_t createdAt) {
  const auto* duration = find(entry, "durationMs");
  const std::string number =
      findInteger(entry, "n") == 0 ? "" : fmt::format("call {}: ", findInteger(entry, "n"));
  fmt::print("{:>12} {:>12}  {}{}\n", "+" + seconds(findInteger(entry, "at") - createdAt),
             duration == nullptr ? "" : seconds(duration->to_number<std::int64_t>()), number,
             findString(entry, "text"));
}

void showTimeline(const json::value& timeline) {
  const auto createdAt = findInteger(timeline, "createdAt");
  fmt::print("{}\n", formatTime(createdAt));
  if (const auto* items = findArray(timeline, "items")) {
    for (const auto& entry : *items) showEntry(entry, createdAt);
  }
  if (const auto more = findInteger(timeline, "notShown"); more > 0) {
    fmt::print("… {} more\n", more);
  }
  fmt::print("{} in all: {} in the queue, {} for a person, {} for upstreams\n",
             seconds(findInteger(timeline, "totalMs")), seconds(findInteger(timeline, "queuedMs")),
             seconds(findInteger(timeline, "personMs")),
             seconds(findInteger(timeline, "upstreamMs")));
}

// The server removes some at a time, so that nobody waits for it.
Result<json::value> prune(Remote& remote, EpochMs before) {
  std::int64_t removed = 0;
  for (bool more = true; more;) {
    EXECUTOR_TRY(const auto answer,
                 remote.post("/api/v1/executions/prune", json::object{{"before", before}}));
    removed += findInteger(answer, "removed");
    more = findBool(answer, "more") && findInteger(answer, "removed") > 0;
  }
  return json::object{{"removed", removed}};
}

void addPrune(CLI::App& group, Context& context) {
  auto age = std::make_shared<std::string>();
  auto* command = group.add_subcommand("prune", "Remove ended ones and all that belongs to them");
  command->add_option("--older-than", *age, "Ended so long ago: 90d, 4w, 12h")->required();
  command->callback([&context, age] {
    const auto span = parseDuration(*age);
    if (!span) return context.fail(span.error());
    const EpochMs before = systemClock().now() - *span;
    runRest(
        context, [&](Remote& remote) { return prune(remote, before); },
        [](const json::value& answer) {
          fmt::print("Removed {} executions.\n", findInteger(answer, "removed"));
        });
  });
}

void addList(CLI::App& group, Context& context) {
  auto o = std::make_shared<ListOptions>();
  auto* list = group.add_subcommand("list", "Newest first");
  list->add_option("--state,--status", o->state, "Only these: waiting, failed, …");
  list->add_option("--tool", o->tool, "That called this tool, or one below it");
  list->add_option("--client", o->client, "Started by mcp, cli or api");
  list->add_option("--since", o->since, "Created since: 2h, 7d, 2026-11-24");
  list->add_option("--until", o->until, "Created before");
  list->add_option("--search", o->search, "With this in program, tools, error or id");
  list->add_option("--limit", o->limit, "1 to 100 (default 50)");
  list->add_option("--cursor", o->cursor, "Where the page before ended");
  list->callback([&context, o] {
    const auto path = listPath(*o);
    if (!path) return context.fail(path.error());
    runRest(context, [&](Remote& remote) { return remote.get(*path); }, showList);
  });
}

}  // namespace

void addHistoryCommands(CLI::App& group, Context& context) {
  addList(group, context);
  auto id = std::make_shared<std::string>();
  auto* timeline = group.add_subcommand("timeline", "What happened when, who waited for whom");
  timeline->add_option("taskId", *id)->required();
  timeline->callback([&context, id] {
    const auto path = "/api/v1/executions/" + percentEncode(*id) + "/timeline";
    runRest(context, [&](Remote& remote) { return remote.get(path); }, showTimeline);
  });
  addPrune(group, context);
}

}  // namespace executor::cli

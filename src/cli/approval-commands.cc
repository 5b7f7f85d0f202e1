// approval: looking at calls that wait for a person, and deciding them.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

constexpr const char* kPath = "/api/v1/approvals";

// What would be sent, and where: everything a person needs to decide, with the input in full.
void showApproval(const json::value& approval) {
  for (const char* member :
       {"id", "status", "tool", "method", "origin", "summary", "executionId", "createdAt",
        "expiresAt", "decidedBy", "decidedAt", "reason", "scope", "grantedBy", "policyId"}) {
    if (find(approval, member)) fmt::print("{:<12} {}\n", member, cellOf(approval, member));
  }
  if (const auto* input = find(approval, "input")) fmt::print("input\n{}\n", prettyJson(*input));
}

struct DecideOptions {
  std::vector<std::string> ids;
  std::string execution, reason;
  bool forExecution = false, makePolicy = false;
};

// Pending ones of an execution as they are at this moment, oldest first; what it asks later is not
// decided by this.
Result<json::array> waitingOf(Remote& remote, const std::string& executionId) {
  EXECUTOR_TRY(const auto answer, remote.get(fmt::format("{}?status=pending&executionId={}", kPath,
                                                         percentEncode(executionId))));
  json::array ids;
  if (const auto* items = findArray(answer, "items")) {
    for (const auto& item : *items) ids.insert(ids.begin(), json::value(findString(item, "id")));
  }
  if (!ids.empty()) return ids;
  return fail(ErrorCode::not_found,
              fmt::format("Nothing of the execution {} waits for a decision.", executionId),
              "`executor approval list` shows what waits.");
}

Result<json::array> idsOf(Remote& remote, const DecideOptions& options) {
  if (!options.execution.empty()) return waitingOf(remote, options.execution);
  json::array ids;
  for (const auto& id : options.ids) ids.emplace_back(id);
  return ids;
}

json::object bodyOf(const DecideOptions& options, const std::string& decision) {
  json::object body{{"decision", decision}};
  if (!options.reason.empty()) body["reason"] = options.reason;
  if (options.forExecution) body["scope"] = "execution";
  if (options.makePolicy) body["scope"] = "policy";
  return body;
}

// A line each: what is decided on standard output, what is not on standard error.
void showOutcomes(const json::value& answer) {
  const auto* items = findArray(answer, "items");
  if (!items) return;
  for (const auto& item : *items) {
    if (const auto* error = findObject(item, "error")) {
      fmt::print(stderr, "{} {} ({})\n", styled(Style::red, "error:"),
                 findString(*error, "message"), findString(*error, "code"));
    } else {
      fmt::print("{} {}\n", findString(item, "status"), findString(item, "tool"));
    }
  }
}

// One is answered with its own error and exit code, several with an outcome each.
void decide(Context& context, const DecideOptions& options, const std::string& decision) {
  json::object body = bodyOf(options, decision);
  if (options.ids.size() == 1) {
    const auto path = fmt::format("{}/{}/decision", kPath, percentEncode(options.ids.front()));
    return runRest(
        context, [&](Remote& remote) { return remote.post(path, body); },
        [](const json::value& view) {
          fmt::print("{} {}\n", findString(view, "status"), findString(view, "tool"));
        });
  }
  bool failed = false;
  runRest(
      context,
      [&](Remote& remote) -> Result<json::value> {
        EXECUTOR_TRY(body["ids"], idsOf(remote, options));
        EXECUTOR_TRY(auto answer, remote.post(fmt::format("{}/decisions", kPath), body));
        failed = findInteger(answer, "failed") > 0;
        return answer;
      },
      showOutcomes);
  if (context.exit == kExitOk && failed) context.exit = kExitFailed;
}

// `approve` and `deny` are two commands and no flag, so that a typing error cannot mean its
// opposite.
CLI::App* addDecision(CLI::App& group, Context& context, const char* name, const char* text,
                      const std::shared_ptr<DecideOptions>& options) {
  auto* command = group.add_subcommand(name, text);
  auto* ids = command->add_option("approval", options->ids, "One or more ids");
  auto* execution = command->add_option("--execution", options->execution,
                                        "All that this execution waits for now");
  execution->excludes(ids);
  command->add_option("--reason", options->reason, "Reaches the program");
  command->callback([&context, options, decision = std::string(name)] {
    if (options->ids.empty() && options->execution.empty()) {
      throw CLI::RequiredError("approval");
    }
    decide(context, *options, decision);
  });
  return command;
}

// Only a yes can reach further than its call.
void addApprove(CLI::App& group, Context& context) {
  auto options = std::make_shared<DecideOptions>();
  auto* command =
      addDecision(group, context, "approve", "Send it, once, exactly as shown", options);
  auto* forExecution = command->add_flag("--for-execution", options->forExecution,
                                         "And what this execution asks for this tool later");
  command
      ->add_flag("--make-policy", options->makePolicy,
                 "And make a policy that allows this tool from now on")
      ->excludes(forExecution);
}

}  // namespace

// Deciding asks for no confirmation: `show` is the look before, and a script must be able to
// decide.
void addApprovalCommand(CLI::App& app, Context& context) {
  auto* group =
      app.add_subcommand("approval", "Calls that wait for a person")->require_subcommand(1);
  auto all = std::make_shared<bool>(false);
  auto* list = group->add_subcommand("list", "Pending ones");
  list->add_flag("--all", *all, "Decided ones too");
  list->callback([&context, all] {
    auto path = std::string(kPath) + (*all ? "" : "?status=pending");
    const auto columns =
        *all ? std::vector<std::string>{"id", "status", "tool", "decidedBy", "decidedAt", "reason"}
             : std::vector<std::string>{"id", "status", "tool", "createdAt"};
    runRest(
        context, [&](Remote& remote) { return remote.get(path); },
        showTable(columns, "Nothing waits for a decision."));
  });
  auto id = std::make_shared<std::string>();
  auto* show = group->add_subcommand("show", "What would be sent, and where");
  show->add_option("approval", *id)->required();
  show->callback([&context, id] {
    auto path = fmt::format("{}/{}", kPath, percentEncode(*id));
    runRest(context, [&](Remote& remote) { return remote.get(path); }, showApproval);
  });
  addApprove(*group, context);
  addDecision(*group, context, "deny", "Do not send it", std::make_shared<DecideOptions>());
}

}  // namespace executor::cli

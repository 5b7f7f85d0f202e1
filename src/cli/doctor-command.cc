// doctor: the effective configuration, and everything that is configured tried by using it.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "cli/commands.h"
#include "cli/configure.h"
#include "cli/production-checklist.h"
#include "cli/remote.h"
#include "cli/server-parts.h"
#include "sandbox/type-checker.h"

namespace executor::cli {
namespace {

// One line of the report. `ok` is false only for what should be mended.
struct Check {
  std::string name;
  bool ok = false;
  std::string text;
};

// Runs `return 1 + 1` in a real worker.
class TrialRun : public sandbox::RunEvents {
 public:
  void onStarted(std::string) override {}
  void onCall(std::uint32_t, std::string, std::string, std::string) override {}
  void onTimer(std::uint32_t, std::uint32_t) override {}
  void onTimerCancelled(std::uint32_t) override {}
  void onConsole(sandbox::ConsoleLine) override {}
  void onTurnEnd(std::uint32_t) override {}
  void onEnd(sandbox::RunEnd end) override { ended = std::move(end); }

  std::optional<sandbox::RunEnd> ended;
};

Check tryProgram(asio::io_context& loop, sandbox::Runtime& runtime) {
  TrialRun events;
  auto run = runtime.start({.tenant = "doctor", .code = "return 1 + 1"}, events);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!events.ended && loop.run_one_until(deadline) > 0) {
  }
  bool ok = events.ended && events.ended->ok && events.ended->resultJson == "2";
  std::string why = events.ended ? events.ended->error.message : "no answer within 10 s";
  return {"sandbox: a program runs", ok, ok ? "return 1 + 1 gives 2" : why};
}

// What is allowed is said, and tried: an operator should not find out in an audit.
Check checkLocalVm(const Configuration& configuration) {
  const std::string name(sandbox::kLocalVm);
  if (!configuration.flag("DANGEROUSLY_ALLOW_LOCAL_VM")) {
    return {name, true, "not allowed: every program runs in the jail"};
  }
  asio::io_context loop(1);
  auto zygote = sandbox::Zygote::start(loop, sandbox::JailRequirement::none);
  if (!zygote) return {name, false, zygote.error().message};
  auto runtime = sandbox::makeLocalRuntime(loop, **zygote);
  const Check tried = tryProgram(loop, *runtime);
  return {name, tried.ok,
          "allowed by DANGEROUSLY_ALLOW_LOCAL_VM: a program that names it runs without the jail; " +
              tried.text};
}

// A zygote of its own, so that the check works with and without a running server, and sees the same
// kernel that the server will see.
void checkSandbox(std::vector<Check>& checks) {
  asio::io_context loop(1);
  auto zygote = sandbox::Zygote::start(loop, sandbox::JailRequirement::best);
  if (!zygote) {
    checks.push_back({"sandbox", false, zygote.error().message});
    return;
  }
  auto runtime = sandbox::makeLocalRuntime(loop, **zygote);
  for (const auto& part : runtime->jail()) {
    checks.push_back({"jail: " + part.name, part.active, part.active ? "active" : part.reason});
  }
  checks.push_back(tryProgram(loop, *runtime));
}

// A wrong program, checked. Without a compiler programs run unchecked, which is a fault only where
// the operator has named one.
Check checkTypes(const Configuration& configuration) {
  const std::string path(configuration.get("EXECUTOR_TSC"));
  constexpr const char* kName = "type checker";
  if (!sandbox::findTypeChecker(path)) {
    asio::io_context loop(1);
    auto absent = sandbox::makeTypeChecker({.tscPath = path}, loop.get_executor());
    return {kName, path.empty(), absent->status() + " Programs run unchecked."};
  }
  asio::io_context loop(1);
  auto checker = sandbox::makeTypeChecker({.tscPath = path}, loop.get_executor());
  std::optional<bool> works;
  asio::co_spawn(loop, checker->check("const n: number = 'one';"),
                 [&works](std::exception_ptr error, auto found) {
                   works = !error && found && found->size() == 1;
                 });
  while (!works && loop.run_one() > 0) {
  }
  return {kName, works.value_or(false), checker->status()};
}

// Looking must change nothing: the directory is made by the first start, not by doctor.
Check checkDataDirectory(const Configuration& configuration) {
  auto path = configuration.dataDir();
  std::error_code error;
  bool there = std::filesystem::is_directory(path, error);
  return {"data directory", true, there ? path : path + " (made at the first start)"};
}

// That no server runs is a state, not a fault; one that runs and does not answer is.
Check checkServer(const Context& context) {
  auto remote = Remote::open(context);
  if (!remote) return {"server", true, "not running"};
  auto status = remote->get("/api/v1/status");
  if (!status) return {"server", false, status.error().message};
  return {"server", true, remote->url() + " answers"};
}

// The same rules that `serve` refuses to start over.
Check checkDeploymentRules(const Configuration& configuration) {
  auto problems = deploymentProblems(configuration);
  if (problems.empty()) return {"deployment rules", true, "kept"};
  return {"deployment rules", false, problems.front().message + " " + problems.front().hint};
}

// In the order in which a reader would suspect things.
std::vector<Check> allChecks(const Context& context, const Configuration& configuration) {
  std::vector<Check> checks = {checkDeploymentRules(configuration),
                               checkDataDirectory(configuration), checkServer(context)};
  checkSandbox(checks);
  checks.push_back(checkLocalVm(configuration));
  checks.push_back(checkTypes(configuration));
  return checks;
}

// Secrets are masked already in Setting::value; `secret` says that they are.
json::object asJson(const Configuration& configuration, const std::vector<Check>& checks) {
  json::array settings, results;
  for (const auto& setting : configuration.all()) {
    settings.push_back(json::object{{"name", setting.name},
                                    {"value", setting.value},
                                    {"origin", setting.origin},
                                    {"secret", setting.secret}});
  }
  for (const auto& check : checks) {
    results.push_back(json::object{{"name", check.name}, {"ok", check.ok}, {"text", check.text}});
  }
  return {{"configuration", std::move(settings)}, {"checks", std::move(results)}};
}

// Unset variables are left out for people and kept for programs.
void print(const Configuration& configuration, const std::vector<Check>& checks) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& setting : configuration.all()) {
    if (!setting.value.empty()) rows.push_back({setting.name, setting.value, setting.origin});
  }
  fmt::print("{}\n", formatTable({"VARIABLE", "VALUE", "ORIGIN"}, rows));
  for (const auto& check : checks) {
    fmt::print("{} {}: {}\n", check.ok ? styled(Style::green, "ok  ") : styled(Style::red, "FAIL"),
               check.name, check.text);
  }
}

void examine(Context& context) {
  auto configuration = loadConfiguration(context);
  if (!configuration) return context.fail(configuration.error());
  auto checks = allChecks(context, *configuration);
  if (context.json) {
    context.printJson(asJson(*configuration, checks));
  } else {
    print(*configuration, checks);
  }
  for (const auto& check : checks) {
    // A missing jail part is reported; whether it is fatal is EXECUTOR_SANDBOX_REQUIRE's to say.
    bool required = !check.name.starts_with("jail: ") ||
                    configuration->get("EXECUTOR_SANDBOX_REQUIRE") == "full";
    if (!check.ok && required) context.exit = kExitFailed;
  }
}

json::value asJson(const std::vector<ChecklistItem>& items) {
  json::array list;
  bool ok = true;
  for (const auto& item : items) {
    json::object one{{"section", item.section},
                     {"name", item.name},
                     {"standing", name(item.standing)},
                     {"text", item.text}};
    if (!item.fix.empty()) one["fix"] = item.fix;
    list.push_back(std::move(one));
    ok = ok && item.standing != Standing::fail;
  }
  return json::object{{"ok", ok}, {"checklist", std::move(list)}};
}

std::string markOf(Standing standing) {
  switch (standing) {
    case Standing::ok: return styled(Style::green, "ok  ");
    case Standing::note: return styled(Style::yellow, "note");
    case Standing::fail: return styled(Style::red, "FAIL");
  }
  return {};
}

// What to do stands under what is wrong.
void print(const std::vector<ChecklistItem>& items) {
  std::string section;
  for (const auto& item : items) {
    if (item.section != section) {
      fmt::print("{}{}\n", section.empty() ? "" : "\n", styled(Style::bold, item.section));
    }
    section = item.section;
    fmt::print("{} {}: {}\n", markOf(item.standing), item.name, item.text);
    if (!item.fix.empty()) fmt::print("     {}\n", item.fix);
  }
}

// Notes are for a person to judge; only what fails makes the exit code 1.
void examineForProduction(Context& context) {
  auto configuration = loadConfiguration(context);
  if (!configuration) return context.fail(configuration.error());
  MachineFacts facts = lookAtMachine(*configuration);
  lookAtJail(facts);
  const auto items = productionChecklist(*configuration, facts);
  if (context.json) {
    context.printJson(asJson(items));
  } else {
    print(items);
  }
  if (std::ranges::find(items, Standing::fail, &ChecklistItem::standing) != items.end()) {
    context.exit = kExitFailed;
  }
}

}  // namespace

void addDoctorCommand(CLI::App& app, Context& context) {
  auto production = std::make_shared<bool>(false);
  auto* doctor = app.add_subcommand("doctor", "Show the configuration and try what is configured");
  doctor->add_flag("--production", *production, "What a production server should have");
  doctor->callback(
      [&context, production] { *production ? examineForProduction(context) : examine(context); });
}

}  // namespace executor::cli

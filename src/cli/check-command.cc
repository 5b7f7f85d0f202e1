// check: what the type check says of a program, before anything runs.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/rest-command.h"

namespace executor::cli {
namespace {

constexpr std::size_t kMaxProgramBytes = 512u << 10;

// The findings are the server's own text: what an agent reads, a person reads too.
void showVerdict(const json::value& verdict) {
  const auto status = findString(verdict, "status");
  const auto reason = findString(verdict, "reason");
  const Style style = status == "failed" ? Style::red : Style::green;
  fmt::print("{}{}{}\n", styled(style, status), reason.empty() ? "" : ": ", reason);
  if (const auto text = findString(verdict, "text"); !text.empty()) fmt::print("\n{}", text);
}

}  // namespace

void addCheckCommand(CLI::App& app, Context& context) {
  auto file = std::make_shared<std::string>();
  auto* command = app.add_subcommand("check", "Check the types of a program without running it");
  command->add_option("file", *file, "File, or - for standard input")->required();
  command->callback([&context, file] {
    auto code = readInput(*file, kMaxProgramBytes);
    if (!code) return context.fail(code.error());
    bool failed = false;
    runRest(
        context,
        [&](Remote& remote) -> Result<json::value> {
          EXECUTOR_TRY(auto verdict, remote.post("/api/v1/check", json::object{{"code", *code}}));
          failed = findString(verdict, "status") == "failed";
          return verdict;
        },
        showVerdict);
    if (context.exit == kExitOk && failed) context.exit = kExitFailed;
  });
}

}  // namespace executor::cli

// The command line: global flags, the subcommands in the order of --help, exit codes.
#include <fmt/format.h>

#include "cli/commands.h"

namespace executor::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 the command or the program failed; 2 wrong arguments; 3 no server "
    "runs;\n"
    "4 not allowed; 5 no such thing; 6 the execution waits for a person.\n"
    "Every command takes --json. `executor doctor` shows the effective configuration.";

// Before the subcommands, which inherit them.
void addGlobals(CLI::App& app, Context& context) {
  app.add_flag("--json", context.json, "One JSON document on standard output");
  app.add_option("--data-dir", context.dataDir, "Default ~/.executor (EXECUTOR_DATA_DIR)");
  app.add_option("--env-file", context.envFile, "Variables from this file");
  app.set_version_flag("--version", "executor " EXECUTOR_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  // Global flags may stand anywhere.
  app.fallthrough();
}

// The order of --help: running, connecting, setting up, using, deciding, looking.
void addCommands(CLI::App& app, Context& context) {
  addServeCommand(app, context);
  addStopCommand(app, context);
  addMcpCommand(app, context);
  addConnectCommand(app, context);
  addOpenCommand(app, context);
  addSourceCommand(app, context);
  addConnectionCommand(app, context);
  addPolicyCommand(app, context);
  addSettingsCommand(app, context);
  addToolsCommand(app, context);
  addExecuteCommand(app, context);
  addCheckCommand(app, context);
  addCallCommand(app, context);
  addExecutionCommand(app, context);
  addResultCommand(app, context);
  addApprovalCommand(app, context);
  addKeyCommand(app, context);
  addDoctorCommand(app, context);
  addExampleCommand(app, context);
  addCompletionCommand(app, context);
  addVersionCommand(app, context);
}

}  // namespace

// Callbacks run within parse(); their outcome is in the context, never in an exception.
int runProgram(int argc, char** argv) {
  CLI::App app("Executor: one MCP tool between AI agents and everything they may act on.",
               "executor");
  Context context;
  addGlobals(app, context);
  addCommands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return context.exit;
}

}  // namespace executor::cli

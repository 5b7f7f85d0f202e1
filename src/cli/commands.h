// The subcommands, one function per group; each adds its options and its callback to the parser.
//
// A callback runs after parsing, prints through Context and leaves the exit code there. Nothing
// registers itself: program.cc calls these in the order `executor --help` shows.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.h"

namespace executor::cli {

void addServeCommand(CLI::App& app, Context& context);
void addStopCommand(CLI::App& app, Context& context);
void addMcpCommand(CLI::App& app, Context& context);
void addExecuteCommand(CLI::App& app, Context& context);
void addCallCommand(CLI::App& app, Context& context);
void addToolsCommand(CLI::App& app, Context& context);
void addSourceCommand(CLI::App& app, Context& context);
void addConnectionCommand(CLI::App& app, Context& context);
void addPolicyCommand(CLI::App& app, Context& context);
void addExecutionCommand(CLI::App& app, Context& context);
void addApprovalCommand(CLI::App& app, Context& context);
void addKeyCommand(CLI::App& app, Context& context);
void addOpenCommand(CLI::App& app, Context& context);
void addConnectCommand(CLI::App& app, Context& context);
void addDoctorCommand(CLI::App& app, Context& context);
void addExampleCommand(CLI::App& app, Context& context);
void addVersionCommand(CLI::App& app, Context& context);
void addCompletionCommand(CLI::App& app, Context& context);

// Parses and runs; the process's exit code.
int runProgram(int argc, char** argv);

}  // namespace executor::cli

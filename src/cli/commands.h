// The subcommands, one function per group; each adds its options and its callback to the parser.
//
// A callback runs after parsing, prints through Context and leaves the exit code there. Nothing
// registers itself: program.cc calls these in the order `executor --help` shows.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.h"

namespace executor::cli {

void addServeCommand(CLI::App& app, Context& context);
// SIGTERM to the pid of server.json, then waits until the process is gone.
void addStopCommand(CLI::App& app, Context& context);
// The stdio bridge; starts a server that ends when idle if none runs (D10).
void addMcpCommand(CLI::App& app, Context& context);
// Programs and direct calls wait for a person unless told not to; exit code 6 says who is waited
// for.
void addExecuteCommand(CLI::App& app, Context& context);
// Looks at a program without running it; exit code 1 when it would not be run.
void addCheckCommand(CLI::App& app, Context& context);
void addCallCommand(CLI::App& app, Context& context);
// Reading what can be called needs no decision and changes nothing.
void addToolsCommand(CLI::App& app, Context& context);
// What a workspace has. Documents come by URL, file or standard input; secrets never as an argument
// (D32).
void addSourceCommand(CLI::App& app, Context& context);
void addConnectionCommand(CLI::App& app, Context& context);
void addPolicyCommand(CLI::App& app, Context& context);
// What programs of the workspace may use, within what the server allows.
void addSettingsCommand(CLI::App& app, Context& context);
// What ran, and what waits: each decision is a person's, with the owner token (D1).
void addExecutionCommand(CLI::App& app, Context& context);
// The subcommands of `execution` that look back: list, timeline, prune.
void addHistoryCommands(CLI::App& group, Context& context);
void addResultCommand(CLI::App& app, Context& context);
void addApprovalCommand(CLI::App& app, Context& context);
// A key is printed once, when it is made; afterwards only its name and use are known.
void addKeyCommand(CLI::App& app, Context& context);
// Signing a browser in, and the lines that connect an agent.
void addOpenCommand(CLI::App& app, Context& context);
void addConnectCommand(CLI::App& app, Context& context);
// Works without a server: it starts a sandbox of its own and runs a program in it.
void addDoctorCommand(CLI::App& app, Context& context);
// Everything above once, offline, with a stand-in for the upstream.
void addExampleCommand(CLI::App& app, Context& context);
void addVersionCommand(CLI::App& app, Context& context);
void addCompletionCommand(CLI::App& app, Context& context);

// Parses and runs; the process's exit code.
int runProgram(int argc, char** argv);

}  // namespace executor::cli

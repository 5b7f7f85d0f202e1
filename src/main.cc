// The executor binary: server, CLI, stdio MCP server and sandbox host in one.
//
// The same file is executed again as the sandbox's zygote; that must be known before anything else
// happens. What a server consists of is in cli/server-parts.cc, part by part.
#include <array>

#include "cli/commands.h"
#include "sandbox/zygote.h"
#include "source/openapi/compile-job.h"

int main(int argc, char** argv) {
  static constexpr std::array kJobs = {executor::sandbox::Job{
      executor::source::openapi::kCompileJobName, executor::source::openapi::compileOpenApiJob}};
  executor::sandbox::runZygoteIfAsked(argc, argv, kJobs);
  return executor::cli::runProgram(argc, argv);
}

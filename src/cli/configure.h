// The configuration of this process: flags of the command, environment, files (D29).
#pragma once

#include "base/config.h"
#include "cli/context.h"

namespace executor::cli {

// `flags` by flag name ("--listen"); --data-dir and --env-file come from the context.
Result<Configuration> loadConfiguration(const Context& context, NamedValues flags = {});

}  // namespace executor::cli

// The server that `executor mcp` starts when none runs (D10).
//
// It is `executor serve` in a session of its own, logging to `server.log` in the data directory,
// and it ends by itself after kIdleMinutes without connections and executions. Two clients that
// start at once both try; the lock of the data directory lets one win and the other attaches to it.
#pragma once

#include <chrono>
#include <string>

#include "cli/remote.h"

namespace executor::cli {

inline constexpr std::chrono::minutes kIdleMinutes{15};
inline constexpr std::chrono::seconds kStartTimeout{20};

// The running server, or a newly started one. `unavailable` with the end of server.log otherwise.
Result<ServerLocation> ensureServer(const Context& context);

}  // namespace executor::cli

// What a client says it can do, read once for both eras.
//
// The modern era declares capabilities with every request in `_meta`, the legacy one once in
// `initialize`. Nothing is inferred from an earlier request or from the client's name (MCP
// 2026-07-28, statelessness). `elicitation: {}` means form mode only, as both revisions that know
// modes say; a revision before 2025-11-25 knows no URL mode, so nothing can declare it there.
// Anything ill-typed counts as not declared: a client that is asked less still works.
#pragma once

#include <string>

#include "base/json.h"

namespace executor::mcp {

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

struct ClientCapabilities {
  bool elicitationForm = false;
  bool elicitationUrl = false;
  bool sampling = false;
  bool roots = false;
  bool tasks = false;  // the extension of 2026-07-28, not the experiment of 2025-11-25
};

// Reads a ClientCapabilities object of the wire.
ClientCapabilities readCapabilities(const json::object& declared);

}  // namespace executor::mcp

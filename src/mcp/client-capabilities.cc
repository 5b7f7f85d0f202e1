// Absent and ill-typed are the same here: not declared.
#include "mcp/client-capabilities.h"

namespace executor::mcp {

// An empty elicitation object is the form mode of clients that are older than the modes.
ClientCapabilities readCapabilities(const json::object& declared) {
  ClientCapabilities out;
  if (const auto* elicitation = findObject(declared, "elicitation")) {
    out.elicitationUrl = findObject(*elicitation, "url") != nullptr;
    out.elicitationForm = findObject(*elicitation, "form") != nullptr || !out.elicitationUrl;
  }
  out.sampling = findObject(declared, "sampling") != nullptr;
  out.roots = findObject(declared, "roots") != nullptr;
  const auto* extensions = findObject(declared, "extensions");
  out.tasks = extensions && findObject(*extensions, kTasksExtension) != nullptr;
  return out;
}

}  // namespace executor::mcp

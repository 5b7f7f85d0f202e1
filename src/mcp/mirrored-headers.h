// Arguments of a tool that its definition mirrors into HTTP headers (`x-mcp-header`; MCP
// 2026-07-28, Streamable HTTP, custom headers).
//
// Proxies route and account by these headers, so a call whose headers say something else than its
// body, or do not say it, is refused before the tool sees it: -32020. Strings compare as they are
// after the Base64 form is decoded, integers by value, booleans as true and false. An argument that
// is absent or null has no header.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "net/http.h"

namespace executor::mcp {

struct MirroredArgument {
  std::string header;             // without the prefix Mcp-Param-
  std::vector<std::string> path;  // of the argument, from outside in
};

// `header_mismatch`, naming header and argument.
Status checkMirroredArguments(const std::vector<MirroredArgument>& mirrored,
                              const json::object& arguments, const net::Headers& headers);

}  // namespace executor::mcp

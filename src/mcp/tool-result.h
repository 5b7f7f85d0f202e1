// An execution as a tools/call result: short text for the model, everything in structuredContent.
//
// Text is tokens, so a completed run shows its result and its console lines and nothing else; what
// waits or failed says what happened, where, and what to do. structuredContent has the fields of
// D19 and reference MCP-073. A result text over kMaxPreviewChars is cut with a line that says how
// much is missing; structuredContent keeps it whole up to kMaxInlineResultBytes, beyond which
// `resultHandle` names where it is.
#pragma once

#include <string>
#include <string_view>

#include "execution/executions.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxPreviewChars = 30'000;  // reference MCP-072
inline constexpr std::size_t kMaxConsolePreview = 4'000;

// The members of a CallToolResult as JSON text without the outer braces, so that the era can add
// its own (`resultType`, `_meta`). `origin` is where links to approvals point.
// `links`: the client knows resource_link (MCP 2025-06-18), which stored contents are then given
// as.
std::string toolResultMembers(const execution::ExecutionView& view, std::string_view origin,
                              bool links = true);

// The members for a refusal before anything ran: isError with one text.
std::string toolErrorMembers(const Error& error);

}  // namespace executor::mcp

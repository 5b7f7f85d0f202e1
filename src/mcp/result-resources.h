// Stored results as MCP resources: executor://results/<handle>.
//
// What is too big for an answer is in it as a `resource_link` (tool-result.h); a client that
// follows the link gets the content here, as text where its type is text and as base64 otherwise.
// The list shows the newest results of the caller's workspace. A handle is no credential: a foreign
// one is not a resource. MCP has no ranges, so a content over kMaxResourceBytes is refused with the
// way to read it in pieces.
//
// Missing on purpose: subscriptions, because a content never changes.
#pragma once

#include "invocation/result-store.h"
#include "mcp/features.h"

namespace executor::mcp {

inline constexpr std::uint64_t kMaxResourceBytes = 8u << 20;
inline constexpr std::size_t kResourcesPerPage = 50;

// "executor://results/res_…"
std::string resultUri(std::string_view handle);

// The results must outlive it.
std::shared_ptr<Resources> makeResultResources(invocation::ResultStore& results);

}  // namespace executor::mcp

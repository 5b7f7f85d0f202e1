// What tools/list shows: `execute` and `resume`, described for a model in few tokens (D18).
//
// The description of `execute` names the workspace's namespaces (at most kMaxNamespaces, then
// "+N more"), so that a model need not ask for them first; it stays under 700 tokens of o200k_base.
// It depends on the catalogue only, so it is cached by the catalogue's version.
#pragma once

#include <string>

#include "catalog/catalog.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxNamespaces = 20;
inline constexpr std::size_t kMaxNamespaceTitle = 40;

// One Tool object each; `withOutputSchema` for revisions that know it (2025-06-18 on).
std::string executeDefinition(const catalog::Catalog& catalog, bool withOutputSchema);
std::string resumeDefinition(bool withOutputSchema);

// The text of the description alone: what the token budget is measured on.
std::string executeDescription(const catalog::Catalog& catalog);

}  // namespace executor::mcp

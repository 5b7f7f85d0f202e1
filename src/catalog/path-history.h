// The paths that a source's operations were given over its versions (D14).
//
// A program, a policy and an approval name a tool by its path, so a path must never come to mean
// another operation. The current tool set holds the paths of the operations it has; what is kept
// beside it is only what later versions of the document dropped, usually nothing. An operation that
// comes back gets its own path again.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "source/openapi/tool-path.h"
#include "source/tool-set.h"

namespace executor::catalog {

using PathMap = std::map<std::string, std::string, std::less<>>;  // operationKey → path

// The paths of the operations in `set`.
PathMap pathsOf(const source::ToolSet& set);

// Everything of `earlier` that `set` no longer has.
PathMap vanished(const PathMap& earlier, const source::ToolSet& set);

// As bytes of a blob; `store_corrupt` if they are none.
std::string encodePaths(const PathMap& paths);
Result<PathMap> decodePaths(std::string_view bytes);

}  // namespace executor::catalog

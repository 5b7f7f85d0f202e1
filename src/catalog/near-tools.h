// What somebody may have meant by a path that names no tool.
//
// The wrong part is looked for where it is: an unknown source among the sources, an unknown
// operation in its source, a path without its source in all of them. Candidates come from the
// search index and are ordered by spelling, so a large catalogue is not walked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/snapshot.h"

namespace executor::catalog {

inline constexpr std::size_t kMaxSuggestions = 3;

// Canonical paths, most likely first, at most kMaxSuggestions.
std::vector<std::string> nearTools(const Snapshot& snapshot, std::string_view path);

// As Catalog::knownSegments.
std::size_t knownSegments(const Snapshot& snapshot, std::string_view path);

// unknown_tool with what is wrong in the message and what to do in the hint.
Error describeUnknownTool(const Snapshot& snapshot, std::string_view path);

}  // namespace executor::catalog

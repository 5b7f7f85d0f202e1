// What a person asks to add, checked before anything is fetched: a refused draft has cost nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/catalog.h"

namespace executor::catalog {

inline constexpr std::size_t kMaxSourceUrlBytes = 4'096;

// The draft with its name as it will stand in tool paths. Errors: invalid_argument (kind, name,
// URLs, both or neither of url and document), reserved_name (D20), document_too_large.
Result<SourceDraft> checkDraft(SourceDraft draft);

// True for first segments that belong to the program's own tools (D20).
bool isReservedName(std::string_view name);

}  // namespace executor::catalog

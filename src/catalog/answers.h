// What the built-in catalogue tools answer: discover, catalog.namespaces, catalog.tools and
// catalog.describe.
//
// Answers are read by a model, so every one has a budget: discover stops adding types once its
// bytes are spent, describe stops adding declarations (render.h). Tools that policy denies are left
// out of lists and of totals; asked for by name they are `policy_denied`. A cursor is opaque, and
// made for another question it is refused.
#pragma once

#include "catalog/snapshot.h"

namespace executor::catalog {

// One description line.
inline constexpr std::size_t kMaxDescriptionBytes = 160;
// An input type in discover: for the first kRichResults, and for the rest.
inline constexpr std::size_t kRichResults = 3;
inline constexpr std::size_t kRichInputBytes = 480;
inline constexpr std::size_t kPlainInputBytes = 160;
// Bytes of a discover answer after which results carry only path and description.
inline constexpr std::size_t kDiscoverBytes = 8u << 10;

Result<json::value> answerSystemTool(const Snapshot& snapshot, SystemTool tool,
                                     const json::object& input,
                                     const Catalog::ApprovalOf& approvalOf);

}  // namespace executor::catalog

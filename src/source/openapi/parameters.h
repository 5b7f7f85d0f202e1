// Which parameters an operation really has, before their schemas matter.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/openapi/document.h"
#include "source/openapi/warnings.h"
#include "source/tool-set.h"

namespace executor::source::openapi {

// Operation-level over path-level by (name, in), the operation's first, as the standard has it.
// References are followed. Headers that OpenAPI gives to others (Accept, Content-Type,
// Authorization) are left out; entries without a name or a known place are left out with a warning.
std::vector<std::pair<const json::object*, Location>> effectiveParameters(
    const Document& document, const json::object& pathItem, const json::object& operation,
    std::string_view operationKey, Warnings& warnings);

// The names in braces of a path template, each once, in order.
std::vector<std::string_view> placeholdersOf(std::string_view pathTemplate);

}  // namespace executor::source::openapi

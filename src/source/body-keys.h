// The two directions between keys of a flattened body and keys of the flat input.
//
// Declared properties have their flat names from the compiler. A body that declares
// additionalProperties takes other keys too; such a key goes by its own name, unless a parameter of
// the operation has that name: then, as for declared ones, it is `<name>_body` (D21), or with one
// suffix more where that is taken too. Both directions together lose nothing: for every body,
// bodyOf(flat form of it) is that body.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "source/tool-set.h"

namespace executor::source {

// The name under which the body's `key` stands in the flat input.
std::string flatKeyOfBody(const ToolView& tool, std::string_view key);

// The body, made of all members of a flat input that belong to it.
json::object bodyOf(const ToolView& tool, const json::object& flat);

}  // namespace executor::source

// What a YAML scalar means: the core schema's grammar (YAML 1.2.2 section 10.3.2), written out.
//
// The grammar is ours and not std::from_chars, which takes "nan", "INF" and hexadecimal floats for
// numbers. Part of yaml.h, apart from it for its tests.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace executor {

// A plain scalar without tag: null, boolean, number, or the text itself.
json::value resolvePlainScalar(std::string_view text);

// A scalar with a full tag such as "tag:yaml.org,2002:int"; nullopt if the text is not of that
// type. Unknown tags give the text.
std::optional<json::value> resolveTaggedScalar(std::string_view tag, std::string_view text);

}  // namespace executor

// Single keywords of JSON Schema: pure functions from the document's form to the tool set's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace executor::source::openapi {

// Bit set of SchemaType from `type`: a name or, since 3.1, a list. Unknown names give no bit.
std::uint16_t typesOf(const json::object& schema);

// The keywords that have no field of their own, as one JSON object text; empty if there are none.
// Boolean exclusiveMinimum and exclusiveMaximum of OpenAPI 3.0 become numbers.
std::string restOf(const json::object& schema);

// `enum` as JSON array text with null added if asked; empty if absent.
std::string enumOf(const json::object& schema, bool withNull);

// True if every keyword beside `$ref` only annotates, so that the reference alone says it all.
bool onlyAnnotates(const json::object& schema);

// The component's name that a reference ends in: "#/components/schemas/Pet" gives "Pet"; empty for
// places that have no name of their own.
std::string_view componentName(std::string_view reference);

}  // namespace executor::source::openapi

// What the raw bytes of a header block may look like, before any parser reads them.
//
// Parsers differ in what they forgive: a line folded onto the next, a lone CR or LF as line end,
// NUL. Where two of them meet (a proxy and us) such a difference becomes request smuggling, so none
// of it is forgiven.
#pragma once

#include <string_view>

#include "base/error.h"

namespace executor::net {

// `block` begins with the first line and ends with the empty line. `invalid_request`, or
// `headers_too_large` if there are more than `maxFields` fields.
Status checkRawHead(std::string_view block, std::size_t maxFields);

}  // namespace executor::net

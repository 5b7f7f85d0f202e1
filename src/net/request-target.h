// The target of a request line: origin-form or absolute-form, decoded once and unambiguously.
//
// A path that two readers could understand differently is refused with `invalid_request`: dot
// segments (also escaped), an escaped slash, backslash or NUL, control characters, a broken escape,
// bytes that are no UTF-8, a fragment. What is left decodes to one path only, so that policy and
// router see what the handler sees. Missing on purpose: authority-form (CONNECT) and `*`.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::net {

struct RequestTarget {
  std::string path;
  std::string query;      // raw
  std::string authority;  // of an absolute-form target, else empty
};

Result<RequestTarget> parseRequestTarget(std::string_view target);

}  // namespace executor::net

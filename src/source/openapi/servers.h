// Base URLs: operation over path over document, variables replaced, relative ones made absolute.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "source/openapi/warnings.h"

namespace executor::source::openapi {

// The URLs of a `servers` array; variables without a default keep their braces and make a warning.
// Without a usable entry the result is empty.
std::vector<std::string> serverUrls(const json::value* servers, std::string_view documentUrl,
                                    Warnings& warnings);

// `reference` resolved against an absolute http(s) URL (RFC 3986 section 5.2, without query).
// Returned as it is when it is absolute already or `base` is empty.
std::string resolveUrl(std::string_view base, std::string_view reference);

}  // namespace executor::source::openapi

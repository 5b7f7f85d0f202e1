// The Range header of a request, for one range of bytes (RFC 9110 section 14.1.2).
//
// A server may ignore a Range that it does not understand, and several ranges in one header are
// more often an attack than a need; both are answered as if the header were not there. What is
// understood is exact: the caller gets offset and length within the content, and length 0 for a
// range that begins beyond its end, which is 416.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/blob.h"

namespace executor::api {

// nullopt: answer the whole content.
std::optional<store::BlobRange> parseByteRange(std::string_view header, std::uint64_t size);

}  // namespace executor::api

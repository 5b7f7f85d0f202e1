// One chunk of a blob as it is stored: a zstd frame with its checksum.
//
// The checksum finds a damaged page at the read that meets it; the size cap keeps a damaged or
// forged frame from growing beyond one chunk.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::store {

// `bytes` is at most kBlobChunkBytes.
Result<std::string> packChunk(std::string_view bytes);
// `store_corrupt` if the frame is damaged or longer than kBlobChunkBytes.
Result<std::string> unpackChunk(std::string_view frame);

}  // namespace executor::store

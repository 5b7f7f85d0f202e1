// Integers a JavaScript program cannot hold, as it is to see them (D22).
//
// JSON.parse rounds an integer beyond 2^53-1, so an upstream's id 9007199254740993 would reach the
// program as another id. Such integers become decimal strings; everything else of the text stays as
// it is, byte for byte, because documents that are passed through are never serialized again.
#pragma once

#include <string>
#include <string_view>

namespace executor {

// `json` with every integer literal beyond 2^53-1 in magnitude in quotes. `json` is a valid text;
// a number with a fraction or an exponent is no integer. O(n), and no copy when nothing changes.
std::string quoteUnsafeIntegers(std::string json);

}  // namespace executor

// The generated wire form plus what its numbers mean; for the writer, the verifier and the reader
// of tool sets only. Nothing else includes it, so the form can change by raising kToolSetFormat.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "source/tool-set_generated.h"

namespace executor::source {

// Raised on every change of tool-set.fbs or of a meaning; a set of another format is compiled anew.
inline constexpr std::uint32_t kToolSetFormat = 1;

// A posting keeps its tool in 24 bits.
inline constexpr std::size_t kMaxTools = (1u << 24) - 1;

enum ParameterFlag : std::uint16_t {
  kParameterRequired = 1,
  kParameterExplode = 2,
  kParameterAllowReserved = 4,
  kParameterDeprecated = 8,
};

enum ToolFlag : std::uint16_t {
  kToolDeprecated = 1,
  kToolBodyRequired = 2,
  kToolOutputEmpty = 4,
  kToolBodyOpen = 8,
};

// Everything fromBytes promises about the bytes: after this, no index in them leads out of them.
// Linear in the size, whatever was written. `store_corrupt` naming what was wrong.
Status verifyToolSet(std::string_view bytes);

}  // namespace executor::source

// What a program may show to the user with emit(value), and what is refused.
//
// Pictures and files go through a client to a person's screen, so they are bounded and their form
// is checked twice: in the worker, where a mistake becomes an error that the program sees, and in
// the server, where it means that the worker is not ours any more. Contents are not looked at: a
// client that shows a picture decodes it, and has to defend itself as it does on the web. There is
// no streaming; what a program shows is told with its end.
//
// Limits of one run are in runtime.h.
#pragma once

#include <string_view>

#include "sandbox/runtime.h"

namespace executor::sandbox {

inline constexpr std::size_t kMaxEmitNameBytes = 255;
inline constexpr std::size_t kMaxMimeTypeBytes = 127;

// Why nobody can show it, as a sentence for the program; empty if it can be shown.
std::string_view emissionProblem(const Emission& emission);

// RFC 6838 section 4.2: type/subtype, restricted names, without parameters.
bool isMimeType(std::string_view text);

}  // namespace executor::sandbox

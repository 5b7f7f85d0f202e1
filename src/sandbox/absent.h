// What programs reach for because other runtimes have it: fetch, process, require, import().
//
// None of them exists here, not even as a stand-in, because good programs ask first: `typeof fetch`
// has to be "undefined" and `'process' in globalThis` false, or a library's detection takes the
// wrong way. So a use is the engine's own ReferenceError, and its bare text becomes a sentence that
// says what to write instead, where the error leaves the program. A program that catches the error
// sees the engine's text, as it would elsewhere.
//
// import() is syntax and cannot be asked for; its error says where it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/runtime.h"

namespace executor::sandbox {

// What import() throws.
inline constexpr std::string_view kNoImport =
    "import is not available: a program has no modules. Call tools with "
    "tools.<source>.<tool>(input).";

// For "fetch is not defined", as the engine writes it; empty for names of which nothing is known.
std::string teachAbsent(std::string_view message);

// Of the first `import(` in a program without types; in UTF-16 columns.
std::optional<SourcePosition> findDynamicImport(std::string_view code);

}  // namespace executor::sandbox

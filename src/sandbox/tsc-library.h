// What the compiler believes to exist: the language's declarations and our globals, in few texts.
//
// The compiler's package brings a file per edition and topic. They are joined here into one, in the
// order in which they refer to each other, so that a start asks for one file instead of eighty; but
// a topic that is written as a module (iterators) would make a module of all, and stays alone.
// ES2024 (D23) is the base; topics of later editions are named one by one, because the engine has
// them and a program that uses them must not be called wrong. There is no DOM: what a program does
// not have, it is told.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace executor::sandbox {

// Of all declarations together; the real ones have about 600 KB.
inline constexpr std::size_t kMaxLibraryBytes = 4u << 20;
inline constexpr std::size_t kMaxLibraryFiles = 8;

// Topics as in file names: "es2024" is lib.es2024.d.ts.
std::span<const std::string_view> libraryTopics();

// Reads the topics and all they refer to from `directory`: the joined text first, then the modules.
// Blocking. not_configured naming the file that is missing; limit_exceeded beyond the limits.
Result<std::vector<std::string>> readLibrary(const std::string& directory);

// Declarations of the globals that the harness adds to the language (harness/*.js.inc).
std::string_view globalDeclarations();

}  // namespace executor::sandbox

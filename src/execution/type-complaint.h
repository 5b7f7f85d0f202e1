// A message of the TypeScript compiler taken apart: what kind of trouble, with which names and
// types.
//
// The compiler's texts are its only account of names and types, so they are read by their fixed
// words; version 7.0.2 is pinned, and type-check.test.mjs fails when an update words them
// otherwise. What is not recognised is `other`, which never blocks a program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace executor::execution {

struct TypeComplaint {
  enum class Kind : std::uint8_t {
    other,
    unknownMember,  // 2339, 2551, 2349: no such property, or not callable
    unknownKey,     // 2353, 2561: an object literal says more than its type
    missingKeys,    // 2741, 2739, 2740: … or less
    mismatch,       // 2322, 2345, 2820: a value of another type
    noArgument,     // 2554, 2555: called without its input
  };
  Kind kind = Kind::other;
  std::vector<std::string> names;  // the key, or the missing ones
  std::string found, wanted;       // types: of a mismatch; `wanted` also of an unknown key
  bool nested = false;             // the trouble is inside what was passed, not the whole of it
};

TypeComplaint readComplaint(int code, std::string_view message);

// True if a value that the checker calls `found` may well be a `wanted` when the program runs: a
// string that is one of the words, a Date (its JSON is text), an object that is filled later.
bool mayFit(std::string_view found, std::string_view wanted);

// `"a" | "b"` → a, b.
std::vector<std::string> literalsOf(std::string_view type);

}  // namespace executor::execution

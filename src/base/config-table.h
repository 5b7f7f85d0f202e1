// Every variable the program knows, in one table: `doctor`, the documentation and the checks of
// configuration files read it, and nothing else decides what a value may look like.
//
// A variable is added here and nowhere else. Its value is a text; `valid` says whether the text is
// one, `expected` says so to people. Values are judged when they are read, so a typed accessor
// never fails later.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace executor {

// What of a value may be shown. `url`: all but the password in it.
enum class Secrecy : std::uint8_t { open, secret, url };

struct Variable {
  std::string_view name;
  std::string_view flag;  // "--listen", or empty: secrets have none (D32)
  // Written as a person would write it, and judged by `valid` like a given value (a test does).
  std::string_view fallback;  // the default; empty: unset
  Secrecy secrecy;
  // Whether the text is a value. Never called with an empty text, which counts as not given.
  bool (*valid)(std::string_view value);
  std::string_view expected;  // "an address and a port, such as 127.0.0.1:4788"
  // What it does, as a sentence for the documentation; where unset means something, it says what.
  std::string_view meaning;  // one line
};

// In the order of the documentation.
std::span<const Variable> knownVariables();

// The variable of that name or alias; nullptr if there is none.
const Variable* findVariable(std::string_view name);
// The variable that a flag such as --listen sets; nullptr if there is none.
const Variable* findFlag(std::string_view flag);

// Why `name` is refused: the nearest known name, as a hint. Empty if none is near.
std::string_view nearestVariable(std::string_view name);

}  // namespace executor

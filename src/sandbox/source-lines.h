// Lines and columns of a program's text, and the lines that an error shows.
//
// Three counts of a column meet here. The engine counts bytes, the type stripper counts in a way of
// its own, and the agent's tools (editors, TypeScript) count UTF-16 units, which is what leaves
// this layer (SourcePosition). An excerpt is the line of a place with a mark under it; of a long
// line only the surroundings are shown, so that one minified line does not fill an answer. Lines
// end at \n; a place outside of the text has no excerpt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/runtime.h"

namespace executor::sandbox {

// Characters of a line that are shown, apart from the ellipses.
inline constexpr std::size_t kMaxExcerptBytes = 120;

// Line `number`, from 1, without its end; empty if there is none.
std::string_view lineOf(std::string_view code, std::uint32_t number);

// In UTF-16 units.
std::size_t utf16Length(std::string_view text);

// From 1, in UTF-16 units. Beyond the line's end every byte counts one.
std::uint32_t columnOfByte(std::string_view line, std::uint32_t byteColumn);
// The stripper's, which counts one for characters of two bytes, two for three and three for four.
std::uint32_t columnOfStripper(std::string_view line, std::uint32_t column);

struct SourceExcerpt {
  std::string line;   // around the place
  std::string caret;  // blanks and a ^ below it

  bool empty() const { return caret.empty(); }
};
SourceExcerpt excerptAt(std::string_view code, SourcePosition position);

// "  3 | the line" and "    |     ^", each ended by \n; empty if there is no such place.
std::string excerptText(std::string_view code, SourcePosition position);

}  // namespace executor::sandbox

// Columns are counted by walking the line from its start: lines of programs are short, and this is
// done for the few places of an error only. All walks step over whole characters and stop at the
// line's end, so that a column from a hostile stack can be any number.
#include "sandbox/source-lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace executor::sandbox {
namespace {

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Of the character that begins with this byte.
std::size_t bytesOf(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::size_t unitsOf(char first) { return bytesOf(first) == 4 ? 2 : 1; }

// Bytes before the UTF-16 column, at a character's boundary and within the line.
std::size_t byteOf(std::string_view line, std::uint32_t column) {
  std::size_t at = 0;
  for (std::size_t units = 1; units < column && at < line.size();) {
    units += unitsOf(line[at]);
    at = std::min(at + bytesOf(line[at]), line.size());
  }
  return at;
}

// A tab would move the caret; it is shown as wide as it counts.
std::string shown(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return out;
}

}  // namespace

// From the start each time: an error has at most as many frames as a stack shows.
std::string_view lineOf(std::string_view code, std::uint32_t number) {
  if (number == 0) return {};
  for (; number > 1; --number) {
    const std::size_t end = code.find('\n');
    if (end == std::string_view::npos) return {};
    code.remove_prefix(end + 1);
  }
  code = code.substr(0, code.find('\n'));
  if (code.ends_with('\r')) code.remove_suffix(1);
  return code;
}

std::size_t utf16Length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) units += isContinuation(c) ? 0 : unitsOf(c);
  return units;
}

// The engine may point one past the end, at what is missing there.
std::uint32_t columnOfByte(std::string_view line, std::uint32_t byteColumn) {
  if (byteColumn == 0) return 0;
  const std::size_t before = std::min<std::size_t>(byteColumn - 1, line.size());
  const std::size_t beyond = byteColumn - 1 - before;
  return static_cast<std::uint32_t>(utf16Length(line.substr(0, before)) + beyond + 1);
}

// Measured on swc 1.13; source-lines-test.cc fails when an update counts otherwise.
std::uint32_t columnOfStripper(std::string_view line, std::uint32_t column) {
  std::size_t theirs = 1, units = 1;
  for (std::size_t at = 0; at < line.size() && theirs < column; at += bytesOf(line[at])) {
    theirs += std::max<std::size_t>(bytesOf(line[at]) - 1, 1);
    units += unitsOf(line[at]);
  }
  return static_cast<std::uint32_t>(units + (column > theirs ? column - theirs : 0));
}

// Half of the room goes to what stands before the place. Cut at characters, with an ellipsis.
SourceExcerpt excerptAt(std::string_view code, SourcePosition position) {
  if (position.line == 0 || position.column == 0) return {};
  const std::string_view line = lineOf(code, position.line);
  if (line.empty() || position.column > utf16Length(line) + 1) return {};
  const std::size_t at = byteOf(line, position.column);
  std::size_t from = at > kMaxExcerptBytes / 2 ? at - kMaxExcerptBytes / 2 : 0;
  if (line.size() <= kMaxExcerptBytes) from = 0;
  while (from < at && isContinuation(line[from])) ++from;
  std::size_t to = std::min(line.size(), from + kMaxExcerptBytes);
  while (to < line.size() && to > at && isContinuation(line[to])) --to;
  const std::size_t blanks = utf16Length(line.substr(from, at - from)) + (from > 0 ? 1 : 0);
  return {.line = fmt::format("{}{}{}", from > 0 ? "…" : "", shown(line.substr(from, to - from)),
                              to < line.size() ? "…" : ""),
          .caret = std::string(blanks, ' ') + '^'};
}

// As compilers print it, and as findings of the type check are shown.
std::string excerptText(std::string_view code, SourcePosition position) {
  const SourceExcerpt excerpt = excerptAt(code, position);
  if (excerpt.empty()) return {};
  const std::string number = std::to_string(position.line);
  return fmt::format("  {} | {}\n  {} | {}\n", number, excerpt.line,
                     std::string(number.size(), ' '), excerpt.caret);
}

}  // namespace executor::sandbox

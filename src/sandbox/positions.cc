#include "sandbox/positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/text.h"
#include "sandbox/source-lines.h"

namespace executor::sandbox {
namespace {

// Deeper stacks are recursion; the innermost frames tell where.
constexpr std::size_t kMaxFrames = 16;
constexpr std::size_t kMaxFunctionName = 80;

// Not base/text's: that decodes whole texts, a VLQ is read digit by digit.
int base64Digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// One base64 VLQ number; false at a separator or at garbage.
bool readVlq(std::string_view text, std::size_t& at, std::int64_t& value) {
  std::uint64_t bits = 0;
  for (int shift = 0; at < text.size() && shift < 40; shift += 5) {
    const int digit = base64Digit(text[at]);
    if (digit < 0) return false;
    ++at;
    bits |= static_cast<std::uint64_t>(digit & 31) << shift;
    if ((digit & 32) == 0) {
      value = static_cast<std::int64_t>(bits >> 1) * ((bits & 1) != 0 ? -1 : 1);
      return true;
    }
  }
  return false;
}

// One line of an engine's stack, borrowed from its text.
struct Frame {
  std::string_view function;
  SourcePosition position;
};

// Digits at the front, taken off; false for none and for what does not fit.
bool readNumber(std::string_view& text, std::uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// "    at name (program.ts:3:7)" or "    at program.ts:3:7". The last mention of the file counts: a
// function may have any name.
bool parseFrame(std::string_view line, Frame& frame) {
  const auto at = line.rfind(kProgramFile);
  if (at == std::string_view::npos) return false;
  std::string_view rest = line.substr(at + kProgramFile.size());
  if (rest.empty() || rest[0] != ':') return false;
  rest.remove_prefix(1);
  if (!readNumber(rest, frame.position.line)) return false;
  if (!rest.empty() && rest[0] == ':') {
    rest.remove_prefix(1);
    if (!readNumber(rest, frame.position.column)) return false;
  }
  std::string_view head = trimText(line.substr(0, at));
  if (head.starts_with("at")) head = trimText(head.substr(2));
  if (head.ends_with('(')) head = trimText(head.substr(0, head.size() - 1));
  frame.function = head == "<anonymous>" || head == kMainName ? std::string_view{} : head;
  return true;
}

// A position in the wrapper itself becomes the program's beginning.
SourcePosition toAgent(SourcePosition at, std::uint32_t wrapperLines, const SourceMap& map,
                       std::string_view code) {
  at.line -= std::min(at.line, wrapperLines);
  if (at.line == 0) return {1, 1};
  if (!code.empty()) at.column = columnOfByte(lineOf(code, at.line), at.column);
  return map.original(at);
}

void appendFrame(const Frame& frame, SourcePosition at, std::string& out) {
  if (!out.empty()) out += '\n';
  if (frame.function.empty()) {
    fmt::format_to(std::back_inserter(out), "at {}:{}", at.line, at.column);
  } else {
    fmt::format_to(std::back_inserter(out), "at {} ({}:{})",
                   truncateText(frame.function, kMaxFunctionName), at.line, at.column);
  }
}

}  // namespace

// Fields are relative to the last ones; lines are ended by `;`, segments by `,` (ECMA-426).
// Segments of one field map to nothing and are skipped.
SourceMap::SourceMap(std::string_view mappings, std::uint32_t generatedLines,
                     std::uint32_t sourceLines) {
  std::uint32_t line = 0;
  std::int64_t column = 0, sourceLine = 0, sourceColumn = 0;
  for (std::size_t at = 0; at < mappings.size();) {
    if (mappings[at] == ';') ++line, column = 0;
    if (mappings[at] == ';' || mappings[at] == ',') {
      ++at;
      continue;
    }
    std::int64_t part[5] = {};
    int count = 0;
    while (count < 5 && readVlq(mappings, at, part[count])) ++count;
    if (count == 0) return;
    column += part[0];
    if (count < 4) continue;
    sourceLine += part[2];
    sourceColumn += part[3];
    if (line < generatedLines || sourceLine < sourceLines) continue;
    points_.push_back({line - generatedLines, static_cast<std::uint32_t>(column),
                       static_cast<std::uint32_t>(sourceLine - sourceLines),
                       static_cast<std::uint32_t>(sourceColumn)});
  }
}

// The last mapping at or before the position; within a line the distance to it is kept.
SourcePosition SourceMap::original(SourcePosition generated) const {
  if (insertion_.width > 0 && generated.line == insertion_.line) {
    const std::uint32_t beyond = generated.column - std::min(generated.column, insertion_.column);
    generated.column -= std::min(beyond, insertion_.width);
  }
  const auto key = std::make_tuple(generated.line - 1, generated.column - 1);
  auto after = std::upper_bound(points_.begin(), points_.end(), key, [](auto k, const Point& p) {
    return k < std::make_tuple(p.line, p.column);
  });
  if (after == points_.begin()) return generated;
  const Point& point = *--after;
  if (point.line != generated.line - 1) return {point.sourceLine + 1, point.sourceColumn + 1};
  return {point.sourceLine + 1, point.sourceColumn + 1 + (generated.column - 1 - point.column)};
}

// The stack is text the program may have made up; parsing it must only not fail.
AgentStack agentStack(std::string_view engineStack, std::uint32_t wrapperLines,
                      const SourceMap& map, std::string_view code) {
  AgentStack stack;
  std::size_t frames = 0;
  for (const std::string_view line : splitText(engineStack, '\n')) {
    Frame frame;
    if (frames == kMaxFrames || !parseFrame(line, frame)) continue;
    if (frame.position.line > wrapperLines && map.inserted(frame.position.line - wrapperLines)) {
      continue;
    }
    const SourcePosition at = toAgent(frame.position, wrapperLines, map, code);
    if (frames++ == 0) stack.position = at;
    appendFrame(frame, at, stack.text);
  }
  return stack;
}

}  // namespace executor::sandbox

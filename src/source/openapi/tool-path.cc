#include "source/openapi/tool-path.h"

#include <algorithm>
#include <array>

namespace executor::source::openapi {
namespace {

// `then` would make the proxy look like a promise; `pages` is ours; the rest are JavaScript's
// (D20).
constexpr std::array<std::string_view, 7> kReservedSegments = {
    "then", "pages", "call", "apply", "bind", "constructor", "prototype"};

bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isLetter(char c) { return isLower(c) || isUpper(c); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Before text[i]: lower|Upper, digit|Upper, ACRONYM|Word, letter|digit, digit|letter. Only ASCII:
// other bytes become `_` anyway.
bool isSeam(std::string_view text, std::size_t i) {
  const char before = text[i - 1], here = text[i];
  if (isUpper(here) && (isLower(before) || isDigit(before))) return true;
  if (isUpper(here) && isUpper(before)) return i + 1 < text.size() && isLower(text[i + 1]);
  return (isLetter(before) && isDigit(here)) || (isDigit(before) && isLetter(here));
}

// Everything outside [a-z0-9] is `_`, bytes of UTF-8 characters too (OAS-38).
char folded(char c) {
  if (isUpper(c)) return static_cast<char>(c - 'A' + 'a');
  return isLower(c) || isDigit(c) ? c : '_';
}

// The tags of some generators carry an API's date: "Api20100401Account". A version "v2" is split by
// snakeSegment into "v_2" before the original's rule for it could match, so there is none here.
std::string_view withoutApiDate(std::string_view tag) {
  constexpr std::size_t kDateDigits = 8;
  std::string_view rest = tag;
  if (!rest.starts_with("api")) return tag;
  rest.remove_prefix(3);
  if (rest.starts_with('_')) rest.remove_prefix(1);
  if (rest.size() < kDateDigits || !std::ranges::all_of(rest.substr(0, kDateDigits), isDigit))
    return tag;
  rest.remove_prefix(kDateDigits);
  if (rest.starts_with('_')) rest.remove_prefix(1);
  return rest;
}

// Applied to whole segments only: "get_then" is fine.
std::string notReserved(std::string segment) {
  if (std::ranges::find(kReservedSegments, segment) != kReservedSegments.end()) segment += '_';
  return segment;
}

}  // namespace

// Runs of `_` become one while the text is built, so one at each end is all there can be.
std::string pathSegment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char next = folded(c);
    if (next != '_' || !out.ends_with('_')) out += next;
  }
  if (out.starts_with('_')) out.erase(0, 1);
  if (out.ends_with('_')) out.pop_back();
  if (out.empty()) return "default";
  return isDigit(out[0]) ? "_" + out : out;
}

std::string snakeSegment(std::string_view text) {
  std::string split;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && isSeam(text, i)) split += '_';
    split += text[i];
  }
  return pathSegment(split);
}

std::string operationKey(std::string_view method, std::string_view pathTemplate) {
  return std::string(method) + " " + std::string(pathTemplate);
}

std::string toolPath(std::string_view tag, std::string_view operationId, std::string_view method,
                     std::string_view pathTemplate) {
  std::string group(withoutApiDate(snakeSegment(tag.empty() ? "default" : tag)));
  if (group.empty()) group = "default";
  std::string fallback;
  if (operationId.empty()) {
    std::ranges::transform(method, std::back_inserter(fallback), folded);
    fallback.append("_").append(pathTemplate);
  }
  std::string name = snakeSegment(operationId.empty() ? std::string_view(fallback) : operationId);
  if (group == "default") return notReserved(std::move(name));
  if (name.size() > group.size() + 1 && name.starts_with(group + "_"))
    name.erase(0, group.size() + 1);
  return notReserved(std::move(group)) + "." + notReserved(std::move(name));
}

// Assigned and retired paths are taken before the first question, so that a new operation cannot
// get one whose owner merely comes later in the document.
PathAssigner::PathAssigner(const PathHistory& history) : history_(history) {
  for (const auto& [key, path] : history.assigned) taken_.insert(path);
  taken_.insert(history.retired.begin(), history.retired.end());
}

// Counting goes on where it stopped for this name: 10,000 operations of one name stay linear.
std::string PathAssigner::unused(const std::string& wanted) {
  if (taken_.insert(wanted).second) return wanted;
  for (unsigned& suffix = lastSuffix_.try_emplace(wanted, 1).first->second;;) {
    std::string candidate = wanted + "_" + std::to_string(++suffix);
    if (taken_.insert(candidate).second) return candidate;
  }
}

std::string PathAssigner::assign(std::string_view tag, std::string_view operationId,
                                 std::string_view method, std::string_view pathTemplate) {
  const auto kept = history_.assigned.find(operationKey(method, pathTemplate));
  if (kept != history_.assigned.end()) return kept->second;
  return unused(toolPath(tag, operationId, method, pathTemplate));
}

}  // namespace executor::source::openapi

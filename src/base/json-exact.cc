#include "base/json-exact.h"

namespace executor {
namespace {

// 2^53-1 has 16 digits; a shorter literal is always safe.
constexpr std::string_view kLargestSafe = "9007199254740991";

bool startsNumber(char c) { return c == '-' || (c >= '0' && c <= '9'); }
bool continuesNumber(char c) {
  return startsNumber(c) || c == '.' || c == 'e' || c == 'E' || c == '+';
}

// The position after the string that begins at `at`.
std::size_t skipString(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t skipNumber(std::string_view json, std::size_t at) {
  while (at < json.size() && continuesNumber(json[at])) ++at;
  return at;
}

// Digits of equal length compare as numbers do, because JSON has no leading zeros.
bool isUnsafeInteger(std::string_view literal) {
  if (literal.find_first_of(".eE") != std::string_view::npos) return false;
  if (literal.starts_with('-')) literal.remove_prefix(1);
  if (literal.size() != kLargestSafe.size()) return literal.size() > kLargestSafe.size();
  return literal > kLargestSafe;
}

}  // namespace

std::string quoteUnsafeIntegers(std::string json) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      at = skipString(json, at);
    } else if (startsNumber(json[at])) {
      const std::size_t end = skipNumber(json, at);
      const auto literal = std::string_view(json).substr(at, end - at);
      if (isUnsafeInteger(literal)) {
        out.append(json, copied, at - copied).append("\"").append(literal).append("\"");
        copied = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  if (copied == 0) return json;
  return out.append(json, copied);
}

}  // namespace executor

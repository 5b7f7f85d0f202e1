#include "execution/static-chain.h"

#include <algorithm>
#include <array>

namespace executor::execution {
namespace {

constexpr std::array<std::string_view, 9> kFunctionMembers = {
    "then", "pages", "call", "apply", "bind", "constructor", "prototype", "toString", "valueOf"};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// `["name"]`, without escapes, and without a dot, which would read as two segments.
std::string_view quotedSegment(std::string_view code, std::size_t& from) {
  std::size_t at = skipTrivia(code, from + 1);
  const char quote = at < code.size() ? code[at] : '\0';
  if (quote != '"' && quote != '\'') return {};
  const std::size_t end = code.find_first_of("\\.\"'\n", at + 1);
  if (end == std::string_view::npos || code[end] != quote) return {};
  const std::string_view name = code.substr(at + 1, end - at - 1);
  at = skipTrivia(code, end + 1);
  if (name.empty() || !startsAt(code, at, "]")) return {};
  from = at + 1;
  return name;
}

}  // namespace

bool startsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continuesName(char c) { return startsName(c) || isDigit(c); }

bool startsAt(std::string_view code, std::size_t from, std::string_view text) {
  return code.substr(std::min(from, code.size())).starts_with(text);
}

std::size_t skipTrivia(std::string_view code, std::size_t from) {
  while (from < code.size()) {
    if (isBlank(code[from])) {
      ++from;
    } else if (startsAt(code, from, "//")) {
      from = std::min(code.find('\n', from), code.size());
    } else if (startsAt(code, from, "/*")) {
      const std::size_t end = code.find("*/", from + 2);
      from = end == std::string_view::npos ? code.size() : end + 2;
    } else {
      break;
    }
  }
  return from;
}

std::string_view nameAt(std::string_view code, std::size_t from) {
  std::size_t end = from;
  if (end < code.size() && startsName(code[end])) {
    while (end < code.size() && continuesName(code[end])) ++end;
  }
  return code.substr(std::min(from, code.size()), end - from);
}

bool isFunctionMember(std::string_view name) {
  return std::ranges::find(kFunctionMembers, name) != kFunctionMembers.end();
}

// `?.["name"]` is one too.
std::string_view segmentAt(std::string_view code, std::size_t& from) {
  std::size_t next = skipTrivia(code, from);
  if (startsAt(code, next, "...")) return {};
  const bool optional = startsAt(code, next, "?.");
  if (optional) next = skipTrivia(code, next + 2);
  if (startsAt(code, next, "[")) {
    const std::string_view name = quotedSegment(code, next);
    if (!name.empty()) from = next;
    return name;
  }
  if (!optional && !startsAt(code, next, ".")) return {};
  if (!optional) next = skipTrivia(code, next + 1);
  const std::string_view name = nameAt(code, next);
  if (!name.empty()) from = next + name.size();
  return name;
}

}  // namespace executor::execution

#include "sandbox/machine-text.h"

#include <algorithm>
#include <cstdint>

namespace executor::sandbox {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// 0 for bytes that begin no character: continuations, overlong leads, beyond U+10FFFF.
std::size_t lengthByLead(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool isContinuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80; }

// The length of the well-formed character at `at`, or 0.
// Table 3-7 of the Unicode standard.
std::size_t characterAt(std::string_view text, std::size_t at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  const std::size_t length = lengthByLead(lead);
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!isContinuation(text[at + i])) return 0;
  }
  if (length == 1) return 1;
  const auto second = static_cast<std::uint8_t>(text[at + 1]);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = lead == 0xF4 && second >= 0x90;
  return surrogate || overlong || beyond ? 0 : length;
}

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
}

}  // namespace

// A broken sequence is replaced once, with the continuations after it, not byte by byte: one lone
// surrogate is one U+FFFD.
void assignUtf8(std::string_view text, std::string& out) {
  if (isAscii(text)) {
    out.assign(text);
    return;
  }
  out.clear();
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = characterAt(text, at); length > 0) {
      out.append(text.substr(at, length));
      at += length;
      continue;
    }
    out.append(kReplacement);
    for (++at; at < text.size() && isContinuation(text[at]);) ++at;
  }
}

}  // namespace executor::sandbox

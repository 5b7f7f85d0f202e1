#include "base/text.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace executor {
namespace {

// The blanks of C's isspace, whatever the locale.
constexpr std::string_view kBlank = " \t\r\n\f\v";

// Not tolower: its answer depends on the locale, and names of headers and variables do not.
char lowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// How far a name may be from the word and still be worth a suggestion.
std::size_t nearEnough(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

// Bytes of the UTF-8 sequence that begins at `text[0]`, 0 if it is ill-formed (Unicode table 3-7).
std::size_t sequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

// The "optimal string alignment" distance: three rows of the table are enough, and a row whose
// least entry has reached the cap ends the work, since distances only grow downwards.
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t cap) {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap >= cap) return cap;
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (std::ranges::min(row) >= cap) return cap;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], cap);
}

// A third of the word's length may be wrong; beyond that a suggestion misleads.
std::vector<std::string> nearestNames(std::string_view word, std::span<const std::string> names,
                                      std::size_t count) {
  const std::string lower = toLowerAscii(word);
  const std::size_t cap = nearEnough(word) + 1;
  std::vector<std::pair<std::size_t, const std::string*>> near;
  for (const std::string& name : names) {
    const std::size_t distance = editDistance(lower, toLowerAscii(name), cap);
    if (distance < cap) near.emplace_back(distance, &name);
  }
  std::ranges::sort(near);  // by distance, then in the order of `names`
  std::vector<std::string> result;
  for (const auto& entry : near) {
    if (result.size() == count) break;
    result.push_back(*entry.second);
  }
  return result;
}

// Never cuts a character in two: the result goes into JSON, which must be UTF-8.
std::string truncateText(std::string_view text, std::size_t maxBytes) {
  if (text.size() <= maxBytes) return std::string(text);
  std::size_t end = maxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string out(text.substr(0, end));
  return out + "… [" + std::to_string(text.size() - end) + " bytes more]";
}

bool isValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string replaceInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequenceLength(text);
    length == 0 ? out.append("\uFFFD") : out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string toLowerAscii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lowerAscii);
  return out;
}

// For HTTP field names and schemes, which are ASCII (RFC 9110 section 5.1).
bool equalsIgnoreCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lowerAscii, lowerAscii);
}

// Always one part more than there are separators; the parts point into `text`.
std::vector<std::string_view> splitText(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimText(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Safe in text and in attributes with either quote, so that no caller has to choose.
std::string htmlEscape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace executor

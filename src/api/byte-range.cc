#include "api/byte-range.h"

#include <algorithm>

#include "base/text.h"

namespace executor::api {
namespace {

// Fifteen digits are more than any content and less than an overflow.
constexpr std::size_t kMaxDigits = 15;

bool parseNumber(std::string_view text, std::uint64_t& out) {
  if (text.empty() || text.size() > kMaxDigits) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

// "-500": the last 500 bytes, or all of a shorter content.
store::BlobRange suffix(std::uint64_t count, std::uint64_t size) {
  const std::uint64_t length = std::min(count, size);
  return {size - length, length};
}

}  // namespace

std::optional<store::BlobRange> parseByteRange(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  const std::string_view spec = trimText(header.substr(6));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::uint64_t first = 0, last = 0;
  const std::string_view before = spec.substr(0, dash), after = spec.substr(dash + 1);
  if (!after.empty() && !parseNumber(after, last)) return std::nullopt;
  if (before.empty()) return after.empty() ? std::nullopt : std::optional(suffix(last, size));
  if (!parseNumber(before, first)) return std::nullopt;
  if (after.empty()) last = size == 0 ? 0 : size - 1;
  if (first >= size) return store::BlobRange{first, 0};
  if (last < first) return std::nullopt;
  return store::BlobRange{first, std::min(last, size - 1) - first + 1};
}

}  // namespace executor::api

// A prefix that ends between characters; for texts that are indexed, not shown (truncateText()
// shows that something was cut).
#pragma once

#include <string_view>

namespace executor::source {

// At most `maxBytes` of valid UTF-8, never half a character.
inline std::string_view cutText(std::string_view text, std::size_t maxBytes) {
  if (text.size() <= maxBytes) return text;
  while (maxBytes > 0 && (text[maxBytes] & 0xc0) == 0x80) --maxBytes;
  return text.substr(0, maxBytes);
}

}  // namespace executor::source

#include "base/id.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/crypto.h"
#include "base/text.h"
#include "base/time.h"

namespace executor {
namespace {

// Thirty-two digits and four dashes.
constexpr std::size_t kUuidLength = 36;
// Everything behind the 48 bits of time; six of these 80 bits are overwritten by version and
// variant.
constexpr std::size_t kRandomBytesPerId = 10;

using Uuid = std::array<unsigned char, 16>;

// RFC 9562 section 5.7: 48 bits of time, then version, variant and 74 random bits. No counter
// within the millisecond: order among ids of one moment is promised to nobody.
Uuid newUuid() {
  Uuid uuid;
  fillUnique(uuid.data() + 6, kRandomBytesPerId);
  const auto now = static_cast<std::uint64_t>(systemClock().now());
  for (int i = 0; i < 6; ++i) uuid[i] = static_cast<unsigned char>(now >> (40 - 8 * i));
  uuid[6] = 0x70 | (uuid[6] & 0x0F);
  uuid[8] = 0x80 | (uuid[8] & 0x3F);
  return uuid;
}

// 8-4-4-4-12 digits (RFC 9562 section 4).
bool isDashPlace(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void appendUuid(const Uuid& uuid, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[uuid[i] >> 4];
    out += digits[uuid[i] & 15];
  }
}

bool isLowerHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Canonical form only, in lower case: two spellings of one id would be two keys in the store.
bool isUuidV7(std::string_view text) {
  if (text.size() != kUuidLength || text[14] != '7') return false;
  if (std::string_view("89ab").find(text[19]) == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (isDashPlace(i) ? text[i] != '-' : !isLowerHex(text[i])) return false;
  }
  return true;
}

}  // namespace

// Ids are made for each call and each line of a journal: one allocation, no system call but the
// clock's.
std::string newId(std::string_view prefix) {
  std::string id;
  id.reserve(prefix.size() + 1 + kUuidLength);
  id.append(prefix).append("_");
  appendUuid(newUuid(), id);
  return id;
}

// For ids that come from outside. One that passes is well formed and says nothing about whether the
// record exists or who may see it.
bool isId(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return text.starts_with('_') && isUuidV7(text.substr(1));
}

// Straight from the kernel and not from the buffer above: a token is a secret, and a buffer would
// keep the next ones in memory.
std::string randomToken(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fillRandom(raw.data(), raw.size());
  return base64UrlEncode(raw);
}

}  // namespace executor

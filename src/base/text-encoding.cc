// Percent, base64 and hex: strict decoders, so that one value has one spelling.
#include <array>
#include <cstdint>

#include "base/text.h"

namespace executor {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

// Made when compiling: decoding is one look-up per character.
constexpr std::array<std::uint8_t, 256> inverted(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr auto kStandardDigits = inverted(kStandard);
constexpr auto kUrlSafeDigits = inverted(kUrlSafe);

// Behind the end are zeros: the padding bits of the last group (RFC 4648 section 4).
std::uint8_t byteAt(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

// Three bytes make four digits; a last group of n bytes makes n + 1.
std::string encode64(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        byteAt(bytes, i) << 16 | byteAt(bytes, i + 1) << 8 | byteAt(bytes, i + 2);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t d = 0; d < digits; ++d) out += alphabet[group >> (18 - 6 * d) & 63];
  }
  return out;
}

// `text` without padding. The unused bits of the last digit must be zero.
bool decode64(std::string_view text, const std::array<std::uint8_t, 256>& digits,
              std::string& out) {
  if (text.size() % 4 == 1) return false;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return false;
    // At most six bits are left over from before, so twelve are enough.
    held = (held << 6 | digit) & 0xFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  if ((held & ((1u << bits) - 1)) != 0) return false;
  out = std::move(bytes);
  return true;
}

// -1 for anything else.
int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 section 2.3.
bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void appendHex(char c, std::string_view digits, std::string& out) {
  out += digits[static_cast<unsigned char>(c) >> 4];
  out += digits[static_cast<unsigned char>(c) & 15];
}

}  // namespace

// Upper-case digits, as RFC 3986 section 2.1 asks of producers.
std::string percentEncode(std::string_view text, std::string_view alsoKeep) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (isUnreserved(c) || alsoKeep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      appendHex(c, "0123456789ABCDEF", out);
    }
  }
  return out;
}

// A plus stays a plus: forms are another encoding.
bool percentDecode(std::string_view text, std::string& out) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hexDigit(text[i + 1]), low = hexDigit(text[i + 2]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high << 4 | low);
    i += 2;
  }
  out = std::move(bytes);
  return true;
}

std::string base64Encode(std::string_view bytes) {
  std::string out = encode64(bytes, kStandard);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

// Without padding, as tokens and JWS have it (RFC 7515 appendix C).
std::string base64UrlEncode(std::string_view bytes) { return encode64(bytes, kUrlSafe); }

// At most two padding characters, and only where they complete a group of four.
bool base64Decode(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode64(text, kStandardDigits, out);
}

bool base64UrlDecode(std::string_view text, std::string& out) {
  return decode64(text, kUrlSafeDigits, out);
}

std::string hexEncode(std::string_view bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) appendHex(c, "0123456789abcdef", out);
  return out;
}

}  // namespace executor

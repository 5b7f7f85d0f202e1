#include "source/charset.h"

#include <array>
#include <cstdint>

#include "base/text.h"

namespace executor::source {
namespace {

// 0x80 to 0x9f of windows-1252; 0 is unassigned.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

// `c` is a scalar value: surrogates have been joined or refused by the caller.
void appendUtf8(std::uint32_t c, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

// Every byte has a meaning here, so this cannot fail. The five unassigned bytes of windows-1252
// stay the C1 controls they are in ISO-8859-1 (WHATWG Encoding, "windows-1252").
void decodeLatin(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    const bool special = c >= 0x80 && c < 0xa0 && kWindows1252[c - 0x80] != 0;
    appendUtf8(special ? kWindows1252[c - 0x80] : c, out);
  }
}

// One UTF-16 code unit; the caller has checked that two bytes are there.
std::uint32_t unitAt(std::string_view bytes, std::size_t i, bool bigEndian) {
  const auto a = static_cast<unsigned char>(bytes[i]);
  const auto b = static_cast<unsigned char>(bytes[i + 1]);
  return bigEndian ? a << 8u | b : b << 8u | a;
}

// False for an odd size and for a surrogate without its other half: half a character cannot be
// shown to a program, so the caller gives the bytes as base64 instead.
bool decodeUtf16(std::string_view bytes, bool bigEndian, std::string& out) {
  if (bytes.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const std::uint32_t unit = unitAt(bytes, i, bigEndian);
    if (unit < 0xd800 || unit > 0xdfff) {
      appendUtf8(unit, out);
      continue;
    }
    i += 2;
    if (unit > 0xdbff || i >= bytes.size()) return false;
    const std::uint32_t low = unitAt(bytes, i, bigEndian);
    if (low < 0xdc00 || low > 0xdfff) return false;
    appendUtf8(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
  }
  return true;
}

// Lower-case spellings seen in the wild. latin1 is read as windows-1252 (WHATWG Encoding): servers
// that say the one nearly always mean the other.
bool isLatin(std::string_view charset) {
  return charset == "iso-8859-1" || charset == "latin1" || charset == "windows-1252" ||
         charset == "cp1252" || charset == "iso8859-1";
}

}  // namespace

std::string trimQuotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// The mark wins over the label (WHATWG Encoding, "decode"). Without a mark "utf-16" alone is big
// endian (RFC 2781 section 4.3). us-ascii is read as UTF-8, its superset.
bool decodeCharset(std::string_view bytes, std::string_view charset, std::string& out) {
  out.clear();
  if (bytes.starts_with("\xef\xbb\xbf")) return decodeCharset(bytes.substr(3), "utf-8", out);
  const bool sixteen = charset.starts_with("utf-16");
  if (sixteen && bytes.starts_with("\xff\xfe")) return decodeUtf16(bytes.substr(2), false, out);
  if (sixteen && bytes.starts_with("\xfe\xff")) return decodeUtf16(bytes.substr(2), true, out);
  if (sixteen) return decodeUtf16(bytes, charset != "utf-16le", out);
  if (isLatin(charset)) return decodeLatin(bytes, out), true;
  const bool utf8 = charset.empty() || charset == "utf-8" || charset == "utf8" ||
                    charset == "us-ascii" || charset == "ascii";
  if (!utf8 || !isValidUtf8(bytes)) return false;
  out = bytes;
  return true;
}

}  // namespace executor::source

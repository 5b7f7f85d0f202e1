// Small text rules used across layers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace executor {

// Edit distance with adjacent transpositions, capped: returns `cap` when it is reached.
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t cap);

// Up to `count` of `names` that are close to `word`, nearest first; none if nothing is close.
std::vector<std::string> nearestNames(std::string_view word, std::span<const std::string> names,
                                      std::size_t count = 3);

// Cuts to at most `maxBytes` at a UTF-8 boundary and appends `… [N bytes more]` if anything was
// cut.
std::string truncateText(std::string_view text, std::size_t maxBytes);

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. NUL is a character.
bool isValidUtf8(std::string_view text);
// Each byte that is part of no well-formed sequence becomes U+FFFD; valid text is returned as it
// is. For showing foreign bytes (an upstream's error page) where JSON is written.
std::string replaceInvalidUtf8(std::string_view text);

std::string toLowerAscii(std::string_view text);
// ASCII only: other letters are compared as they stand.
bool equalsIgnoreCase(std::string_view a, std::string_view b);
// Views into `text`. An empty text has one empty part.
std::vector<std::string_view> splitText(std::string_view text, char separator);
std::string_view trimText(std::string_view text);
// For element content and for attribute values in quotes; not for scripts, styles or URLs.
std::string htmlEscape(std::string_view text);

// RFC 3986 percent-encoding; everything but unreserved characters is encoded, plus `alsoKeep`.
std::string percentEncode(std::string_view text, std::string_view alsoKeep = {});
// False if a percent sign is not followed by two hex digits.
bool percentDecode(std::string_view text, std::string& out);

std::string base64Encode(std::string_view bytes);
std::string base64UrlEncode(std::string_view bytes);
// Strict: canonical alphabet, padding required (base64) or forbidden (base64url).
bool base64Decode(std::string_view text, std::string& out);
bool base64UrlDecode(std::string_view text, std::string& out);
// Lower case.
std::string hexEncode(std::string_view bytes);

}  // namespace executor

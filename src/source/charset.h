// Text in the charsets that upstreams still send, to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace executor::source {

// `charset` is a lower-case name, or empty for UTF-8. Knows utf-8, us-ascii, iso-8859-1 (read as
// windows-1252, as browsers do), windows-1252, utf-16, utf-16le, utf-16be. A byte order mark wins
// over the name and is removed. False if the bytes are not in that charset or the charset is
// unknown.
bool decodeCharset(std::string_view bytes, std::string_view charset, std::string& out);

// `"utf-8"` → `utf-8`.
std::string trimQuotes(std::string_view text);

}  // namespace executor::source

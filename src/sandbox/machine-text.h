// QuickJS gives strings as WTF-8: a lone surrogate is three bytes that no UTF-8 reader accepts.
// Texts that leave the guest are well-formed, because everything behind relies on it.
#pragma once

#include <string>
#include <string_view>

namespace executor::sandbox {

// Replaces `out` by `text` with surrogates and a character cut at the end turned into U+FFFD.
void assignUtf8(std::string_view text, std::string& out);

}  // namespace executor::sandbox

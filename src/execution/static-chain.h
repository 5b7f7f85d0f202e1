// Names and chains in a program's text: what the scan for tool calls and the search for aliases
// both read.
//
// A chain is static when each of its segments is written out: `.name`, `?.name`, `["name"]`, with
// line breaks and comments wherever the language allows them. Letters beyond ASCII are taken for
// parts of names. Nothing here knows whether a position is code or text: that is the caller's.
#pragma once

#include <cstddef>
#include <string_view>

namespace executor::execution {

inline bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool startsName(char c);
bool continuesName(char c);

bool startsAt(std::string_view code, std::size_t from, std::string_view text);
// The next byte that is neither white space nor comment.
std::size_t skipTrivia(std::string_view code, std::size_t from);
// The name that begins at `from`; empty if none does.
std::string_view nameAt(std::string_view code, std::size_t from);
// Members that every function has: a tool's segment of that name has `_` appended (D20), so a chain
// that ends in one goes on behind a tool.
bool isFunctionMember(std::string_view name);
// The segment after `from`, which moves behind it; empty, and `from` unchanged, if there is none.
std::string_view segmentAt(std::string_view code, std::size_t& from);

}  // namespace executor::execution

// The small pieces of TypeScript text that rendering is made of: keys, literals, comments, names.
//
// Everything here takes untrusted words out of somebody's document and gives text that stands in a
// program: a key that is no identifier is quoted, a comment cannot be ended from inside, a
// component's name becomes one identifier that shadows no global of the language. Nothing here
// knows a tool set.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace executor::catalog {

// Longest description that is shown beside a property or a declaration.
inline constexpr std::size_t kMaxCommentBytes = 140;
// Enum literals shown before the rest is left out.
inline constexpr std::size_t kMaxEnumLiterals = 40;

bool isIdentifier(std::string_view text);

// `text` as a property key of a type or an object literal: bare when it is an identifier, else as a
// JSON string; `["__proto__"]` for the one name that would not be a member.
std::string propertyKey(std::string_view text);

// First sentence or line of `text`, white space collapsed, at most `maxBytes`; may be empty.
std::string firstSentence(std::string_view text, std::size_t maxBytes);

// `text` with every end of a comment defused.
std::string insideComment(std::string text);

// `/** text */` of the first sentence, or empty. `*/` inside cannot end it.
std::string docComment(std::string_view text);

// `nullable-simple-user` → `NullableSimpleUser`; never empty, never a global such as `Error`.
std::string typeName(std::string_view componentName);

// A JSON array text as a union of literals: `"a" | 1 | null`; objects and arrays inside are
// `unknown`. Empty if the text is no JSON array.
std::string literalUnion(std::string_view jsonArray, std::size_t maxLiterals = kMaxEnumLiterals);

// Joins distinct parts by ` | ` or ` & `. `unknown` vanishes beside anything else; a part that
// contains the other operator at its top level is put in parentheses.
class TypeParts {
 public:
  explicit TypeParts(char glue) : glue_(glue) {}
  void add(std::string part);
  std::string text() const;  // `unknown` if nothing was added

 private:
  char glue_;
  std::vector<std::string> parts_;
};

// True if ` <op> ` occurs outside all brackets and strings.
bool hasTopLevel(std::string_view type, char op);

// `T[]`, with parentheses where T needs them.
std::string arrayOf(const std::string& item);

}  // namespace executor::catalog

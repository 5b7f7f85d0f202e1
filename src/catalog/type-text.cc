// Text in, text out. Documents are anybody's, so nothing is assumed of them but UTF-8: keys hold
// quotes, descriptions hold the ends of comments, names hold every character there is.
#include "catalog/type-text.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace executor::catalog {
namespace {

bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
// Control characters count as space: none of them may reach a comment.
bool isSpace(char c) { return static_cast<unsigned char>(c) <= ' '; }

// Names a declaration must not take: an interface of that name would merge with the global, a type
// would hide it. Those of lib.es2024 and of the program's own globals (D23).
bool isGlobalName(std::string_view name) {
  static const std::set<std::string_view> kGlobals{"AbortController",
                                                   "AbortSignal",
                                                   "AggregateError",
                                                   "Array",
                                                   "ArrayBuffer",
                                                   "ArrayLike",
                                                   "AsyncGenerator",
                                                   "AsyncIterable",
                                                   "AsyncIterator",
                                                   "Atomics",
                                                   "Awaited",
                                                   "BigInt",
                                                   "Boolean",
                                                   "Capitalize",
                                                   "DataView",
                                                   "Date",
                                                   "Error",
                                                   "EvalError",
                                                   "Event",
                                                   "Exclude",
                                                   "Extract",
                                                   "Function",
                                                   "Generator",
                                                   "Infinity",
                                                   "InstanceType",
                                                   "Intl",
                                                   "Iterable",
                                                   "Iterator",
                                                   "JSON",
                                                   "Lowercase",
                                                   "Map",
                                                   "Math",
                                                   "NaN",
                                                   "NonNullable",
                                                   "Number",
                                                   "Object",
                                                   "Omit",
                                                   "Parameters",
                                                   "Partial",
                                                   "Pick",
                                                   "Promise",
                                                   "PromiseLike",
                                                   "PropertyKey",
                                                   "Proxy",
                                                   "RangeError",
                                                   "Readonly",
                                                   "ReadonlyArray",
                                                   "ReadonlyMap",
                                                   "ReadonlySet",
                                                   "Record",
                                                   "ReferenceError",
                                                   "Reflect",
                                                   "RegExp",
                                                   "Request",
                                                   "Required",
                                                   "Response",
                                                   "ReturnType",
                                                   "Set",
                                                   "String",
                                                   "Symbol",
                                                   "SyntaxError",
                                                   "TextDecoder",
                                                   "TextEncoder",
                                                   "ThisType",
                                                   "TypeError",
                                                   "URIError",
                                                   "URL",
                                                   "URLSearchParams",
                                                   "Uint8Array",
                                                   "Uncapitalize",
                                                   "Uppercase",
                                                   "WeakMap",
                                                   "WeakRef",
                                                   "WeakSet"};
  return kGlobals.contains(name);
}

// Stops reading at the limit: descriptions of a megabyte exist.
std::string collapseSpace(std::string_view text, std::size_t maxBytes) {
  std::string out;
  for (char c : text) {
    if (out.size() >= maxBytes) break;
    if (!isSpace(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The end of the first sentence: a full stop followed by white space and then no lower case letter
// ("e.g. this" goes on), or a line break.
std::size_t sentenceEnd(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return i;
    const bool stop = text[i] == '.' && i + 1 < text.size() && isSpace(text[i + 1]);
    const bool goesOn = i + 2 < text.size() && text[i + 2] >= 'a' && text[i + 2] <= 'z';
    if (stop && !goesOn) return i;
  }
  return text.size();
}

// Cuts at a word, never inside a UTF-8 sequence.
std::string cutAtWord(std::string text, std::size_t maxBytes) {
  constexpr std::string_view kEllipsis = "…";
  if (text.size() <= maxBytes) return text;
  std::size_t end = maxBytes > kEllipsis.size() ? maxBytes - kEllipsis.size() : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  const std::size_t space = text.rfind(' ', end);
  if (space != std::string::npos && space > maxBytes / 2) end = space;
  return text.substr(0, end).append(kEllipsis);
}

// An object in an enum is rare and long; as a type it would need a declaration.
std::string literal(const json::value& value) {
  const bool composite = value.is_object() || value.is_array();
  return composite ? "unknown" : serializeJson(value);
}

}  // namespace

// ASCII only: what else ECMAScript allows is quoted, which is always right.
bool isIdentifier(std::string_view text) {
  if (text.empty() || isDigit(text[0])) return false;
  for (char c : text) {
    if (!isAlpha(c) && !isDigit(c) && c != '_' && c != '$') return false;
  }
  return true;
}

// `__proto__` as a plain or quoted key of an object literal sets the prototype instead of a member
// (ECMAScript, annex B.3.1); as a computed one it is a name like any other, in types too.
std::string propertyKey(std::string_view text) {
  if (text == "__proto__") return "[\"__proto__\"]";
  return isIdentifier(text) ? std::string(text) : quoteJson(text);
}

// A few bytes more than asked for are read, so that a cut is seen as one.
std::string firstSentence(std::string_view text, std::size_t maxBytes) {
  text = trimText(text);
  std::string flat = collapseSpace(text.substr(0, sentenceEnd(text)), maxBytes + 8);
  if (flat.ends_with('.') && !flat.ends_with("..")) flat.pop_back();
  return cutAtWord(std::move(flat), maxBytes);
}

// TypeScript has no escape in comments; the backslash keeps the text readable, and in a quoted key
// it changes nothing.
std::string insideComment(std::string text) {
  for (std::size_t at = 0; (at = text.find("*/", at)) != std::string::npos;)
    text.replace(at, 2, "*\\/");
  return text;
}

std::string docComment(std::string_view text) {
  const std::string sentence = firstSentence(text, kMaxCommentBytes);
  return sentence.empty() ? sentence : "/** " + insideComment(sentence) + " */";
}

// Capitals stay: `OAuthApp` and `oauth-app` are different words to their authors.
std::string typeName(std::string_view componentName) {
  std::string out;
  bool upper = true;
  for (char c : componentName) {
    if (!isAlpha(c) && !isDigit(c)) {
      upper = true;
      continue;
    }
    if (out.empty() && isDigit(c)) out += '_';
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = false;
  }
  if (out.empty()) return "Type";
  return isGlobalName(out) ? out + "_" : out;
}

// Parsed and printed again: what the document spelled oddly is then one spelling, and nothing but
// JSON can get through.
std::string literalUnion(std::string_view jsonArray, std::size_t maxLiterals) {
  auto parsed = parseJson(jsonArray);
  if (!parsed || !parsed->is_array()) return {};
  TypeParts parts('|');
  std::size_t shown = 0;
  for (const json::value& value : parsed->get_array()) {
    if (++shown > maxLiterals) break;
    parts.add(literal(value));
  }
  const std::size_t all = parsed->get_array().size();
  if (all <= maxLiterals) return parts.text();
  return parts.text() + " /* +" + std::to_string(all - maxLiterals) + " more */";
}

// A scan is enough: the text is our own, so brackets and quotes are balanced.
bool hasTopLevel(std::string_view type, char op) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < type.size(); ++i) {
    const char c = type[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '(' || c == '[' || c == '<') {
      ++depth;
    } else if (c == '}' || c == ')' || c == ']' || c == '>') {
      --depth;
    } else if (c == op && depth == 0) {
      return true;
    }
  }
  return false;
}

std::string arrayOf(const std::string& item) {
  const bool compound = hasTopLevel(item, '|') || hasTopLevel(item, '&');
  return compound ? "(" + item + ")[]" : item + "[]";
}

void TypeParts::add(std::string part) {
  if (part == "unknown" || std::ranges::find(parts_, part) != parts_.end()) return;
  parts_.push_back(std::move(part));
}

// A lone part needs no parentheses whatever is in it.
std::string TypeParts::text() const {
  if (parts_.empty()) return "unknown";
  if (parts_.size() == 1) return parts_.front();
  const char other = glue_ == '|' ? '&' : '|';
  std::string out;
  for (const std::string& part : parts_) {
    if (!out.empty()) out += std::string{' ', glue_, ' '};
    out += hasTopLevel(part, other) ? "(" + part + ")" : part;
  }
  return out;
}

}  // namespace executor::catalog

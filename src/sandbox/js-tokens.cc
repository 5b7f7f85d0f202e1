// One pass, no look-back but for one flag: whether the last token may end a value, which is what
// tells a division from a regular expression. Nothing is decoded; escapes only matter where they
// hide a quote. Holes of templates are read by the same reader, one level down, because anything
// can stand in them; the depth is bounded, since each level is a frame of our own stack.
#include "sandbox/js-tokens.h"

#include <algorithm>

namespace executor::sandbox {
namespace {

// Templates in holes of templates. Deeper is nobody's program.
constexpr std::uint32_t kMaxTemplateDepth = 32;

// Words after which an operand begins: a line break or a `/` after them ends nothing.
constexpr std::string_view kOperators[] = {
    "await", "case",       "const", "delete", "do",      "else",   "extends",
    "in",    "instanceof", "let",   "new",    "return",  "throw",  "typeof",
    "var",   "void",       "yield", "export", "default", "import", "of"};

// All bytes of non-ASCII characters count as letters: the few that are blanks or punctuation would
// only glue two words together. # and \ begin private names and escaped ones.
bool isWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || byte == '_' || byte == '$' || byte == '#' || byte == '\\' ||
         (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

// A brace may close a block as well; taking it for an object is right more often at a line end.
bool endsOperand(const JsToken& token) {
  switch (token.kind) {
    case JsToken::Kind::number:
    case JsToken::Kind::text:
    case JsToken::Kind::regexp: return true;
    case JsToken::Kind::word:
      return std::ranges::find(kOperators, token.text) == std::end(kOperators);
    case JsToken::Kind::punctuator:
      return token.text == ")" || token.text == "]" || token.text == "}";
    default: return false;
  }
}

// After `broken` everything is: the text was cut somewhere, and what follows means something else.
JsToken JsTokens::next() {
  JsToken token;
  skipBlanks(token);
  token.begin = at_;
  token.kind = broken_ ? JsToken::Kind::broken : read();
  // An escape that is the last byte skips a character that is not there.
  at_ = std::min(at_, source_.size());
  token.text = source_.substr(token.begin, at_ - token.begin);
  afterOperand_ = endsOperand(token);
  return token;
}

// Blanks and comments. An unfinished comment is broken.
void JsTokens::skipBlanks(JsToken& token) {
  while (at_ < source_.size()) {
    const char c = peek();
    if (c == '\n') token.newlineBefore = true;
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (c == '/' && peek(1) == '*') {
      const std::size_t end = source_.find("*/", at_ + 2);
      broken_ |= end == std::string_view::npos;
      const std::size_t to = broken_ ? source_.size() : end + 2;
      token.newlineBefore |= source_.substr(at_, to - at_).contains('\n');
      at_ = to;
    } else {
      return;
    }
  }
}

// By the first character; numbers before words, because both go on with the same characters.
JsToken::Kind JsTokens::read() {
  using Kind = JsToken::Kind;
  if (at_ >= source_.size()) return Kind::end;
  const char c = peek();
  bool whole = true;
  Kind kind = Kind::text;
  if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
    readWord();
    return Kind::number;
  }
  if (isWordByte(c)) {
    readWord();
    return Kind::word;
  }
  if (c == '"' || c == '\'') {
    whole = readQuoted(c);
  } else if (c == '`') {
    whole = readTemplate();
  } else if (c == '/' && !afterOperand_) {
    whole = readRegexp();
    kind = Kind::regexp;
  } else {
    whole = readPunctuator();
    kind = Kind::punctuator;
  }
  broken_ |= !whole;
  return whole ? kind : Kind::broken;
}

// Words and numbers alike: 1.5e3 is three of ours when signed, which hurts nobody.
void JsTokens::readWord() {
  const bool number = isDigit(peek()) || peek() == '.';
  while (isWordByte(peek()) || (number && peek() == '.')) ++at_;
}

// A text ends on its line, unless the line end is escaped.
bool JsTokens::readQuoted(char quote) {
  for (++at_; at_ < source_.size(); ++at_) {
    if (peek() == '\n') return false;
    if (peek() == '\\') {
      ++at_;
    } else if (peek() == quote) {
      ++at_;
      return true;
    }
  }
  return false;
}

// A hole is read as tokens, so that quotes, braces and templates in it do not end it early.
bool JsTokens::readTemplate() {
  if (++depth_ > kMaxTemplateDepth) return false;
  for (++at_; at_ < source_.size(); ++at_) {
    if (peek() == '\\') {
      ++at_;
    } else if (peek() == '`') {
      ++at_;
      --depth_;
      return true;
    } else if (peek() == '$' && peek(1) == '{') {
      at_ += 2;
      afterOperand_ = false;
      for (std::size_t open = 1; open > 0;) {
        const JsToken token = next();
        if (token.kind == JsToken::Kind::end || token.kind == JsToken::Kind::broken) return false;
        if (token.is("{")) ++open;
        if (token.is("}")) --open;
      }
      --at_;  // the loop steps over the brace
    }
  }
  return false;
}

// A slash in a class ends nothing; flags are part of the token.
bool JsTokens::readRegexp() {
  bool inClass = false;
  for (++at_; at_ < source_.size() && peek() != '\n'; ++at_) {
    const char c = peek();
    if (c == '\\') {
      ++at_;
    } else if (c == '[') {
      inClass = true;
    } else if (c == ']') {
      inClass = false;
    } else if (c == '/' && !inClass) {
      ++at_;
      while (isWordByte(peek())) ++at_;
      return true;
    }
  }
  return false;
}

// Only the compounds that somebody asks for; `>>>=` as four of them is as good.
bool JsTokens::readPunctuator() {
  constexpr std::string_view kCompounds[] = {"=>", "++", "--", "!=", "?.", "=="};
  const std::string_view two = source_.substr(at_, 2);
  at_ += std::ranges::find(kCompounds, two) == std::end(kCompounds) ? 1 : 2;
  return true;
}

// Most programs do not hold the character at all, so that is asked first.
bool hasPunctuator(std::string_view source, std::string_view what) {
  if (source.find(what) == std::string_view::npos) return false;
  JsTokens tokens(source);
  for (;;) {
    const JsToken token = tokens.next();
    if (token.kind == JsToken::Kind::end || token.kind == JsToken::Kind::broken) return false;
    if (token.kind == JsToken::Kind::punctuator && token.text == what) return true;
  }
}

}  // namespace executor::sandbox

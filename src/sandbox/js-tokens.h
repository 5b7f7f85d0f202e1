// JavaScript cut into tokens, without a parser.
//
// Whoever has to find where a statement begins cannot look for characters: quotes, comments,
// regular expressions and templates hold brackets and semicolons that are none. This reader knows
// as much of the language as that takes. What it gives is exact but for one guess: whether a `/`
// begins a regular expression is told by the token before it, which after a `}` can be wrong.
// Nothing may therefore be decided by tokens alone; the engine's compiler has the last word on
// whatever is made of them (program-form.h). Text that ends inside of something is `broken`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace executor::sandbox {

struct JsToken {
  enum class Kind : std::uint8_t { end, word, number, text, regexp, punctuator, broken };
  Kind kind = Kind::end;
  std::string_view text;  // borrowed from the source; a template is one token, holes included
  std::size_t begin = 0;
  bool newlineBefore = false;

  std::size_t end() const { return begin + text.size(); }
  bool is(std::string_view what) const { return text == what && kind != Kind::text; }
};

class JsTokens {
 public:
  explicit JsTokens(std::string_view source) : source_(source) {}

  // The next one; `end` or `broken` for ever once it was given.
  JsToken next();

 private:
  void skipBlanks(JsToken& token);
  void readWord();
  bool readQuoted(char quote);
  bool readTemplate();
  bool readRegexp();
  bool readPunctuator();
  JsToken::Kind read();
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;    // of templates within templates
  bool afterOperand_ = false;  // a `/` divides
  bool broken_ = false;
};

// Whether a value may end with this token: then a line break after it can end a statement.
bool endsOperand(const JsToken& token);

// Whether `what`, one character, stands anywhere outside of texts and comments.
bool hasPunctuator(std::string_view source, std::string_view what);

}  // namespace executor::sandbox

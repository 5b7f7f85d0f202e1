#include "sandbox/json-check.h"

#include <string>

#include "base/text.h"

namespace executor::sandbox {
namespace {

// A pointer that only moves forward: linear time, whatever the text.
class Checker {
 public:
  explicit Checker(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // Iterative: depth is a string of closers, not the stack.
  bool whole() {
    std::string open;
    bool wantValue = true;
    for (;;) {
      space();
      if (wantValue) {
        if (!value(open)) return false;
        wantValue = !closed_;
        if (wantValue) continue;
      }
      if (open.empty()) break;
      space();
      if (!next(open, wantValue)) return false;
    }
    space();
    return at_ == end_;
  }

 private:
  bool eat(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool word(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size()) return false;
    if (std::string_view(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }

  // Reads a scalar, an empty container, or the start of a container (then closed_ is false).
  bool value(std::string& open) {
    closed_ = true;
    if (at_ == end_) return false;
    switch (*at_) {
      case '{': ++at_; return openObject(open);
      case '[': ++at_; return openArray(open);
      case '"': return text();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool openArray(std::string& open) {
    space();
    if (eat(']')) return true;
    return push(open, ']');
  }

  // An object starts with its first key, so that value() can go on with the value.
  bool openObject(std::string& open) {
    space();
    if (eat('}')) return true;
    return key() && push(open, '}');
  }

  bool push(std::string& open, char closer) {
    open += closer;
    closed_ = false;
    return true;
  }

  // After a value inside a container.
  bool next(std::string& open, bool& wantValue) {
    const char closer = open.back();
    if (eat(closer)) {
      open.pop_back();
      wantValue = false;
      return true;
    }
    if (!eat(',')) return false;
    space();
    wantValue = true;
    return closer == ']' || key();
  }

  bool key() {
    if (!text()) return false;
    space();
    return eat(':');
  }

  // Control characters must be escaped (RFC 8259 section 7); that the rest is UTF-8 was checked for
  // the whole text.
  bool text() {
    if (!eat('"')) return false;
    while (at_ != end_) {
      const auto c = static_cast<unsigned char>(*at_++);
      if (c == '"') return true;
      if (c < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  // Lone surrogates by \u are allowed: JavaScript writes them, and readers of ours accept them.
  bool escape() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (at_ == end_ || std::isxdigit(static_cast<unsigned char>(*at_)) == 0) return false;
      ++at_;
    }
    return true;
  }

  bool digits() {
    const char* from = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != from;
  }

  // No leading zeros, no bare point, no plus: what JavaScript never writes is not JSON.
  bool number() {
    eat('-');
    if (!eat('0') && !digits()) return false;
    if (eat('.') && !digits()) return false;
    if (eat('e') || eat('E')) {
      if (!eat('+')) eat('-');
      return digits();
    }
    return true;
  }

  const char* at_;
  const char* end_;
  bool closed_ = true;
};

}  // namespace

// UTF-8 first: the checker itself only looks at ASCII.
bool isJson(std::string_view text) { return isValidUtf8(text) && Checker(text).whole(); }

}  // namespace executor::sandbox

// HTML that cannot be injected into, because only the compiler can write a tag.
//
// raw() takes a Literal, which is made of a string literal and of nothing else (its constructor is
// consteval). Every value that is known only when the program runs goes through text(), which
// escapes it for element content and for quoted attribute values alike. So the question whether a
// hostile tool name can become a script is answered by the types and not by the care of each page's
// author; the attack tests then only confirm it.
#pragma once

#include <string>
#include <string_view>

namespace executor::api {

// A string literal, and by construction nothing else.
class Literal {
 public:
  template <std::size_t N>
  consteval Literal(const char (&text)[N]) : text_(text, N - 1) {}

  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Grows a piece of HTML; every method returns the same object for chaining.
class Markup {
 public:
  // HTML as it stands in our source.
  Markup& raw(Literal literal);
  // Any text, escaped for element content and for quoted attribute values.
  Markup& text(std::string_view value);
  Markup& number(std::int64_t value);
  // Markup that was made by these same rules.
  Markup& add(const Markup& other);

  // `<tag>escaped value</tag>` for the commonest case; `tag` without brackets.
  Markup& element(Literal tag, std::string_view value);
  // `<a href="href">label</a>`. Only paths of our own: anything not beginning with '/' loses its
  // link.
  Markup& link(std::string_view href, std::string_view label);

  const std::string& html() const { return html_; }

 private:
  std::string html_;
};

}  // namespace executor::api

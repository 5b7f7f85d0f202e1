#include "api/pages/markup.h"

#include "base/text.h"

namespace executor::api {

Markup& Markup::raw(Literal literal) {
  html_ += literal.text();
  return *this;
}

Markup& Markup::text(std::string_view value) {
  html_ += htmlEscape(value);
  return *this;
}

Markup& Markup::number(std::int64_t value) {
  html_ += std::to_string(value);
  return *this;
}

Markup& Markup::add(const Markup& other) {
  html_ += other.html_;
  return *this;
}

// The tag is a literal, so it needs no escaping.
Markup& Markup::element(Literal tag, std::string_view value) {
  html_ += '<';
  html_ += tag.text();
  html_ += '>';
  text(value);
  html_ += "</";
  html_ += tag.text();
  html_ += '>';
  return *this;
}

// "//host" would leave our origin, "javascript:" would run.
Markup& Markup::link(std::string_view href, std::string_view label) {
  if (!href.starts_with('/') || href.starts_with("//")) return text(label);
  return raw("<a href=\"").text(href).raw("\">").text(label).raw("</a>");
}

}  // namespace executor::api

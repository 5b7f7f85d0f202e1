// Writes JSON text directly, so that values we only pass on are never parsed and written again.
//
// A result, an input or an event body arrives as JSON text and leaves as the same text: raw()
// splices it in (D22: documents passed through are not re-serialized, so no number changes).
// Everything else is quoted by base/json. The writer does not check for repeated names; its callers
// are the view builders of views.h, where each name is a literal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace executor::api {

class ObjectText {
 public:
  // One member each. `value` is UTF-8; quoting is base/json's.
  ObjectText& text(std::string_view name, std::string_view value);
  ObjectText& number(std::string_view name, std::int64_t value);
  ObjectText& boolean(std::string_view name, bool value);
  // `jsonText` is one valid JSON text; empty stands for null.
  ObjectText& raw(std::string_view name, std::string_view jsonText);
  // Nothing is written for an empty string or zero: how optional members are left out.
  ObjectText& textIf(std::string_view name, std::string_view value);
  ObjectText& numberIf(std::string_view name, std::int64_t value);
  ObjectText& rawIf(std::string_view name, std::string_view jsonText);

  // Closes the object; the writer is empty afterwards.
  std::string take();

 private:
  void begin(std::string_view name);

  std::string out_ = "{";
};

// `[a,b,c]` of JSON texts.
std::string arrayText(const std::vector<std::string>& items);
// `["a","b"]` of plain strings.
std::string stringsText(const std::vector<std::string>& items);

// The form of every list: {"items":[…],"more":false} or {"items":[…],"more":true,"nextCursor":"…"}.
std::string listText(const std::vector<std::string>& items, std::string_view nextCursor = {});

}  // namespace executor::api

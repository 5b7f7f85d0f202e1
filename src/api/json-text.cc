#include "api/json-text.h"

#include <utility>

#include "base/json.h"

namespace executor::api {

// Names are literals of ours, but quoting them costs little and cannot be forgotten.
void ObjectText::begin(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  out_ += quoteJson(name);
  out_ += ':';
}

ObjectText& ObjectText::text(std::string_view name, std::string_view value) {
  begin(name);
  out_ += quoteJson(value);
  return *this;
}

ObjectText& ObjectText::number(std::string_view name, std::int64_t value) {
  begin(name);
  out_ += std::to_string(value);
  return *this;
}

ObjectText& ObjectText::boolean(std::string_view name, bool value) {
  begin(name);
  out_ += value ? "true" : "false";
  return *this;
}

// "null" rather than nothing: a member without a value would make the whole object unreadable.
ObjectText& ObjectText::raw(std::string_view name, std::string_view jsonText) {
  begin(name);
  out_ += jsonText.empty() ? std::string_view{"null"} : jsonText;
  return *this;
}

ObjectText& ObjectText::textIf(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

ObjectText& ObjectText::numberIf(std::string_view name, std::int64_t value) {
  return value == 0 ? *this : number(name, value);
}

ObjectText& ObjectText::rawIf(std::string_view name, std::string_view jsonText) {
  return jsonText.empty() ? *this : raw(name, jsonText);
}

// The writer begins anew, so that a second object from it is an object and not a tail of members.
std::string ObjectText::take() {
  out_ += '}';
  return std::exchange(out_, "{");
}

std::string arrayText(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + ']';
}

std::string stringsText(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  quoted.reserve(items.size());
  for (const auto& item : items) quoted.push_back(quoteJson(item));
  return arrayText(quoted);
}

std::string listText(const std::vector<std::string>& items, std::string_view nextCursor) {
  return ObjectText()
      .raw("items", arrayText(items))
      .boolean("more", !nextCursor.empty())
      .textIf("nextCursor", nextCursor)
      .take();
}

}  // namespace executor::api

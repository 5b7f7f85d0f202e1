#include "source/openapi/media-type.h"

#include <algorithm>

namespace executor::source::openapi {
namespace {

// A schema that says something: {} and null do not.
const json::value* schemaOf(const json::value& media) {
  const auto* object = media.if_object();
  const auto* schema = object ? object->if_contains("schema") : nullptr;
  if (!schema) return nullptr;
  if (schema->is_bool()) return schema;
  return schema->is_object() && !schema->get_object().empty() ? schema : nullptr;
}

// In the document's order, which is its author's preference.
template <class Test>
const json::key_value_pair* firstWithSchema(const json::object& content, Test test) {
  const auto it = std::ranges::find_if(content, [&](const auto& member) {
    return test(std::string_view(member.key())) && schemaOf(member.value());
  });
  return it == content.end() ? nullptr : &*it;
}

}  // namespace

// A name without a schema comes last: it can be sent, but nothing is known of its form.
MediaChoice chooseMedia(const json::object& content) {
  const auto is = [](std::string_view wanted) {
    return [wanted](std::string_view name) { return name == wanted; };
  };
  const json::key_value_pair* found = firstWithSchema(content, is("application/json"));
  if (!found) found = firstWithSchema(content, is("*/*"));
  if (!found)
    found = firstWithSchema(content, [](auto name) { return name.find("json") != name.npos; });
  if (!found) found = firstWithSchema(content, [](auto) { return true; });
  if (found) return {found->key(), schemaOf(found->value())};
  if (content.empty()) return {};
  if (content.contains("application/json")) return {"application/json", nullptr};
  return {content.begin()->key(), nullptr};
}

}  // namespace executor::source::openapi

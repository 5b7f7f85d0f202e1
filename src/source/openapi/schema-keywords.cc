#include "source/openapi/schema-keywords.h"

#include <algorithm>
#include <array>

#include "source/tool-set.h"

namespace executor::source::openapi {
namespace {

// Kept as written. Not listed and so dropped: examples, `xml`, `externalDocs`, extensions, and what
// has a field of its own.
constexpr std::array<std::string_view, 30> kRestKeywords = {"title",
                                                            "pattern",
                                                            "minLength",
                                                            "maxLength",
                                                            "minimum",
                                                            "maximum",
                                                            "exclusiveMinimum",
                                                            "exclusiveMaximum",
                                                            "multipleOf",
                                                            "minItems",
                                                            "maxItems",
                                                            "uniqueItems",
                                                            "minProperties",
                                                            "maxProperties",
                                                            "not",
                                                            "if",
                                                            "then",
                                                            "else",
                                                            "contains",
                                                            "minContains",
                                                            "maxContains",
                                                            "propertyNames",
                                                            "patternProperties",
                                                            "dependentRequired",
                                                            "dependentSchemas",
                                                            "unevaluatedItems",
                                                            "unevaluatedProperties",
                                                            "discriminator",
                                                            "contentEncoding",
                                                            "contentMediaType"};

// Keywords beside $ref that change nothing about which values are valid.
constexpr std::array<std::string_view, 9> kAnnotations = {"$ref",     "description", "summary",
                                                          "title",    "deprecated",  "example",
                                                          "examples", "readOnly",    "writeOnly"};

// 0 for names JSON Schema does not have ("file", "any"): no restriction, since a wrong one would
// refuse good calls.
std::uint16_t typeBit(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, SchemaType>, 7> kTypes = {
      {{"null", kTypeNull},
       {"boolean", kTypeBoolean},
       {"integer", kTypeInteger},
       {"number", kTypeNumber},
       {"string", kTypeString},
       {"array", kTypeArray},
       {"object", kTypeObject}}};
  for (const auto& [known, bit] : kTypes)
    if (known == name) return bit;
  return 0;
}

// 3.0: {minimum: 1, exclusiveMinimum: true} → {exclusiveMinimum: 1}.
void normalizeBound(json::object& rest, std::string_view bound, std::string_view exclusive) {
  const auto* flag = rest.if_contains(exclusive);
  if (!flag || !flag->is_bool()) return;
  const bool strict = flag->get_bool();
  rest.erase(exclusive);
  const auto* limit = rest.if_contains(bound);
  if (!strict || !limit) return;
  json::value moved = *limit;
  rest.erase(bound);
  rest[exclusive] = std::move(moved);
}

}  // namespace

// A list of types is 3.1; 3.0 documents have it by mistake and mean the same.
std::uint16_t typesOf(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (!type) return 0;
  if (const auto* name = type->if_string()) return typeBit(*name);
  std::uint16_t bits = 0;
  if (const auto* names = type->if_array())
    for (const auto& name : *names)
      if (name.is_string()) bits |= typeBit(name.get_string());
  return bits;
}

// In the document's order, so that equal schemas stay equal as bytes and are stored once.
std::string restOf(const json::object& schema) {
  json::object rest;
  for (const auto& [key, value] : schema) {
    const bool kept =
        std::ranges::find(kRestKeywords, std::string_view(key)) != kRestKeywords.end();
    if (kept) rest.emplace(key, value);
  }
  normalizeBound(rest, "minimum", "exclusiveMinimum");
  normalizeBound(rest, "maximum", "exclusiveMaximum");
  return rest.empty() ? std::string() : serializeJson(rest);
}

// 3.0 documents rarely list null although they say nullable (the standard asks for both); without
// it the null that is meant would be refused.
std::string enumOf(const json::object& schema, bool withNull) {
  const auto* found = schema.if_contains("enum");
  if (!found || !found->is_array()) return {};
  const auto& values = found->get_array();
  const bool hasNull = std::ranges::any_of(values, [](const auto& v) { return v.is_null(); });
  if (!withNull || hasNull) return serializeJson(*found);
  json::array extended = values;
  extended.emplace_back(nullptr);
  return serializeJson(extended);
}

bool onlyAnnotates(const json::object& schema) {
  return std::ranges::all_of(schema, [](const auto& member) {
    const std::string_view key = member.key();
    return key.starts_with("x-") || std::ranges::find(kAnnotations, key) != kAnnotations.end();
  });
}

// $defs and definitions are where JSON Schema documents that were converted keep theirs.
std::string_view componentName(std::string_view reference) {
  const auto slash = reference.rfind('/');
  if (slash == reference.npos) return {};
  const auto parent = reference.substr(0, slash);
  const bool named = parent.ends_with("/schemas") || parent.ends_with("/$defs") ||
                     parent.ends_with("/definitions");
  return named ? reference.substr(slash + 1) : std::string_view{};
}

}  // namespace executor::source::openapi

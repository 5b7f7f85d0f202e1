#include "source/schema-check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace executor::source {
namespace {

// Steps from the top of the value; parsers stop at 512 levels, messages are unreadable long before.
constexpr std::size_t kMaxPathSteps = 300;
// Levels of composition searched for a key that a closed object does not declare.
constexpr unsigned kMaxKnownDepth = 8;
// Of an enum, in a message that a model reads: enough to choose from.
constexpr std::size_t kMaxListedValues = 12;
// Bytes of one value in a message; values may be secrets of any length, so no more than a glimpse.
constexpr std::size_t kMaxShownValue = 60;
// What one step of the budget pays for: so many properties looked at, or bytes of literals parsed.
// A step must not cost more because the document is large.
constexpr std::size_t kPropertiesPerStep = 16;
constexpr std::size_t kLiteralBytesPerStep = 256;

// An integer is a number too (JSON Schema validation, section 6.1.1).
std::uint16_t typeBitsOf(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return kTypeNull;
    case json::kind::bool_: return kTypeBoolean;
    case json::kind::int64:
    case json::kind::uint64: return kTypeInteger | kTypeNumber;
    case json::kind::double_: return kTypeNumber;
    case json::kind::string: return kTypeString;
    case json::kind::array: return kTypeArray;
    default: return kTypeObject;
  }
}

// All of the text or nothing: no spaces, no plus sign, no exponent, no suffix.
template <class Integer>
bool readWhole(std::string_view text, json::value& out) {
  Integer number{};
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return false;
  out = number;
  return true;
}

// Whether a JavaScript number holds it exactly.
bool isSafe(std::int64_t number) { return number >= -kMaxSafeInteger && number <= kMaxSafeInteger; }

// "9007199254740993" → the integer, if it is one that JavaScript could not have kept (D22). Smaller
// numbers in strings are the agent's mistake and stay one.
bool takeBigInteger(json::value& value) {
  const std::string text(value.get_string());
  json::value number;
  if (readWhole<std::int64_t>(text, number)) {
    if (isSafe(number.get_int64())) return false;
  } else if (!readWhole<std::uint64_t>(text, number)) {
    return false;
  }
  value = std::move(number);
  return true;
}

// 5.0 is an integer in JSON Schema; it is sent as 5.
bool takeWholeDouble(json::value& value) {
  const double number = value.get_double();
  if (std::trunc(number) != number || std::abs(number) > double(kMaxSafeInteger)) return false;
  value = static_cast<std::int64_t>(number);
  return true;
}

// 1, 1.0 and 1e0 are one value (JSON Schema core, section 4.2.2).
bool equalValues(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) return canonicalJson(a) == canonicalJson(b);
  return a == b;
}

std::string shown(const json::value& value) {
  return truncateText(serializeJson(value), kMaxShownValue);
}

// "one of "a", "b""; long lists end in a count.
std::string listed(const json::array& values) {
  std::vector<std::string> texts;
  for (const auto& value : values) {
    if (texts.size() == kMaxListedValues) {
      texts.push_back(fmt::format("{} more", values.size() - kMaxListedValues));
      break;
    }
    texts.push_back(shown(value));
  }
  return fmt::format("one of {}", fmt::join(texts, ", "));
}

// How likely a variant that failed so was the one that was meant, among those that got equally far.
// A wrong constant in a member is another variant's discriminator; a member of the wrong type shows
// at least that this one was known.
int nearness(Mismatch::Kind kind, bool member) {
  using Kind = Mismatch::Kind;
  if (!member) return kind == Kind::type ? 0 : 1;
  if (kind == Kind::constant) return 0;
  return kind == Kind::missing || kind == Kind::unknown ? 1 : 2;
}

// `steps` is the place of the value whose variants are compared.
bool explainsBetter(const Mismatch& a, const Mismatch& b, std::size_t steps) {
  if (a.steps != b.steps) return a.steps > b.steps;
  return nearness(a.kind, a.steps > steps) > nearness(b.kind, b.steps > steps);
}

}  // namespace

std::string typeNames(std::uint16_t types) {
  constexpr std::array<std::pair<SchemaType, std::string_view>, 7> kNames = {
      {{kTypeString, "string"},
       {kTypeInteger, "integer"},
       {kTypeNumber, "number"},
       {kTypeBoolean, "boolean"},
       {kTypeArray, "array"},
       {kTypeObject, "object"},
       {kTypeNull, "null"}}};
  std::vector<std::string_view> names;
  for (const auto& [bit, name] : kNames)
    if (types & bit) names.push_back(name);
  return names.empty() ? "anything" : fmt::format("{}", fmt::join(names, " or "));
}

std::size_t countNodes(const json::value& value) {
  std::size_t count = 1;
  if (const auto* object = value.if_object())
    for (const auto& member : *object) count += countNodes(member.value());
  if (const auto* array = value.if_array())
    for (const auto& item : *array) count += countNodes(item);
  return count;
}

// Always false, so that a check can end in `return mismatched(…)`. The path is joined only here: a
// value that fits never pays for it.
bool SchemaCheck::mismatched(Mismatch::Kind kind, std::string expected, std::string found,
                             std::string step) {
  std::string pointer = fmt::format("{}{}", fmt::join(path_, ""), step);
  if (pointer.starts_with('.')) pointer.erase(0, 1);
  const std::size_t steps = path_.size() + (step.empty() ? 0 : 1);
  mismatch_ = {kind, std::move(pointer), std::move(expected), std::move(found), steps};
  return false;
}

bool SchemaCheck::fits(json::value& value, std::uint32_t schema) {
  path_.clear();
  layers_.clear();
  depth_ = 0;
  mismatch_ = {};
  return check(value, schema);
}

// Applies one schema to one value. `layers_` holds the schemas already applied to this very value:
// a schema that reaches itself through allOf or a reference adds nothing the second time, which is
// how recursion ends. Out of budget or depth means "fits": the upstream has the last word.
bool SchemaCheck::check(json::value& value, std::uint32_t index) {
  if (index == kNoSchema || std::ranges::find(layers_, index) != layers_.end()) return true;
  if (depth_ >= kMaxCheckDepth || budget_ == 0) return true;
  const SchemaView schema = set_.schema(index);
  if (!spend(schema)) return true;
  if (schema.never) return mismatched(Mismatch::Kind::value, "nothing", shown(value));
  if (!type(value, schema) || !literal(value, schema)) return false;
  layers_.push_back(index);
  ++depth_;
  bool ok = std::ranges::all_of(schema.allOf, [&](auto part) { return check(value, part); });
  if (ok && value.is_object()) ok = object(value.get_object(), schema);
  if (ok && value.is_array()) ok = array(value.get_array(), schema);
  ok = ok && variants(value, schema.anyOf) && variants(value, schema.oneOf);
  --depth_;
  layers_.pop_back();
  return ok;
}

// Takes the cost of one look at `schema` from the budget; false when it is used up.
bool SchemaCheck::spend(const SchemaView& schema) {
  const std::size_t literals = schema.enumJson.size() + schema.constJson.size();
  const std::size_t cost =
      1 + schema.properties.size() / kPropertiesPerStep + literals / kLiteralBytesPerStep;
  const bool enough = cost <= budget_;
  budget_ -= std::min(cost, budget_);
  return enough;
}

// The order matters: a type that fits as it is wins over a conversion, so that a union of string
// and integer keeps the string.
bool SchemaCheck::type(json::value& value, const SchemaView& schema) {
  if (schema.types == 0 || (typeBitsOf(value) & schema.types) != 0) return true;
  const bool integer = (schema.types & kTypeInteger) != 0;
  const bool number = integer || (schema.types & kTypeNumber) != 0;
  if (value.is_string() && number && takeBigInteger(value)) return true;
  if (value.is_double() && integer && takeWholeDouble(value)) return true;
  return mismatched(Mismatch::Kind::type, typeNames(schema.types),
                    std::string(jsonTypeName(value)));
}

// The texts were written by our own compiler; one that does not parse is a damaged file and says
// nothing against the value.
bool SchemaCheck::literal(const json::value& value, const SchemaView& schema) {
  if (!schema.enumJson.empty()) {
    const auto values = parseJson(schema.enumJson);
    if (!values || !values->is_array()) return true;
    const auto& list = values->get_array();
    const bool found =
        std::ranges::any_of(list, [&](const auto& one) { return equalValues(one, value); });
    const auto kind = list.size() == 1 ? Mismatch::Kind::constant : Mismatch::Kind::value;
    if (!found) return mismatched(kind, listed(list), shown(value));
  }
  if (schema.constJson.empty()) return true;
  const auto wanted = parseJson(schema.constJson);
  if (!wanted || equalValues(*wanted, value)) return true;
  return mismatched(Mismatch::Kind::constant, shown(*wanted), shown(value));
}

// Goes into a member or item. The layers of the outer value do not apply to the inner one.
bool SchemaCheck::inner(json::value& value, std::uint32_t schema, std::string step) {
  if (path_.size() >= kMaxPathSteps) return true;
  std::vector<std::uint32_t> outer;
  std::swap(outer, layers_);
  path_.push_back(std::move(step));
  const bool ok = check(value, schema);
  path_.pop_back();
  std::swap(outer, layers_);
  return ok;
}

// Missing keys first: an agent that forgot one is helped more by that than by the next wrong type.
bool SchemaCheck::object(json::object& object, const SchemaView& schema) {
  if (!required(object, schema)) return false;
  for (auto& entry : object)
    if (!member(entry.key(), entry.value(), schema)) return false;
  return true;
}

// A read-only property is the upstream's to fill; `required` counts for responses only (OpenAPI).
bool SchemaCheck::required(const json::object& object, const SchemaView& schema) {
  for (const auto name : schema.required) {
    if (object.contains(name)) continue;
    const auto property = std::ranges::find(schema.properties, name, &SchemaView::Property::name);
    const bool declared = property != schema.properties.end();
    if (declared && set_.schema(property->schema).readOnly) continue;
    return mismatched(Mismatch::Kind::missing,
                      declared ? typeNames(set_.schema(property->schema).types) : "a value", {},
                      "." + std::string(name));
  }
  return true;
}

// patternProperties are kept as text only (SchemaView::restJson), so with them in play neither
// `additional` nor a closed object can be judged.
bool SchemaCheck::member(std::string_view name, json::value& value, const SchemaView& schema) {
  const auto property = std::ranges::find(schema.properties, name, &SchemaView::Property::name);
  if (property != schema.properties.end())
    return inner(value, property->schema, "." + std::string(name));
  if (schema.additional != kNoSchema && !schema.restJson.contains("\"patternProperties\""))
    return inner(value, schema.additional, "." + std::string(name));
  if (schema.additionalAllowed) return true;
  const bool elsewhere =
      std::ranges::any_of(layers_, [&](std::uint32_t layer) { return known(name, layer, 0); });
  if (elsewhere) return true;
  std::vector<std::string> names;
  for (const auto& known : schema.properties) names.emplace_back(known.name);
  const auto near = nearestNames(name, names);
  return mismatched(Mismatch::Kind::unknown, fmt::format("{}", fmt::join(near, ", ")), {},
                    "." + std::string(name));
}

// `additionalProperties: false` in one part of an allOf speaks, read strictly, against the keys of
// the other parts. No upstream means that; a key that any part knows is fine.
bool SchemaCheck::known(std::string_view name, std::uint32_t index, unsigned depth) {
  if (depth > kMaxKnownDepth || budget_ == 0) return true;
  const SchemaView schema = set_.schema(index);
  if (!spend(schema)) return true;
  if (schema.additionalDeclared || schema.restJson.contains("\"patternProperties\"")) return true;
  if (std::ranges::find(schema.properties, name, &SchemaView::Property::name) !=
      schema.properties.end())
    return true;
  for (const auto* parts : {&schema.allOf, &schema.anyOf, &schema.oneOf})
    for (const auto part : *parts)
      if (known(name, part, depth + 1)) return true;
  return false;
}

// Items beyond the tuple go by `items` (JSON Schema 2020-12 section 10.3.1.2).
bool SchemaCheck::array(json::array& array, const SchemaView& schema) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const bool tuple = i < schema.prefixItems.size();
    const std::uint32_t item = tuple ? schema.prefixItems[i] : schema.items;
    if (!inner(array[i], item, fmt::format("[{}]", i))) return false;
  }
  return true;
}

// One variant must fit. If none does, the one that got furthest explains it best; where all stumble
// over the type alone, the types are listed.
bool SchemaCheck::variants(json::value& value, const std::vector<std::uint32_t>& variants) {
  if (variants.empty()) return true;
  std::optional<Mismatch> best;
  std::vector<std::string> types;
  for (const auto variant : variants) {
    json::value attempt = value;
    if (check(attempt, variant)) {
      value = std::move(attempt);
      return true;
    }
    const bool typeOnly = mismatch_.kind == Mismatch::Kind::type;
    if (typeOnly && std::ranges::find(types, mismatch_.expected) == types.end())
      types.push_back(mismatch_.expected);
    if (!best || explainsBetter(mismatch_, *best, path_.size())) best = mismatch_;
  }
  mismatch_ = *best;
  if (mismatch_.kind == Mismatch::Kind::type && mismatch_.steps == path_.size())
    mismatch_.expected = fmt::format("{}", fmt::join(types, " or "));
  return false;
}

}  // namespace executor::source

#include "base/json.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace executor {
namespace {

// JSON has one kind of number: 2.0 is the integer 2 to every reader but C++. Beyond 2^53 a double
// does not say which integer was meant, so it is none.
std::optional<std::int64_t> integerOf(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64() && std::in_range<std::int64_t>(value.get_uint64())) {
    return static_cast<std::int64_t>(value.get_uint64());
  }
  if (!value.is_double()) return std::nullopt;
  const double number = value.get_double();
  const bool exact = std::trunc(number) == number && std::fabs(number) <= kMaxSafeInteger;
  return exact ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

// A near name if there is one; else all of them, since the list of arguments is short.
std::string hintFor(std::string_view key, std::initializer_list<std::string_view> allowed) {
  const std::vector<std::string> names(allowed.begin(), allowed.end());
  const auto near = nearestNames(key, names, 1);
  if (!near.empty()) return "Did you mean " + quoteJson(near.front()) + "?";
  std::string hint = "Known members:";
  for (const auto name : allowed) hint.append(" ").append(name);
  return hint + ".";
}

// The five below read one member; absent and "of another type" are one case, because callers that
// must tell them apart validate against a schema first.
const json::object* objectOf(const json::value* value) {
  return value ? value->if_object() : nullptr;
}

const json::array* arrayOf(const json::value* value) { return value ? value->if_array() : nullptr; }

std::string_view stringOf(const json::value* value, std::string_view fallback) {
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string_view(*text) : fallback;
}

std::int64_t integerOf(const json::value* value, std::int64_t fallback) {
  return value ? integerOf(*value).value_or(fallback) : fallback;
}

bool boolOf(const json::value* value, bool fallback) {
  const bool* flag = value ? value->if_bool() : nullptr;
  return flag ? *flag : fallback;
}

}  // namespace

// The pointer is good until the object changes.
const json::value* find(const json::object& object, std::string_view key) {
  return object.if_contains(key);
}

const json::value* find(const json::value& object, std::string_view key) {
  const json::object* members = object.if_object();
  return members ? find(*members, key) : nullptr;
}

const json::object* findObject(const json::object& object, std::string_view key) {
  return objectOf(find(object, key));
}

const json::object* findObject(const json::value& object, std::string_view key) {
  return objectOf(find(object, key));
}

const json::array* findArray(const json::object& object, std::string_view key) {
  return arrayOf(find(object, key));
}

const json::array* findArray(const json::value& object, std::string_view key) {
  return arrayOf(find(object, key));
}

std::string_view findString(const json::object& object, std::string_view key,
                            std::string_view fallback) {
  return stringOf(find(object, key), fallback);
}

std::string_view findString(const json::value& object, std::string_view key,
                            std::string_view fallback) {
  return stringOf(find(object, key), fallback);
}

std::int64_t findInteger(const json::object& object, std::string_view key, std::int64_t fallback) {
  return integerOf(find(object, key), fallback);
}

std::int64_t findInteger(const json::value& object, std::string_view key, std::int64_t fallback) {
  return integerOf(find(object, key), fallback);
}

bool findBool(const json::object& object, std::string_view key, bool fallback) {
  return boolOf(find(object, key), fallback);
}

bool findBool(const json::value& object, std::string_view key, bool fallback) {
  return boolOf(find(object, key), fallback);
}

// The names of JSON Schema, in which 2.0 is an integer.
std::string_view jsonTypeName(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "boolean";
    case json::kind::int64:
    case json::kind::uint64: return "integer";
    case json::kind::double_: return integerOf(value) ? "integer" : "number";
    case json::kind::string: return "string";
    case json::kind::array: return "array";
    case json::kind::object: return "object";
  }
  std::unreachable();
}

// The first unknown member only: with the hint, the second is usually the same mistake.
Status rejectUnknownMembers(const json::object& object, std::string_view what,
                            std::initializer_list<std::string_view> allowed) {
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::ranges::find(allowed, key) != allowed.end()) continue;
    return fail(
        ErrorCode::unknown_argument,
        "Unknown member " + quoteJson(truncateText(key, 64)) + " in " + std::string(what) + ".",
        hintFor(key, allowed));
  }
  return {};
}

}  // namespace executor

// JSON as the product needs it: exact numbers, bounded depth, stable output.
//
// Boost.JSON 1.81 loses numbers (D22), so parsing goes through a handler of our own on
// basic_parser: integers that fit int64 or uint64 are kept, everything else is std::from_chars, and
// serializing uses std::to_chars (shortest form that reads back equal). An integer beyond uint64 is
// kept as its exact decimal text in a string by parseForProgram() and is an approximate double in
// parse(). `canonical` sorts keys bytewise and is what hashes are taken of.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor {
namespace json = boost::json;

// The largest integer that JavaScript keeps exactly: 2^53-1.
inline constexpr std::int64_t kMaxSafeInteger = 9'007'199'254'740'991;

struct JsonLimits {
  std::size_t maxBytes = 64u << 20;
  std::size_t maxDepth = 512;
};

// Parses one JSON text (RFC 8259), nothing after it. `invalid_json` with line and column (in
// bytes), or `payload_too_large`. A duplicate key keeps the last value; a lone surrogate escape and
// a number beyond the range of a double are refused; -0 is a double. The result lives in `memory`.
Result<json::value> parseJson(std::string_view text, const JsonLimits& limits = {},
                              json::storage_ptr memory = {});

// As parseJson, but integers beyond 2^53-1 in magnitude become decimal strings, because the program
// is JavaScript (D22).
Result<json::value> parseJsonForProgram(std::string_view text, const JsonLimits& limits = {});

// Compact, keys in insertion order; a non-finite double is null. A double with an integral value is
// written without fraction (1, not 1.0), so it may come back as an integer of the same value.
std::string serializeJson(const json::value& value);
void serializeJson(const json::value& value, std::string& out);

// Indented by two spaces, for people.
std::string prettyJson(const json::value& value);

// Compact, keys sorted bytewise: equal values give equal bytes. Input hashes are taken of this.
std::string canonicalJson(const json::value& value);

// `text` as a JSON string literal with quotes.
std::string quoteJson(std::string_view text);

// Typed reads; nullptr or the fallback when absent or of another type. The overloads for objects
// keep a json::object from becoming a temporary value that the answer would point into.
const json::value* find(const json::object& object, std::string_view key);
const json::value* find(const json::value& object, std::string_view key);
const json::object* findObject(const json::object& object, std::string_view key);
const json::object* findObject(const json::value& object, std::string_view key);
const json::array* findArray(const json::object& object, std::string_view key);
const json::array* findArray(const json::value& object, std::string_view key);
std::string_view findString(const json::object& object, std::string_view key,
                            std::string_view fallback = {});
std::string_view findString(const json::value& object, std::string_view key,
                            std::string_view fallback = {});
std::int64_t findInteger(const json::object& object, std::string_view key,
                         std::int64_t fallback = 0);
std::int64_t findInteger(const json::value& object, std::string_view key,
                         std::int64_t fallback = 0);
bool findBool(const json::object& object, std::string_view key, bool fallback = false);
bool findBool(const json::value& object, std::string_view key, bool fallback = false);

// "object", "array", "string", "integer", "number", "boolean" or "null", for error texts.
std::string_view jsonTypeName(const json::value& value);

// Refuses members of `object` that are not in `allowed`: `unknown_argument` naming the member and
// the nearest allowed name. `what` names the object in the text ("arguments of execute").
Status rejectUnknownMembers(const json::object& object, std::string_view what,
                            std::initializer_list<std::string_view> allowed);

}  // namespace executor

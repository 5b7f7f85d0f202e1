#include "base/yaml-scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace executor {
namespace {

// `!!int` arrives from libyaml with its prefix written out.
constexpr std::string_view kCorePrefix = "tag:yaml.org,2002:";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
// Ours and not <cctype>: those depend on the locale and take no plain char above 127.
bool isHexDigit(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool isOctalDigit(char c) { return c >= '0' && c <= '7'; }

// The schema lists three spellings of each word; other mixtures of case are texts.
bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::size_t countDigits(std::string_view text) {
  return std::ranges::find_if_not(text, isDigit) - text.begin();
}

bool isNull(std::string_view text) { return isOneOf(text, {"", "~", "null", "Null", "NULL"}); }

std::optional<json::value> asBool(std::string_view text) {
  if (isOneOf(text, {"true", "True", "TRUE"})) return json::value(true);
  if (isOneOf(text, {"false", "False", "FALSE"})) return json::value(false);
  return std::nullopt;
}

template <class Number>
std::optional<json::value> readWhole(std::string_view text, int base) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return json::value(number);
}

// `text` is known to be digits of that base, with '-' at most.
// int64 first, so that a value has the type that JSON's reader gives it.
std::optional<json::value> readInteger(std::string_view text, int base) {
  if (auto number = readWhole<std::int64_t>(text, base)) return number;
  return readWhole<std::uint64_t>(text, base);
}

// `text` is known to be a decimal number; nothing if it is beyond a double.
std::optional<json::value> readDouble(std::string_view text) {
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec == std::errc()) return json::value(number);
  return std::nullopt;
}

std::string_view withoutSign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

// std::from_chars takes no plus sign.
std::string_view withoutPlus(std::string_view text) {
  return text.starts_with('+') ? text.substr(1) : text;
}

// Decimal with sign, 0x and 0o without. Decimal integers beyond 64 bits are rounded like JSON's;
// hexadecimal ones are bit patterns and stay texts.
std::optional<json::value> asInteger(std::string_view text) {
  const std::string_view digits = withoutSign(text);
  if (!digits.empty() && std::ranges::all_of(digits, isDigit)) {
    if (auto number = readInteger(withoutPlus(text), 10)) return number;
    return readDouble(withoutPlus(text));
  }
  if (text.size() < 3) return std::nullopt;
  const std::string_view rest = text.substr(2);
  if (text.starts_with("0x") && std::ranges::all_of(rest, isHexDigit)) return readInteger(rest, 16);
  if (text.starts_with("0o") && std::ranges::all_of(rest, isOctalDigit))
    return readInteger(rest, 8);
  return std::nullopt;
}

// [eE][-+]?[0-9]+ or nothing.
bool isExponent(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  const std::string_view digits = withoutSign(text.substr(1));
  return !digits.empty() && countDigits(digits) == digits.size();
}

// [-+]? ( \.[0-9]+ | [0-9]+ ( \.[0-9]* )? ) ( [eE][-+]?[0-9]+ )?
bool isFloat(std::string_view text) {
  text = withoutSign(text);
  const std::size_t whole = countDigits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    fraction = countDigits(text.substr(1));
    text.remove_prefix(1 + fraction);
  }
  return whole + fraction > 0 && isExponent(text);
}

// The grammar first, from_chars only for what it admits.
std::optional<json::value> asFloat(std::string_view text) {
  return isFloat(text) ? readDouble(withoutPlus(text)) : std::nullopt;
}

// Numbers to YAML, but JSON has no way to write them.
bool isNotFinite(std::string_view text) {
  return isOneOf(withoutSign(text), {".inf", ".Inf", ".INF"}) ||
         isOneOf(text, {".nan", ".NaN", ".NAN"});
}

// Most scalars of a document are words: one look at the first character spares them the grammar.
bool mayBeNumber(std::string_view text) {
  const char c = text.front();
  return isDigit(c) || c == '-' || c == '+' || c == '.';
}

json::value textValue(std::string_view text) { return json::value(json::string_view(text)); }

}  // namespace

json::value resolvePlainScalar(std::string_view text) {
  if (isNull(text)) return nullptr;
  if (auto flag = asBool(text)) return *std::move(flag);
  if (mayBeNumber(text)) {
    if (auto number = asInteger(text)) return *std::move(number);
    if (auto number = asFloat(text)) return *std::move(number);
  }
  return textValue(text);
}

// An explicit tag is a promise of the author: a value that breaks it is an error, not a text.
std::optional<json::value> resolveTaggedScalar(std::string_view tag, std::string_view text) {
  if (!tag.starts_with(kCorePrefix)) return textValue(text);
  const std::string_view type = tag.substr(kCorePrefix.size());
  if (type == "null") return isNull(text) ? std::optional<json::value>(nullptr) : std::nullopt;
  if (type == "bool") return asBool(text);
  if (type == "int") return asInteger(text);
  if (type == "float") {
    if (isNotFinite(text)) return textValue(text);
    return asFloat(text);
  }
  return textValue(text);
}

}  // namespace executor

// The texts name the member as the client wrote it, in quotes, because the reader is as often an
// agent as a person and looks for that name in what it sent. Values are never repeated.
#include "api/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace executor::api {
namespace {

// Expected and found, but never the value: it may be a secret in the wrong member.
std::unexpected<Error> wrongType(std::string_view name, std::string_view expected,
                                 const json::value& found) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" must be {}, not {}.", name, expected, jsonTypeName(found)));
}

// The same text for a wrong type and a wrong size: both are told by the range.
std::unexpected<Error> outOfRange(std::string_view name, std::int64_t lowest,
                                  std::int64_t highest) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" must be an integer from {} to {}.", name, lowest, highest));
}

// null stands for absent, as in most clients' serializers.
const json::value* present(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

}  // namespace

Result<std::string> requireString(const json::object& body, std::string_view name) {
  EXECUTOR_TRY(auto text, optionalString(body, name));
  if (text.empty()) {
    return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" is required.", name));
  }
  return text;
}

Result<std::string> optionalString(const json::object& body, std::string_view name) {
  const auto* value = present(body, name);
  if (value == nullptr) return std::string{};
  if (!value->is_string()) return wrongType(name, "a string", *value);
  return std::string(value->get_string());
}

Result<bool> optionalBool(const json::object& body, std::string_view name, bool fallback) {
  const auto* value = present(body, name);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) return wrongType(name, "true or false", *value);
  return value->get_bool();
}

Result<std::optional<std::int64_t>> optionalInteger(const json::object& body, std::string_view name,
                                                    std::int64_t lowest, std::int64_t highest) {
  const auto* value = present(body, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64()) return outOfRange(name, lowest, highest);
  const auto number = value->get_int64();
  if (number < lowest || number > highest) return outOfRange(name, lowest, highest);
  return number;
}

// from_chars takes digits and a minus sign only: no space, no plus, no exponent, no hexadecimal.
Result<std::int64_t> queryInteger(const net::Request& request, std::string_view name,
                                  std::int64_t fallback, std::int64_t lowest,
                                  std::int64_t highest) {
  const auto text = request.queryParameter(name);
  if (text.empty()) return fallback;
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || number < lowest || number > highest) {
    return outOfRange(name, lowest, highest);
  }
  return number;
}

// On the raw query, because the reader of single parameters cannot tell which names exist. Names
// are decoded first: `%6Cimit` is `limit` to everybody else.
Status rejectUnknownQuery(const net::Request& request, std::span<const std::string_view> allowed) {
  for (const auto pair : splitText(request.query, '&')) {
    std::string name;
    if (pair.empty()) continue;
    if (!percentDecode(pair.substr(0, pair.find('=')), name)) {
      return fail(ErrorCode::invalid_request, "The query string is not percent-encoded correctly.");
    }
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    return fail(ErrorCode::unknown_argument,
                fmt::format("Unknown query parameter \"{}\".", truncateText(name, 100)),
                allowed.size() == 0 ? "This route takes none."
                                    : fmt::format("Known ones: {}.", fmt::join(allowed, ", ")));
  }
  return {};
}

}  // namespace executor::api

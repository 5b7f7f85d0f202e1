// Typed reads of what a client sent: JSON members and query parameters.
//
// Each read names the member, what was expected and what was found, and nothing is coerced: "5" is
// no number. Which members exist is checked once per endpoint (rejectUnknownMembers), so that a
// misspelled one is never dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "net/http.h"

namespace executor::api {

// invalid_argument when absent, null, empty or no string.
Result<std::string> requireString(const json::object& body, std::string_view name);
// Empty when absent.
Result<std::string> optionalString(const json::object& body, std::string_view name);
// true or false and nothing that looks like it; the fallback when absent.
Result<bool> optionalBool(const json::object& body, std::string_view name, bool fallback);
// Within [lowest, highest]; nullopt when absent.
Result<std::optional<std::int64_t>> optionalInteger(const json::object& body, std::string_view name,
                                                    std::int64_t lowest, std::int64_t highest);

// A query parameter as integer within [lowest, highest]; the fallback when absent.
Result<std::int64_t> queryInteger(const net::Request& request, std::string_view name,
                                  std::int64_t fallback, std::int64_t lowest, std::int64_t highest);
// unknown_argument naming the first query parameter that is not in `allowed`.
Status rejectUnknownQuery(const net::Request& request, std::span<const std::string_view> allowed);

}  // namespace executor::api

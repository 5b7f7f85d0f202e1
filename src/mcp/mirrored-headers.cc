// Header against body.
#include "mcp/mirrored-headers.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "mcp/protocol.h"

namespace executor::mcp {
namespace {

const json::value* valueAt(const json::object& arguments, const std::vector<std::string>& path) {
  const json::object* inside = &arguments;
  const json::value* value = nullptr;
  for (const auto& step : path) {
    value = inside ? inside->if_contains(step) : nullptr;
    if (!value) return nullptr;
    inside = value->if_object();
  }
  return value && !value->is_null() ? value : nullptr;
}

// RFC 9110 section 5.5: visible ASCII, space, tab.
bool isHeaderText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
}

bool sameNumber(const json::value& value, std::string_view text) {
  auto parsed = parseJson(text);
  if (!parsed || !parsed->is_number()) return false;
  if (*parsed == value) return true;
  return parsed->to_number<double>() == value.to_number<double>();
}

bool same(const json::value& value, std::string_view text) {
  if (value.is_string()) return std::string_view(value.as_string()) == text;
  if (value.is_bool()) return text == (value.as_bool() ? "true" : "false");
  return value.is_number() && sameNumber(value, text);
}

std::unexpected<Error> mismatch(const std::string& header, std::string_view what) {
  return fail(ErrorCode::header_mismatch, "Header mismatch: " + header + " " + std::string(what),
              "List the tools again and send the header as the tool's definition says.");
}

Status checkOne(const MirroredArgument& mirrored, const json::object& arguments,
                const net::Headers& headers) {
  const std::string header = "Mcp-Param-" + mirrored.header;
  const auto* value = valueAt(arguments, mirrored.path);
  if (!headers.has(header)) {
    if (!value) return {};
    return mismatch(header, "is missing, and the body has a value for it");
  }
  if (!value) return mismatch(header, "has a value, and the body has none");
  auto raw = headers.get(header);
  auto decoded = isHeaderText(raw) ? decodeHeaderValue(raw) : std::nullopt;
  if (!decoded) return mismatch(header, "holds characters or Base64 that it may not hold");
  if (!same(*value, *decoded)) return mismatch(header, "does not match the body");
  return {};
}

}  // namespace

Status checkMirroredArguments(const std::vector<MirroredArgument>& mirrored,
                              const json::object& arguments, const net::Headers& headers) {
  for (const auto& one : mirrored) EXECUTOR_CHECK(checkOne(one, arguments, headers));
  return {};
}

}  // namespace executor::mcp

#include "source/request-body.h"

#include <fmt/format.h>

#include "base/text.h"
#include "source/body-keys.h"
#include "source/parameter-style.h"

namespace executor::source {
namespace {

// application/json, application/vnd.x+json, application/json-patch+json, …
bool isJsonType(std::string_view mediaType) { return mediaType.contains("json"); }

// Refused instead of approximated: an upstream that reads half a body has taken effect wrongly.
std::unexpected<Error> cannotSend(const ToolView& tool, std::string_view what) {
  return fail(
      ErrorCode::unsupported_media_type,
      fmt::format("{} takes {}; {} cannot be sent yet.", tool.path, tool.bodyMediaType, what),
      "Use another operation of this API that takes JSON, if there is one.");
}

// "application/*" and the like are ranges, not types.
std::string exactType(std::string_view mediaType, std::string_view fallback) {
  return std::string(mediaType.contains('*') ? fallback : mediaType);
}

// The form of HTML (WHATWG URL, application/x-www-form-urlencoded) with %20 for the space, which
// every reader of forms takes. Arrays repeat their key. OpenAPI's `encoding` object is not read
// yet.
Result<RequestBody> formBody(const ToolView& tool, const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return cannotSend(tool, "a form that is no object");
  std::string out;
  const auto add = [&](std::string_view key, const json::value& scalar) {
    if (!out.empty()) out += '&';
    out += percentEncode(key) + "=" + percentEncode(scalarText(scalar));
  };
  for (const auto& [key, item] : *object) {
    if (item.is_object()) return cannotSend(tool, "a form with nested values");
    const auto* array = item.if_array();
    if (!array) add(key, item);
    for (std::size_t i = 0; array && i < array->size(); ++i) {
      if ((*array)[i].is_structured()) return cannotSend(tool, "a form with nested values");
      add(key, (*array)[i]);
    }
  }
  return RequestBody{true, std::move(out), "application/x-www-form-urlencoded"};
}

// {"base64": …} is what readReply() gives for bytes.
Result<RequestBody> rawBody(const ToolView& tool, const json::value& value) {
  const std::string type = exactType(tool.bodyMediaType, "application/octet-stream");
  if (const auto* text = value.if_string()) return RequestBody{true, std::string(*text), type};
  const auto* object = value.if_object();
  const auto* encoded = object ? object->if_contains("base64") : nullptr;
  if (!encoded || !encoded->is_string())
    return fail(ErrorCode::invalid_input,
                fmt::format("The body of {} is {}: give a string, or {{\"base64\": \"…\"}} for "
                            "bytes.",
                            tool.path, type));
  std::string bytes;
  if (!base64Decode(encoded->get_string(), bytes))
    return fail(ErrorCode::invalid_input,
                fmt::format("`body.base64` of {} is no base64.", tool.path));
  return RequestBody{true, std::move(bytes), type};
}

// By the media type that the compiler chose (openapi/media-type.h).
Result<RequestBody> encodeBody(const ToolView& tool, const json::value& value) {
  const std::string_view type = tool.bodyMediaType;
  if (isJsonType(type))
    return RequestBody{true, serializeJson(value), exactType(type, "application/json")};
  if (type == "application/x-www-form-urlencoded") return formBody(tool, value);
  if (type.starts_with("multipart/")) return cannotSend(tool, "such a body");
  // Bytes for a text type come from a download in a charset that was none (read-reply.cc).
  const bool bytes = value.is_object() && value.get_object().contains("base64");
  if (type.starts_with("text/") && !bytes)
    return RequestBody{true, scalarText(value), exactType(type, "text/plain")};
  return rawBody(tool, value);
}

}  // namespace

bool takesBytes(const ToolView& tool) {
  const std::string_view type = tool.bodyMediaType;
  return tool.bodyMode == BodyMode::whole && !isJsonType(type) && !type.starts_with("multipart/") &&
         type != "application/x-www-form-urlencoded";
}

bool standsForBytes(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return false;
  const auto isText = [&](std::string_view name) {
    const json::value* member = object->if_contains(name);
    return member != nullptr && member->is_string();
  };
  return isText("base64") || isText("handle");
}

// A whole body is the last parameter; the verifier of tool sets guarantees that it is there. An
// optional flattened body without members is not sent: `{}` and nothing differ for some servers.
Result<RequestBody> makeRequestBody(const ToolView& tool, const json::object& flatInput) {
  if (tool.bodyMode == BodyMode::none) return RequestBody{};
  if (tool.bodyMode == BodyMode::whole) {
    const auto* value = flatInput.if_contains(tool.parameters.back().flatName);
    return value ? encodeBody(tool, *value) : Result<RequestBody>{};
  }
  json::object body = bodyOf(tool, flatInput);
  if (body.empty() && !tool.bodyRequired) return RequestBody{};
  return encodeBody(tool, std::move(body));
}

}  // namespace executor::source

// Reading and writing JSON-RPC, and the checks of revision 2026-07-28 on headers.
#include "mcp/protocol.h"

#include <algorithm>

#include "base/text.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kSentinelOpen = "=?base64?";
constexpr std::string_view kSentinelClose = "?=";

// JSON-RPC allows null; MCP does not.
bool isValidId(const json::value& id) {
  return id.is_string() || id.is_int64() || id.is_uint64() || id.is_double();
}

std::unexpected<Error> invalidRequest(std::string message) {
  return fail(ErrorCode::invalid_request, std::move(message),
              "Send one JSON-RPC 2.0 request or notification.");
}

// A missing header and a different one need different fixes.
std::unexpected<Error> mismatch(std::string_view header, std::string_view found,
                                std::string_view expected) {
  if (found.empty()) {
    return fail(ErrorCode::header_mismatch,
                "Header mismatch: the " + std::string(header) + " header is missing",
                "Send " + std::string(header) + ": " + std::string(expected));
  }
  return fail(ErrorCode::header_mismatch,
              "Header mismatch: " + std::string(header) + " header value '" + std::string(found) +
                  "' does not match body value '" + std::string(expected) + "'");
}

// Proxies route by these headers, so they must say what the body says.
Status checkMirroredHeaders(const Message& message, const net::Headers& headers) {
  if (auto method = headers.get("mcp-method"); method != message.method) {
    return mismatch("Mcp-Method", method, message.method);
  }
  auto expected = namedValue(message);
  if (!expected) return {};
  auto raw = headers.get("mcp-name");
  auto decoded = decodeHeaderValue(raw);
  if (!decoded || *decoded != *expected) return mismatch("Mcp-Name", raw, *expected);
  return {};
}

// A mismatch comes before an unknown version: it is the mistake that hides the other.
Status checkVersion(const Message& message, const net::Headers& headers) {
  auto header = headers.get("mcp-protocol-version");
  auto inBody = metaVersion(message);
  if (!inBody.empty() && header != inBody) return mismatch("MCP-Protocol-Version", header, inBody);
  auto version = inBody.empty() ? header : inBody;
  if (version == kModernVersion) return {};
  return fail(ErrorCode::unsupported_version, "Unsupported protocol version", {},
              std::string(version));
}

}  // namespace

// Members that JSON-RPC does not know are let through, as it asks.
Result<Message> readMessage(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return invalidRequest("A message must be a JSON object.");
  if (findString(value, "jsonrpc") != "2.0") return invalidRequest("jsonrpc must be \"2.0\".");
  Message message;
  const auto* method = object->if_contains("method");
  const auto* id = object->if_contains("id");
  if (!method && (object->contains("result") || object->contains("error"))) {
    message.kind = Message::Kind::response;
    if (id) message.id = *id;
    message.response = *object;
    return message;
  }
  if (!method || !method->is_string()) return invalidRequest("method must be a string.");
  message.method = method->as_string();
  if (!id) message.kind = Message::Kind::notification;
  if (id && !isValidId(*id)) return invalidRequest("id must be a string or a number.");
  if (id) message.id = *id;
  if (const auto* params = object->if_contains("params"); params && !params->is_null()) {
    if (!params->is_object()) return invalidRequest("params must be an object.");
    message.params = params->as_object();
  }
  return message;
}

const json::value* metaField(const Message& message, std::string_view key) {
  const auto* metaObject = message.params.if_contains("_meta");
  return metaObject && metaObject->is_object() ? metaObject->as_object().if_contains(key) : nullptr;
}

std::optional<std::string_view> namedValue(const Message& message) {
  std::string_view key;
  if (message.method == "tools/call" || message.method == "prompts/get") key = "name";
  if (message.method == "resources/read") key = "uri";
  // SEP-2663, routing headers.
  for (std::string_view method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    if (message.method == method) key = "taskId";
  }
  if (key.empty()) return std::nullopt;
  const auto* value = message.params.if_contains(key);
  return value && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
}

std::string_view metaVersion(const Message& message) {
  const auto* version = metaField(message, meta::kVersion);
  return version && version->is_string() ? std::string_view(version->as_string())
                                         : std::string_view();
}

bool isLegacyVersion(std::string_view version) {
  return std::ranges::find(kLegacyVersions, version) != kLegacyVersions.end();
}

Era eraOf(const Message& message, std::string_view versionHeader) {
  if (!metaVersion(message).empty()) return Era::modern;
  // Versions are dates, so later ones compare greater.
  bool dated = versionHeader.size() == kModernVersion.size() && versionHeader >= kModernVersion;
  return dated ? Era::modern : Era::legacy;
}

Status checkModernRequest(const Message& message, const net::Headers& headers) {
  EXECUTOR_CHECK(checkVersion(message, headers));
  if (message.kind == Message::Kind::notification) return {};
  EXECUTOR_CHECK(checkMirroredHeaders(message, headers));
  for (auto key : {meta::kVersion, meta::kCapabilities}) {
    if (metaField(message, key)) continue;
    return fail(ErrorCode::invalid_argument,
                "params._meta[\"" + std::string(key) + "\"] is required in every request.");
  }
  if (!metaField(message, meta::kCapabilities)->is_object()) {
    return fail(ErrorCode::invalid_argument,
                "params._meta[\"" + std::string(meta::kCapabilities) + "\"] must be an object.");
  }
  return {};
}

std::optional<std::string> decodeHeaderValue(std::string_view value) {
  if (!value.starts_with(kSentinelOpen) || !value.ends_with(kSentinelClose)) {
    return std::string(value);
  }
  value.remove_prefix(kSentinelOpen.size());
  value.remove_suffix(std::min(value.size(), kSentinelClose.size()));
  std::string decoded;
  if (!base64Decode(value, decoded)) return std::nullopt;
  return decoded;
}

// The result is spliced in unread.
std::string resultMessage(const json::value& id, std::string_view result) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  serializeJson(id, out);
  out += R"(,"result":)";
  out += result;
  out += '}';
  return out;
}

// `detail` stays out: it is for the log (invariant 1). For an unknown version it holds what the
// client sent, which the revision wants back.
std::string errorMessage(const json::value& id, const Error& error) {
  json::object data;
  if (error.code == ErrorCode::unsupported_version) {
    json::array supported{json::string(kModernVersion)};
    for (auto version : kLegacyVersions) supported.emplace_back(version);
    data["supported"] = std::move(supported);
    data["requested"] = error.detail;
  } else {
    data["code"] = error.codeName();
    if (!error.hint.empty()) data["hint"] = error.hint;
  }
  json::object body{{"code", traits(error.code).rpcCode}, {"message", error.message}};
  body["data"] = std::move(data);
  json::object message{{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(body)}};
  return serializeJson(message);
}

std::string notificationMessage(std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","method":)" + quoteJson(method);
  if (!params.empty()) out.append(R"(,"params":)").append(params);
  return out + '}';
}

std::string requestMessage(std::int64_t id, std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","id":)" + std::to_string(id);
  out += R"(,"method":)" + quoteJson(method);
  if (!params.empty()) out.append(R"(,"params":)").append(params);
  return out + '}';
}

const std::string& supportedVersionsJson() {
  static const std::string text = [] {
    std::string out = "[" + quoteJson(kModernVersion);
    for (auto version : kLegacyVersions) out += "," + quoteJson(version);
    return out + "]";
  }();
  return text;
}

}  // namespace executor::mcp

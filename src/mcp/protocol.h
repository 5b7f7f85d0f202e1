// MCP messages and the two eras of the protocol (D17).
//
// `modern` is revision 2026-07-28 and later: every request carries its version and the client's
// capabilities in `_meta`, mirrored in headers, and no session exists. `legacy` is 2025-11-25 and
// earlier: `initialize`, optional sessions. Which era a request belongs to is read from the request
// alone, so one endpoint serves both. This file knows JSON-RPC and versions, and nothing of tools.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "net/http.h"

namespace executor::mcp {

enum class Era : std::uint8_t { legacy, modern };

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::array<std::string_view, 4> kLegacyVersions = {"2025-11-25", "2025-06-18",
                                                                    "2025-03-26", "2024-11-05"};
inline constexpr std::size_t kMaxBatch = 50;
inline constexpr std::size_t kMaxMessageBytes = 4u << 20;

// `_meta` keys of MCP 2026-07-28, basic/index, per-request protocol fields.
namespace meta {
inline constexpr std::string_view kVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kServerInfo = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kSubscription = "io.modelcontextprotocol/subscriptionId";
}  // namespace meta

// One JSON-RPC message from a client. A response keeps its `result` or `error` as it came: what it
// may be is known to whoever asked.
struct Message {
  enum class Kind : std::uint8_t { request, notification, response } kind = Kind::request;
  json::value id;  // string or number, for requests; of a response what it claims to answer
  std::string method;
  json::object params;
  json::object response;  // the whole message, of a response
};

// Reads one message; `invalid_request` says which member is wrong.
Result<Message> readMessage(const json::value& value);

// The protocol version `_meta` names, or empty.
std::string_view metaVersion(const Message& message);
// A field of `_meta`, which may hold anything of the client's; null if absent.
const json::value* metaField(const Message& message, std::string_view key);

// The body value that the Mcp-Name header mirrors, if the method has one (MCP 2026-07-28, standard
// request headers; SEP-2663 for tasks); empty when the body lacks it.
std::optional<std::string_view> namedValue(const Message& message);

bool isLegacyVersion(std::string_view version);

// D17: modern if `_meta` names a version or the header names 2026-07-28 or later.
Era eraOf(const Message& message, std::string_view versionHeader);

// Checks the headers and required `_meta` fields of a modern HTTP request (MCP 2026-07-28,
// Streamable HTTP, request metadata): header_mismatch (-32020), unsupported_version (-32022),
// invalid_argument.
Status checkModernRequest(const Message& message, const net::Headers& headers);

// The `=?base64?…?=` form of header values (MCP 2026-07-28, value encoding), decoded; plain text
// stays.
std::optional<std::string> decodeHeaderValue(std::string_view value);

// {"jsonrpc":"2.0","id":…,"result":…}; `result` is JSON text.
std::string resultMessage(const json::value& id, std::string_view result);
// {"jsonrpc":"2.0","id":…,"error":{code,message,data?}}; data carries code and hint, and for
// unsupported_version what is supported and what was asked.
std::string errorMessage(const json::value& id, const Error& error);
std::string notificationMessage(std::string_view method, std::string_view params = {});
// A request of ours to the client; `params` is JSON text of an object, or empty.
std::string requestMessage(std::int64_t id, std::string_view method, std::string_view params = {});

// All versions, newest first, as a JSON array text.
const std::string& supportedVersionsJson();

}  // namespace executor::mcp

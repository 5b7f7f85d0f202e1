// Streamable HTTP: what stands in headers and statuses, and what in messages.
#include "mcp/endpoint.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kListChanged = "notifications/tools/list_changed";

// The plain form of the seed-compatible routes (product.md section 4).
net::Response plainError(const Error& error) {
  return net::Response::json(traits(error.code).httpStatus,
                             R"({"error":)" + quoteJson(error.message) + '}');
}

// For what goes wrong before or around a method.
net::Response rpcError(const json::value& id, const Error& error, int status) {
  return net::Response::json(status, errorMessage(id, error));
}

net::Response accepted() { return net::Response{.status = 202}; }

// A client that names no preference takes anything; RFC 9110 weights are not looked at.
bool accepts(std::string_view header, std::string_view type) {
  if (header.empty() || header.find("*/*") != std::string_view::npos) return true;
  return header.find(type) != std::string_view::npos;
}

// Texts as the SDK's own server has them, so that its users find them.
Status checkTransport(const net::Request& request) {
  auto type = toLowerAscii(request.headers.get("content-type"));
  if (trimText(std::string_view(type).substr(0, type.find(';'))) != "application/json") {
    return fail(ErrorCode::unsupported_media_type,
                "Unsupported Media Type: Content-Type must be application/json");
  }
  auto accept = request.headers.get("accept");
  if (!accepts(accept, "application/json") && !accepts(accept, "application/*")) {
    return fail(ErrorCode::not_acceptable,
                "Not Acceptable: Client must accept both application/json and text/event-stream");
  }
  return {};
}

// The revision an `initialize` is answered with: the client's if we speak it, else our newest.
std::string negotiated(const Message& message) {
  auto wanted = findString(message.params, "protocolVersion");
  return std::string(isLegacyVersion(wanted) ? wanted : kLegacyVersions.front());
}

// Removed in 2025-06-18. Without a header the client is older than headers are.
bool batchesExist(std::string_view version) {
  return version.empty() || version <= std::string_view("2025-03-26");
}

// Links in answers point to where the client came from.
Call callFrom(const net::Request& request, Principal principal) {
  Call call;
  call.principal = std::move(principal);
  call.disconnected = request.disconnected;
  call.origin = request.origin;
  call.approvals = request.queryParameter("approvals");
  return call;
}

// checkModernRequest() has seen that it is an object.
ClientCapabilities declaredCapabilities(const Message& message) {
  return readCapabilities(metaField(message, meta::kCapabilities)->as_object());
}

// Each message of a subscription names the request that opened it.
std::string subscriptionParams(const json::value& id, std::string_view more = {}) {
  std::string out = R"({"_meta":{")" + std::string(meta::kSubscription) + "\":";
  serializeJson(id, out);
  out += '}';
  out += more;
  return out + '}';
}

}  // namespace

Endpoint::Endpoint(const Features& features, identity::Identity& identity, const Clock& clock)
    : features_(features), dispatcher_(features), identity_(identity), sessions_(clock) {}

// Both paths, because configurations in the field have either (reference MCP-002).
void Endpoint::addRoutes(net::Router& router) {
  net::RouteOptions options{.maxBodyBytes = kMaxMessageBytes};
  for (std::string_view path : {"/mcp/anonymous", "/v1/mcp/anonymous"}) {
    router.add(
        "POST", path, [this](net::Request r) { return post(std::move(r)); }, options);
    router.add("GET", path, [this](net::Request r) { return get(std::move(r)); });
    router.add("DELETE", path, [this](net::Request r) { return remove(std::move(r)); });
  }
}

// Authentication, then transport, then JSON, then era: each with the earliest answer that can be
// given.
Task<net::Response> Endpoint::post(net::Request request) {
  auto principal = co_await identity_.agentFromRequest(request);
  if (!principal) co_return plainError(principal.error());
  if (auto ok = checkTransport(request); !ok) {
    co_return rpcError(nullptr, ok.error(), traits(ok.error().code).httpStatus);
  }
  auto body = parseJson(request.body);
  if (!body) co_return rpcError(nullptr, body.error(), 400);
  auto call = callFrom(request, *std::move(principal));
  auto header = request.headers.get("mcp-protocol-version");
  if (body->is_object()) {
    auto message = readMessage(*body);
    if (!message) co_return rpcError(nullptr, message.error(), 400);
    if (eraOf(*message, header) == Era::modern) {
      co_return co_await modern(std::move(call), *std::move(message), request.headers);
    }
  }
  co_return co_await legacy(std::move(call), *std::move(body), request.headers);
}

// Every request stands for itself: no session is looked for.
Task<net::Response> Endpoint::modern(Call call, Message message, const net::Headers& headers) {
  call.era = Era::modern;
  call.version = kModernVersion;
  auto id = message.id;
  if (auto ok = checkModernRequest(message, headers); !ok) {
    co_return rpcError(id, ok.error(), 400);
  }
  if (message.kind != Message::Kind::request) co_return accepted();
  if (message.method == "subscriptions/listen") co_return listen(std::move(call), message);
  call.capabilities = declaredCapabilities(message);
  auto result = co_await dispatcher_.request(std::move(call), std::move(message));
  co_return net::Response::json(modernStatus(result), responseText(Era::modern, id, result));
}

// The session's revision wins over the header: clients before 2025-06-18 send none.
Task<net::Response> Endpoint::legacy(Call call, json::value body, const net::Headers& headers) {
  auto version = headers.get("mcp-protocol-version");
  if (!version.empty() && !isLegacyVersion(version)) {
    co_return rpcError(nullptr,
                       Error{ErrorCode::unsupported_version,
                             "Bad Request: Unsupported protocol version: " + std::string(version),
                             {},
                             std::string(version)},
                       400);
  }
  call.version = version;
  if (auto id = headers.get("mcp-session-id"); !id.empty()) {
    call.session = sessions_.find(id, call.principal);
    if (!call.session) {
      co_return rpcError(nullptr,
                         Error{ErrorCode::session_not_found,
                               "Session not found",
                               "Send initialize again to open a new session.",
                               {}},
                         404);
    }
    call.version = call.session->version;
  }
  if (body.is_array()) co_return co_await legacyBatch(std::move(call), std::move(body.as_array()));
  auto message = readMessage(body);
  if (!message) co_return rpcError(nullptr, message.error(), 400);
  co_return co_await legacyMessage(std::move(call), *std::move(message));
}

// The session's id travels in a header of the answer to initialize and nowhere else.
Task<net::Response> Endpoint::legacyMessage(Call call, Message message) {
  if (message.kind == Message::Kind::response) co_return accepted();
  if (message.kind == Message::Kind::notification) {
    co_await dispatcher_.notification(std::move(call), std::move(message));
    co_return accepted();
  }
  std::string sessionId;
  if (message.method == "initialize" && message.params.contains("protocolVersion")) {
    call.version = negotiated(message);
    const auto* client = findObject(message.params, "clientInfo");
    auto name = client ? findString(*client, "name") : std::string_view();
    sessionId = sessions_.open(call.principal, call.version, std::string(name))->id;
  }
  auto response = net::Response::json(200, co_await answer(std::move(call), std::move(message)));
  if (!sessionId.empty()) response.headers.set("Mcp-Session-Id", sessionId);
  co_return response;
}

// In order, one after the other: a batch is a convenience of the client, not a way to more load.
Task<net::Response> Endpoint::legacyBatch(Call call, json::array batch) {
  if (!batchesExist(call.version) || batch.empty() || batch.size() > kMaxBatch) {
    co_return rpcError(nullptr,
                       Error{ErrorCode::invalid_request,
                             "A batch holds 1 to 50 messages and exists up to 2025-03-26 only.",
                             {},
                             {}},
                       400);
  }
  std::string out;
  for (const auto& item : batch) {
    auto message = readMessage(item);
    if (message && message->kind == Message::Kind::notification) {
      co_await dispatcher_.notification(call, *std::move(message));
    } else if (!message || message->kind == Message::Kind::request) {
      out += out.empty() ? "[" : ",";
      out += message ? co_await answer(call, *std::move(message))
                     : errorMessage(nullptr, message.error());
    }
  }
  if (out.empty()) co_return accepted();
  co_return net::Response::json(200, out + "]");
}

// A method's error is an answer like any other.
Task<std::string> Endpoint::answer(Call call, Message message) {
  auto id = message.id;
  auto result = co_await dispatcher_.request(std::move(call), std::move(message));
  co_return responseText(Era::legacy, id, result);
}

Task<std::uint64_t> Endpoint::toolsVersion(Call call) {
  if (!features_.toolsVersion()) co_return 0;
  auto version = co_await features_.toolsVersion()(std::move(call));
  co_return version.value_or(0);
}

// Change notifications of a legacy session.
Task<net::Response> Endpoint::get(net::Request request) {
  auto principal = co_await identity_.agentFromRequest(request);
  if (!principal) co_return plainError(principal.error());
  if (!accepts(request.headers.get("accept"), "text/event-stream")) {
    co_return rpcError(nullptr,
                       Error{ErrorCode::not_acceptable,
                             "Not Acceptable: Client must accept text/event-stream",
                             {},
                             {}},
                       406);
  }
  auto session = sessions_.find(request.headers.get("mcp-session-id"), *principal);
  if (!session) {
    bool named = request.headers.has("mcp-session-id");
    Error error{named ? ErrorCode::session_not_found : ErrorCode::method_not_allowed,
                named ? "Session not found" : "GET opens a stream only within a session.",
                {},
                {}};
    co_return rpcError(nullptr, error, traits(error.code).httpStatus);
  }
  auto call = callFrom(request, *std::move(principal));
  call.session = std::move(session);
  co_return changeStream(std::move(call), ":\n\n", nullptr, true);
}

// The client's goodbye; its executions go on.
Task<net::Response> Endpoint::remove(net::Request request) {
  auto principal = co_await identity_.agentFromRequest(request);
  if (!principal) co_return plainError(principal.error());
  if (sessions_.close(request.headers.get("mcp-session-id"), *principal)) {
    co_return net::Response{.status = 200};
  }
  co_return rpcError(nullptr, Error{ErrorCode::session_not_found, "Session not found", {}, {}},
                     404);
}

// MCP 2026-07-28, subscriptions: acknowledge what will be sent, then send it until someone closes.
net::Response Endpoint::listen(Call call, Message message) {
  const auto* wanted = findObject(message.params, "notifications");
  if (!wanted) {
    return rpcError(message.id,
                    Error{ErrorCode::invalid_argument,
                          "subscriptions/listen needs params.notifications, an object.",
                          {},
                          {}},
                    400);
  }
  bool tools = findBool(*wanted, "toolsListChanged");
  auto params =
      subscriptionParams(message.id, tools ? R"(,"notifications":{"toolsListChanged":true})"
                                           : R"(,"notifications":{})");
  auto opening =
      net::formatSse(notificationMessage("notifications/subscriptions/acknowledged", params));
  return changeStream(std::move(call), std::move(opening), message.id, tools);
}

// Proxies must not hold events back (X-Accel-Buffering).
net::Response Endpoint::changeStream(Call call, std::string opening, json::value subscription,
                                     bool tools) {
  net::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");
  response.stream = [this, call, opening, subscription, tools](std::shared_ptr<net::Sink> sink) {
    return streamChanges(call, opening, subscription, tools, std::move(sink));
  };
  return response;
}

// The catalogue's version is compared at a floor of kChangePoll: a snapshot is replaced as a whole,
// so a missed intermediate version loses nothing.
Task<void> Endpoint::streamChanges(Call call, std::string opening, json::value subscription,
                                   bool tools, std::shared_ptr<net::Sink> sink) {
  auto params = subscription.is_null() ? std::string() : subscriptionParams(subscription);
  auto seen = co_await toolsVersion(call);
  if (!co_await sink->write(std::move(opening))) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto keepAlive = deadlineAfter(kStreamKeepAlive);
  while (!stopping_ && !(call.disconnected && call.disconnected->fired())) {
    timer.expires_after(kChangePoll);
    co_await timer.async_wait(asio::use_awaitable);
    auto version = tools ? co_await toolsVersion(call) : 0;
    std::string bytes;
    if (version != 0 && version != seen) {
      seen = version;
      bytes = net::formatSse(notificationMessage(kListChanged, params));
    } else if (std::chrono::steady_clock::now() >= keepAlive) {
      bytes = ":\n\n";
    }
    if (bytes.empty()) continue;
    keepAlive = deadlineAfter(kStreamKeepAlive);
    if (!co_await sink->write(std::move(bytes))) co_return;
  }
  if (subscription.is_null()) co_return;
  auto closing = R"({"resultType":"complete",)" + subscriptionParams(subscription).substr(1);
  (void)co_await sink->write(net::formatSse(resultMessage(subscription, closing)));
}

}  // namespace executor::mcp

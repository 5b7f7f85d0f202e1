// Streamable HTTP: what stands in headers and statuses, and what in messages.
#include "mcp/endpoint.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "mcp/rpc-response.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kListChanged = "notifications/tools/list_changed";

// The plain form of the seed-compatible routes (product.md section 4).
net::Response plainError(const Error& error) {
  return net::Response::json(traits(error.code).httpStatus,
                             R"({"error":)" + quoteJson(error.message) + '}');
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
    : features_(features),
      dispatcher_(features),
      identity_(identity),
      legacy_(features, dispatcher_, clock) {}

// Both paths, because configurations in the field have either (reference MCP-002).
void Endpoint::addRoutes(net::Router& router) {
  net::RouteOptions options{.maxBodyBytes = kMaxMessageBytes};
  for (std::string_view path : {"/mcp/anonymous", "/v1/mcp/anonymous"}) {
    router.add("POST", path, [this](net::Request r) { return post(std::move(r)); }, options);
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
  co_return co_await legacy_.post(std::move(call), *std::move(body), request.headers);
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

Task<std::uint64_t> Endpoint::toolsVersion(Call call) {
  if (!features_.toolsVersion()) co_return 0;
  auto version = co_await features_.toolsVersion()(std::move(call));
  co_return version.value_or(0);
}

Task<net::Response> Endpoint::get(net::Request request) {
  auto principal = co_await identity_.agentFromRequest(request);
  if (!principal) co_return plainError(principal.error());
  co_return co_await legacy_.get(callFrom(request, *std::move(principal)), request.headers);
}

Task<net::Response> Endpoint::remove(net::Request request) {
  auto principal = co_await identity_.agentFromRequest(request);
  if (!principal) co_return plainError(principal.error());
  co_return legacy_.remove(*principal, request.headers);
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

net::Response Endpoint::changeStream(Call call, std::string opening, json::value subscription,
                                     bool tools) {
  auto response = eventStream();
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

// Streamable HTTP: what stands in headers and statuses, and what in messages.
#include "mcp/endpoint.h"

#include "base/text.h"
#include "mcp/rpc-response.h"

namespace executor::mcp {
namespace {

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

}  // namespace

Endpoint::Endpoint(const Features& features, identity::Identity& identity, const Clock& clock)
    : dispatcher_(features),
      modern_(features, dispatcher_),
      identity_(identity),
      legacy_(features, dispatcher_, clock) {}

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
      co_return co_await modern_.post(std::move(call), *std::move(message), request.headers);
    }
  }
  co_return co_await legacy_.post(std::move(call), *std::move(body), request.headers);
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

}  // namespace executor::mcp

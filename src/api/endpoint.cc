// The checks in front of every endpoint, in the order of endpoint.h. The credential comes first, so
// that a stranger learns nothing about which bodies or parameters a route would accept.
#include "api/endpoint.h"

#include <fmt/format.h>

#include "api/arguments.h"
#include "base/log.h"
#include "base/text.h"

namespace executor::api {
namespace {

// Deeper JSON than any of our bodies has; bounds the stack of whoever walks it.
constexpr std::size_t kMaxBodyDepth = 512;

// A form's content types are refused: those are what another site can send without asking (CORS).
bool isJson(const net::Request& request) {
  const auto type = request.headers.get("content-type");
  return equalsIgnoreCase(trimText(type.substr(0, type.find(';'))), "application/json");
}

// The route's limit has bounded the bytes already.
Result<json::object> parseBody(const net::Request& request) {
  if (!isJson(request)) {
    return fail(ErrorCode::unsupported_media_type, "The body must be application/json.",
                "Send the header `Content-Type: application/json`.");
  }
  EXECUTOR_TRY(auto value, parseJson(request.body, {.maxBytes = request.body.size() + 1,
                                                    .maxDepth = kMaxBodyDepth}));
  if (value.is_object()) return std::move(value.get_object());
  return fail(ErrorCode::invalid_request,
              fmt::format("The body must be a JSON object, not {}.", jsonTypeName(value)));
}

// A body where none belongs is refused rather than dropped: its sender meant something by it.
Result<json::object> readBody(const net::Request& request, Body kind) {
  if (kind == Body::json) return parseBody(request);
  if (request.body.empty()) return json::object{};
  if (kind == Body::optionalJson) return parseBody(request);
  return fail(ErrorCode::invalid_request, "This route takes no body.");
}

// Empty lists too: a route without parameters takes none.
Status checkQuery(const net::Request& request, const Endpoint& endpoint) {
  return rejectUnknownQuery(request, endpoint.query);
}

// Logs what only the operator should see; the client gets code, message and hint.
net::Response answerError(const Error& error, const net::Request& request) {
  if (!error.detail.empty() || error.culprit() == Culprit::ours) {
    logError(LogLevel::warn, "api_request_failed", error,
             {{"requestId", request.requestId}, {"path", request.path}});
  }
  auto response = net::Response::error(error, request.requestId);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// Who is it, and may he use this route at all? `request` is referred to until this is done.
Task<Result<Principal>> admit(const Deps& deps, const Endpoint& endpoint,
                              const net::Request& request) {
  EXECUTOR_CO_TRY(auto principal, co_await deps->identity.principalFromRequest(request));
  if (endpoint.who == Who::person) {
    EXECUTOR_CO_CHECK(requirePerson(principal, "This request"));
  }
  co_return principal;
}

// Before a large body is read: the same question, asked again when the body is there, because a
// key may be revoked while it arrives.
Task<Status> checkHead(Deps deps, const Endpoint* endpoint, net::Request head) {
  EXECUTOR_CO_CHECK(co_await admit(deps, *endpoint, head));
  co_return Status();
}

// The endpoint lives in a static table, so a pointer to it is safe across suspension.
Task<Result<net::Response>> answer(Deps deps, const Endpoint* endpoint, net::Request request) {
  EXECUTOR_CO_TRY(auto principal, co_await admit(deps, *endpoint, request));
  EXECUTOR_CO_CHECK(checkQuery(request, *endpoint));
  EXECUTOR_CO_TRY(auto body, readBody(request, endpoint->body));
  // The whole request goes on, because functions read its query, path parameters and origin.
  request.body = {};  // parsed: a pasted document must not be held twice
  co_return co_await endpoint->function(
      deps, Call{std::move(request), std::move(principal), std::move(body)});
}

}  // namespace

void addEndpoint(net::Router& router, const Deps& deps, const Endpoint& endpoint) {
  router.add(endpoint.method, endpoint.pattern,
             [deps, &endpoint](net::Request request) -> Task<net::Response> {
               // The body is not needed to report an error, and may be 128 MiB.
               net::Request forErrors;
               forErrors.path = request.path;
               forErrors.requestId = request.requestId;
               auto result = co_await answer(deps, &endpoint, std::move(request));
               if (!result) co_return answerError(result.error(), forErrors);
               co_return *std::move(result);
             },
             {.maxBodyBytes = endpoint.maxBody,
              .headCheck = std::make_shared<net::HeadCheck>([deps, &endpoint](net::Request head) {
                return checkHead(deps, &endpoint, std::move(head));
              })});
}

net::Response okJson(std::string body) {
  auto response = net::Response::json(200, std::move(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// Location is a path: the client knows the origin it used, and a proxy may have another.
net::Response createdJson(std::string body, const std::string& location) {
  auto response = okJson(std::move(body));
  response.status = 201;
  response.headers.set("Location", location);
  return response;
}

net::Response done() { return okJson(R"({"ok":true})"); }

}  // namespace executor::api

#include "api/probes.h"

#include <fmt/format.h>

#include "api/json-text.h"
#include "base/log.h"

namespace executor::api {
namespace {

constexpr std::string_view kOAuthOff = "MCP OAuth is not configured";

// Never cached: configuration may change under a client that retries.
net::Response plain(int status, std::string_view text) {
  auto response = net::Response::json(status, ObjectText().text("error", text).take());
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// A route whose answer does not depend on the request.
net::Handler fixed(int status, std::string_view text) {
  return [status, text](net::Request) -> Task<net::Response> { co_return plain(status, text); };
}

// The process answers; nothing else is claimed.
Task<net::Response> healthz(net::Request) { co_return net::Response::text(200, "ok\n"); }

// The code only: strangers may ask, and the cause is in the log.
Task<net::Response> readyz(Deps deps) {
  if (!deps->ready) co_return net::Response::text(200, "ready\n");
  const auto status = co_await deps->ready();
  if (status) co_return net::Response::text(200, "ready\n");
  logError(LogLevel::warn, "not_ready", status.error());
  co_return net::Response::text(503, fmt::format("not ready: {}\n", status.error().codeName()));
}

// Our own two gauges, then whatever the registry has. The format is Prometheus text 0.0.4, where a
// name has its HELP and TYPE once, so the registry must not have these two.
std::string metricsText(const ApiDeps& deps) {
  auto text = fmt::format(
      "# HELP executor_build_info The version of this server.\n"
      "# TYPE executor_build_info gauge\n"
      "executor_build_info{{version=\"{}\"}} 1\n"
      "# HELP executor_executions_running Executions that run now.\n"
      "# TYPE executor_executions_running gauge\n"
      "executor_executions_running {}\n",
      EXECUTOR_VERSION, deps.executions.runningCount());
  return deps.metrics ? text + deps.metrics() : text;
}

// An agent's key is enough: the figures are of the server and name nobody. Without a token only
// while bound to loopback (D31): elsewhere load and version are worth something to a stranger.
Task<net::Response> metrics(Deps deps, net::Request request) {
  if (!deps->loopbackOnly) {
    const auto principal = co_await deps->identity.principalFromRequest(request);
    if (!principal) co_return net::Response::error(principal.error(), request.requestId);
  }
  auto response = net::Response::text(200, metricsText(*deps));
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return response;
}

void addOAuthAnswers(net::Router& router) {
  // MCP-011; the endpoints exist so that clients get a reason and not a 404 (D2).
  for (const auto* path : {"/mcp", "/v1/mcp"}) {
    for (const auto* method : {"GET", "POST", "DELETE"}) {
      router.add(method, path, fixed(503, kOAuthOff));
    }
  }
  for (const auto* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/**",
        "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/**"}) {
    router.add("GET", path, fixed(404, kOAuthOff));
  }
  for (const auto* method : {"GET", "POST"}) {
    router.add(method, "/auth/anonymous/token", fixed(503, "Anonymous auth is not configured"));
  }
}

}  // namespace

net::Response plainError(const Error& error) {
  return plain(traits(error.code).httpStatus, error.message);
}

void addProbes(net::Router& router, const Deps& deps) {
  router.add("GET", "/healthz", healthz);
  router.add("GET", "/readyz", [deps](net::Request) { return readyz(deps); });
  router.add("GET", "/metrics",
             [deps](net::Request request) { return metrics(deps, std::move(request)); });
  addOAuthAnswers(router);
}

}  // namespace executor::api

// The first thing a client asks: does my credential work, where am I, what is there.
//
// The command line asks it before everything else, and a person who debugs a client asks it by
// hand; so it says which kind of credential was presented and which addresses to use, and costs two
// lists.
#include "api/connect-lines.h"
#include "api/endpoints.h"
#include "api/json-text.h"

namespace executor::api {
namespace {

// By the origin the client used, so that the addresses work for that client.
std::string urlsJson(const std::string& origin) {
  return ObjectText()
      .text("origin", origin)
      .text("mcp", agentMcpUrl(origin))
      .text("api", origin + "/api/v1")
      .take();
}

// Counts of the caller's workspace, except running executions, which are of the server.
std::string countsJson(const ApiDeps& deps, std::size_t sources, std::size_t tools,
                       std::size_t approvals) {
  return ObjectText()
      .number("sources", static_cast<std::int64_t>(sources))
      .number("tools", static_cast<std::int64_t>(tools))
      .number("pendingApprovals", static_cast<std::int64_t>(approvals))
      .number("runningExecutions", static_cast<std::int64_t>(deps.executions.runningCount()))
      .take();
}

// Lets a client see which of its credentials it is using.
std::string principalJson(const Principal& principal) {
  return ObjectText()
      .text("kind", principal.kind == CredentialKind::person ? "person" : "agent")
      .text("accountId", principal.accountId)
      .text("organizationId", principal.organizationId)
      .text("workspaceId", principal.workspaceId)
      .textIf("keyId", principal.keyId)
      .boolean("mayApprove", principal.mayApprove)
      .take();
}

}  // namespace

Task<Result<net::Response>> showStatus(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto sources, co_await deps->sources.list(call.principal));
  EXECUTOR_CO_TRY(const auto pending, co_await deps->approvals.list(call.principal, "pending", ""));
  std::size_t tools = 0;
  for (const auto& source : sources) tools += source.toolCount;
  co_return okJson(ObjectText()
                       .text("version", EXECUTOR_VERSION)
                       .text("workspaceId", call.principal.workspaceId)
                       .raw("principal", principalJson(call.principal))
                       .raw("urls", urlsJson(call.request.origin))
                       .raw("counts", countsJson(*deps, sources.size(), tools, pending.size()))
                       .number("time", deps->clock.now())
                       .take());
}

// For `executor open`, which prints the URL.
Task<Result<net::Response>> makeOpenLink(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const std::string path, co_await deps->identity.makeOpenLink(call.principal));
  const auto ttl = std::chrono::milliseconds(identity::kOpenLinkTtl).count();
  co_return okJson(ObjectText()
                       .text("url", call.request.origin + path)
                       .number("expiresAt", deps->clock.now() + ttl)
                       .take());
}

}  // namespace executor::api

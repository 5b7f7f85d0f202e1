// Everything that answers over HTTP except MCP: /api/v1, the probes, the pages.
//
// addApiRoutes() is the one list a reader needs: each route is a line of a table that says who may
// call it, whether it takes a body and which query parameters exist; endpoint.h turns a line into a
// handler that checks all of that before the product's code runs. The deps are shared by the
// handlers and must outlive the router's use. Missing on purpose: /api/openapi.json,
// /api/v1/events, webhooks and WorkOS (later issues); /mcp/anonymous belongs to mcp/.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "approval/approval.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "execution/executions.h"
#include "execution/settings.h"
#include "execution/type-check.h"
#include "identity/identity.h"
#include "invocation/result-store.h"
#include "net/router.h"
#include "policy/policy.h"

namespace executor::api {

// References to what the server is built of, plus the two facts that only serve knows.
struct ApiDeps {
  identity::Identity& identity;
  catalog::Sources& sources;
  policy::Policies& policies;
  credential::Connections& connections;
  execution::Executions& executions;
  execution::Settings& settings;
  approval::Approvals& approvals;
  invocation::ResultStore& results;
  const Clock& clock = systemClock();
  bool loopbackOnly = true;                   // then /metrics needs no token (D31)
  std::function<std::string()> metrics;       // Prometheus text; empty: /metrics has only our own
  std::function<Task<Status>()> ready;        // for /readyz; empty: always ready
  execution::TypeCheck* typeCheck = nullptr;  // null: /api/v1/check answers `skipped`
};

void addApiRoutes(net::Router& router, ApiDeps deps);

// Limits of the API; each has a test in bad-input-test.cc.
inline constexpr std::size_t kMaxApiBodyBytes = 4u << 20;
inline constexpr std::size_t kMaxSourceBodyBytes = 128u << 20;  // a pasted document
inline constexpr std::size_t kMaxFormBodyBytes = 64u << 10;
// As long as an execution may last; a client that waits longer asks again.
inline constexpr std::int64_t kMaxWaitMs = 600'000;
inline constexpr std::int64_t kDefaultWaitMs = 20'000;
inline constexpr std::size_t kMaxDecidedAtOnce = 100;  // approvals in one request
// Page sizes; the store caps them again.
inline constexpr std::int64_t kDefaultPageItems = 50;
inline constexpr std::int64_t kMaxEventsPage = 1'000;

}  // namespace executor::api

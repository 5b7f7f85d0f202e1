// The table of /api/v1. Its columns are the security of the API: a route that is not here does not
// exist, and what a column refuses never reaches the product's code. The tests walk the same table,
// so that a new line is attacked before anybody writes a test for it.
#include "api/routes.h"

#include "api/endpoints.h"
#include "api/pages/pages.h"
#include "api/probes.h"

namespace executor::api {

// Reading and running is for agents too; what changes authority is for persons (D1).
const std::vector<Endpoint>& endpoints() {
  using enum Who;
  static const std::vector<Endpoint> kTable = {
      {"GET", "/api/v1/status", anyone, Body::none, showStatus},
      // Makes a person's session, so an agent that could call it would become a person.
      {"POST", "/api/v1/open-links", person, Body::none, makeOpenLink},

      {"GET", "/api/v1/sources", anyone, Body::none, listSources},
      {"POST", "/api/v1/sources", person, Body::json, addSource, {}, kMaxSourceBodyBytes},
      {"GET", "/api/v1/sources/*", anyone, Body::none, showSource},
      {"DELETE", "/api/v1/sources/*", person, Body::none, removeSource},
      {"POST", "/api/v1/sources/*/refresh", person, Body::none, refreshSource},

      // Looking at rules and at the names of connections is how an agent learns what it may do and
      // what it must ask for; changing either is changing its own authority.
      {"GET", "/api/v1/connections", anyone, Body::none, listConnections},
      {"POST", "/api/v1/connections", person, Body::json, addConnection},
      {"DELETE", "/api/v1/connections/*", person, Body::none, removeConnection},
      {"GET", "/api/v1/policies", anyone, Body::none, listPolicies},
      {"POST", "/api/v1/policies", person, Body::json, addPolicy},
      {"DELETE", "/api/v1/policies/*", person, Body::none, removePolicy},
      {"GET", "/api/v1/keys", person, Body::none, listKeys},
      {"POST", "/api/v1/keys", person, Body::json, createKey},
      {"DELETE", "/api/v1/keys/*", person, Body::none, revokeKey},

      // What an agent may ask for is his to know; how much it is, is a person's to say.
      {"GET", "/api/v1/settings", anyone, Body::none, showSettings},
      {"PATCH", "/api/v1/settings", person, Body::json, changeSettings},

      // D1: nobody approves himself, so the decision is a person's.
      {"GET", "/api/v1/approvals", anyone, Body::none, listApprovals, {"status", "executionId"}},
      {"GET", "/api/v1/approvals/*", anyone, Body::none, showApproval},
      {"POST", "/api/v1/approvals/*/decision", person, Body::json, decideApproval},
      {"POST", "/api/v1/approvals/decisions", person, Body::json, decideApprovals},

      // What MCP offers, for clients that are no MCP clients. Calls are D13.
      {"POST", "/api/v1/executions", anyone, Body::json, startExecution},
      {"POST", "/api/v1/calls", anyone, Body::json, startCall},
      // Runs nothing and changes nothing: for editors, and for a look before an execution.
      {"POST", "/api/v1/check", anyone, Body::json, checkProgram},
      {"GET",
       "/api/v1/executions",
       anyone,
       Body::none,
       listExecutions,
       {"state", "tool", "client", "since", "until", "q", "limit", "cursor"}},
      // Removing history is a person's, like everything that cannot be undone.
      {"POST", "/api/v1/executions/prune", person, Body::json, pruneExecutions},
      {"GET", "/api/v1/executions/*", anyone, Body::none, showExecution},
      {"GET", "/api/v1/executions/*/events", anyone, Body::none, showEvents, {"after", "limit"}},
      {"GET", "/api/v1/executions/*/result", anyone, Body::none, showResult},
      {"GET", "/api/v1/executions/*/wait", anyone, Body::none, waitForExecution, {"ms", "graceMs"}},
      {"GET", "/api/v1/executions/*/timeline", anyone, Body::none, showTimeline},
      {"POST", "/api/v1/executions/*/cancel", anyone, Body::optionalJson, cancelExecution},
      {"POST", "/api/v1/executions/*/rerun", anyone, Body::optionalJson, rerunExecution},

      // Contents by handle: what a program, an upstream or a user's file made, never a page of
      // ours.
      {"GET",
       "/api/v1/results",
       anyone,
       Body::none,
       listResults,
       {"executionId", "limit", "cursor"}},
      {"GET", "/api/v1/results/*", anyone, Body::none, downloadResult},

      {"GET",
       "/api/v1/tools",
       anyone,
       Body::none,
       searchTools,
       {"query", "namespace", "limit", "cursor"}},
      {"GET", "/api/v1/tools/*", anyone, Body::none, describeTool},
  };
  return kTable;
}

void addApiRoutes(net::Router& router, ApiDeps deps) {
  // Handlers hold it, so the deps live as long as the router's routes.
  const Deps shared = std::make_shared<const ApiDeps>(std::move(deps));
  for (const auto& endpoint : endpoints()) addEndpoint(router, shared, endpoint);
  addProbes(router, shared);
  addPages(router, shared);
}

}  // namespace executor::api

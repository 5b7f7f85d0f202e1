// Streamable HTTP at /mcp/anonymous and /v1/mcp/anonymous: both eras on the same paths (D17).
//
// Authentication comes first and answers in the plain form of reference MCP-020 to 026; everything
// after it is JSON-RPC. What is particular to an era is in legacy-endpoint.h (sessions, resumable
// streams, batches) and modern-endpoint.h (headers, subscriptions); here is the fork between them.
#pragma once

#include <string>

#include "base/async.h"
#include "base/time.h"
#include "identity/identity.h"
#include "mcp/dispatcher.h"
#include "mcp/legacy-endpoint.h"
#include "mcp/modern-endpoint.h"
#include "net/router.h"

namespace executor::mcp {

class Endpoint {
 public:
  // `features` is complete and must outlive the endpoint.
  Endpoint(const Features& features, identity::Identity& identity, const Clock& clock);

  // Adds the routes; the endpoint must outlive the router.
  void addRoutes(net::Router& router);
  std::size_t sessionCount() const { return legacy_.sessionCount(); }
  // Ends open streams, so that a drain need not wait for them.
  void stop() {
    legacy_.stop();
    modern_.stop();
  }

 private:
  // Authenticates, reads one JSON value, decides the era from it, and goes on in that era.
  Task<net::Response> post(net::Request request);
  Task<net::Response> get(net::Request request);
  Task<net::Response> remove(net::Request request);

  Dispatcher dispatcher_;
  ModernEndpoint modern_;
  identity::Identity& identity_;
  LegacyEndpoint legacy_;
};

}  // namespace executor::mcp

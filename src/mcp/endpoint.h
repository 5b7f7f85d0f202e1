// Streamable HTTP at /mcp/anonymous and /v1/mcp/anonymous: both eras on the same paths (D17).
//
// Authentication comes first and answers in the plain form of reference MCP-020 to 026; everything
// after it is JSON-RPC. What is particular to the older era (sessions, resumable streams, batches)
// is in legacy-endpoint.h; here is the newer one and the fork between them.
#pragma once

#include <string>

#include "base/async.h"
#include "base/time.h"
#include "identity/identity.h"
#include "mcp/dispatcher.h"
#include "mcp/legacy-endpoint.h"
#include "net/router.h"

namespace executor::mcp {

inline constexpr std::chrono::milliseconds kChangePoll{1'000};

class Endpoint {
 public:
  // `features` is complete and must outlive the endpoint.
  Endpoint(const Features& features, identity::Identity& identity, const Clock& clock);

  // Adds the routes; the endpoint must outlive the router.
  void addRoutes(net::Router& router);
  std::size_t sessionCount() const { return legacy_.sessionCount(); }
  // Ends open streams, so that a drain need not wait for them.
  void stop() {
    stopping_ = true;
    legacy_.stop();
  }

 private:
  // Authenticates, reads one JSON value, decides the era from it, and goes on in that era.
  Task<net::Response> post(net::Request request);
  Task<net::Response> get(net::Request request);
  Task<net::Response> remove(net::Request request);
  // Statuses follow MCP 2026-07-28, Streamable HTTP: protocol errors 400 or 404, answers 200.
  Task<net::Response> modern(Call call, Message message, const net::Headers& headers);
  // Of what the caller's tools/list shows; 0 where nobody can tell.
  Task<std::uint64_t> toolsVersion(Call call);
  net::Response listen(Call call, Message message);
  net::Response changeStream(Call call, std::string opening, json::value subscription, bool tools);
  Task<void> streamChanges(Call call, std::string opening, json::value subscription, bool tools,
                           std::shared_ptr<net::Sink> sink);

  const Features& features_;
  Dispatcher dispatcher_;
  identity::Identity& identity_;
  LegacyEndpoint legacy_;
  bool stopping_ = false;
};

}  // namespace executor::mcp

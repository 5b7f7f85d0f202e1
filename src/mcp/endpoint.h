// Streamable HTTP at /mcp/anonymous and /v1/mcp/anonymous: both eras on the same paths (D17).
//
// POST carries one message, or a batch where the revision has them. Answers are single JSON
// objects; streams are only opened for change notifications (GET in a legacy session,
// subscriptions/listen in the modern era). Authentication comes first and answers in the plain form
// of reference MCP-020 to 026; everything after it is JSON-RPC.
#pragma once

#include <string>

#include "base/async.h"
#include "base/time.h"
#include "identity/identity.h"
#include "mcp/dispatcher.h"
#include "mcp/sessions.h"
#include "net/router.h"

namespace executor::mcp {

inline constexpr std::chrono::seconds kStreamKeepAlive{15};
inline constexpr std::chrono::milliseconds kChangePoll{1'000};

class Endpoint {
 public:
  // `features` is complete and must outlive the endpoint.
  Endpoint(const Features& features, identity::Identity& identity, const Clock& clock);

  // Adds the routes; the endpoint must outlive the router.
  void addRoutes(net::Router& router);
  std::size_t sessionCount() const { return sessions_.size(); }
  // Ends open streams, so that a drain need not wait for them.
  void stop() { stopping_ = true; }

 private:
  // Authenticates, reads one JSON value, decides the era from it, and goes on in that era.
  Task<net::Response> post(net::Request request);
  // Legacy only: a stream of change notifications for a session. 405 without one, as the revisions
  // from 2025-03-26 allow.
  Task<net::Response> get(net::Request request);
  // Legacy only: ends a session at once.
  Task<net::Response> remove(net::Request request);
  // Statuses follow MCP 2026-07-28, Streamable HTTP: protocol errors 400 or 404, answers 200.
  Task<net::Response> modern(Call call, Message message, const net::Headers& headers);
  // Session, version and batch rules of the revisions up to 2025-11-25.
  Task<net::Response> legacy(Call call, json::value body, const net::Headers& headers);
  Task<net::Response> legacyMessage(Call call, Message message);
  // In order, one after the other: a batch is a convenience of 2025-03-26, not a way to be faster.
  Task<net::Response> legacyBatch(Call call, json::array batch);
  // A whole JSON-RPC response, result or error; it never fails itself.
  Task<std::string> answer(Call call, Message message);
  // Of what the caller's tools/list shows; 0 where nobody can tell.
  Task<std::uint64_t> toolsVersion(Call call);
  net::Response listen(Call call, Message message);
  net::Response changeStream(Call call, std::string opening, json::value subscription, bool tools);
  Task<void> streamChanges(Call call, std::string opening, json::value subscription, bool tools,
                           std::shared_ptr<net::Sink> sink);

  const Features& features_;
  Dispatcher dispatcher_;
  identity::Identity& identity_;
  Sessions sessions_;
  bool stopping_ = false;
};

}  // namespace executor::mcp

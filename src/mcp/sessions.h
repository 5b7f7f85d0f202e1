// Legacy sessions: what `initialize` negotiated, kept under an unguessable id (D17).
//
// A session is bound to the principal that opened it; another principal's use of the id is the same
// 404 as an unknown id. It holds no authority: every request still brings its credential. Sessions
// live in memory only; after a restart clients get 404 and initialize again. Idle ones expire, and
// the oldest idle one makes room when the table is full, so abandoned sessions cost bounded memory.
// An open stream keeps its session from being idle. Whatever ends a session ends its streams and
// its open questions with it; its executions go on (D17).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/principal.h"
#include "base/time.h"
#include "mcp/call.h"
#include "mcp/event-store.h"
#include "mcp/server-requests.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxSessions = 10'000;
inline constexpr EpochMs kSessionIdleMs = EpochMs{24} * 3600 * 1000;

// What `initialize` said, and who said it.
struct SessionTerms {
  std::string version;  // negotiated
  std::string clientName;
  ClientCapabilities capabilities;
};

struct Session {
  Session() : Session({}, std::make_shared<EventBudget>()) {}
  Session(SessionTerms terms, std::shared_ptr<EventBudget> budget);

  bool canAsk(Ask what) const;
  // Once: ends streams and questions.
  void end();

  std::string id;
  std::string owner;    // account, workspace and key of the principal
  std::string version;  // negotiated
  std::string clientName;
  ClientCapabilities capabilities;
  EpochMs lastUsed = 0;
  std::optional<LogLevel> logLevel;  // none: the client has not asked for log messages
  // Requests in flight by id (as JSON text), so that notifications/cancelled finds its own.
  std::unordered_map<std::string, std::shared_ptr<RequestCancel>> requests;
  EventStore events;
  ServerRequests questions;
  std::map<std::string, std::uint64_t> subscriptions;  // resources by URI, the version told
  std::uint64_t seenTools = 0;  // the version of the tool list that the client knows of
  bool ended = false;
};

class Sessions {
 public:
  explicit Sessions(const Clock& clock, std::size_t capacity = kMaxSessions)
      : clock_(clock), capacity_(capacity) {}

  // Makes room first, so that the table never exceeds its capacity. The id is 24 random bytes.
  std::shared_ptr<Session> open(const Principal& principal, SessionTerms terms);
  // nullptr when unknown, expired or another principal's.
  std::shared_ptr<Session> find(std::string_view id, const Principal& principal);
  // False when there is nothing to close, so that the caller can answer 404.
  bool close(std::string_view id, const Principal& principal);
  // For streams that are open: nobody else sees their use.
  void touch(const Session& session);
  std::size_t size() const { return order_.size(); }

 private:
  // The order of use is the order of eviction; byId_ points into it, so a use is O(1).
  using Order = std::list<std::shared_ptr<Session>>;  // most recently used first
  void erase(Order::iterator at);
  bool expired(const Session& session) const;
  void evict();

  const Clock& clock_;
  std::size_t capacity_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> byId_;
  std::shared_ptr<EventBudget> budget_ = std::make_shared<EventBudget>();
};

}  // namespace executor::mcp

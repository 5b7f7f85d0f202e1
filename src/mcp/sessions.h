// Legacy sessions: what `initialize` negotiated, kept under an unguessable id (D17).
//
// A session is bound to the principal that opened it; another principal's use of the id is the same
// 404 as an unknown id. It holds no authority: every request still brings its credential. Sessions
// live in memory only; after a restart clients get 404 and initialize again. Idle ones expire, and
// the oldest idle one makes room when the table is full, so abandoned sessions cost bounded memory.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/principal.h"
#include "base/time.h"
#include "mcp/call.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxSessions = 10'000;
inline constexpr EpochMs kSessionIdleMs = EpochMs{24} * 3600 * 1000;

struct Session {
  std::string id;
  std::string owner;    // account, workspace and key of the principal
  std::string version;  // negotiated
  std::string clientName;
  EpochMs lastUsed = 0;
  // Requests in flight by id (as JSON text), so that notifications/cancelled finds its own.
  std::unordered_map<std::string, std::shared_ptr<RequestCancel>> requests;
};

class Sessions {
 public:
  explicit Sessions(const Clock& clock, std::size_t capacity = kMaxSessions)
      : clock_(clock), capacity_(capacity) {}

  // Makes room first, so that the table never exceeds its capacity. The id is 24 random bytes.
  std::shared_ptr<Session> open(const Principal& principal, std::string version,
                                std::string clientName);
  // nullptr when unknown, expired or another principal's.
  std::shared_ptr<Session> find(std::string_view id, const Principal& principal);
  // False when there is nothing to close, so that the caller can answer 404.
  bool close(std::string_view id, const Principal& principal);
  std::size_t size() const { return order_.size(); }

 private:
  // The order of use is the order of eviction; byId_ points into it, so a use is O(1).
  using Order = std::list<std::shared_ptr<Session>>;  // most recently used first
  void evict();

  const Clock& clock_;
  std::size_t capacity_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> byId_;
};

}  // namespace executor::mcp

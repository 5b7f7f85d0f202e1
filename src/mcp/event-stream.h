// One server-sent event stream of a legacy client, apart from the connection that carries it.
//
// A request's stream outlives its connection: messages are kept under rising ids, and who comes
// back with the last id he saw gets the rest (MCP 2025-11-25, Streamable HTTP, resumability). At
// most one connection carries a stream; a newer one takes over, because a client that comes back
// has lost the old one even where TCP does not know it yet. What is kept is bounded by count and
// bytes per stream and by a budget over all sessions: the oldest go first, and what has not been
// sent yet goes only when the budget is passed twice, so that one client's hoard costs others at
// most their replays. The last message (of a request, its answer) always stays. Nothing is written
// to disk: after a restart the session is gone anyway (D17).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/signal.h"
#include "net/http.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxStreamEvents = 512;
inline constexpr std::size_t kMaxStreamBytes = 1u << 20;
inline constexpr std::size_t kMaxEventBytes = 64u << 20;            // of all sessions together
inline constexpr std::chrono::milliseconds kReconnectAfter{1'000};  // the `retry` field
inline constexpr std::chrono::seconds kStreamKeepAlive{15};
inline constexpr std::chrono::milliseconds kStreamPoll{1'000};

// The bytes that all streams keep; shared by them and their endpoint.
struct EventBudget {
  std::size_t limit = kMaxEventBytes;
  std::size_t used = 0;
};

class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  // What the client's revision and session allow.
  struct Form {
    bool ids = true;      // without a session nobody can come back
    bool primed = false;  // 2025-11-25: begin with an empty event, so that there is an id at once
  };
  EventStream(std::uint64_t number, Form form, std::shared_ptr<EventBudget> budget);
  ~EventStream();

  // One JSON-RPC message, as text. Ignored after finish().
  void push(std::string message);
  // Nothing follows: the connection ends when all has gone out.
  void finish();
  // Ends the connection that carries it now; the stream goes on (polling).
  void interrupt();

  // Writes what came after `after`, then what comes, until the stream is finished or another
  // connection takes over, the client leaves or `stopped` says so. `tick` (may be empty) runs about
  // every `interval`.
  struct Carriage {
    std::shared_ptr<net::Sink> sink;
    std::shared_ptr<net::Disconnect> disconnected;  // may be null
    std::uint64_t after = 0;
    std::function<bool()> stopped;
    std::function<Task<void>()> tick;
    std::chrono::milliseconds interval = kStreamPoll;
  };
  static Task<void> carry(std::shared_ptr<EventStream> stream, Carriage carriage);
  // True when something was pushed or finished before the deadline.
  Task<bool> changed(Deadline deadline) { return changed_.wait(deadline); }

  std::uint64_t number() const { return number_; }
  std::uint64_t last() const { return last_; }
  // Where a client goes on that does not say where it was.
  std::uint64_t sent() const { return sent_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t kept() const { return events_.size(); }
  bool finished() const { return finished_; }

 private:
  struct Event {
    std::uint64_t seq = 0;
    std::string text;
  };
  void dropOldest();
  bool mustDrop() const;
  // The events after `seq` as bytes; moves `seq` to the last of them.
  std::string format(std::uint64_t& seq) const;
  std::string opening(std::uint64_t after) const;
  std::string idOf(std::uint64_t seq) const;
  bool over(const Carriage& carriage, std::uint64_t carrier, std::uint64_t seq) const;

  std::uint64_t number_ = 0;
  Form form_;
  std::shared_ptr<EventBudget> budget_;
  std::deque<Event> events_;
  std::uint64_t last_ = 0, sent_ = 0, carriers_ = 0;
  std::size_t bytes_ = 0;
  bool finished_ = false;
  Signal changed_;
};

}  // namespace executor::mcp

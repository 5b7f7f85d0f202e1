// The event streams of one legacy session: one per request that is answered by a stream, and one
// that stands alone (GET), for what belongs to no request.
//
// A stream whose request is answered is kept for a while, so that a client that lost the answer can
// come back for it; the number and the bytes of such streams are bounded, the oldest go first. An
// event id names a stream and a place in it; ids are only ever looked up in the session of the
// request, so a forged one finds at most the same client's own messages, and one that was never
// given out is an error.
#pragma once

#include <map>
#include <memory>
#include <string_view>

#include "mcp/event-stream.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxAnsweredStreams = 16;
inline constexpr std::size_t kMaxAnsweredBytes = 4u << 20;
inline constexpr std::size_t kMaxOpenStreams = 256;  // then answers are plain JSON

class EventStore {
 public:
  explicit EventStore(std::shared_ptr<EventBudget> budget, EventStream::Form form = {})
      : budget_(std::move(budget)), form_(form) {}
  ~EventStore() { close(); }

  // A stream for one request; nullptr when kMaxOpenStreams are open.
  std::shared_ptr<EventStream> open();
  // The stream of the GETs; the same for the life of the session.
  std::shared_ptr<EventStream> standalone();

  // For a stream that will have no answer: nobody is to come back for it.
  void forget(const EventStream& stream) { streams_.erase(stream.number()); }

  struct Position {
    std::shared_ptr<EventStream> stream;
    std::uint64_t after = 0;
  };
  // `invalid_argument` for an id that is none of this session's, or whose stream is gone.
  Result<Position> locate(std::string_view lastEventId) const;

  // Ends all streams; what they hold still goes out to who is connected.
  void close();

 private:
  void forgetAnswered();

  std::shared_ptr<EventBudget> budget_;
  EventStream::Form form_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::shared_ptr<EventStream>> streams_;  // oldest first; 0 stands alone
};

}  // namespace executor::mcp

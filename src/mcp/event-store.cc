// Numbers for streams, and which of them are still there.
#include "mcp/event-store.h"

#include <charconv>

namespace executor::mcp {
namespace {

constexpr std::uint64_t kStandalone = 0;

std::unexpected<Error> unknownEvent() {
  return fail(ErrorCode::invalid_argument,
              "Last-Event-ID names no event of this session that is still kept.",
              "Open a new stream without Last-Event-ID; the tool resume returns the result of an "
              "execution.");
}

// All of the text, in the one spelling that we give out: "+1" and "01" were never ids.
bool readNumber(std::string_view text, std::uint64_t& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && std::to_string(out) == text;
}

}  // namespace

std::shared_ptr<EventStream> EventStore::open() {
  forgetAnswered();
  if (streams_.size() >= kMaxOpenStreams + kMaxAnsweredStreams) return nullptr;
  auto stream = std::make_shared<EventStream>(next_, form_, budget_);
  streams_.emplace(next_++, stream);
  return stream;
}

std::shared_ptr<EventStream> EventStore::standalone() {
  auto& stream = streams_[kStandalone];
  if (!stream) stream = std::make_shared<EventStream>(kStandalone, form_, budget_);
  return stream;
}

Result<EventStore::Position> EventStore::locate(std::string_view lastEventId) const {
  const std::size_t dash = lastEventId.find('-');
  std::uint64_t number = 0, after = 0;
  if (dash == std::string_view::npos || !readNumber(lastEventId.substr(0, dash), number) ||
      !readNumber(lastEventId.substr(dash + 1), after)) {
    return unknownEvent();
  }
  auto found = streams_.find(number);
  if (found == streams_.end() || after > found->second->last()) return unknownEvent();
  return Position{found->second, after};
}

// Counted from the newest, so that the oldest are over.
void EventStore::forgetAnswered() {
  std::size_t count = 0, bytes = 0;
  for (auto at = streams_.end(); at != streams_.begin();) {
    --at;
    if (!at->second->finished()) continue;
    if (at->second->last() == 0) {
      at = streams_.erase(at);  // it was answered without a stream
      continue;
    }
    bytes += at->second->bytes();
    if (++count <= kMaxAnsweredStreams && bytes <= kMaxAnsweredBytes) continue;
    at = streams_.erase(at);
  }
}

void EventStore::close() {
  for (auto& [number, stream] : streams_) stream->finish();
}

}  // namespace executor::mcp

// Keeping, dropping and carrying events.
#include "mcp/event-stream.h"

#include <algorithm>

namespace executor::mcp {

EventStream::EventStream(std::uint64_t number, Form form, std::shared_ptr<EventBudget> budget)
    : number_(number), form_(form), budget_(std::move(budget)) {}

EventStream::~EventStream() { budget_->used -= bytes_; }

void EventStream::push(std::string message) {
  if (finished_) return;
  bytes_ += message.size();
  budget_->used += message.size();
  events_.push_back({++last_, std::move(message)});
  while (events_.size() > 1 && mustDrop()) dropOldest();
  changed_.notify();
}

bool EventStream::mustDrop() const {
  if (events_.size() > kMaxStreamEvents || bytes_ > kMaxStreamBytes) return true;
  const bool sent = events_.front().seq <= sent_;
  return budget_->used > (sent ? budget_->limit : 2 * budget_->limit);
}

void EventStream::dropOldest() {
  const std::size_t size = events_.front().text.size();
  bytes_ -= size;
  budget_->used -= size;
  events_.pop_front();
}

void EventStream::finish() {
  finished_ = true;
  changed_.notify();
}

// The count makes the connection that carries it now an old one.
void EventStream::interrupt() {
  ++carriers_;
  changed_.notify();
}

// Stream and place, so that the id alone says where to go on.
std::string EventStream::idOf(std::uint64_t seq) const {
  return std::to_string(number_) + "-" + std::to_string(seq);
}

// A comment where no event may come yet: it sends the headers off.
std::string EventStream::opening(std::uint64_t after) const {
  if (!form_.ids || !form_.primed) return ":\n\n";
  return "id: " + idOf(after) + "\nretry: " + std::to_string(kReconnectAfter.count()) +
         "\ndata: \n\n";
}

std::string EventStream::format(std::uint64_t& seq) const {
  std::string out;
  for (const Event& event : events_) {
    if (event.seq <= seq) continue;
    out += net::formatSse(event.text, "message", form_.ids ? idOf(event.seq) : std::string());
    seq = event.seq;
  }
  return out;
}

bool EventStream::over(const Carriage& carriage, std::uint64_t carrier, std::uint64_t seq) const {
  if (carrier != carriers_ || (carriage.stopped && carriage.stopped())) return true;
  if (carriage.disconnected && carriage.disconnected->fired()) return true;
  return finished_ && seq >= last_;
}

// `sent_` follows what the kernel took: more nobody can know.
Task<void> EventStream::carry(std::shared_ptr<EventStream> stream, Carriage carriage) {
  const std::uint64_t carrier = ++stream->carriers_;
  stream->changed_.notify();
  if (carriage.disconnected) {
    carriage.disconnected->onFire([weak = stream->weak_from_this()] {
      if (auto alive = weak.lock()) alive->changed_.notify();
    });
  }
  std::uint64_t seq = carriage.after;
  if (!co_await carriage.sink->write(stream->opening(seq))) co_return;
  Deadline silentUntil = deadlineAfter(kStreamKeepAlive);
  while (true) {
    // Ticks first: what they push goes out in this round.
    if (carriage.tick) co_await carriage.tick();
    std::uint64_t next = seq;
    std::string bytes = stream->format(next);
    const bool silent = bytes.empty() && std::chrono::steady_clock::now() >= silentUntil;
    if (silent) bytes = ":\n\n";
    if (!bytes.empty()) {
      if (carrier != stream->carriers_ || !co_await carriage.sink->write(std::move(bytes))) break;
      silentUntil = deadlineAfter(kStreamKeepAlive);
      seq = std::max(seq, next);
      stream->sent_ = std::max(stream->sent_, seq);
    }
    if (stream->over(carriage, carrier, seq)) break;
    if (stream->last_ > seq) continue;
    (void)co_await stream->changed_.wait(std::min(silentUntil, deadlineAfter(carriage.interval)));
    if (stream->over(carriage, carrier, seq)) break;
  }
}

}  // namespace executor::mcp

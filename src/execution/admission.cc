#include "execution/admission.h"

#include <fmt/format.h>

#include <algorithm>

namespace executor::execution {
namespace {

std::unexpected<Error> tooMany(std::size_t limit, std::string_view what, std::string_view hint) {
  return fail(ErrorCode::limit_exceeded,
              fmt::format("The workspace has {} {}, the most it may have.", limit, what),
              std::string(hint));
}

std::unexpected<Error> serverIsFull() {
  return fail(ErrorCode::overloaded, "The server has as many executions queued as it can hold.",
              "Try again in a moment.");
}

}  // namespace

// What equals the server's own is not kept: nearly every workspace does.
void Admission::setPlaces(std::string_view workspace, WorkspacePlaces places) {
  const auto found = places_.find(workspace);
  if (places == limits_.places()) {
    if (found != places_.end()) places_.erase(found);
  } else if (found != places_.end()) {
    found->second = places;
  } else {
    places_.emplace(workspace, places);
  }
}

WorkspacePlaces Admission::placesOf(std::string_view workspace) const {
  const auto found = places_.find(workspace);
  return found == places_.end() ? limits_.places() : found->second;
}

bool Admission::hasPlace(std::string_view workspace, const Share& share) const {
  return running_ < limits_.runningInAll && share.running < placesOf(workspace).running;
}

// The way of nearly all: one look-up, and there is a place.
Status Admission::check(std::string_view workspace, std::size_t bytes) const {
  static const Share kNone;
  const auto found = shares_.find(workspace);
  const Share& share = found == shares_.end() ? kNone : found->second;
  const WorkspacePlaces places = placesOf(workspace);
  if (share.waiting + share.suspended >= places.waiting) {
    return tooMany(places.waiting, "executions that wait for a human",
                   "Decide their approvals or cancel some of them.");
  }
  if (share.queue.empty() && hasPlace(workspace, share)) return {};
  return checkQueue(places.queued, share, bytes);
}

// Its own limits first: who is over them can do something about it.
Status Admission::checkQueue(std::size_t most, const Share& share, std::size_t bytes) const {
  if (share.queue.size() >= most) {
    return tooMany(most, fmt::format("executions in its queue behind {} that run", share.running),
                   "Try again when some of them have ended, or cancel some: `executor execution "
                   "list --status queued`.");
  }
  if (share.queuedBytes + bytes > limits_.queuedBytes) {
    return tooMany(limits_.queuedBytes, "bytes of programs and inputs in its queue",
                   "Try again when some of them have ended, or send less in one program.");
  }
  if (queued_ >= limits_.queuedInAll || queuedBytes_ + bytes > limits_.queuedBytesInAll) {
    return serverIsFull();
  }
  return {};
}

// Behind what its workspace has in the queue already, even if there is a place at this moment.
bool Admission::enter(const std::string& workspace, const std::string& id, std::size_t bytes) {
  const auto share = shares_.try_emplace(workspace).first;
  if (!share->second.queue.empty() || !hasPlace(workspace, share->second)) {
    enqueue(share, id, bytes);
    return false;
  }
  ++share->second.running;
  ++running_;
  return true;
}

void Admission::enterPlaced(const std::string& workspace) {
  ++shares_[workspace].running;
  ++running_;
}

void Admission::setSuspended(const std::string& workspace, std::size_t count) {
  const auto share = shares_.try_emplace(workspace).first;
  share->second.suspended = count;
  forgetIfEmpty(share);
}

void Admission::enqueue(Shares::iterator share, const std::string& id, std::size_t bytes) {
  if (share->second.queue.empty()) turns_.push_back(share);
  share->second.queue.push_back({id, bytes});
  share->second.queuedBytes += bytes;
  queuedBytes_ += bytes;
  ++queued_;
}

void Admission::leave(std::string_view workspace, std::string_view id) {
  const auto share = shares_.find(workspace);
  if (share == shares_.end()) return;
  if (!dequeue(share, id)) {
    --share->second.running;
    --running_;
  }
  forgetIfEmpty(share);
}

void Admission::setWaiting(std::string_view workspace, bool waiting) {
  Share& share = shares_.find(workspace)->second;
  (waiting ? share.running : share.waiting) -= 1;
  (waiting ? share.waiting : share.running) += 1;
  waiting ? --running_ : ++running_;
}

bool Admission::dequeue(Shares::iterator share, std::string_view id) {
  auto& queue = share->second.queue;
  const auto found = std::ranges::find(queue, id, &Queued::id);
  if (found == queue.end()) return false;
  share->second.queuedBytes -= found->bytes;
  queuedBytes_ -= found->bytes;
  --queued_;
  queue.erase(found);
  if (queue.empty()) turns_.remove(share);
  return true;
}

// The workspace goes to the end of the line, or out of it.
std::string Admission::takeFirst(Shares::iterator share) {
  std::string id = share->second.queue.front().id;
  dequeue(share, id);
  if (!share->second.queue.empty()) {
    turns_.splice(turns_.end(), turns_, std::ranges::find(turns_, share));
  }
  ++share->second.running;
  ++running_;
  return id;
}

// Workspaces at their own limit keep their turn: they lose nothing by not being served.
std::optional<std::string> Admission::next() {
  if (queued_ == 0 || running_ >= limits_.runningInAll) return std::nullopt;
  const auto turn =
      std::ranges::find_if(turns_, [&](auto at) { return hasPlace(at->first, at->second); });
  if (turn == turns_.end()) return std::nullopt;
  return takeFirst(*turn);
}

std::size_t Admission::position(std::string_view workspace, std::string_view id) const {
  const auto share = shares_.find(workspace);
  if (share == shares_.end()) return 0;
  const auto& queue = share->second.queue;
  const auto found = std::ranges::find(queue, id, &Queued::id);
  return found == queue.end() ? 0 : static_cast<std::size_t>(found - queue.begin()) + 1;
}

void Admission::forgetIfEmpty(Shares::iterator share) {
  const Share& s = share->second;
  if (s.running + s.waiting + s.suspended + s.queue.size() == 0) shares_.erase(share);
}

}  // namespace executor::execution

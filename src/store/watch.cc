#include "store/watch.h"

#include <boost/asio/as_tuple.hpp>

namespace executor::store {

struct Watch::Topic {
  std::uint64_t version = 0;
  std::list<SteadyTimer*> waiters;

  void fire() {
    ++version;
    for (SteadyTimer* timer : waiters) timer->cancel();
  }
};

Watch::Watch(std::shared_ptr<Topic> topic) : topic_(std::move(topic)), seen_(topic_->version) {}

Task<bool> Watch::wait(Deadline deadline) {
  const std::shared_ptr<Topic> topic = topic_;
  SteadyTimer timer(co_await asio::this_coro::executor, deadline);
  if (topic->version == seen_) {
    const auto place = topic->waiters.insert(topic->waiters.end(), &timer);
    const std::shared_ptr<void> leave(nullptr, [&](void*) { topic->waiters.erase(place); });
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return poll();
}

bool Watch::poll() { return std::exchange(seen_, topic_->version) != topic_->version; }

Watch WatchBoard::watch(std::string_view topic) {
  auto found = topics_.find(topic);
  if (found == topics_.end()) {
    forgetUnwatched();
    found = topics_.emplace(std::string(topic), std::weak_ptr<Watch::Topic>()).first;
  }
  std::shared_ptr<Watch::Topic> shared = found->second.lock();
  if (shared == nullptr) {
    shared = std::make_shared<Watch::Topic>();
    found->second = shared;
  }
  return Watch(std::move(shared));
}

void WatchBoard::notify(std::string_view topic) {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  if (const auto shared = found->second.lock()) {
    shared->fire();
  } else {
    topics_.erase(found);
  }
}

void WatchBoard::notifyAll() {
  for (const auto& [name, topic] : topics_) {
    if (const auto shared = topic.lock()) shared->fire();
  }
}

// Costs O(1) per watch() on average, because it runs only when the board has doubled.
void WatchBoard::forgetUnwatched() {
  if (topics_.size() < forgetAt_) return;
  std::erase_if(topics_, [](const auto& entry) { return entry.second.expired(); });
  forgetAt_ = std::max(kMinForget, 2 * topics_.size());
}

}  // namespace executor::store

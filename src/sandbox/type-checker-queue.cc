#include "sandbox/type-checker-queue.h"

#include <boost/asio/redirect_error.hpp>

namespace executor::sandbox {

// A timer that expires and a grant may meet: the grant counts, or the turn would be lost.
Task<TurnQueue::Turn> TurnQueue::take(std::shared_ptr<TurnQueue> queue,
                                      std::chrono::milliseconds patience) {
  if (!queue->busy_) {
    queue->busy_ = true;
    co_return Turn(std::move(queue));
  }
  if (queue->waiters_.size() >= queue->maxWaiting_) co_return Turn();
  const auto waiter = std::make_shared<Waiter>(asio::steady_timer(queue->loop_, patience));
  queue->waiters_.push_back(waiter);
  boost::system::error_code ignored;
  co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (waiter->granted) co_return Turn(std::move(queue));
  queue->waiters_.remove(waiter);
  co_return Turn();
}

// The turn never is free in between: who comes later does not overtake.
void TurnQueue::pass() {
  if (waiters_.empty()) {
    busy_ = false;
    return;
  }
  const auto next = std::move(waiters_.front());
  waiters_.pop_front();
  next->granted = true;
  next->timer.cancel();
}

}  // namespace executor::sandbox

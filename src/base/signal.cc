#include "base/signal.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

namespace executor {
namespace {

// Takes a waiter off its list however its coroutine ends, also when the frame is destroyed unrun.
template <class List>
class Enrolled {
 public:
  Enrolled(List& list, typename List::iterator at) : list_(list), at_(at) {}
  ~Enrolled() { list_.erase(at_); }
  Enrolled(const Enrolled&) = delete;
  Enrolled& operator=(const Enrolled&) = delete;

 private:
  List& list_;
  typename List::iterator at_;
};

}  // namespace

Signal::Signal() : state_(std::make_shared<State>()) {}

// Waiters find `notified` unset when they resume, and return false.
Signal::~Signal() {
  state_->closed = true;
  for (Waiter& waiter : state_->waiters) waiter.timer.cancel();
}

// Cancelling a timer only queues its completion, so a waiter resumes after this function and may
// safely notify or wait again.
void Signal::notify() {
  state_->set = state_->waiters.empty();
  for (Waiter& waiter : state_->waiters) {
    waiter.notified = true;
    waiter.timer.cancel();
  }
}

Task<bool> Signal::wait(Deadline deadline) { return waitOn(state_, deadline); }

// For tests and metrics; by the time it is read it may be another.
std::size_t Signal::waiting() const { return state_->waiters.size(); }

// Takes the state, not `this`: the signal may be gone before the coroutine resumes.
Task<bool> Signal::waitOn(std::shared_ptr<State> state, Deadline deadline) {
  if (std::exchange(state->set, false)) co_return true;
  if (state->closed) co_return false;
  const auto at = state->waiters.emplace(state->waiters.end(), co_await asio::this_coro::executor);
  const Enrolled enrolled(state->waiters, at);
  at->timer.expires_at(deadline);
  co_await at->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return at->notified;
}

}  // namespace executor

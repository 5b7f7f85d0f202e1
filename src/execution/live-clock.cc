#include <fmt/format.h>

#include "execution/live.h"

namespace executor::execution {

// D12. Timers, upstream requests and a guest that computes are not a human.
bool Live::awaitsOnlyHumans() const {
  if (ending_ || replay_ || !idle_ || !queue_.empty() || !timers_.empty() || open_.empty()) {
    return false;
  }
  return std::ranges::all_of(open_, [](const auto& entry) { return entry.second.asking; });
}

void Live::updateWaiting() {
  const bool waiting = awaitsOnlyHumans();
  if (waiting != waiting_ && !abandoned_) setWaiting(waiting);
}

// A change of state is worth a flush soon, but never a commit that anyone waits for.
void Live::setWaiting(bool waiting) {
  const SteadyTime steady = SteadyClock::now();
  waiting_ = waiting;
  waitingSince_ = steady;
  if (waiting) {
    budget_.pause(steady);
    budgetTimer_.cancel();
  } else if (!ending_) {
    budget_.run(steady);
    armBudget();
  }
  ExecutionRecord& record = journal_.record();
  if (!ending_) record.state = waiting ? State::waiting : State::running;
  record.usedMs = budget_.used(steady).count();
  journal_.touch();
  if (owner_ != nullptr) {
    owner_->onWaiting(*this, waiting);
    if (!ending_) owner_->flushSoon(shared_from_this());
  }
  changed_.notify();
}

// `queued` does not count; from here on it does.
void Live::startClock() {
  ExecutionRecord& record = journal_.record();
  record.state = State::running;
  if (record.startedAt == 0) record.startedAt = now();
  journal_.touch();
  budget_.run(SteadyClock::now());
  armBudget();
}

// The timer may fire for a budget that was paused and resumed since; then it is not exhausted.
void Live::armBudget() {
  budgetTimer_.expires_at(budget_.end());
  budgetTimer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    auto self = weak.lock();
    if (cancelled || !self || !self->budget_.exhausted(SteadyClock::now())) return;
    const std::uint32_t limit = self->journal_.record().timeoutMs;
    self->stop(State::timed_out, Error{ErrorCode::timed_out,
                                       fmt::format("The execution timed out after {} ms.", limit),
                                       "Set timeoutMs up to 600000, or do less in one program.",
                                       {}});
  });
}

// The guest answers a stop with onEnd; without a guest (a direct call) the end is made here.
void Live::stop(State state, Error error) {
  if (ending_ || stopping_) return;
  stopping_ = state;
  if (run_) return run_->stop(std::move(error));
  sandbox::RunEnd end;
  end.error = std::move(error);
  finishWith(std::move(end));
}

}  // namespace executor::execution

#include "execution/due-scheduler.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace executor::execution {

DueScheduler::DueScheduler(store::Store& store, asio::io_context& loop, const Clock& clock,
                           std::string node, Events events)
    : store_(store),
      loop_(loop),
      clock_(clock),
      node_(std::move(node)),
      events_(std::move(events)) {}

void DueScheduler::stop() {
  stopped_ = true;
  events_ = {};
  nudged_.notify();
  store_.notify(kDueTopic);
}

// The watch is made before the look, so that what becomes due in between is not missed.
Task<void> DueScheduler::run(std::shared_ptr<DueScheduler> self) {
  store::Watch watch = self->store_.watch(kDueTopic);
  while (!self->stopped_) {
    const std::optional<EpochMs> next = co_await self->takeDue();
    if (!self->stopped_) co_await self->sleep(watch, next);
  }
}

// When to look again: none if there is nothing more, the past if there is but no room for it.
Task<std::optional<EpochMs>> DueScheduler::takeDue() {
  for (;;) {
    const std::size_t room = std::min(events_.room(), kOwnershipBatch);
    starved_ = room == 0;
    auto find = [now = clock_.now(), limit = std::max<std::size_t>(room, 1)](store::Txn& txn) {
      return findDue(txn, now, limit);
    };
    Result<Due> due = co_await store_.read(std::move(find));
    if (stopped_ || !due || starved_) co_return std::nullopt;
    if (due->ids.empty()) co_return due->next;
    if (std::erase_if(due->ids, [&](const auto& id) { return puttingOff_.contains(id); }) != 0 &&
        due->ids.empty()) {
      co_return std::nullopt;
    }
    co_await takeUpAll(std::move(due->ids));
    if (stopped_) co_return std::nullopt;
  }
}

Task<void> DueScheduler::takeUpAll(std::vector<std::string> ids) {
  for (std::string& id : ids) {
    ++underWay_;
    asio::co_spawn(loop_, takeUpOne(shared_from_this(), std::move(id)), asio::detached);
    while (underWay_ >= kClaimsAtOnce && !stopped_) co_await landed_.wait(Deadline::max());
    if (stopped_) co_return;
  }
  while (underWay_ != 0 && !stopped_) co_await landed_.wait(Deadline::max());
}

Task<void> DueScheduler::takeUpOne(std::shared_ptr<DueScheduler> self, std::string id) {
  Status taken = co_await self->events_.takeUp(id);
  if (!self->stopped_ && !taken) {
    asio::co_spawn(self->loop_, putOff(self, std::move(id), std::move(taken).error()),
                   asio::detached);
  }
  --self->underWay_;
  self->landed_.notify();
}

Task<void> DueScheduler::putOff(std::shared_ptr<DueScheduler> self, std::string id, Error error) {
  logError(LogLevel::error, "execution_not_taken_up", error, {{"execution", id}});
  if (self->stopped_ || !self->puttingOff_.insert(id).second) co_return;
  SteadyTimer timer(self->loop_);
  while (!self->stopped_) {
    auto write = [id, node = self->node_, until = self->clock_.now() + kPostponedMs](
                     store::Txn& txn) { return postpone(txn, id, node, until); };
    Status put = co_await self->store_.write(std::move(write));
    if (put) self->puttingOff_.erase(id);
    if (put || self->stopped_) co_return;
    logError(LogLevel::error, "execution_not_put_off", put.error(), {{"execution", id}});
    timer.expires_after(kPutOffRetry);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Task<void> DueScheduler::sleep(store::Watch& watch, std::optional<EpochMs> next) {
  const Deadline latest = deadlineAfter(kMaxDueSleep);
  if (starved_) {
    co_await nudged_.wait(latest);
    co_return;
  }
  Deadline until = latest;
  if (next) {
    const EpochMs span = std::clamp<EpochMs>(*next - clock_.now(), 1, kMaxDueSleep.count());
    until = deadlineAfter(std::chrono::milliseconds(span));
  }
  co_await watch.wait(until);
}

}  // namespace executor::execution

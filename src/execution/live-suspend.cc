// Out of memory while nothing happens, back when something does.
//
// An execution is at rest when its guest has ended its turn and nothing is due for it. If all it
// waits for then is people, or people and timers that are due later than the grace, it leaves
// whole: the record, the journal and one marker in the store are all of it, in memory remains
// nothing. A decision, an expiry or the next timer makes the marker due, and any node brings the
// execution back by replay (ownership.h). One that waits for an upstream keeps its Live, because
// the request is under way; only its guest leaves, as after the death of a worker (live-move.cc),
// and is made again when the answer is there.
//
// Time (D12). People stop the clock of timeoutMs, timers do not: while one is open the marker says
// since when the clock runs, the claim adds that to usedMs, and an execution whose time is over
// is due at that moment, to be told so. Timers keep their due time. Both are wall time, as they are
// across a restart: a clock that is set forward ends sleeps early, one that is set back late.
//
// What must hold: nothing is lost between the last look and the commit. All events are durable
// first; the commit compares owner, epoch and sequence; approvals that were decided meanwhile make
// the marker due at once; and whatever this Live still did in memory can neither be written nor
// sent, because the record is not this node's any more.
//
// A program that computes (D9) keeps its guest: to replay it would cost more than it holds.
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/crash-point.h"
#include "base/log.h"
#include "execution/live.h"
#include "execution/ownership.h"

namespace executor::execution {
namespace {

constexpr int kFlushTries = 3;

}  // namespace

bool Live::isAtRest() const {
  return idle_ && queue_.empty() && !replay_ && !ending_ && !stopping_ &&
         (!open_.empty() || !timers_.empty());
}

// Every event is in the journal, so its end says whether anything has happened; the way of those
// that do not rest pays nothing.
void Live::considerRest(SteadyTime now, std::chrono::milliseconds grace) {
  if (leaving_ || !isAtRest()) return;
  const std::uint64_t seq = journal_.record().nextSeq;
  if (std::exchange(restSeq_, seq) != seq) restSince_ = now;
  if (now - restSince_ < grace || !waitsLong(grace)) return;
  if (onlyAsks()) {
    leaving_ = true;
    asio::co_spawn(deps_.loop, suspend(shared_from_this(), grace), asio::detached);
  } else if (run_ && !computing_) {
    park();
  }
}

// Not worth leaving for a timer that is due before one would be back.
bool Live::waitsLong(std::chrono::milliseconds grace) const {
  const EpochMs soon = now() + grace.count();
  return std::ranges::none_of(timers_, [&](const auto& timer) { return timer.second.due <= soon; });
}

bool Live::onlyAsks() const {
  return std::ranges::all_of(open_, [](const auto& entry) { return entry.second.asking; });
}

void Live::park() {
  lastLoss_ = sandbox::Loss::none;
  letGoOfGuest();
  parked_ = true;
}

// The first of: its age, its next timer, the end of its time if its clock runs.
EpochMs Live::wakeAt() const {
  const ExecutionRecord& record = journal_.record();
  EpochMs at = expiryOf(record);
  for (const auto& [id, timer] : timers_) at = std::min(at, timer.due);
  if (!timers_.empty()) at = std::min(at, now() + record.timeoutMs - record.usedMs);
  return std::max<EpochMs>(at, 1);
}

std::vector<std::string> Live::pendingApprovals() const {
  std::vector<std::string> ids;
  for (const auto& [n, call] : open_) ids.push_back(call.approvalId);
  return ids;
}

// The record in memory is not changed: should the commit fail, this node goes on as before.
Task<Result<std::int64_t>> Live::writeLeave() {
  ExecutionRecord& record = journal_.record();
  record.usedMs = budget_.used(SteadyClock::now()).count();
  Leave leaving{record, wakeAt(), timers_.empty() ? 0 : now(), pendingApprovals()};
  auto write = [leaving, &approvals = deps_.approvals](store::Txn& txn) {
    return leave(txn, leaving, approvals);
  };
  co_return co_await deps_.store.write(std::move(write));
}

// None: it has stopped resting while its journal was flushed.
Task<Result<std::optional<std::int64_t>>> Live::tryLeave(std::chrono::milliseconds grace) {
  EXECUTOR_CO_CHECK(co_await journal_.flush());
  if (!isAtRest() || !waitsLong(grace) || !onlyAsks()) co_return std::nullopt;
  co_return co_await writeLeave();
}

Task<void> Live::suspend(std::shared_ptr<Live> self, std::chrono::milliseconds grace) {
  crashPoint(CrashPoint::before_suspend);
  auto left = co_await self->tryLeave(grace);
  self->leaving_ = false;
  if (left && !*left) co_return;
  if (!left && left.error().code != ErrorCode::conflict) {
    logError(LogLevel::warn, "execution_not_suspended", left.error(), {{"execution", self->id()}});
    co_return;
  }
  crashPoint(CrashPoint::after_suspend);
  if (self->abandoned_) co_return;
  LiveOwner* owner = self->owner_;
  if (!left) {
    self->lose();
  } else {
    self->letGo();
    owner->onSuspended(self, **left);
  }
}

// Requests that are under way are given up, for what they answer is nobody's any more; calls that
// ask have no outcome yet and get none here.
void Live::letGo() {
  for (auto& [n, call] : open_) {
    if (call.asking && call.hangUp) call.hangUp->emit(asio::cancellation_type::terminal);
    if (!call.asking && call.cancel) call.cancel->cancel();
  }
  deps_.gate.close(id());
  abandon();
  changed_.notify();
  drained_.notify();
}

void Live::lose() {
  if (abandoned_) return;
  log(LogLevel::warn, "execution_lost", {{"execution", id()}});
  LiveOwner* owner = owner_;
  letGo();
  if (owner != nullptr) owner->onLost(shared_from_this());
}

// A program that runs goes on writing; a few tries catch it between two events. If none does, the
// lease does the rest.
Task<Status> Live::flushAll() {
  for (int i = 0; i < kFlushTries; ++i) {
    EXECUTOR_CO_CHECK(co_await journal_.flush());
    if (journal_.clean()) break;
  }
  co_return Status();
}

Task<Status> Live::writeDeparture() {
  if (isAtRest() && onlyAsks()) {
    EXECUTOR_CO_CHECK(co_await writeLeave());
    co_return Status();
  }
  co_return co_await deps_.store.write(
      [record = journal_.record()](store::Txn& txn) { return handOver(txn, record); });
}

// Whatever is under way is given up with it: the next owner says `unknown` of what may have been
// sent.
Task<Status> Live::depart(std::shared_ptr<Live> self) {
  EXECUTOR_CO_CHECK(co_await self->flushAll());
  if (self->ending_ || self->leaving_) co_return Status();
  crashPoint(CrashPoint::before_hand_over);
  Status left = co_await self->writeDeparture();
  crashPoint(CrashPoint::after_hand_over);
  LiveOwner* owner = self->owner_;
  if (!left || self->abandoned_) co_return left;
  self->letGo();
  owner->onLost(self);
  co_return left;
}

}  // namespace executor::execution

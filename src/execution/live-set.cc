#include "execution/live-set.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace executor::execution {
namespace {

// Nobody waits for this flush; the next one that must succeed reports what is wrong to its caller.
// If it says that another node has the execution, nothing more may happen here.
Task<void> flushOne(std::shared_ptr<Live> live) {
  Status status = co_await live->journal().flush();
  if (!status && status.error().code == ErrorCode::conflict) {
    if (!live->ending()) live->lose();
  } else if (!status) {
    logError(LogLevel::warn, "journal_not_flushed", status.error(), {{"execution", live->id()}});
  }
}

}  // namespace

LiveSet::~LiveSet() {
  for (auto& [id, live] : lives_) live->abandon();
}

void LiveSet::add(std::shared_ptr<Live> live, std::size_t bytes) {
  const bool placed = admission_.enter(live->workspaceId(), live->id(), bytes);
  insert(std::move(live), placed);
}

void LiveSet::addBack(std::shared_ptr<Live> live) {
  admission_.enterPlaced(live->workspaceId());
  insert(std::move(live), true);
}

void LiveSet::insert(std::shared_ptr<Live> live, bool placed) {
  busy_ = true;
  const auto added = lives_.emplace(live->id(), std::move(live)).first;
  if (placed) added->second->proceed();
  if (!sweeping_) armSweep();
}

void LiveSet::suspendAfter(std::chrono::milliseconds grace, std::function<void()> eased) {
  grace_ = grace;
  eased_ = std::move(eased);
  armSweep();
}

void LiveSet::armSweep() {
  if (!grace_ || lives_.empty()) return;
  sweeping_ = true;
  sweepTimer_.expires_after(std::clamp(*grace_ / 4, kMinRestSweep, kMaxRestSweep));
  sweepTimer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) sweep();
  });
}

// None of them leaves the set while it is being asked.
void LiveSet::sweep() {
  sweeping_ = false;
  const SteadyTime now = SteadyClock::now();
  for (const auto& [id, live] : lives_) live->considerRest(now, *grace_);
  armSweep();
}

std::shared_ptr<Live> LiveSet::find(std::string_view workspaceId, std::string_view id) const {
  const auto found = lives_.find(id);
  if (found == lives_.end() || found->second->workspaceId() != workspaceId) return nullptr;
  return found->second;
}

std::shared_ptr<Live> LiveSet::find(std::string_view id) const {
  const auto found = lives_.find(id);
  return found == lives_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Live>> LiveSet::all() const {
  std::vector<std::shared_ptr<Live>> lives;
  for (const auto& [id, live] : lives_) lives.push_back(live);
  return lives;
}

void LiveSet::onWaiting(const Live& live, bool waiting) {
  admission_.setWaiting(live.workspaceId(), waiting);
  ease();
}

void LiveSet::onSuspended(const std::shared_ptr<Live>& live, std::int64_t inWorkspace) {
  setSuspended(live->workspaceId(), inWorkspace);
  forget(live);
}

void LiveSet::onFinal(const std::shared_ptr<Live>& live) { forget(live); }

// It has one entry: another Live of the same execution may have come since.
void LiveSet::forget(const std::shared_ptr<Live>& live) {
  const auto found = lives_.find(live->id());
  if (found == lives_.end() || found->second != live) return;
  lives_.erase(found);
  if (live->waiting()) admission_.setWaiting(live->workspaceId(), false);
  admission_.leave(live->workspaceId(), live->id());
  ease();
}

void LiveSet::ease() {
  servePlaces();
  changed_.notify();
  if (eased_) eased_();
}

// What proceeds may end at once and come back here; next() has counted it before.
void LiveSet::servePlaces() {
  while (!held_) {
    const std::optional<std::string> id = admission_.next();
    if (!id) return;
    const std::shared_ptr<Live> live = lives_.find(*id)->second;
    live->proceed();
  }
}

void LiveSet::flushSoon(const std::shared_ptr<Live>& live) {
  dirty_.insert(live);
  if (armed_) return;
  armed_ = true;
  timer_.expires_after(kJournalFlushDelay);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) flushDue();
  });
}

// What has ended flushes itself, and what was flushed meanwhile is clean.
void LiveSet::flushDue() {
  armed_ = false;
  for (const auto& weak : std::exchange(dirty_, {})) {
    auto live = weak.lock();
    if (!live || live->ending() || live->journal().clean()) continue;
    asio::co_spawn(loop_, flushOne(std::move(live)), asio::detached);
  }
}

}  // namespace executor::execution

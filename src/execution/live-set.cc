#include "execution/live-set.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace executor::execution {
namespace {

// Nobody waits for this flush; the next one that must succeed reports what is wrong to its caller.
Task<void> flushOne(std::shared_ptr<Live> live) {
  Status status = co_await live->journal().flush();
  if (!status) {
    logError(LogLevel::warn, "journal_not_flushed", status.error(), {{"execution", live->id()}});
  }
}

std::unexpected<Error> tooMany(std::size_t limit, std::string_view what, std::string_view hint) {
  return fail(ErrorCode::limit_exceeded,
              fmt::format("The workspace has {} {} executions, the most it may have.", limit, what),
              std::string(hint));
}

}  // namespace

LiveSet::~LiveSet() {
  for (auto& [id, live] : lives_) live->abandon();
}

void LiveSet::add(std::shared_ptr<Live> live) {
  ++counts_[live->workspaceId()].running;
  lives_.emplace(live->id(), std::move(live));
}

std::shared_ptr<Live> LiveSet::find(std::string_view workspaceId, std::string_view id) const {
  const auto found = lives_.find(id);
  if (found == lives_.end() || found->second->workspaceId() != workspaceId) return nullptr;
  return found->second;
}

// Per workspace, so that one cannot take the place of the others.
Status LiveSet::admit(const std::string& workspaceId) const {
  const auto found = counts_.find(workspaceId);
  if (found == counts_.end()) return {};
  if (found->second.running >= kMaxRunningPerWorkspace) {
    return tooMany(kMaxRunningPerWorkspace, "running", "Wait until some of them have ended.");
  }
  if (found->second.waiting >= kMaxWaitingPerWorkspace) {
    return tooMany(kMaxWaitingPerWorkspace, "waiting",
                   "Decide their approvals or cancel some of them.");
  }
  return {};
}

std::size_t LiveSet::runningCount() const {
  std::size_t running = 0;
  for (const auto& [workspace, count] : counts_) running += count.running;
  return running;
}

std::vector<std::shared_ptr<Live>> LiveSet::all() const {
  std::vector<std::shared_ptr<Live>> lives;
  for (const auto& [id, live] : lives_) lives.push_back(live);
  return lives;
}

void LiveSet::onWaiting(const Live& live, bool waiting) {
  Count& count = counts_[live.workspaceId()];
  (waiting ? count.running : count.waiting) -= 1;
  (waiting ? count.waiting : count.running) += 1;
  changed_.notify();
}

void LiveSet::onFinal(const std::shared_ptr<Live>& live) {
  if (lives_.erase(live->id()) == 0) return;
  const auto count = counts_.find(live->workspaceId());
  count->second.running -= 1;
  if (count->second.running + count->second.waiting == 0) counts_.erase(count);
  changed_.notify();
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

// The executions this process runs, and the counts that bound them.
//
// It also flushes journals: what was appended and needs no commit of its own is made durable
// together kJournalFlushDelay later, by one timer for all executions (D7).
#pragma once

#include <map>
#include <set>

#include "execution/live.h"

namespace executor::execution {

class LiveSet : public LiveOwner {
 public:
  explicit LiveSet(asio::io_context& loop) : loop_(loop), timer_(loop) {}
  ~LiveSet() override;

  void add(std::shared_ptr<Live> live);
  // Only of this workspace; nullptr otherwise.
  std::shared_ptr<Live> find(std::string_view workspaceId, std::string_view id) const;
  // `limit_exceeded` when the workspace may not have one more.
  Status admit(const std::string& workspaceId) const;

  std::size_t size() const { return lives_.size(); }
  std::size_t runningCount() const;
  std::vector<std::shared_ptr<Live>> all() const;
  Signal& changed() { return changed_; }

  // LiveOwner
  void flushSoon(const std::shared_ptr<Live>& live) override;
  void onFinal(const std::shared_ptr<Live>& live) override;
  void onWaiting(const Live& live, bool waiting) override;

 private:
  struct Count {
    std::size_t running = 0, waiting = 0;
  };

  void flushDue();

  asio::io_context& loop_;
  asio::steady_timer timer_;
  std::map<std::string, std::shared_ptr<Live>, std::less<>> lives_;
  std::map<std::string, Count, std::less<>> counts_;  // by workspace
  std::set<std::weak_ptr<Live>, std::owner_less<>> dirty_;
  bool armed_ = false;
  Signal changed_;
};

}  // namespace executor::execution

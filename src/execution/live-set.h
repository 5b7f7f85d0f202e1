// The executions this process has: running, waiting and queued.
//
// Who runs and who is queued is decided in admission.h; here the decision is carried out. It also
// flushes journals: what was appended and needs no commit of its own is made durable together
// kJournalFlushDelay later, by one timer for all executions (D7).
#pragma once

#include <map>
#include <set>

#include "execution/live.h"

namespace executor::execution {

class LiveSet : public LiveOwner {
 public:
  LiveSet(asio::io_context& loop, AdmissionLimits limits)
      : loop_(loop), timer_(loop), admission_(limits) {}
  ~LiveSet() override;

  // Tells it to proceed now, or when it gets a place. `bytes` is what it holds while queued.
  void add(std::shared_ptr<Live> live, std::size_t bytes);
  // Only of this workspace; nullptr otherwise.
  std::shared_ptr<Live> find(std::string_view workspaceId, std::string_view id) const;
  // Whether the workspace may have one more (admission.h).
  Status admit(std::string_view workspaceId, std::size_t bytes) const {
    return admission_.check(workspaceId, bytes);
  }
  // What the settings of a workspace say; whoever has a place now gets it.
  void setPlaces(std::string_view workspaceId, WorkspacePlaces places) {
    admission_.setPlaces(workspaceId, places);
    servePlaces();
  }
  // From here on nobody leaves the queue: the server is about to stop.
  void holdQueue() { held_ = true; }

  std::size_t size() const { return lives_.size(); }
  std::size_t runningCount() const { return admission_.running(); }
  std::size_t queuePosition(std::string_view workspaceId, std::string_view id) const {
    return admission_.queued() == 0 ? 0 : admission_.position(workspaceId, id);
  }
  std::vector<std::shared_ptr<Live>> all() const;
  Signal& changed() { return changed_; }

  // LiveOwner
  void flushSoon(const std::shared_ptr<Live>& live) override;
  void onFinal(const std::shared_ptr<Live>& live) override;
  void onWaiting(const Live& live, bool waiting) override;

 private:
  void flushDue();
  void servePlaces();

  asio::io_context& loop_;
  SteadyTimer timer_;
  std::map<std::string, std::shared_ptr<Live>, std::less<>> lives_;
  Admission admission_;
  std::set<std::weak_ptr<Live>, std::owner_less<>> dirty_;
  bool armed_ = false, held_ = false;
  Signal changed_;
};

}  // namespace executor::execution

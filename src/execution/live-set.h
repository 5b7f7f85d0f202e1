// The executions this process has: running, waiting and queued.
//
// Who runs and who is queued is decided in admission.h; here the decision is carried out. It also
// flushes journals: what was appended and needs no commit of its own is made durable together
// kJournalFlushDelay later, by one timer for all executions (D7). Another timer asks all of them
// now and then whether they have been at rest for long enough to leave memory (live-suspend.cc).
#pragma once

#include <functional>
#include <map>
#include <set>

#include "execution/live.h"

namespace executor::execution {

// How often those in memory are asked about their rest: a part of the grace, within these bounds.
inline constexpr std::chrono::milliseconds kMinRestSweep{2}, kMaxRestSweep{1'000};

class LiveSet : public LiveOwner {
 public:
  LiveSet(asio::io_context& loop, AdmissionLimits limits)
      : loop_(loop), timer_(loop), admission_(limits), sweepTimer_(loop) {}
  ~LiveSet() override;

  // Tells it to proceed now, or when it gets a place. `bytes` is what it holds while queued.
  void add(std::shared_ptr<Live> live, std::size_t bytes);
  // One that has run before and left: it goes on without asking for a place.
  void addBack(std::shared_ptr<Live> live);
  // From here on those at rest leave after this time: there is somebody to bring them back.
  // `eased` is told whenever a place may have become free.
  void suspendAfter(std::chrono::milliseconds grace, std::function<void()> eased);
  // What a workspace has suspended, on all nodes as far as this one knows.
  void setSuspended(const std::string& workspace, std::int64_t count) {
    admission_.setSuspended(workspace, static_cast<std::size_t>(count));
  }
  // Only of this workspace; nullptr otherwise.
  std::shared_ptr<Live> find(std::string_view workspaceId, std::string_view id) const;
  // Of any workspace: for what comes from the store and not from a client.
  std::shared_ptr<Live> find(std::string_view id) const;
  // Whether there was one since the last time this was asked.
  bool wasBusy() { return std::exchange(busy_, !lives_.empty()) || busy_; }
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
  void onSuspended(const std::shared_ptr<Live>& live, std::int64_t inWorkspace) override;
  void onLost(const std::shared_ptr<Live>& live) override { forget(live); }

 private:
  void insert(std::shared_ptr<Live> live, bool placed);
  void forget(const std::shared_ptr<Live>& live);
  void armSweep();
  void sweep();
  void flushDue();
  void ease();
  void servePlaces();

  asio::io_context& loop_;
  SteadyTimer timer_;
  std::map<std::string, std::shared_ptr<Live>, std::less<>> lives_;
  Admission admission_;
  std::set<std::weak_ptr<Live>, std::owner_less<>> dirty_;
  bool armed_ = false, held_ = false;
  SteadyTimer sweepTimer_;
  std::optional<std::chrono::milliseconds> grace_;  // none: nobody leaves
  bool sweeping_ = false, busy_ = false;
  std::function<void()> eased_;
  Signal changed_;
};

}  // namespace executor::execution

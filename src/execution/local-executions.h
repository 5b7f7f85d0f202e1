// The executions of this server over the store that it may share with others.
//
// What runs here is a Live and is asked first: it knows more than is durable. What does not, be it
// suspended, run by another server or final, is answered from the store; whoever waits for it
// watches its topic and costs no more than that. So every function works for every execution,
// wherever it is. Starting and listing are in executions.cc, looking in executions-look.cc, ending
// from outside in executions-cancel.cc, and taking up, leaving and stopping in
// executions-recover.cc.
#pragma once

#include <set>

#include "execution/due-scheduler.h"
#include "execution/lease.h"
#include "execution/live-set.h"
#include "execution/settings.h"
#include "execution/submit.h"

namespace executor::execution {

class LocalExecutions : public Executions {
 public:
  explicit LocalExecutions(ExecutionDeps deps);
  ~LocalExecutions() override;

  Task<Result<std::string>> start(ExecuteRequest request) override;
  Task<Result<ExecutionView>> wait(Principal principal, std::string id, Deadline deadline,
                                   std::chrono::milliseconds waitingGrace) override;
  Task<Result<ExecutionView>> show(Principal principal, std::string id) override;
  Task<Result<Page>> list(Principal principal, ListQuery query) override;
  Task<Result<TimelineView>> timeline(Principal principal, std::string id) override;
  Task<Result<std::string>> rerun(Principal principal, std::string id, std::string client) override;
  Task<Result<Pruned>> prune(Principal principal, EpochMs before) override;
  Task<Result<std::vector<EventView>>> events(Principal principal, std::string id,
                                              std::uint64_t after, std::size_t limit) override;
  Task<Result<std::string>> result(Principal principal, std::string id) override;
  Task<Result<ExecutionView>> cancel(Principal principal, std::string id,
                                     std::string reason) override;
  Task<Status> recover() override;
  Task<void> drain(Deadline deadline) override;
  std::size_t runningCount() const override { return lives_.runningCount(); }

 private:
  Task<Result<std::string>> startClaimed(std::shared_ptr<Live> live, Submitted submitted);
  Task<Result<std::vector<Event>>> journalOf(Principal principal, std::string id,
                                             std::uint64_t after, std::size_t limit);

  // executions-look.cc
  struct Patience {
    SteadyTime begun;
    Deadline deadline;
    std::chrono::milliseconds waitingGrace;
    Deadline until(bool held) const {
      return held ? std::min(deadline, begun + waitingGrace) : deadline;
    }
  };
  Task<Result<ExecutionRecord>> record(Principal principal, std::string id);
  Task<Result<ExecutionView>> viewOf(std::shared_ptr<Live> live);
  Task<Result<ExecutionView>> storedView(ExecutionRecord record);
  Task<Result<std::vector<PendingApproval>>> stillPending(std::vector<PendingApproval> asked);
  Task<void> waitHere(std::shared_ptr<Live> live, Patience patience);
  Task<Result<std::optional<ExecutionView>>> waitElsewhere(Principal principal, std::string id,
                                                           Patience patience);

  // executions-cancel.cc
  Task<bool> cancelHere(std::shared_ptr<Live> live, std::string reason);
  Task<Result<ExecutionView>> cancelElsewhere(Principal principal, std::string id,
                                              std::string reason);
  static Task<void> obeyCancels(LocalExecutions* self, std::shared_ptr<bool> alive);
  void obey(const std::string& id, const std::string& reason);
  static Task<void> settleCancel(LocalExecutions* self, std::shared_ptr<bool> alive,
                                 std::shared_ptr<Live> live, std::string id);

  // executions-recover.cc
  void beginKeeping();
  Task<Status> loadCounts();
  Task<Status> takeUp(std::string id, std::string from);
  Task<Status> bringBack(Claimed claimed);
  void continueWith(std::shared_ptr<Live> live, const Claimed& claimed, std::size_t bytes);
  bool isTooOld(const ExecutionRecord& record) const;
  static Task<void> dropLost(LocalExecutions* self, std::shared_ptr<bool> alive);
  std::size_t room() const;

  ExecutionDeps deps_;
  LiveSet lives_;
  std::shared_ptr<DueScheduler> scheduler_;  // null before recover()
  std::shared_ptr<Lease> lease_;
  std::set<std::string, std::less<>> obeying_;
  bool draining_ = false;
  // False once this is gone; what runs on its own asks before it touches anything.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// What an execution that was cancelled says of itself.
Error cancelledFor(const std::string& reason);

// A record of this workspace; a foreign one is as if it were not there.
Result<ExecutionRecord> readOwn(store::Txn& txn, const std::string& workspaceId,
                                const std::string& id);

}  // namespace executor::execution

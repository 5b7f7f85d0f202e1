// The pool behind the `local` runtime: which worker a run goes to, and how many there are.
//
// A worker serves one tenant and is killed, not scrubbed, when another needs its place (D39). One
// spare without a tenant is always ready, so that a tenant's first run does not wait for a process.
// Which worker takes a run is decided in placement.h, and how many there may be and how large in
// worker-memory.h; here are the processes, the queue of runs that wait for one, and the timer that
// watches over both.
//
// When no process can be made the waiting runs fail with the reason: they never run elsewhere. The
// runtime `local-vm` is this very pool on a zygote that makes no jails (zygote.h). All of it lives
// on the loop's thread; callbacks of a run never come from inside start(), because its caller does
// not hold the Run yet.
#pragma once

#include <list>

#include "sandbox/placement.h"
#include "sandbox/program-costs.h"
#include "sandbox/worker-link.h"
#include "sandbox/worker-memory.h"

namespace executor::sandbox {

// Runs that have no worker yet, over all tenants; one more is refused as `overloaded`.
inline constexpr std::size_t kMaxWaitingRuns = 4'096;

class LocalRun;

// What the pool may take of the machine.
struct PoolLimits {
  PoolShares shares;
  std::uint64_t memoryEach = kWorkerMemoryBytes;
};
// For this machine, with workers of `memoryBytes` all together; 0: kMachineMemoryPart of it.
PoolLimits poolLimits(std::uint64_t memoryBytes);

class LocalRuntime final : public Runtime, public WorkerLink::Owner {
 public:
  LocalRuntime(asio::io_context& loop, ZygoteClient& zygote, PoolLimits limits = poolLimits(0));
  ~LocalRuntime() override;

  std::string_view id() const override { return zygote_.walled() ? "local" : kLocalVm; }
  bool onlyByName() const override { return !zygote_.walled(); }
  std::unique_ptr<Run> start(RunRequest request, RunEvents& events) override;
  std::vector<JailPart> jail() const override { return zygote_.jail(); }
  std::string_view engineBuild() const override { return zygote_.engineBuild(); }

  void onWorkerReady(WorkerLink& link) override;
  void onWorkerIdle(WorkerLink& link) override;
  void onWorkerGone(WorkerLink& link) override;
  void onCost(const RunState& run, std::uint64_t turnMicros) override {
    costs_.saw(run.tenant, run.program, turnMicros);
  }

  // For tests: the processes now.
  std::vector<pid_t> workerPids() const;

 private:
  friend class LocalRun;

  // A run without a worker. `link` is the run's own, filled when one takes it; the run removes its
  // entry when it goes away first.
  struct Waiting {
    StartFrame frame;
    std::shared_ptr<RunState> state;
    std::weak_ptr<WorkerLink>* link;
  };

  std::vector<WorkerFacts> facts() const;
  std::shared_ptr<WorkerLink> choose(const Waiting& waiting);
  void assign(Waiting& waiting, const std::shared_ptr<WorkerLink>& link);
  void serveWaiting();
  void dropWaiting(std::uint32_t run);
  void ensureSpare();
  void spawn();
  void spawned(Result<Child> child);
  void makeRoom();
  void retire(const std::shared_ptr<WorkerLink>& link);
  void watch();
  // Ends workers that placement says may go.
  void endIdle();
  // Every run in the queue ends with `error`.
  void failWaiting(const Error& error);

  asio::io_context& loop_;
  ZygoteClient& zygote_;
  const PoolLimits limits_;
  asio::steady_timer watch_;
  std::vector<std::shared_ptr<WorkerLink>> workers_;
  std::list<Waiting> waiting_;  // in order of arrival
  ProgramCosts costs_;
  // Numbers are never reused within a runtime, across all its workers.
  std::uint32_t nextRun_ = 1;
  std::size_t spawning_ = 0;  // asked of the zygote, not yet in workers_
  // False once destroyed: handlers posted to the loop look at it first.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace executor::sandbox

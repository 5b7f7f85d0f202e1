// The pool behind the `local` runtime: which worker a run goes to, and how many there are.
//
// A worker serves one tenant and is killed, not scrubbed, when another needs its place (D39). One
// spare without a tenant is always ready, so that a tenant's first run does not wait for a process.
// A new run goes to a worker of its tenant that is at rest or only just began a slice; if all are
// deep in a slice, a further worker takes it, so that a program that computes delays no other.
#pragma once

#include <list>

#include "sandbox/worker-link.h"

namespace executor::sandbox {

inline constexpr std::size_t kMaxWorkers = 16;
inline constexpr std::size_t kMaxRunsPerWorker = 256;
inline constexpr std::uint32_t kRunsBeforeRecycling = 20'000;
inline constexpr std::chrono::minutes kWorkerAge{30};
inline constexpr std::chrono::seconds kIdleWorker{20};
inline constexpr std::chrono::milliseconds kLongSlice{2};
inline constexpr std::uint64_t kWorkerMemoryBytes = std::uint64_t{3} << 30;
inline constexpr std::size_t kMaxWaitingRuns = 4'096;

class LocalRun;

class LocalRuntime final : public Runtime, public WorkerLink::Owner {
 public:
  LocalRuntime(asio::io_context& loop, ZygoteClient& zygote);
  ~LocalRuntime() override;

  std::string_view id() const override { return "local"; }
  std::unique_ptr<Run> start(RunRequest request, RunEvents& events) override;
  std::vector<JailPart> jail() const override { return zygote_.jail(); }
  std::string_view engineBuild() const override { return zygote_.engineBuild(); }

  void onWorkerReady(WorkerLink& link) override;
  void onWorkerIdle(WorkerLink& link) override;
  void onWorkerGone(WorkerLink& link) override;

  // For tests: the processes now.
  std::vector<pid_t> workerPids() const;

 private:
  friend class LocalRun;

  struct Waiting {
    StartFrame frame;
    std::shared_ptr<RunState> state;
    std::weak_ptr<WorkerLink>* link;
  };

  std::shared_ptr<WorkerLink> choose(const std::string& tenant);
  std::shared_ptr<WorkerLink> takeSpare(const std::string& tenant);
  bool mayTake(const WorkerLink& link) const;
  void assign(Waiting& waiting, const std::shared_ptr<WorkerLink>& link);
  void serveWaiting();
  void dropWaiting(std::uint32_t run);
  void ensureSpare();
  void spawn();
  void spawned(Result<Child> child);
  void makeRoom();
  void retire(const std::shared_ptr<WorkerLink>& link);
  void watch();
  void failWaiting(const Error& error);

  asio::io_context& loop_;
  ZygoteClient& zygote_;
  asio::steady_timer watch_;
  std::vector<std::shared_ptr<WorkerLink>> workers_;
  std::list<Waiting> waiting_;
  std::uint32_t nextRun_ = 1;
  std::size_t spawning_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace executor::sandbox

// The order of things when a run starts: a worker that may take it now, or the queue. The queue is
// served whenever something changed that could let a run go: a worker got ready, fell idle, or
// died. A worker that is given to a tenant is replaced as spare at once, from the zygote, which
// takes about a millisecond and costs the run nothing.
//
// Failing to spawn is not retried here: it means the zygote or the kernel refuses, and every
// waiting run fails with the reason. The next run asks again, so a recovered system recovers by
// itself.
#include "sandbox/local-runtime.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "base/text.h"

namespace executor::sandbox {
namespace {

// How often workers are looked at. The watchdog's constants are counted in these.
constexpr std::chrono::milliseconds kWatchEvery{500};

// Limits can be asked for below the product's maxima, never above.
StartFrame toFrame(RunRequest& request, std::uint32_t id) {
  return {.run = id,
          .code = std::move(request.code),
          .stripped = request.stripped,
          .seed = request.seed,
          .clock = request.clock,
          .cpuMs = std::min(request.limits.cpuMs, kMaxCpuMs),
          .memoryBytes = std::min(request.limits.memoryBytes, kMaxMemoryBytes),
          .calls = request.limits.calls,
          .openCalls = request.limits.openCalls,
          .computing = request.computing,
          .mayMove = request.mayMove};
}

DeliverFrame toFrame(Delivery& delivery, std::uint32_t run, EpochMs clock) {
  return {.run = run,
          .n = delivery.n,
          .clock = clock,
          .ok = delivery.ok,
          .valueJson = std::move(delivery.valueJson),
          .message = truncateText(delivery.message, kMaxErrorTextBytes - 64),
          .code = std::move(delivery.code),
          .status = delivery.status,
          .bodyJson = std::move(delivery.bodyJson),
          .toolPath = std::move(delivery.toolPath),
          .hint = truncateText(delivery.hint, kMaxErrorTextBytes - 64)};
}

// An outcome the machine could not take in is a failure of the call, said as such.
void boundDelivery(DeliverFrame& frame) {
  if (frame.bodyJson.size() > kMaxDeliveryBytes) frame.bodyJson.clear();
  if (frame.valueJson.size() <= kMaxDeliveryBytes) return;
  frame.ok = false;
  frame.valueJson.clear();
  frame.code = "upstream_too_large";
  frame.message = "The tool's answer is larger than 16 MiB.";
  frame.hint = "Ask for fewer items or fields.";
}

}  // namespace

// One run as its owner holds it.
// It holds the worker weakly: the link dies with its process, and every method then does nothing,
// since onEnd has been called.
class LocalRun final : public Run {
 public:
  LocalRun(LocalRuntime& runtime, std::uint32_t id, RunEvents& events)
      : runtime_(runtime), id_(id), state_(std::make_shared<RunState>(events)) {}

  ~LocalRun() override {
    state_->events = &quiet();
    if (!state_->ended) leave();
  }

  // Unknown and settled calls are dropped here, so that the worker only hears of calls it made.
  // What was delivered as a failure is remembered: only such a call can be what the run ended with.
  void deliver(Delivery delivery, EpochMs clock) override {
    const auto link = link_.lock();
    if (!link || state_->ended || state_->openCalls.erase(delivery.n) == 0) return;
    DeliverFrame frame = toFrame(delivery, id_, clock);
    boundDelivery(frame);
    if (!frame.ok) state_->failedCalls.insert(frame.n);
    link->deliver(frame);
  }

  // A timer is used up by being delivered; the harness sets an interval again itself.
  void deliverTimer(std::uint32_t id, EpochMs clock) override {
    const auto link = link_.lock();
    if (!link || state_->ended || state_->timers.erase(id) == 0) return;
    link->fire({.run = id_, .id = id, .clock = clock});
  }

  // The run ends for its owner now; the worker is told and has kStopGrace to let go of it.
  void stop(Error error) override {
    if (state_->ended) return;
    leave();
    finishLater(std::move(error));
  }

  // onEnd from the loop, never from inside a call of the owner.
  void finishLater(Error error) {
    state_->ended = true;
    asio::post(runtime_.loop_, [state = state_, error = std::move(error)]() mutable {
      RunEnd end;
      end.error = std::move(error);
      state->events->onEnd(std::move(end));
    });
  }

  const std::shared_ptr<RunState>& state() const { return state_; }
  std::weak_ptr<WorkerLink>* link() { return &link_; }

 private:
  // Where events go when the owner has destroyed its Run: nothing may reach it any more, and the
  // worker may still be talking.
  struct Quiet final : RunEvents {
    void onStarted(std::string) override {}
    void onCall(std::uint32_t, std::string, std::string, std::string) override {}
    void onTimer(std::uint32_t, std::uint32_t) override {}
    void onTimerCancelled(std::uint32_t) override {}
    void onConsole(ConsoleLine) override {}
    void onTurnEnd(std::uint32_t) override {}
    void onEnd(RunEnd) override {}
  };
  static RunEvents& quiet() {
    static Quiet events;
    return events;
  }

  // Before a worker has the run, it is only an entry in the queue.
  void leave() {
    if (const auto link = link_.lock()) return link->stop(id_);
    if (!state_->ended) runtime_.dropWaiting(id_);
  }

  LocalRuntime& runtime_;
  std::uint32_t id_;
  std::shared_ptr<RunState> state_;
  std::weak_ptr<WorkerLink> link_;
};

PoolLimits poolLimits(std::uint64_t memoryBytes) {
  if (memoryBytes == 0) memoryBytes = machineMemoryBytes() / kMachineMemoryPart;
  const WorkerMemory memory = shareWorkerMemory(memoryBytes);
  return {.shares = sharesOf(memory.workers, std::thread::hardware_concurrency()),
          .memoryEach = memory.bytesEach};
}

LocalRuntime::LocalRuntime(asio::io_context& loop, ZygoteClient& zygote, PoolLimits limits)
    : loop_(loop), zygote_(zygote), limits_(limits), watch_(loop) {
  ensureSpare();
  watch();
}

// Disowned first: a dying link must not ask a half-destroyed pool for a replacement. Runs that are
// still held by their owners end as crashed.
LocalRuntime::~LocalRuntime() {
  *alive_ = false;
  for (const auto& worker : workers_) worker->disown();
  for (const auto& worker : workers_) worker->kill("the server is stopping");
}

// Never calls the events from inside: the caller has not even got its Run yet.
std::unique_ptr<Run> LocalRuntime::start(RunRequest request, RunEvents& events) {
  const std::uint32_t id = nextRun_++;
  auto run = std::make_unique<LocalRun>(*this, id, events);
  RunState& state = *run->state();
  state.limits = request.limits;
  state.tenant = request.tenant.empty() ? "-" : std::move(request.tenant);
  if (request.code.size() > kMaxCodeBytes) {
    run->finishLater({ErrorCode::payload_too_large,
                      "The program is larger than 512 KiB.",
                      "Fetch large data with tools instead of writing it into the program.",
                      {}});
    return run;
  }
  if (waiting_.size() >= kMaxWaitingRuns) {
    run->finishLater({ErrorCode::overloaded,
                      "Too many programs are waiting to start.",
                      "Try again in a moment.",
                      {}});
    return run;
  }
  state.program = programKey(state.tenant, request.code);
  state.mayMove = request.mayMove;
  request.computing |= costs_.computes(state.tenant, state.program);
  Waiting waiting{toFrame(request, id), run->state(), run->link()};
  if (const auto link = waiting_.empty() ? choose(waiting) : nullptr) {
    assign(waiting, link);
  } else {
    waiting_.push_back(std::move(waiting));
    serveWaiting();
  }
  return run;
}

std::vector<WorkerFacts> LocalRuntime::facts() const {
  std::vector<WorkerFacts> all;
  all.reserve(workers_.size());
  for (const auto& worker : workers_) all.push_back(worker->facts());
  return all;
}

// Null: the run has to wait for a worker that is being made. A spare belongs to the tenant from
// here on, until it is killed.
std::shared_ptr<WorkerLink> LocalRuntime::choose(const Waiting& waiting) {
  const std::string& tenant = waiting.state->tenant;
  const RunFacts run{.tenant = tenant, .computing = waiting.frame.computing};
  const std::size_t index = chooseWorker(facts(), spawning_, run, limits_.shares);
  if (index == kNoWorker) return nullptr;
  const auto worker = workers_[index];
  if (worker->tenant.empty()) {
    worker->tenant = tenant;
    ensureSpare();
  }
  return worker;
}

void LocalRuntime::assign(Waiting& waiting, const std::shared_ptr<WorkerLink>& link) {
  *waiting.link = link;
  link->start(waiting.frame, waiting.state);
}

// Also called when nothing changed; it must then do nothing.
void LocalRuntime::serveWaiting() {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto link = choose(*it);
    if (!link) {
      ++it;
      continue;
    }
    assign(*it, link);
    it = waiting_.erase(it);
  }
  if (!waiting_.empty() && !hasSpare(facts()) && spawning_ == 0) {
    makeRoom();
    spawn();
  }
}

void LocalRuntime::dropWaiting(std::uint32_t run) {
  waiting_.remove_if([run](const Waiting& w) { return w.frame.run == run; });
}

// At most one is being made at a time: the second would only wait behind the first in the zygote.
void LocalRuntime::ensureSpare() {
  if (spawning_ == 0 && !hasSpare(facts())) spawn();
}

// Without a place it does nothing; serveWaiting() makes room first.
void LocalRuntime::spawn() {
  if (workers_.size() + spawning_ >= limits_.shares.workers) return;
  ++spawning_;
  zygote_.spawn({.memoryBytes = limits_.memoryEach}, [this, alive = alive_](Result<Child> child) {
    if (!*alive) return;
    --spawning_;
    spawned(std::move(child));
  });
}

// Without sandbox nothing may run elsewhere: the runs fail, with the reason.
void LocalRuntime::spawned(Result<Child> child) {
  if (!child) {
    logError(LogLevel::error, "sandbox_spawn_failed", child.error());
    return failWaiting(child.error());
  }
  auto link = std::make_shared<WorkerLink>(loop_, *std::move(child), *this);
  workers_.push_back(link);
  link->listen();
}

// All places are taken: a worker of another tenant gives up its own. What waits in it is lost at
// rest, and goes on in another when the world answers.
void LocalRuntime::makeRoom() {
  const std::size_t index = chooseVictim(facts(), spawning_, limits_.shares);
  if (index != kNoWorker) retire(workers_[index]);
}

// Kills and forgets a worker without telling onWorkerGone(): nothing is to be replaced in its name.
void LocalRuntime::retire(const std::shared_ptr<WorkerLink>& link) {
  const auto keep = link;  // `link` may be an element of workers_
  std::erase(workers_, keep);
  keep->disown();
  keep->kill("retired");
}

// A spare may be what the oldest waiting run waits for.
void LocalRuntime::onWorkerReady(WorkerLink&) { serveWaiting(); }

// Called while the link dispatches, hence the reference that keeps it alive.
void LocalRuntime::onWorkerIdle(WorkerLink& link) {
  const auto self = link.shared_from_this();
  if (isUsedUp(link.facts())) retire(self);
  if (!waiting_.empty()) serveWaiting();
}

// Called from deep inside a link: what makes new workers waits for the loop.
void LocalRuntime::onWorkerGone(WorkerLink& link) {
  std::erase_if(workers_, [&](const auto& w) { return w.get() == &link; });
  if (!link.ready()) {
    // A worker that never became ready: making another at once would only spin.
    log(LogLevel::error, "sandbox_worker_did_not_start");
    return failWaiting({ErrorCode::sandbox_unavailable,
                        "A sandbox process did not start.",
                        "Run `executor doctor` to see why.",
                        {}});
  }
  asio::post(loop_, [this, alive = alive_] {
    if (!*alive) return;
    ensureSpare();
    serveWaiting();
  });
}

// The queue is taken first: an onEnd may start another run, which must not be failed with the old
// ones.
void LocalRuntime::failWaiting(const Error& error) {
  auto waiting = std::exchange(waiting_, {});
  for (Waiting& w : waiting) {
    if (w.state->ended) continue;
    w.state->ended = true;
    RunEnd end;
    end.error = error;
    w.state->events->onEnd(std::move(end));
  }
}

// A spare that is used up goes as well; ensureSpare() then makes another.
void LocalRuntime::endIdle() {
  const auto workers = workers_;
  for (const auto& worker : workers) {
    if (mayEnd(worker->facts())) retire(worker);
  }
}

// The links may drop out of workers_ while being watched, so a copy is walked.
void LocalRuntime::watch() {
  watch_.expires_after(kWatchEvery);
  watch_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (error || !*alive) return;
    const auto workers = workers_;
    for (const auto& worker : workers) worker->watch();
    endIdle();
    ensureSpare();
    if (!waiting_.empty()) serveWaiting();
    watch();
  });
}

std::vector<pid_t> LocalRuntime::workerPids() const {
  std::vector<pid_t> pids;
  for (const auto& worker : workers_) pids.push_back(worker->pid());
  return pids;
}

std::unique_ptr<Runtime> makeLocalRuntime(asio::io_context& loop, Zygote& zygote,
                                          std::uint64_t memoryBytes) {
  return std::make_unique<LocalRuntime>(loop, static_cast<ZygoteClient&>(zygote),
                                        poolLimits(memoryBytes));
}

}  // namespace executor::sandbox

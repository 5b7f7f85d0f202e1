#include "execution/simulation/script-runtime.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <deque>

namespace executor::execution::simulation {

class ScriptRuntime::ScriptRun final : public sandbox::Run {
 public:
  ScriptRun(ScriptRuntime& owner, sandbox::RunRequest request, sandbox::RunEvents& events)
      : owner_(owner),
        events_(events),
        code_(std::move(request.code)),
        machine_(code_),
        clock_(request.clock) {
    owner_.runs_.push_back(this);
    soon([](ScriptRun& run) { run.begin(); });
  }
  ~ScriptRun() override {
    *alive_ = false;
    std::erase(owner_.runs_, this);
  }

  void deliver(sandbox::Delivery delivery, EpochMs clock) override {
    arrive([delivery =
                std::move(delivery)](ScriptMachine& machine) { return machine.settle(delivery); },
           clock, fmt::format("the outcome of call {}", delivery.n));
  }
  void deliverTimer(std::uint32_t id, EpochMs clock) override {
    arrive([id](ScriptMachine& machine) { return machine.fire(id); }, clock,
           fmt::format("timer {}", id));
  }
  void stop(Error error) override {
    soon([error = std::move(error)](ScriptRun& run) { run.finish({.error = error}); });
  }
  void lose(sandbox::Loss loss) {
    Error error{ErrorCode::worker_crashed, "The process died.", {}, {}};
    lost_ = true;
    soon([loss, error](ScriptRun& run) { run.finish({.error = error, .loss = loss}); });
  }

 private:
  using Arrival = std::function<bool(ScriptMachine&)>;

  template <class Step>
  void soon(Step step) {
    asio::post(owner_.loop_, [this, alive = alive_, step = std::move(step)] {
      if (*alive && !ended_) step(*this);
    });
  }

  void begin() {
    if (lost_) return;
    events_.onStarted(code_);
    play();
  }

  // What was delivered to a dead process is lost.
  void arrive(Arrival arrival, EpochMs clock, std::string what) {
    soon([arrival = std::move(arrival), clock, what = std::move(what)](ScriptRun& run) {
      if (run.lost_) return;
      run.clock_ = clock;
      if (!arrival(run.machine_)) run.owner_.watch_.misuse("delivered to nobody: " + what);
      run.play();
    });
  }

  // The machine's callbacks may have ended the execution, never the Run itself.
  void play() {
    Guard guard(events_);
    if (machine_.turn(guard, clock_)) return finish(std::move(guard.end));
    events_.onTurnEnd(++turns_);
  }

  void finish(sandbox::RunEnd end) {
    ended_ = true;
    events_.onEnd(std::move(end));
  }

  // Passes everything on but the end, which comes once and through finish().
  struct Guard final : sandbox::RunEvents {
    explicit Guard(sandbox::RunEvents& events) : to(events) {}
    void onStarted(std::string code) override { to.onStarted(std::move(code)); }
    void onCall(std::uint32_t n, std::string path, std::string input,
                std::string options) override {
      to.onCall(n, std::move(path), std::move(input), std::move(options));
    }
    void onTimer(std::uint32_t id, std::uint32_t delay) override { to.onTimer(id, delay); }
    void onTimerCancelled(std::uint32_t id) override { to.onTimerCancelled(id); }
    void onConsole(sandbox::ConsoleLine line) override { to.onConsole(std::move(line)); }
    void onEmit(sandbox::Emission emission) override { to.onEmit(std::move(emission)); }
    void onTurnEnd(std::uint32_t turn) override { to.onTurnEnd(turn); }
    void onEnd(sandbox::RunEnd of) override { end = std::move(of); }

    sandbox::RunEvents& to;
    sandbox::RunEnd end;
  };

  ScriptRuntime& owner_;
  sandbox::RunEvents& events_;
  std::string code_;
  ScriptMachine machine_;
  EpochMs clock_;
  std::uint32_t turns_ = 0;
  bool ended_ = false, lost_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

std::unique_ptr<sandbox::Run> ScriptRuntime::start(sandbox::RunRequest request,
                                                   sandbox::RunEvents& events) {
  if (watch_.onStart) watch_.onStart(request.code);
  return std::make_unique<ScriptRun>(*this, std::move(request), events);
}

void ScriptRuntime::lose(std::size_t which, sandbox::Loss loss) { runs_.at(which)->lose(loss); }

}  // namespace executor::execution::simulation

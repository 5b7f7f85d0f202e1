// A sandbox::Runtime whose guests are scripts (script.h) and live in the loop of their node.
//
// It keeps the promises of runtime.h: nothing is called back from within start() or deliver(), a
// turn begins with exactly one delivery, none follows the destruction of a Run, and a worker can
// die. It counts what the owner of a run must never do: a delivery that nobody waits for is
// reported to `misuse`, because a Live that replays correctly and delivers each outcome once never
// makes one. `onStart` is told of each program that starts, at that moment.
#pragma once

#include <functional>
#include <vector>

#include "execution/simulation/script.h"

namespace executor::execution::simulation {

class ScriptRuntime final : public sandbox::Runtime {
 public:
  struct Watch {
    std::function<void(std::string what)> misuse;
    std::function<void(const std::string& code)> onStart;
  };

  ScriptRuntime(asio::io_context& loop, Watch watch) : loop_(loop), watch_(std::move(watch)) {}

  std::string_view id() const override { return "local"; }
  std::unique_ptr<sandbox::Run> start(sandbox::RunRequest request,
                                      sandbox::RunEvents& events) override;
  std::vector<sandbox::JailPart> jail() const override { return {}; }
  std::string_view engineBuild() const override { return "script-1"; }

  // The process of one of the runs dies; which one, and what it had to do with it, is said.
  void lose(std::size_t which, sandbox::Loss loss);
  std::size_t running() const { return runs_.size(); }

 private:
  class ScriptRun;

  asio::io_context& loop_;
  Watch watch_;
  std::vector<ScriptRun*> runs_;
};

}  // namespace executor::execution::simulation

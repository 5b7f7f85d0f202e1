// A runtime whose processes die when a test says so: the real one behind it, every step counted.
//
// A step is an event of a run or a delivery to it. At the step asked for, the process is dead: what
// the run would still have said is lost, what is delivered is lost, and the owner is told a moment
// later, as it is when a real worker dies. Which step that is makes every point of a program
// reachable without any timing.
#pragma once

#include <cstdint>
#include <vector>

#include "base/async.h"
#include "sandbox/runtime.h"

namespace executor::execution::testing {

class FragileRuntime final : public sandbox::Runtime {
 public:
  FragileRuntime(asio::io_context& loop, sandbox::Runtime& real) : loop_(loop), real_(real) {}

  // The next death comes at this step from now, the one after it so many steps later, and so on.
  void dieAt(std::vector<std::uint32_t> steps) {
    steps_ = std::move(steps);
    deaths_ = taken_ = 0;
  }
  // Dies now, between two turns.
  void dieAtRest();
  // What its owner is told the run had to do with it; by default what it was doing.
  void blame(sandbox::Loss loss) { blame_ = loss; }
  std::uint32_t deaths() const { return deaths_; }
  std::uint32_t starts() const { return starts_; }
  // How the last run was started.
  bool computing() const { return computing_; }
  bool mayMove() const { return mayMove_; }

  std::string_view id() const override { return real_.id(); }
  std::unique_ptr<sandbox::Run> start(sandbox::RunRequest request,
                                      sandbox::RunEvents& events) override;
  std::vector<sandbox::JailPart> jail() const override { return real_.jail(); }
  std::string_view engineBuild() const override { return real_.engineBuild(); }

 private:
  class FragileRun;

  bool isLast();

  asio::io_context& loop_;
  sandbox::Runtime& real_;
  std::vector<std::uint32_t> steps_;
  std::vector<FragileRun*> runs_;
  sandbox::Loss blame_ = sandbox::Loss::none;
  bool computing_ = false;
  bool mayMove_ = false;
  std::uint32_t taken_ = 0, deaths_ = 0, starts_ = 0;
};

}  // namespace executor::execution::testing

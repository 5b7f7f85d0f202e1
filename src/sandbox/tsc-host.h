// The life of the compiler's process: started at need, ended when idle, killed when late, and left
// alone for a while when it keeps failing.
//
// A check that goes wrong, whatever the reason, ends the process: what is left of its state is
// nobody's to guess. A few troubles in a row are taken for hostile programs and answered by a fresh
// start; more are taken for a compiler that does not work here, and starts are spaced out, so that
// it costs the programs nothing. One good check forgets them all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sandbox/tsc-session.h"
#include "sandbox/type-checker-queue.h"
#include "sandbox/type-checker.h"

namespace executor::sandbox {

// Troubles in a row that only cost a start each.
inline constexpr int kToleratedTroubles = 5;
// Then this pause, doubled with each further one up to the limit.
inline constexpr std::chrono::milliseconds kFirstPause{1000};
inline constexpr std::chrono::milliseconds kLongestPause{60'000};
// A process is replaced after so many checks: memory that a compiler keeps is never argued about.
inline constexpr int kMaxChecksPerProcess = 10'000;

// How long to leave it alone after that many troubles in a row.
std::chrono::milliseconds pauseAfter(int troubles);

class TscHost : public std::enable_shared_from_this<TscHost> {
 public:
  TscHost(TypeCheckerOptions options, asio::any_io_executor loop, TscStarter start);

  static Task<Result<std::vector<TypeDiagnostic>>> check(std::shared_ptr<TscHost> self,
                                                         std::string source);
  std::string status() const;
  // Ends the process; checks under way end as unavailable, and no more are begun.
  void stop();
  // For tests.
  pid_t pidForTest() const { return session_ ? session_->pid() : -1; }
  const std::vector<JailPart>& jail() const { return welcome_.parts; }

 private:
  Task<Result<std::vector<TypeDiagnostic>>> run(std::string source);
  Task<Status> open();
  // Kills the session when the time is over.
  void arm(std::chrono::milliseconds deadline);
  void disarm();
  void succeeded();
  std::unexpected<Error> failed(const Error& error);
  void endSession();
  void endWhenIdle();
  std::string missingParts() const;

  TypeCheckerOptions options_;
  asio::any_io_executor loop_;
  TscStarter start_;
  std::shared_ptr<TurnQueue> queue_;
  std::shared_ptr<TscSession> session_;  // shared with the check under way
  asio::steady_timer deadline_, idle_;
  bool late_ = false, stopped_ = false;
  int troubles_ = 0, checks_ = 0;
  std::uint64_t armed_ = 0;  // changes with each deadline, so that an old one is known
  SteadyTime notBefore_{};
  std::string lastTrouble_;
  TscWelcome welcome_;
};

// As makeTypeChecker, with another way to start the process: tests play the compiler.
std::unique_ptr<TypeChecker> makeTypeCheckerWith(TypeCheckerOptions options,
                                                 asio::any_io_executor loop, TscStarter start);

}  // namespace executor::sandbox

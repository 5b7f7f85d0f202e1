#include "sandbox/tsc-host.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace executor::sandbox {
namespace {

// One code for all reasons: the caller does the same thing for each, which is to run without.
std::unexpected<Error> unavailable(std::string message, std::string detail = {}) {
  return fail(ErrorCode::unavailable, std::move(message), "The program can run unchecked.",
              std::move(detail));
}

// The caller's own faults, told before anybody's turn is taken.
Status acceptable(std::string_view source) {
  if (source.size() > kMaxCheckedBytes) {
    return fail(ErrorCode::payload_too_large, "The program is too large to be type checked.",
                fmt::format("At most {} bytes with its declarations.", kMaxCheckedBytes));
  }
  if (isValidUtf8(source)) return {};
  return fail(ErrorCode::invalid_argument, "The program is not valid UTF-8.");
}

}  // namespace

// The doublings are capped before the shift, so that no number of troubles overflows it.
std::chrono::milliseconds pauseAfter(int troubles) {
  if (troubles <= kToleratedTroubles) return std::chrono::milliseconds(0);
  const int doublings = std::min(troubles - kToleratedTroubles - 1, 10);
  return std::min(kFirstPause * (1 << doublings), kLongestPause);
}

// Timers and queue live on the loop; nothing of the compiler exists before the first check.
TscHost::TscHost(TypeCheckerOptions options, asio::any_io_executor loop, TscStarter start)
    : options_(std::move(options)),
      loop_(loop),
      start_(std::move(start)),
      queue_(std::make_shared<TurnQueue>(loop, kMaxWaitingChecks)),
      deadline_(loop),
      idle_(loop) {}

// Static, with the host as an argument: the coroutine keeps it alive when its owner is gone.
Task<Result<std::vector<TypeDiagnostic>>> TscHost::check(std::shared_ptr<TscHost> self,
                                                         std::string source) {
  EXECUTOR_CO_CHECK(acceptable(source));
  const auto turn = co_await TurnQueue::take(self->queue_, self->options_.coldDeadline);
  if (!turn) co_return unavailable("The type checker is busy.");
  co_return co_await self->run(std::move(source));
}

// With the turn held. stop() may come at every co_await: it leaves a killed session, whose next
// operation fails, and `stopped_` turns that into the right words.
Task<Result<std::vector<TypeDiagnostic>>> TscHost::run(std::string source) {
  if (stopped_) co_return unavailable("The type checker has been stopped.");
  if (std::chrono::steady_clock::now() < notBefore_) {
    co_return unavailable("The type checker does not work at present.", lastTrouble_);
  }
  idle_.cancel();
  late_ = false;
  if (session_ && session_->stale()) endSession();
  if (!session_) {
    if (auto opened = co_await open(); !opened) co_return failed(opened.error());
  } else {
    arm(options_.deadline);
  }
  const auto session = session_;
  if (!session) co_return failed({.code = ErrorCode::unavailable, .detail = "stopped"});
  auto found = co_await session->check(std::move(source));
  disarm();
  if (!found) co_return failed(found.error());
  succeeded();
  co_return found;
}

// The cold deadline covers the start and the first check.
Task<Status> TscHost::open() {
  EXECUTOR_CO_TRY(auto process, start_());
  const auto session = std::make_shared<TscSession>(loop_, std::move(process));
  session_ = session;
  checks_ = 0;
  arm(options_.coldDeadline);
  EXECUTOR_CO_TRY(welcome_, co_await session->open());
  for (const JailPart& part : welcome_.parts) {
    if (part.active) continue;
    log(LogLevel::debug, "type_checker_jail_part_missing",
        {{"part", part.name}, {"reason", part.reason}});
  }
  co_return Status{};
}

// Killing is all a deadline does; the check that hangs on the process then ends with an error.
void TscHost::arm(std::chrono::milliseconds deadline) {
  deadline_.expires_after(deadline);
  deadline_.async_wait([self = weak_from_this(), armed = ++armed_](auto error) {
    const auto host = self.lock();
    if (error || !host || host->armed_ != armed) return;
    host->late_ = true;
    if (host->session_) host->session_->kill();
  });
}

// A timer that expired but has not yet been heard must not hit the next check.
void TscHost::disarm() {
  ++armed_;
  deadline_.cancel();
}

// The compiler works: forget the troubles, and wait for the next check or for the end of patience.
void TscHost::succeeded() {
  troubles_ = 0;
  lastTrouble_.clear();
  if (++checks_ >= kMaxChecksPerProcess || !session_ || session_->killed()) return endSession();
  idle_.expires_after(options_.idle);
  idle_.async_wait([self = weak_from_this()](boost::system::error_code error) {
    const auto host = self.lock();
    if (host && !error) host->endWhenIdle();
  });
}

// The timer may have expired just as a check began.
void TscHost::endWhenIdle() {
  if (!queue_->busy()) endSession();
}

// Without a trouble counted: nothing was under way.
void TscHost::endSession() {
  if (session_) session_->kill();
  session_.reset();
}

// What the caller is told is short; the log has the cause, which may quote the compiler.
std::unexpected<Error> TscHost::failed(const Error& error) {
  disarm();
  const std::string ended = session_ ? session_->kill() : std::string();
  session_.reset();
  lastTrouble_ =
      late_ ? "a check took too long" : error.detail + (ended.empty() ? "" : "; " + ended);
  if (error.code == ErrorCode::not_configured || error.code == ErrorCode::sandbox_unavailable) {
    lastTrouble_ = error.message;
  }
  notBefore_ = std::chrono::steady_clock::now() + pauseAfter(++troubles_);
  log(late_ ? LogLevel::info : LogLevel::warn, "type_check_failed", {{"reason", lastTrouble_}});
  if (stopped_) return unavailable("The type checker has been stopped.");
  if (late_) return unavailable("The type check took too long.", lastTrouble_);
  return unavailable("The type checker failed.", lastTrouble_);
}

// The session stays until the check that uses it has left.
void TscHost::stop() {
  stopped_ = true;
  idle_.cancel();
  disarm();
  if (session_) session_->kill();
}

// As doctor shows for workers; the reasons are there, under the same names.
std::string TscHost::missingParts() const {
  std::string names;
  for (const JailPart& part : welcome_.parts) {
    if (!part.active) names += (names.empty() ? "" : ", ") + part.name;
  }
  return names.empty() ? names : "; its jail lacks: " + names;
}

// One line, in doctor's words. The version is the package's own, known after the first start.
std::string TscHost::status() const {
  const std::string name =
      welcome_.version.empty() ? "typescript" : "typescript " + welcome_.version;
  if (stopped_) return name + ", stopped";
  if (troubles_ > 0) return name + ", in trouble: " + lastTrouble_;
  const char* state = !session_ ? ", not started" : queue_->busy() ? ", checking" : ", idle";
  return name + state + missingParts();
}

}  // namespace executor::sandbox

// Reading from a process that may be hostile. Bytes are cut into frames, a frame is decoded under
// its limits, and then judged against what this run of this worker may say at this moment: known
// run, started once, calls in order and within limits, texts that are UTF-8, results that are JSON.
// The first violation ends the worker. There is no warning and no repair, because our own worker
// never says such a thing; whoever does is somebody else.
//
// Callbacks of runs happen inside dispatch and may do anything: start runs, stop runs, destroy the
// pool. So every function that calls out holds a reference to the link (`self`) and looks at dead_
// afterwards.
#include "sandbox/worker-link.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "base/text.h"
#include "sandbox/json-check.h"
#include "sandbox/worker.h"

namespace executor::sandbox {
namespace {

// One read: holds a Started, a few calls and an End, which the worker sends in one write.
constexpr std::size_t kReadBytes = 64u << 10;

// What the agent is told of what happened in its turn.
Error failureOf(ErrorCode code, std::string why) {
  switch (code) {
    case ErrorCode::memory_limit:
      return {code, "The sandbox process that ran the program ran out of memory.",
              "Keep less in memory at once.", std::move(why)};
    case ErrorCode::cpu_limit:
      return {code, "The program used CPU beyond its limit and could only be stopped from outside.",
              "Do less in one program.", std::move(why)};
    default:
      return {ErrorCode::worker_crashed, "The sandbox process that ran the program died.",
              "Run it again.", std::move(why)};
  }
}

// Only what is the cause has the name of the cause; the others' process died.
RunEnd lostRun(const std::string& why, ErrorCode code, Loss loss) {
  RunEnd end;
  end.loss = loss;
  end.error = failureOf(loss == Loss::cause ? code : ErrorCode::worker_crashed, why);
  return end;
}

// The one place where the worker's words become the product's: what it cannot know is not taken
// over.
RunEnd toRunEnd(EndFrame& frame, const RunState& run) {
  RunEnd end;
  end.ok = frame.ok;
  end.cpuMicros = frame.cpuMicros;
  if (frame.ok) {
    end.resultJson = std::move(frame.resultJson);
    return end;
  }
  end.error.code = ErrorCode::program_error;
  parseErrorCode(frame.code, end.error.code);
  end.error.message = std::move(frame.message);
  end.error.hint = std::move(frame.hint);
  end.error.detail = std::move(frame.detail);
  end.errorName = std::move(frame.errorName);
  end.stack = std::move(frame.stack);
  end.position = {frame.line, frame.column};
  if (run.failedCalls.contains(frame.hostErrorCall)) end.hostErrorCall = frame.hostErrorCall;
  return end;
}

// One that ends before its turn is long has still shown what it is.
std::uint64_t turnMicros(const EndFrame& frame, const RunState& run) {
  return frame.cpuMicros / (1 + std::uint64_t{run.calls});
}

}  // namespace

// Takes the socket out of the child; the child keeps the pidfd, by which it is killed.
WorkerLink::WorkerLink(asio::io_context& loop, Child child, Owner& owner)
    : socket_(loop), child_(std::move(child)), owner_(&owner) {
  socket_.assign(child_.releaseSocket());
}

WorkerLink::~WorkerLink() = default;

// The handler keeps the link alive; a killed link has a closed socket and never gets here.
void WorkerLink::listen() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (!error && !self->dead_) self->readable();
                     });
}

// Level-triggered: what receive() left unread makes the next wait return at once.
void WorkerLink::readable() {
  const auto self = shared_from_this();
  if (!receive()) return;
  if (!dead_) listen();
}

// Reads what is there; false when the worker is gone.
bool WorkerLink::receive() {
  for (;;) {
    char* to = in_.prepare(kReadBytes);
    const ssize_t count = recv(socket_.native_handle(), to, kReadBytes, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) {
      kill(count == 0 ? "the worker ended" : withErrno("recv", errno));
      return false;
    }
    in_.committed(static_cast<std::size_t>(count));
    spoke_ = true;
    heardAt_ = std::chrono::steady_clock::now();
    if (!dispatchAll()) return false;
    if (static_cast<std::size_t>(count) < kReadBytes) return true;
  }
}

// False when the link died on the way; nothing of the buffer may be used then.
bool WorkerLink::dispatchAll() {
  while (!dead_) {
    auto body = in_.next();
    if (!body) {
      kill(body.error().detail);
      return false;
    }
    if (!*body) return true;
    auto frame = decodeFromWorker(**body);
    if (!frame) {
      kill(frame.error().detail);
      return false;
    }
    dispatch(*std::move(frame));
  }
  return false;
}

// Everything that is not exactly the next thing our own worker could say ends the worker.
void WorkerLink::dispatch(FromWorker frame) {
  if (std::holds_alternative<ReadyFrame>(frame)) {
    if (ready_) return kill("ready twice");
    ready_ = true;
    if (owner_ != nullptr) owner_->onWorkerReady(*this);
    return;
  }
  if (const auto* last = std::get_if<LastWordFrame>(&frame)) return take(*last);
  const std::uint32_t id = std::visit([](const auto& f) { return f.run; }, frame);
  if (stopping_.contains(id)) {
    // What a stopped run still had to say is for nobody.
    if (std::holds_alternative<StoppedFrame>(frame)) {
      stopping_.erase(id);
      restingSince_ = std::chrono::steady_clock::now();
      if (runs_.empty() && owner_ != nullptr) owner_->onWorkerIdle(*this);
    }
    return;
  }
  const auto found = runs_.find(id);
  if (found == runs_.end()) return kill("a frame for a run it does not have");
  const std::shared_ptr<RunState> run = found->second;
  std::visit(
      [&](auto& f) {
        if constexpr (requires { on(*run, f); }) {
          on(*run, f);
        } else {
          kill("a frame out of place");
        }
      },
      frame);
}

// The stripped code is what the journal stores and replay runs (D8), so it must be text.
void WorkerLink::on(RunState& run, StartedFrame& frame) {
  if (run.started || !isValidUtf8(frame.code)) return kill("started twice, or not with text");
  run.started = true;
  run.events->onStarted(std::move(frame.code));
}

// The limits are the worker's to keep; here they are what tells ours from another.
void WorkerLink::on(RunState& run, CallFrame& frame) {
  const bool inOrder = run.started && frame.n == run.calls + 1 && frame.n <= run.limits.calls;
  if (!inOrder || run.openCalls.size() >= run.limits.openCalls) {
    return kill("a call beyond its limits");
  }
  if (!isValidUtf8(frame.path) || !isJson(frame.inputJson) ||
      !(frame.optionsJson.empty() || isJson(frame.optionsJson))) {
    return kill("a call that is not text");
  }
  run.calls = frame.n;
  run.openCalls.insert(frame.n);
  run.events->onCall(frame.n, std::move(frame.path), std::move(frame.inputJson),
                     std::move(frame.optionsJson));
}

// Ids are the guest's numbers; that one is set twice cannot come from our harness.
void WorkerLink::on(RunState& run, TimerSetFrame& frame) {
  if (run.timers.size() >= kMaxTimers || !run.timers.insert(frame.id).second) {
    return kill("a timer beyond its limits");
  }
  run.events->onTimer(frame.id, frame.delayMs);
}

void WorkerLink::on(RunState& run, TimerClearedFrame& frame) {
  // Not an error if absent: the timer may have been fired in the same moment.
  if (run.timers.erase(frame.id) > 0) run.events->onTimerCancelled(frame.id);
}

void WorkerLink::on(RunState& run, ConsoleFrame& frame) {
  run.consoleBytes += frame.text.size() + 1;
  if (run.consoleBytes > kMaxConsoleBytes + kMaxConsoleLineBytes + 256 ||
      !isValidUtf8(frame.text)) {
    return kill("console output beyond its limits");
  }
  run.events->onConsole({std::string(kConsoleLevels[frame.level]), std::move(frame.text)});
}

// What it shows is shown to people: only what our own harness could have made is passed on.
void WorkerLink::on(RunState& run, EmitFrame& frame) {
  run.emitBytes += frame.emission.text.size() + frame.emission.data.size();
  if (!run.started || ++run.emits > kMaxEmits || run.emitBytes > kMaxEmitBytes) {
    return kill("output beyond its limits");
  }
  if (!emissionProblem(frame.emission).empty()) return kill("output that nobody can show");
  run.events->onEmit(std::move(frame.emission));
}

// Turn 0 answers an event that found nobody: it only says that the worker is at rest again.
void WorkerLink::on(RunState& run, TurnEndFrame& frame) {
  answered(run);
  if (frame.turn > 0) run.events->onTurnEnd(frame.turn);
}

// The run is forgotten before its owner hears of the end: a callback that starts the next run finds
// the place free.
void WorkerLink::on(RunState& run, EndFrame& frame) {
  const bool text = isValidUtf8(frame.message) && isValidUtf8(frame.hint) &&
                    isValidUtf8(frame.errorName) && isValidUtf8(frame.stack);
  if (!text || (frame.ok && !isJson(frame.resultJson))) return kill("an end that is not text");
  tainted_ |= frame.tainted;
  if (owner_ != nullptr) owner_->onCost(run, turnMicros(frame, run));
  conclude(frame.run, run, toRunEnd(frame, run));
}

// What its owner cannot start again must not be ended by this.
void WorkerLink::on(RunState& run, LongTurnFrame& frame) {
  if (frame.moved && !run.mayMove) return kill("a run moved that may not");
  if (owner_ != nullptr) owner_->onCost(run, kLongTurnMicros);
  if (!frame.moved) {
    givesWay_ = true;
    return;
  }
  conclude(frame.run, run, lostRun("its turn computes", ErrorCode::worker_crashed, Loss::moved));
}

void WorkerLink::conclude(std::uint32_t id, RunState& run, RunEnd end) {
  const auto self = shared_from_this();
  answered(run);
  forget(id);
  run.ended = true;
  run.events->onEnd(std::move(end));
  if (runs_.empty() && !dead_ && owner_ != nullptr) owner_->onWorkerIdle(*this);
}

// It is believed about its own runs only, and a lie blames one of the same tenant's.
void WorkerLink::take(const LastWordFrame& frame) {
  named_ = frame.run;
  if (frame.outOfMemory != 0) return kill("it has no memory left", ErrorCode::memory_limit);
  kill("it met a fault of its own");
}

void WorkerLink::forget(std::uint32_t run) {
  runs_.erase(run);
  if (!runs_.empty()) return;
  idleSince_ = std::chrono::steady_clock::now();
}

// Frames are appended in call order; the socket keeps that order, so a stop never overtakes a
// start.
void WorkerLink::start(const StartFrame& frame, std::shared_ptr<RunState> run) {
  runs_[frame.run] = std::move(run);
  ++started_;
  givesWay_ |= frame.computing;
  expectAnswer(frame.run);
  send(frame);
}

void WorkerLink::deliver(const DeliverFrame& frame) {
  expectAnswer(frame.run);
  send(frame);
}

void WorkerLink::fire(const TimerFrame& frame) {
  expectAnswer(frame.run);
  send(frame);
}

// From here on nothing of this run is passed on, whatever the worker still says about it.
void WorkerLink::stop(std::uint32_t run) {
  if (dead_ || runs_.erase(run) == 0) return;
  stopping_[run] = std::chrono::steady_clock::now();
  if (runs_.empty()) idleSince_ = std::chrono::steady_clock::now();
  send(StopFrame{.run = run});
}

// The clock of a run's turn starts with the first unanswered event; later ones queue in the worker.
void WorkerLink::expectAnswer(std::uint32_t run) {
  const auto found = runs_.find(run);
  if (found == runs_.end() || found->second->unanswered++ != 0) return;
  found->second->askedAt = std::chrono::steady_clock::now();
  found->second->asked = ++asked_;
}

// The run's next queued event goes to the end of the worker's queue now, and so does its number.
void WorkerLink::answered(RunState& run) {
  if (run.unanswered > 0) --run.unanswered;
  lastAnswered_ = std::max(lastAnswered_, run.asked);
  run.askedAt = restingSince_ = std::chrono::steady_clock::now();
  run.asked = ++asked_;
}

// Turns that queue say nothing about the worker: which of them was overtaken does, and silence.
void WorkerLink::weighTurns(WorkerFacts& facts, SteadyTime now) const {
  SteadyTime oldest = now;
  bool owes = !stopping_.empty();
  for (const auto& [id, run] : runs_) {
    if (run->unanswered == 0) continue;
    owes = true;
    oldest = std::min(oldest, run->askedAt);
    if (run->asked >= lastAnswered_) continue;
    facts.overtaken = std::max<std::chrono::nanoseconds>(facts.overtaken, now - run->askedAt);
  }
  if (!owes) facts.rest = now - restingSince_;
  if (oldest == now) return;
  facts.silent = now - std::max(oldest, heardAt_);
  if (facts.silent >= kLongSilence && saysSomething()) facts.silent = {};
}

// It may have spoken while the loop was at something else: then it is not the worker that is slow.
bool WorkerLink::saysSomething() const {
  char byte = 0;
  return recv(const_cast<WorkerLink*>(this)->socket_.native_handle(), &byte, 1,
              MSG_PEEK | MSG_DONTWAIT) > 0;
}

void WorkerLink::send(const ToWorker& frame) {
  if (dead_) return;
  encodeFrame(frame, out_);
  if (!writing_) flush();
}

// Straight to the socket while it takes bytes: no wake-up of the loop between call and worker.
void WorkerLink::flush() {
  while (sent_ < out_.size()) {
    const ssize_t count = ::send(socket_.native_handle(), out_.data() + sent_, out_.size() - sent_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    sent_ += static_cast<std::size_t>(count);
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
    return;
  }
  writing_ = true;
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->writing_ = false;
                       if (!error && !self->dead_) self->flush();
                     });
}

// The owner first: it must not choose this worker when a callback starts another run.
void WorkerLink::kill(std::string why, ErrorCode code) {
  if (dead_) return;
  dead_ = true;
  const auto self = shared_from_this();
  child_.kill();
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (owner_ != nullptr) owner_->onWorkerGone(*this);
  crashRuns(why, code);
}

// 0 if none of its runs was at work.
std::uint32_t WorkerLink::causeOfDeath() const {
  if (runs_.contains(named_)) return named_;
  std::uint32_t first = 0;
  for (const auto& [id, run] : runs_) {
    if (run->unanswered == 0) continue;
    if (first == 0 || run->asked < runs_.at(first)->asked) first = id;
  }
  return first;
}

// The map is taken first: an onEnd may start a run, which must not land among the crashed.
void WorkerLink::crashRuns(const std::string& why, ErrorCode code) {
  if (!runs_.empty()) {
    log(LogLevel::warn, "sandbox_worker_lost", {{"why", why}});
  }
  const std::uint32_t cause = causeOfDeath();
  const RunMap runs = std::exchange(runs_, {});
  for (const auto& [id, run] : runs) {
    if (run->ended || run->events == nullptr) continue;
    run->ended = true;
    const Loss other = run->unanswered > 0 ? Loss::inTurn : Loss::atRest;
    run->events->onEnd(lostRun(why, code, id == cause ? Loss::cause : other));
  }
}

WorkerFacts WorkerLink::facts() const {
  const auto now = std::chrono::steady_clock::now();
  WorkerFacts facts{.tenant = tenant,
                    .ready = ready_,
                    .tainted = tainted_,
                    .givesWay = givesWay_,
                    .load = runs_.size(),
                    .started = started_,
                    .age = now - born_,
                    .idle = now - idleSince_};
  weighTurns(facts, now);
  return facts;
}

WorkerSample WorkerLink::sample() const {
  const auto now = std::chrono::steady_clock::now();
  // A worker that does not get ready owes that: runs may be waiting for it.
  WorkerSample sample{.cpu = child_.cpu(), .spoke = spoke_, .owesAnswer = !ready_};
  for (const auto& [id, run] : runs_) {
    sample.owesAnswer |= run->unanswered > 0;
    sample.budgets += std::chrono::milliseconds(run->limits.cpuMs);
  }
  for (const auto& [run, since] : stopping_) {
    sample.longestStop = std::max<std::chrono::nanoseconds>(sample.longestStop, now - since);
  }
  return sample;
}

void WorkerLink::watch() {
  const auto why = watchdog_.judge(sample());
  spoke_ = false;
  if (!why) return;
  const bool computed = *why == kBeyondBudgets;
  kill(std::string(*why), computed ? ErrorCode::cpu_limit : ErrorCode::worker_crashed);
}

}  // namespace executor::sandbox

// The server's end of one worker: its socket, its runs, and what it may say.
//
// The worker is treated as hostile. A frame that does not decode, a run it does not have, a number
// out of turn, or more than a limit allows means that it no longer runs our code: it is killed.
// Nothing it says about one run can touch another.
//
// When a worker dies, one run is the cause: the one it named with its last word, else the one whose
// turn was asked for first of those in progress, since turns are served in that order and only what
// computes is overtaken. That run fails, by the name of what happened; the others are lost, not
// failed (Loss), and may go on elsewhere. A guess can be wrong about who was on the CPU, never
// about who was not: a run at rest is no cause.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "sandbox/frames.h"
#include "sandbox/placement.h"
#include "sandbox/watchdog.h"
#include "sandbox/zygote-client.h"

namespace executor::sandbox {

// The server's view of one run, independent of where it runs.
struct RunState {
  explicit RunState(RunEvents& receiver) : events(&receiver) {}

  // Never null; replaced by a silent receiver when the owner lets go of the run.
  RunEvents* events;
  RunLimits limits;
  std::string tenant;
  std::size_t program = 0;  // tells it from others (remembered-programs.h)
  bool mayMove = false;
  std::set<std::uint32_t> openCalls;    // reported and not delivered
  std::set<std::uint32_t> failedCalls;  // delivered as failures: what hostErrorCall may name
  std::set<std::uint32_t> timers;
  // Calls reported so far: the next one must have the next number.
  std::uint32_t calls = 0;
  // With a byte per line for its end, as the worker counts them.
  std::size_t consoleBytes = 0;
  std::uint32_t emits = 0;
  std::size_t emitBytes = 0;
  std::uint32_t unanswered = 0;  // turns asked for and not reported as ended
  // When the turn in progress was asked for, and the how-many-eth it was of its worker; meaningful
  // while unanswered > 0.
  SteadyTime askedAt{};
  std::uint64_t asked = 0;
  // The worker said Started. Before that it may only refuse the program.
  bool started = false;
  bool ended = false;
};

class WorkerLink : public std::enable_shared_from_this<WorkerLink> {
 public:
  // What the pool wants to know. Called on the loop; the link may be dropped inside.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void onWorkerReady(WorkerLink& link) = 0;
    virtual void onWorkerIdle(WorkerLink& link) = 0;
    virtual void onWorkerGone(WorkerLink& link) = 0;
    // What it cost in CPU: a turn in the mean of a run that ended, or one that is a long one.
    virtual void onCost(const RunState& run, std::uint64_t turnMicros) = 0;
  };

  // `owner` must outlive the link or disown it.
  WorkerLink(asio::io_context& loop, Child child, Owner& owner);
  ~WorkerLink();

  // Begins to read. Apart from the constructor, which cannot hand out a shared reference to itself.
  void listen();
  // Ends the worker and its runs; `code` is what happened to the one that is the cause.
  void kill(std::string why, ErrorCode code = ErrorCode::worker_crashed);
  // No more calls to the owner.
  void disown() { owner_ = nullptr; }

  // The run's events come from here until its end, on the loop. The link must be ready.
  void start(const StartFrame& frame, std::shared_ptr<RunState> run);
  void deliver(const DeliverFrame& frame);
  void fire(const TimerFrame& frame);
  // Ends a run from outside; the worker has kStopGrace to say that it stopped.
  void stop(std::uint32_t run);

  // Called twice a second: kills a worker that the watchdog gives up.
  void watch();

  // What placement decides by, as of now. The tenant's name is borrowed.
  WorkerFacts facts() const;
  bool ready() const { return ready_; }
  pid_t pid() const { return child_.pid(); }

  // Empty for the spare. Set once by the pool and never changed: a worker is killed instead (D39).
  std::string tenant;

 private:
  using RunMap = std::map<std::uint32_t, std::shared_ptr<RunState>>;

  void readable();
  // Both return false when the link is dead.
  bool receive();
  bool dispatchAll();
  // One frame, judged against what this worker may say now.
  void dispatch(FromWorker frame);
  void on(RunState& run, StartedFrame& frame);
  void on(RunState& run, CallFrame& frame);
  void on(RunState& run, TimerSetFrame& frame);
  void on(RunState& run, TimerClearedFrame& frame);
  void on(RunState& run, ConsoleFrame& frame);
  void on(RunState& run, EmitFrame& frame);
  void on(RunState& run, TurnEndFrame& frame);
  void on(RunState& run, EndFrame& frame);
  void on(RunState& run, LongTurnFrame& frame);
  void take(const LastWordFrame& frame);
  // The run is over: its owner hears `end`.
  void conclude(std::uint32_t id, RunState& run, RunEnd end);
  // Never blocks: what the socket does not take is sent when it is writable.
  void send(const ToWorker& frame);
  void flush();
  void expectAnswer(std::uint32_t run);
  void answered(RunState& run);
  void forget(std::uint32_t run);
  void crashRuns(const std::string& why, ErrorCode code);
  std::uint32_t causeOfDeath() const;
  void weighTurns(WorkerFacts& facts, SteadyTime now) const;
  bool saysSomething() const;
  WorkerSample sample() const;

  asio::posix::stream_descriptor socket_;
  Child child_;
  Owner* owner_;
  FrameBuffer in_;
  // Encoded and not yet taken by the socket, from sent_ on.
  std::string out_;
  std::size_t sent_ = 0;
  bool writing_ = false;
  RunMap runs_;
  std::map<std::uint32_t, SteadyTime> stopping_;  // runs told to stop, and since when
  std::uint32_t started_ = 0;
  SteadyTime born_ = std::chrono::steady_clock::now();
  SteadyTime idleSince_ = born_;
  SteadyTime heardAt_ = born_;       // its last word, whatever it was
  SteadyTime restingSince_ = born_;  // its last answer; meaningful while it owes none
  std::uint64_t asked_ = 0;          // turns asked for
  std::uint64_t lastAnswered_ = 0;   // the latest asked of those that ended
  std::uint32_t named_ = 0;          // the run it named with its last word
  Watchdog watchdog_;
  bool spoke_ = true;  // since the last watch
  bool ready_ = false;
  bool givesWay_ = false;
  bool tainted_ = false;
  bool dead_ = false;  // killed; no more frames, no more calls to anybody
};

}  // namespace executor::sandbox

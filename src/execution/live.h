// A running or waiting execution in memory: the one place where guest, calls, timers, clock and
// journal of an execution meet.
//
// Deliveries are handed to the guest one at a time, the next only after the turn before has ended,
// so the journal's order is exactly the guest's (D8) and a timer that the guest cancelled meanwhile
// is never delivered. Everything runs on the loop's thread. Coroutines hold a shared_ptr to the
// Live they work for; abandon() lets go of the guest and stops acting without writing anything
// more, which is how a server that shuts down leaves its executions to recovery. A guest whose
// process died under it is brought back from the journal, its calls and the clock going on
// meanwhile (live-move.cc).
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "base/signal.h"
#include "execution/budget.h"
#include "execution/journal.h"
#include "execution/replay.h"
#include "execution/timeline.h"

namespace executor::execution {

class Live;

// What a Live reports to its owner.
class LiveOwner {
 public:
  virtual ~LiveOwner() = default;
  // Something was appended that should become durable within kJournalFlushDelay.
  virtual void flushSoon(const std::shared_ptr<Live>& live) = 0;
  virtual void onFinal(const std::shared_ptr<Live>& live) = 0;
  // It has left memory and nothing of it is under way here: suspended, with what its workspace has
  // of those now, or given up or taken over, for another owner.
  virtual void onSuspended(const std::shared_ptr<Live>& live, std::int64_t inWorkspace) = 0;
  virtual void onLost(const std::shared_ptr<Live>& live) = 0;
  // Waiting and running executions are counted apart.
  virtual void onWaiting(const Live& live, bool waiting) = 0;
};

// Losses of the guest without a turn of progress between them; one more ends the execution.
inline constexpr std::uint32_t kMaxMovesInOneTurn = 5;

// Between attempts to make an end durable that the store refused; the span grows.
inline constexpr std::chrono::milliseconds kEndRetry{500};
inline constexpr std::chrono::milliseconds kMaxEndRetry{30'000};

// What replay compares of a call: the very bytes the program gave.
std::string rawHash(std::string_view input, std::string_view options);
std::uint64_t freshSeed();
// Of a call that may have been sent by whoever had the execution before (D11).
invocation::CallOutcome unknownOutcome(const CallTrace& call);

class Live : public sandbox::RunEvents,
             public invocation::CallJournal,
             public std::enable_shared_from_this<Live> {
 public:
  Live(const ExecutionDeps& deps, LiveOwner& owner, ExecutionRecord record, bool stored,
       std::shared_ptr<const catalog::Catalog> catalog);
  ~Live() override;

  // A fresh start: `code` and `input` are the whole texts (the record may hold them in blobs).
  void begin(std::string code, std::string input);
  // Continues what a journal tells; see replay.h.
  void resume(std::string code, std::string input, const std::vector<Event>& events);
  // It has a place: it runs as soon as it has begun or resumed. Until both, it is queued.
  void proceed();
  // Ends it from outside: `timed_out` or `cancelled`. No effect once it is ending.
  void stop(State state, Error error);
  // Ends it by an error of ours, whatever the guest is doing.
  void fail(Error error);
  // Lets go of everything without a word: recovery finds it as it was.
  void abandon();
  // It is not this node's any more: nothing of it may go on here.
  void lose();
  // Asked now and then: has it been at rest for `grace`, so that it can leave (live-suspend.cc)?
  void considerRest(SteadyTime now, std::chrono::milliseconds grace);
  // Gives it up because the server stops: suspended if it waits, else for whoever comes next.
  static Task<Status> depart(std::shared_ptr<Live> self);

  const std::string& id() const { return journal_.record().id; }
  const std::string& workspaceId() const { return journal_.record().workspaceId; }
  Journal& journal() { return journal_; }
  State state() const { return journal_.record().state; }
  bool finished() const { return finished_; }  // and durable
  bool ending() const { return ending_; }
  bool gone() const { return abandoned_; }  // left memory; the store knows more
  bool placed() const { return placed_; }
  bool waiting() const { return waiting_; }
  SteadyTime waitingSince() const { return waitingSince_; }
  // Why the final record could not be made durable.
  const std::optional<Error>& finalError() const { return finalError_; }
  ExecutionView view() const;
  // Notified when the state changes or it ends.
  Signal& changed() { return changed_; }

  // sandbox::RunEvents
  void onStarted(std::string strippedCode) override;
  void onCall(std::uint32_t n, std::string path, std::string inputJson,
              std::string optionsJson) override;
  void onTimer(std::uint32_t id, std::uint32_t delayMs) override;
  void onTimerCancelled(std::uint32_t id) override;
  void onConsole(sandbox::ConsoleLine line) override;
  void onEmit(sandbox::Emission emission) override;
  void onTurnEnd(std::uint32_t turn) override;
  void onEnd(sandbox::RunEnd end) override;

  // invocation::CallJournal
  Task<Status> requested(invocation::RequestedCall call) override;
  Task<Result<approval::Ruling>> ask(invocation::RequestedCall call,
                                     approval::ApprovalDraft draft) override;

 private:
  struct OpenCall {
    std::string callId, path, inputJson, optionsJson;
    std::string expectedToolSet;
    std::shared_ptr<net::ClientCancel> cancel;
    // Ends the coroutine of a call that asks, without an outcome.
    std::shared_ptr<asio::cancellation_signal> hangUp;
    bool asking = false;
    std::string approvalId;  // while it asks
  };
  struct Ready {  // waits for its turn
    std::uint32_t timer = 0;
    invocation::CallOutcome outcome;
    std::uint32_t n = 0;
  };
  struct GuestTimer {
    std::unique_ptr<SteadyTimer> timer;
    EpochMs due = 0;
    bool ready = false;  // in the queue already
  };

  EpochMs now() const { return deps_.clock.now(); }
  const Event& record(EventKind kind, json::object body);
  std::uint32_t turn() const { return turnsEnded_ + 1; }

  // live.cc: the guest
  void prepared(std::string input);
  void run();
  bool refuseByTypes();
  void startGuest(std::string code, bool stripped, std::uint64_t seed, EpochMs clock);
  void runDirectCall(std::string input);
  void armTimer(std::uint32_t id);
  void timerFired(std::uint32_t id);
  void pump();
  bool deliverNext();
  void deliver(const json::object& body);

  // live-calls.cc: its calls
  Task<Status> flushOwn();
  void openCall(std::uint32_t n, OpenCall call);
  void recordCall(std::uint32_t n, const OpenCall& call);
  void spawnCall(std::uint32_t n);
  invocation::CallRequest requestFor(std::uint32_t n, const OpenCall& call) const;
  static Task<void> runCall(std::shared_ptr<Live> self, std::uint32_t n);
  void callEnded(std::uint32_t n, invocation::CallOutcome outcome);
  void noteTool(const std::string& path);
  void endDirectCall(invocation::CallOutcome outcome);
  void endWith(invocation::CallOutcome outcome);
  void setAsking(std::uint32_t n, std::string approvalId);
  void recordAsked(const invocation::RequestedCall& call, const approval::ApprovalDraft& draft);
  void recordDecided(std::uint32_t n, const std::string& approvalId,
                     const approval::Ruling& ruling);

  // live-clock.cc: waiting and time
  void updateWaiting();
  void setWaiting(bool waiting);
  bool awaitsOnlyHumans() const;
  void startClock();
  void armBudget();

  // live-replay.cc
  void replayOpenCall(std::uint32_t n, OpenCall call);
  void replayStep();
  void endReplay();
  bool isUnderWay(std::uint32_t n) const;
  void reattach(std::uint32_t n);

  // live-suspend.cc: out of memory
  bool isAtRest() const;
  bool waitsLong(std::chrono::milliseconds grace) const;
  bool onlyAsks() const;
  void park();
  EpochMs wakeAt() const;
  std::vector<std::string> pendingApprovals() const;
  static Task<void> suspend(std::shared_ptr<Live> self, std::chrono::milliseconds grace);
  Task<Result<std::optional<std::int64_t>>> tryLeave(std::chrono::milliseconds grace);
  Task<Result<std::int64_t>> writeLeave();
  Task<Status> writeDeparture();
  Task<Status> flushAll();
  void letGo();

  // live-move.cc: the guest's process died
  bool outlives(const sandbox::RunEnd& end) const;
  void loseGuest(sandbox::Loss loss);
  void bringBack();
  static Task<void> move(std::shared_ptr<Live> self);
  Task<Result<std::vector<Event>>> wholeJournal();
  void startOver(const std::vector<Event>& events);

  // live-end.cc
  void finishWith(sandbox::RunEnd end);
  static Task<void> finish(std::shared_ptr<Live> self, sandbox::RunEnd end);
  Task<Status> closeCalls();
  void closeRest();
  void recordEnd(std::uint32_t n, const invocation::CallOutcome& outcome);
  Task<Status> cancelApprovals();
  State finalState(const sandbox::RunEnd& end) const;
  Ending makeEnding(const sandbox::RunEnd& end) const;
  Task<Status> tryToEnd(sandbox::RunEnd end);
  Task<Status> writeEnd(sandbox::RunEnd end);
  Task<Status> keepBigResult(std::string resultJson, Ending& ending);
  Task<Status> endLater(sandbox::RunEnd end, Error error);
  void letGoOfGuest();

  const ExecutionDeps& deps_;
  LiveOwner* owner_;
  Journal journal_;
  Timeline timeline_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  std::string token_;
  std::unique_ptr<sandbox::Run> run_;
  std::optional<Replay> replay_;
  bool parked_ = false;  // no guest: it was lost at rest, and nothing has been due for it since
  std::uint32_t moves_ = 0;
  sandbox::Loss lastLoss_ = sandbox::Loss::none;
  bool leaving_ = false;       // a suspension is being written
  std::uint64_t restSeq_ = 0;  // what had happened when it was last asked about its rest
  SteadyTime restSince_{};
  bool computing_ = false;  // a turn of it took long: it runs among those that compute
  std::string code_;
  std::string input_;  // of a direct call, until it runs
  // Of a direct call whose outcome is in the journal, but not its end.
  std::optional<invocation::CallOutcome> delivered_;
  bool placed_ = false, prepared_ = false;

  std::map<std::uint32_t, OpenCall> open_;   // under way in the world
  std::map<std::uint32_t, OpenCall> again_;  // made again by a replay, not delivered in it yet
  std::map<std::uint32_t, invocation::CallOutcome> failures_;  // what onEnd's call number means
  std::map<std::uint32_t, GuestTimer> timers_;
  std::deque<Ready> queue_;
  bool idle_ = false;  // the guest's turn has ended
  std::uint32_t turnsEnded_ = 0;
  EpochMs guestClock_ = 0;
  std::uint64_t seed_ = 0;

  Budget budget_;
  SteadyTimer budgetTimer_;
  bool waiting_ = false;
  SteadyTime waitingSince_{};

  std::optional<State> stopping_;
  bool ending_ = false, finished_ = false, abandoned_ = false;
  bool mayAsk_ = false;  // an approval may have been made that the journal does not tell of
  std::optional<Error> finalError_;
  Signal changed_, drained_;
};

}  // namespace executor::execution

// An execution outlives the process its guest was in (D9).
//
// Only the run that was on the CPU has failed; the sandbox says which (RunEnd::loss). Every other
// goes on: its calls stay under way, its timers and its clock run, and the guest is made again from
// the journal in another worker, by the very path of a restart (live-replay.cc). What arrives
// meanwhile waits in the queue of deliveries, so nothing is sent twice and nothing is lost.
//
// A guest that was at rest is parked: it is brought back when something is due for it. A worker's
// death therefore costs nothing for the many that wait for humans, and the rest do not all replay
// in the same moment. A turn that was in progress is repeated at once: nobody knows how far it got,
// the journal holds a beginning of what it did, and replay compares that beginning.
//
// A turn that computes for long is moved the same way, to a worker that gives way to all others:
// nobody died, and nobody else in its worker notices.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"
#include "execution/live.h"

namespace executor::execution {
namespace {

std::string_view whyMoved(sandbox::Loss loss) {
  switch (loss) {
    case sandbox::Loss::moved: return "computes";
    case sandbox::Loss::none: return "rested";
    default: return "worker_lost";
  }
}

}  // namespace

// Bounded without progress: what loses its process again and again is not a bystander.
bool Live::outlives(const sandbox::RunEnd& end) const {
  const bool failed = end.loss == sandbox::Loss::none || end.loss == sandbox::Loss::cause;
  return !failed && !stopping_ && moves_ < kMaxMovesInOneTurn;
}

// A replay that was under way begins again from the start.
void Live::loseGuest(sandbox::Loss loss) {
  ++moves_;
  lastLoss_ = loss;
  computing_ |= loss == sandbox::Loss::moved;
  letGoOfGuest();
  replay_.reset();
  again_.clear();
  parked_ = idle_;
  if (!parked_) bringBack();
}

// The guest is not idle until its replay has ended: nothing is delivered before.
void Live::bringBack() {
  parked_ = false;
  idle_ = false;
  asio::co_spawn(deps_.loop, move(shared_from_this()), asio::detached);
}

// It may end while the journal is being read; then there is nothing to bring back.
Task<void> Live::move(std::shared_ptr<Live> self) {
  self->record(EventKind::resumed,
               {{"epoch", self->journal_.record().epoch}, {"why", whyMoved(self->lastLoss_)}});
  Result<std::vector<Event>> events = co_await self->wholeJournal();
  if (self->ending_) co_return;
  if (!events) {
    self->fail(std::move(events).error());
    co_return;
  }
  log(LogLevel::info, "execution_moved", {{"execution", self->id()}});
  self->startOver(*events);
}

// Durable first, then read as recovery reads it: one way to make a replay.
Task<Result<std::vector<Event>>> Live::wholeJournal() {
  EXECUTOR_CO_CHECK(co_await journal_.flush());
  if (ending_) co_return std::vector<Event>();
  co_return co_await readEvents(
      deps_.store, {.executionId = id(), .workspaceId = workspaceId(), .loadBlobs = true});
}

// Timers are set again by the program, due when they were; one that is due already fires again.
void Live::startOver(const std::vector<Event>& events) {
  timers_.clear();
  std::erase_if(queue_, [](const Ready& ready) { return ready.timer != 0; });
  turnsEnded_ = 0;
  Replay replay(events, timeline_);
  if (replay.hasStarted()) replay_ = std::move(replay);
  run();
}

}  // namespace executor::execution

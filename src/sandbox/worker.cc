// The scheduler. One thread; what waits is in turn-queue.h: runs with a new event and no slice in
// progress, the quick ones first, then those whose slice was set aside. A run is in it at most
// once.
//
// The loop: send what there is to say, restore used machines while nobody waits, read frames
// (blocking only when there is nothing to run), run one slice. A slice is looked at every half
// millisecond of CPU by the engine's polls, where nothing polls by the tick, and set aside if
// another run or an unread frame waits. So a run that makes a call and waits is never behind more
// than one slice of a run that computes. A turn that becomes a long one leaves this worker, if its
// owner can begin it again elsewhere; else the worker gives way, as one that was started for runs
// that compute does from the beginning: its process then gets little CPU while others want it, so
// that they are not delayed however many compute.
//
// Memory: a run between turns that has not been woken for kFreezeAfter gives up its machine and
// keeps only what differs from the image (frozen.h). Machines of ended runs are put back to the
// image and kept hot up to kHotMachines; fibers are kept without bound, but there are only as many
// as slices were ever in progress at once.
//
// The server is trusted here, the guest is not: frames that do not decode are our own bug and end
// the process.
#include "sandbox/worker.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <utility>

#include "sandbox/fiber.h"
#include "sandbox/guest-run.h"
#include "sandbox/jail-filter.h"
#include "sandbox/program-costs.h"
#include "sandbox/tick.h"
#include "sandbox/turn-queue.h"

namespace executor::sandbox {
namespace {

// One read. A start or an outcome is usually far smaller; larger ones come in several.
constexpr std::size_t kReadBytes = 64u << 10;

// A run and its place in the schedule.
struct Guest {
  Guest(StartFrame frame, const Image& image, std::string& out)
      : run(std::move(frame), image, out) {}

  GuestRun run;
  std::unique_ptr<Fiber> fiber;  // while a slice is in progress
  std::deque<ToWorker> events;
  bool started = false;
  bool stop = false;
  bool queued = false;
  bool moves = false;                       // to go on elsewhere
  std::size_t program = 0;                  // tells it from others (remembered-programs.h)
  std::uint32_t turns = 0;                  // begun
  std::uint64_t longAtMicros = UINT64_MAX;  // of run.cpuMicros, for the turn in progress
  std::chrono::steady_clock::time_point restedSince;
};

class Worker {
 public:
  Worker(int socket, const Image& image, Stripper& stripper)
      : socket_(socket), image_(image), stripper_(stripper) {}

  [[noreturn]] void serve();
  bool hasOtherWork() const;
  void sayLastWord(bool outOfMemory) const;

 private:
  // Nothing to run, as opposed to nothing to do: runs may wait for the server.
  bool idle() const { return waiting_.empty(); }
  TurnKind kindOf(const Guest& guest) const;
  void readFrames();
  void dispatch(ToWorker frame);
  void schedule(Guest& guest);
  // Runs guest code until the turn ends or the tick sets it aside. The guest may be destroyed
  // inside.
  void slice(Guest& guest);
  void turnBegins(Guest& guest);
  void turnIsLong(Guest& guest);
  void giveWay();
  void handle(Guest& guest, const ToWorker& event);
  void begin(Guest& guest);
  void finish(Guest& guest);
  void flush();
  void refill();
  void awaitFrames();
  void freezeRested();
  // False when there was no memory: the run is then refused and ends.
  bool wake(Guest& guest);
  std::unique_ptr<Machine> takeMachine();
  std::unique_ptr<Fiber> takeFiber();

  int socket_;
  const Image& image_;
  Stripper& stripper_;
  FrameBuffer in_;
  std::string out_;
  std::map<std::uint32_t, std::unique_ptr<Guest>> guests_;
  TurnQueue<Guest*> waiting_;
  RememberedPrograms quick_{kMaxQuickPrograms};
  std::vector<std::unique_ptr<Machine>> hot_;
  std::vector<std::unique_ptr<Machine>> used_;  // to be restored when there is time
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::size_t awake_ = 0;  // runs that hold a machine
  bool givesWay_ = false;
  std::uint32_t onCpu_ = 0;  // the run whose slice it is
  std::chrono::steady_clock::time_point lastSweep_;
};

// For the signal handler, which gets no argument.
Worker* theWorker = nullptr;

// What nobody caught. Memory is the one thing that can run out anywhere; all else is our own bug.
[[noreturn]] void endByException() {
  bool outOfMemory = false;
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    outOfMemory = true;
  } catch (...) {
  }
  theWorker->sayLastWord(outOfMemory);
  _exit(4);
}

// The first machine is restored and its pages are touched before Ready is said: a spare worker
// starts a program without a page fault on the way.
void Worker::serve() {
  theWorker = this;
  std::set_terminate(endByException);
  used_.push_back(std::make_unique<Machine>());
  refill();
  fibers_.push_back(std::make_unique<Fiber>());
  encodeFrame(ReadyFrame{}, out_);
  for (;;) {
    flush();
    refill();
    if (idle()) awaitFrames();
    readFrames();
    freezeRested();
    if (!idle()) slice(*waiting_.take());
    onCpu_ = 0;
  }
}

// Waits for a frame, but no longer than until a waiting run is to be frozen. By poll and not in
// recv: the server's reading of our last frames wakes a blocked recv for nothing.
void Worker::awaitFrames() {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  poll(&ready, 1, awake_ == 0 ? -1 : static_cast<int>(kFreezeAfter.count()));
}

// From a signal or a terminate handler: ten bytes, which a string holds without allocating. What
// the slice had to say and did not get to is not said: it belongs to a turn that never ended.
void Worker::sayLastWord(bool outOfMemory) const {
  std::string bytes;
  const std::uint8_t cause = outOfMemory ? 1 : 0;
  encodeFrame(LastWordFrame{.run = onCpu_, .outOfMemory = cause}, bytes);
  (void)send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Looks at every guest, so at most once per kFreezeAfter; a fresh event un-freezes for the price of
// one image restore.
void Worker::freezeRested() {
  if (awake_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - lastSweep_ < kFreezeAfter) return;
  lastSweep_ = now;
  for (auto& [id, guest] : guests_) {
    const bool rests = guest->run.machine() && !guest->queued && guest->fiber == nullptr;
    if (!rests || now - guest->restedSince < kFreezeAfter) continue;
    used_.push_back(guest->run.freeze());
    --awake_;
  }
}

// On a fiber.
bool Worker::wake(Guest& guest) {
  if (!guest.run.frozen()) return true;
  try {
    guest.run.thaw(takeMachine());
    ++awake_;
    return true;
  } catch (const std::bad_alloc&) {
    guest.run.refuse({ErrorCode::overloaded,
                      "The worker has no memory to continue the program.",
                      "Try again in a moment.",
                      {}},
                     {}, true);
    return false;
  }
}

// From the signal handler while a slice runs.
bool Worker::hasOtherWork() const {
  if (!idle()) return true;
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  return poll(&ready, 1, 0) > 0;
}

// Reads what there is without waiting for more.
void Worker::readFrames() {
  for (bool more = true; more;) {
    char* to = in_.prepare(kReadBytes);
    const ssize_t count = recv(socket_, to, kReadBytes, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) _exit(0);  // the server is gone
    in_.committed(static_cast<std::size_t>(count));
    more = static_cast<std::size_t>(count) == kReadBytes;
    for (;;) {
      auto body = in_.next();
      if (!body) _exit(3);
      if (!*body) break;
      auto frame = decodeToWorker(**body);
      if (!frame) _exit(3);
      dispatch(*std::move(frame));
    }
    // A frame larger than one read goes on; what is complete is served first.
    if (!idle()) return;
  }
}

// Frames of one run stay in order; a turn is never begun inside another (D8).
void Worker::dispatch(ToWorker frame) {
  if (auto* start = std::get_if<StartFrame>(&frame)) {
    const std::uint32_t id = start->run;
    if (start->computing) giveWay();
    auto& guest = guests_[id];
    const std::size_t program = programKey({}, start->code);
    guest = std::make_unique<Guest>(std::move(*start), image_, out_);
    guest->program = program;
    return schedule(*guest);
  }
  const std::uint32_t id = std::visit([](const auto& f) { return f.run; }, frame);
  const auto found = guests_.find(id);
  if (std::holds_alternative<StopFrame>(frame)) {
    if (found == guests_.end()) return encodeFrame(StoppedFrame{.run = id}, out_);
    found->second->stop = true;
    return schedule(*found->second);
  }
  if (found == guests_.end()) return;
  found->second->events.push_back(std::move(frame));
  schedule(*found->second);
}

// Whether its turns are short, as far as it or its program has shown.
TurnKind Worker::kindOf(const Guest& guest) const {
  if (guest.fiber != nullptr) return TurnKind::setAside;
  const bool quick = guest.turns > 0 ? guest.run.cpuMicros < guest.turns * kQuickTurnMicros
                                     : quick_.contains(guest.program);
  return quick ? TurnKind::quick : TurnKind::fresh;
}

// One place for a run, whatever arrives for it meanwhile.
void Worker::schedule(Guest& guest) {
  if (std::exchange(guest.queued, true)) return;
  waiting_.push(&guest, kindOf(guest));
}

// The stop of a run in the middle of a slice resumes it once more: the tick's handler then leaves
// its guest code by the trap `stopped`, which frees the fiber in an orderly way.
void Worker::slice(Guest& guest) {
  const bool resumed = guest.fiber != nullptr;
  guest.queued = false;
  guest.turns += resumed ? 0 : 1;
  onCpu_ = guest.run.id();
  if (guest.stop && !resumed) return finish(guest);
  if (!resumed) guest.fiber = takeFiber();
  Slice& slice = currentSlice();
  slice = {.usedMicros = guest.run.cpuMicros,
           .budgetMicros = guest.run.cpuLimitMicros(),
           .startedMicros = threadCpuMicros(),
           .longAtMicros = guest.longAtMicros,
           .mayYield = true,
           .stop = guest.stop || guest.moves};
  if (resumed) {
    guest.fiber->resume();
  } else if (!guest.started) {
    guest.started = true;
    guest.fiber->run([this, &guest] { begin(guest); });
  } else if (!guest.events.empty()) {
    const ToWorker event = std::move(guest.events.front());
    guest.events.pop_front();
    guest.fiber->run([this, &guest, event] { handle(guest, event); });
  }
  guest.run.cpuMicros += threadCpuMicros() - slice.startedMicros;
  if (!guest.fiber->idle()) {
    if (guest.run.cpuMicros > slice.longAtMicros) turnIsLong(guest);
    return schedule(guest);
  }
  fibers_.push_back(std::move(guest.fiber));
  if (guest.run.ended() || guest.stop || guest.moves) return finish(guest);
  guest.restedSince = std::chrono::steady_clock::now();
  if (!guest.events.empty()) schedule(guest);
}

// On a fiber, after what the host had to do first: stripping and thawing are not the program's
// computing.
void Worker::turnBegins(Guest& guest) {
  const std::uint64_t used = guest.run.cpuMicros + threadCpuMicros() - currentSlice().startedMicros;
  guest.longAtMicros = givesWay_ ? UINT64_MAX : used + kLongTurnMicros;
  currentSlice().longAtMicros = guest.longAtMicros;
}

// Once per turn, and never again once the worker gives way. What moves is resumed once more, to
// leave its guest code.
void Worker::turnIsLong(Guest& guest) {
  guest.longAtMicros = UINT64_MAX;
  guest.moves = guest.run.request().mayMove;
  if (guest.moves) return;
  giveWay();
  encodeFrame(LongTurnFrame{.run = guest.run.id()}, out_);
}

// For good: no unprivileged process can take it back. A kernel that refuses leaves it as it is.
void Worker::giveWay() {
  if (std::exchange(givesWay_, true)) return;
  (void)setpriority(PRIO_PROCESS, 0, kGivingWay);
}

// On a fiber.
void Worker::begin(Guest& guest) {
  const StartFrame& request = guest.run.request();
  ProgramText program;
  if (request.stripped) {
    program.code = request.code;
  } else {
    currentSlice().mayYield = false;  // the stripper is one for all runs
    auto stripped = stripper_.strip(request.code);
    currentSlice().mayYield = true;
    if (!stripped) {
      return guest.run.refuse(stripped.error().error, stripped.error().position,
                              !stripper_.usable());
    }
    program = *std::move(stripped);
  }
  try {
    auto machine = takeMachine();
    ++awake_;
    turnBegins(guest);
    guest.run.start(std::move(machine), std::move(program));
  } catch (const std::bad_alloc&) {
    guest.run.refuse({ErrorCode::overloaded,
                      "The worker has no memory for another program.",
                      "Try again in a moment.",
                      {}},
                     {}, true);
  }
}

// On a fiber. A delivery or a timer; anything else cannot be in the queue of a started run.
void Worker::handle(Guest& guest, const ToWorker& event) {
  if (!wake(guest)) return;
  turnBegins(guest);
  const auto* deliver = std::get_if<DeliverFrame>(&event);
  const auto* timer = std::get_if<TimerFrame>(&event);
  const bool known =
      deliver != nullptr ? guest.run.deliver(*deliver) : timer != nullptr && guest.run.fire(*timer);
  // Every event is answered, so that the server knows when the worker is at rest.
  if (!known) encodeFrame(TurnEndFrame{.run = guest.run.id()}, out_);
}

// The machine is not restored here but by refill(), after the end has been sent: nobody waits for
// it.
void Worker::finish(Guest& guest) {
  if (guest.stop) {
    encodeFrame(StoppedFrame{.run = guest.run.id()}, out_);
  } else if (guest.moves) {
    encodeFrame(LongTurnFrame{.run = guest.run.id(), .moved = true}, out_);
  } else {
    guest.run.emitEnd();
  }
  if (guest.run.machine()) {
    used_.push_back(std::move(guest.run.machine()));
    --awake_;
  }
  const bool quick = guest.run.cpuMicros < guest.turns * kQuickTurnMicros;
  if (quick && !guest.stop && !guest.moves) quick_.remember(guest.program);
  waiting_.erase(&guest);
  guests_.erase(guest.run.id());
}

// One write for all that a slice had to say: Started, calls and End wake the server once.
void Worker::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const ssize_t count = send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) _exit(0);
    sent += static_cast<std::size_t>(count);
  }
  out_.clear();
  if (out_.capacity() > (1u << 20)) out_.shrink_to_fit();
}

// Machines beyond kHotMachines are given back to the kernel: a burst leaves no memory behind.
void Worker::refill() {
  for (auto& machine : used_) {
    if (hot_.size() >= kHotMachines) break;
    machine->attach(nullptr);
    machine->restore(image_);
    hot_.push_back(std::move(machine));
  }
  used_.clear();
}

// Throws std::bad_alloc when the kernel or RLIMIT_DATA gives no more: the caller refuses the run.
std::unique_ptr<Machine> Worker::takeMachine() {
  if (hot_.empty()) {
    used_.push_back(std::make_unique<Machine>());
    refill();
  }
  auto machine = std::move(hot_.back());
  hot_.pop_back();
  return machine;
}

// A fiber keeps its touched stack pages; the hot ones are at the back.
std::unique_ptr<Fiber> Worker::takeFiber() {
  if (fibers_.empty()) return std::make_unique<Fiber>();
  auto fiber = std::move(fibers_.back());
  fibers_.pop_back();
  return fiber;
}

}  // namespace

bool workerHasOtherWork() { return theWorker != nullptr && theWorker->hasOtherWork(); }

void workerMeetsFault() {
  if (theWorker != nullptr) theWorker->sayLastWord(false);
}

void serveRuns(int socket, const Image& image, Stripper& stripper) {
  Worker worker(socket, image, stripper);
  worker.serve();
}

}  // namespace executor::sandbox

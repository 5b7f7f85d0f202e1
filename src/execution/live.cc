#include "execution/live.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/id.h"

namespace executor::execution {
namespace {

// The code is in the record; an event repeats only what a timeline shows.
json::object createdBody(const ExecutionRecord& record) {
  json::object body{
      {"client", record.client}, {"runtime", record.runtimeId}, {"timeoutMs", record.timeoutMs}};
  if (!record.tool.empty()) body["tool"] = record.tool;
  return body;
}

// An end that the same program reaches again on the same journal.
bool isOfTheProgram(const sandbox::RunEnd& end) {
  const ErrorCode code = end.error.code;
  return end.ok || (code != ErrorCode::worker_crashed && code != ErrorCode::sandbox_unavailable &&
                    code != ErrorCode::timed_out && code != ErrorCode::cancelled);
}

sandbox::RunLimits runLimits(const ExecutionLimits& limits) {
  return {.cpuMs = limits.cpuMs,
          .memoryBytes = limits.memoryBytes,
          .calls = limits.calls,
          .openCalls = limits.openCalls};
}

sandbox::Runtime* runtimeOf(const ExecutionDeps& deps, std::string_view id) {
  for (sandbox::Runtime* runtime : deps.runtimes) {
    if (runtime->id() == id) return runtime;
  }
  return nullptr;
}

}  // namespace

std::uint64_t freshSeed() {
  std::uint64_t seed = 0;
  fillRandom(&seed, sizeof seed);
  return seed;
}

Live::Live(const ExecutionDeps& deps, LiveOwner& owner, ExecutionRecord record, bool stored,
           std::shared_ptr<const catalog::Catalog> catalog)
    : deps_(deps),
      owner_(&owner),
      journal_(deps.store, std::move(record), stored),
      catalog_(std::move(catalog)),
      budget_(std::chrono::milliseconds(journal_.record().timeoutMs),
              std::chrono::milliseconds(journal_.record().usedMs)),
      budgetTimer_(deps.loop) {}

Live::~Live() = default;

const Event& Live::record(EventKind kind, json::object body) {
  const Event& event = journal_.append(kind, now(), std::move(body));
  timeline_.apply(event);
  if (!ending_ && owner_ != nullptr) owner_->flushSoon(shared_from_this());
  return event;
}

// The record may hold the code in a blob; here it is in memory.
ExecutionView Live::view() const {
  ExecutionView view = toView(journal_.record());
  view.code = code_;
  timeline_.addTo(view);
  return view;
}

void Live::begin(std::string code, std::string input) {
  code_ = std::move(code);
  token_ = deps_.gate.open(id());
  record(EventKind::created, createdBody(journal_.record()));
  if (!refuseByTypes()) prepared(std::move(input));
}

void Live::prepared(std::string input) {
  input_ = std::move(input);
  prepared_ = true;
  if (placed_) run();
}

// It may have been cancelled in the queue.
void Live::proceed() {
  placed_ = true;
  if (prepared_ && !ending_) run();
}

// With a journal that tells more than the creation, it goes on from there.
void Live::run() {
  if (!journal_.record().tool.empty()) return runDirectCall(std::exchange(input_, {}));
  if (!replay_) return startGuest(code_, false, freshSeed(), now());
  const bool stripped = !replay_->code().empty();
  startGuest(stripped ? replay_->code() : code_, true, replay_->seed(), replay_->clock());
}

// True if the type check keeps the program from running: it then ends with what was found first.
bool Live::refuseByTypes() {
  const auto& verdict = journal_.record().submission.typeCheck;
  if (!verdict || !verdict->failed() || verdict->findings.empty()) return false;
  const TypeFinding& first = verdict->findings.front();
  sandbox::RunEnd end;
  end.error = Error{ErrorCode::type_error, "The program was not run: " + first.message, first.hint};
  end.position = {first.line, first.column};
  finishWith(std::move(end));
  return true;
}

// The runtime of the record, which after a restart of a differently built server may be gone.
void Live::startGuest(std::string code, bool stripped, std::uint64_t seed, EpochMs clock) {
  guestClock_ = clock;
  seed_ = seed;
  sandbox::Runtime* runtime = runtimeOf(deps_, journal_.record().runtimeId);
  if (runtime == nullptr) {
    return fail(Error{ErrorCode::sandbox_unavailable,
                      fmt::format("The runtime {} is not available on this server.",
                                  journal_.record().runtimeId)});
  }
  run_ = runtime->start({.tenant = workspaceId(),
                         .code = std::move(code),
                         .stripped = stripped,
                         .seed = seed,
                         .clock = clock,
                         .limits = runLimits(limitsOf(journal_.record())),
                         .computing = computing_,
                         .mayMove = !computing_},
                        *this);
}

// D13: one call and no program; the rest of the machinery does not notice. No program, no replay:
// after a restart the one call is attached again, or begun if it never was.
void Live::runDirectCall(std::string input) {
  const bool fresh = journal_.record().startedAt == 0;
  idle_ = true;
  startClock();
  if (delivered_) return endWith(*std::exchange(delivered_, std::nullopt));
  if (fresh) record(EventKind::started, {{"clock", now()}});
  OpenCall call{newId(idPrefix::kCall), journal_.record().tool, std::move(input),
                journal_.record().submission.optionsJson};
  if (timeline_.calls().empty()) return openCall(1, std::move(call));
  call.callId = timeline_.calls().begin()->second.view.id;
  open_.insert_or_assign(1, std::move(call));
  reattach(1);
}

// In replay nothing is recorded: the journal has it. Only the clock of timeoutMs starts.
void Live::onStarted(std::string strippedCode) {
  startClock();
  if (replay_) return;
  json::object body{{"seed", std::to_string(seed_)},
                    {"clock", guestClock_},
                    {"engine", runtimeOf(deps_, journal_.record().runtimeId)->engineBuild()}};
  if (strippedCode != code_) body["code"] = strippedCode;
  record(EventKind::started, std::move(body));
}

void Live::onCall(std::uint32_t n, std::string path, std::string inputJson,
                  std::string optionsJson) {
  if (ending_) return;
  OpenCall call{newId(idPrefix::kCall), std::move(path), std::move(inputJson),
                std::move(optionsJson)};
  if (replay_) return replayOpenCall(n, std::move(call));
  openCall(n, std::move(call));
}

// Due by the guest's clock, so that a resumed program waits only for what is left.
void Live::onTimer(std::uint32_t id, std::uint32_t delayMs) {
  if (ending_) return;
  timers_[id] = GuestTimer{nullptr, guestClock_ + delayMs};
  if (!replay_) armTimer(id);
}

void Live::armTimer(std::uint32_t id) {
  GuestTimer& guest = timers_.at(id);
  guest.timer = std::make_unique<SteadyTimer>(deps_.loop);
  guest.timer->expires_after(std::chrono::milliseconds(std::max<EpochMs>(0, guest.due - now())));
  guest.timer->async_wait([weak = weak_from_this(), id](boost::system::error_code cancelled) {
    if (cancelled) return;
    if (auto self = weak.lock()) self->timerFired(id);
  });
}

// It takes its turn like an outcome; a second firing of the same timer cannot be pending.
void Live::timerFired(std::uint32_t id) {
  const auto found = timers_.find(id);
  if (ending_ || found == timers_.end() || found->second.ready) return;
  found->second.ready = true;
  queue_.push_back(Ready{.timer = id});
  pump();
}

void Live::onTimerCancelled(std::uint32_t id) { timers_.erase(id); }

void Live::onConsole(sandbox::ConsoleLine line) {
  if (ending_ || (replay_ && replay_->dropsConsoleLine())) return;
  record(EventKind::console, {{"level", line.level}, {"text", line.text}});
}

void Live::onEmit(sandbox::Emission emission) {
  if (ending_ || (replay_ && replay_->dropsEmission())) return;
  record(EventKind::emitted, emissionBody(std::move(emission)));
}

// The guest is frozen from here until the next delivery.
void Live::onTurnEnd(std::uint32_t) {
  if (ending_) return;
  ++turnsEnded_;
  idle_ = true;
  if (replay_) return replayStep();
  moves_ = 0;
  pump();
}

void Live::onEnd(sandbox::RunEnd end) {
  if (ending_) return;
  if (outlives(end)) return loseGuest(end.loss);
  if (replay_ && !stopping_ && isOfTheProgram(end)) {
    if (Status complete = replay_->checkComplete(turn()); !complete) {
      return fail(std::move(complete).error());
    }
  }
  finishWith(std::move(end));
}

// Hands the next outcome or timer to the guest, if it is ready for one.
void Live::pump() {
  if (parked_ && !ending_ && !queue_.empty()) bringBack();
  while (idle_ && !ending_ && !queue_.empty()) {
    if (deliverNext()) break;
  }
  updateWaiting();
}

// False if the guest has cancelled what was next.
bool Live::deliverNext() {
  Ready next = std::move(queue_.front());
  queue_.pop_front();
  if (next.timer != 0 && timers_.erase(next.timer) == 0) return false;
  guestClock_ = std::max(guestClock_, now());
  json::object body =
      next.timer != 0 ? json::object{{"timer", next.timer}} : outcomeBody(next.n, next.outcome);
  body["clock"] = guestClock_;
  if (next.timer == 0 && !next.outcome.error.message.empty()) {
    failures_.emplace(next.n, std::move(next.outcome));
  }
  // The reference holds until the next append; the guest answers later than that.
  deliver(record(EventKind::delivered, std::move(body)).body);
  return true;
}

void Live::deliver(const json::object& body) {
  if (!run_) return;
  idle_ = false;
  if (const std::int64_t timer = numberOf(body, "timer"); timer != 0) {
    run_->deliverTimer(static_cast<std::uint32_t>(timer), guestClock_);
  } else {
    run_->deliver(deliveryOf(body), guestClock_);
  }
}

// No record, no event, no approval is touched.
void Live::abandon() {
  abandoned_ = true;
  ending_ = true;
  owner_ = nullptr;
  timers_.clear();
  budgetTimer_.cancel();
  run_.reset();
}

}  // namespace executor::execution

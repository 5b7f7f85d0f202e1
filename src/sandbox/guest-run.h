// One program in one machine, inside the worker: wrapper, turns, calls, timers, and the verdict.
//
// The verdict is read by the host from the engine, not reported by JavaScript: the state of the
// main promise, its value, JSON made by the engine's own C code. The promise of a call and the
// Error of a failed one are made here too and remembered by identity. So a program that patches
// JSON.stringify, Promise.prototype.then or anything else can change what it sees, never what is
// reported, sent, or taken for a denied call.
//
// The methods run on a fiber of the worker. Frames for the server are appended to an outbox.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sandbox/frames.h"
#include "sandbox/frozen.h"
#include "sandbox/machine.h"
#include "sandbox/positions.h"
#include "sandbox/program-form.h"
#include "sandbox/program-text.h"

namespace executor::sandbox {

// Indices into Image::functions: what the harness gives the host.
enum class HarnessFunction : std::uint8_t { describe, cyclePath, fireTimer, isError, count };

class GuestRun final : public GuestHost {
 public:
  GuestRun(StartFrame request, const Image& image, std::string& outbox);

  std::uint32_t id() const { return request_.run; }
  bool ended() const { return ended_; }
  // Guest CPU left of the budget; the worker adds what slices took.
  std::uint64_t cpuLimitMicros() const { return std::uint64_t{request_.cpuMs} * 1000; }
  std::uint64_t cpuMicros = 0;

  // The first turn. The machine has been restored from the image.
  void start(std::unique_ptr<Machine> machine, ProgramText program);
  // A later turn. False if nothing waits for it: then there was no turn.
  bool deliver(const DeliverFrame& frame);
  bool fire(const TimerFrame& frame);
  // Ends the run with an error found before it started.
  void refuse(const Error& error, SourcePosition position, bool tainted);
  // Appends the end to the outbox, once ended(), with the CPU used.
  void emitEnd();

  std::unique_ptr<Machine>& machine() { return machine_; }
  // Gives up the machine of a waiting run, which thaw() goes on in. thaw throws std::bad_alloc.
  std::unique_ptr<Machine> freeze();
  void thaw(std::unique_ptr<Machine> machine);
  bool frozen() const { return frozen_ != nullptr; }
  const StartFrame& request() const { return request_; }
  std::uint64_t fuel() const { return fuel_; }

  JsValue hostCall(std::string_view function, std::span<const JsValue> arguments) override;
  void onFuel() override;
  void onEngineText(std::string_view text) override;

 private:
  // The two functions that settle the promise of a call, owned, and where the call was made: the
  // stack of its failure.
  struct PendingCall {
    JsValue resolve = kUndefined;
    JsValue reject = kUndefined;
    std::string stack;
  };
  // An Error the host made: recognized by identity, kept alive so that its address is not reused.
  struct HostError {
    JsValue value = kUndefined;
    std::uint32_t n = 0;
    ErrorCode code = ErrorCode::program_error;
    std::string message, hint;
    std::string stack;
  };

  template <class Body>
  // One turn (D8): `body`, then microtasks, then the verdict or the wait.
  void turn(Body&& body);
  // Guest: to be called inside a turn. What they find out goes to end_, with judged_ set.
  void drain();
  void judge();
  void judgeFulfilled();
  void judgeUnreturned(std::string_view why);
  void judgeRejected(JsValue value);
  bool isErrorLike(JsValue value);
  void readThrown(JsValue value);
  void readStack(JsValue error);
  // Which limit an error means, or program_error. Host: looks at end_ only.
  void classify();
  void placeImport();
  void finishTurn(Trap trap);
  void trapped(Trap trap);
  void deadlocked();
  void failWith(ErrorCode code, std::string message, std::string hint);
  // Guest. False with the engine's exception pending.
  bool compile(JsValue& function);
  bool compileCompleted(JsValue& function);
  bool returnsItself();
  void syntaxError();
  void classifyHostError(const HostError& error);
  void seedRandom();
  // Guest. Resolves or rejects the promise of settling_.
  void settle(const DeliverFrame& frame);
  void begin();
  JsValue makeError(const DeliverFrame& frame, std::string_view stack);
  JsValue throwLimit(ErrorCode code, std::string_view message, std::string_view hint);
  void timerFailed();
  void sendHeldCalls();

  // What hostCall() dispatches to. Guest: they read their arguments, which may run the program's
  // code.
  JsValue onCall(std::span<const JsValue> arguments);
  JsValue onConsole(std::span<const JsValue> arguments);
  JsValue onEmit(std::span<const JsValue> arguments);
  JsValue onTimer(std::span<const JsValue> arguments);
  JsValue onTimerCleared(std::span<const JsValue> arguments);
  void appendConsole(std::uint8_t level, std::string text);
  bool readArgument(std::span<const JsValue> arguments, std::size_t index, std::string& out,
                    std::size_t limit);
  JsValue harness(HarnessFunction function, std::span<const JsValue> arguments);

  // What the server asked for; limits are already cut to the product's maxima.
  StartFrame request_;
  const Image& image_;
  std::string& outbox_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Frozen> frozen_;
  ProgramText program_;
  // What program_ becomes when its last statement is its result.
  BodyEnding form_;
  std::uint64_t nonce_ = 0;  // of the wrapper's label
  // The promise of the program's async function.
  JsValue main_ = kUndefined;
  // Filled piece by piece while judging; sent by emitEnd().
  EndFrame end_;
  std::map<std::uint32_t, PendingCall> open_;  // made and not settled, sent or held
  std::deque<CallFrame> held_;                 // beyond openCalls
  std::set<std::uint32_t> timers_;
  std::vector<HostError> hostErrors_;
  // What guest sections use instead of locals: nothing with a destructor may be on their stack.
  PendingCall settling_;
  CallFrame calling_;
  Emission emitting_;
  DeliverFrame limit_;
  std::string stackText_, text_, completed_;
  // Interrupt polls so far: the same for the same code and deliveries, on every machine (D9).
  std::uint64_t fuel_ = 0;
  std::uint64_t random_ = 0;
  // The clock of the first turn: what performance.now() counts from.
  std::int64_t startClock_ = 0;
  std::uint32_t calls_ = 0;
  std::uint32_t sent_ = 0;  // open and known to the server
  std::uint32_t turns_ = 0;
  std::uint32_t emits_ = 0;
  std::size_t emitBytes_ = 0;
  std::size_t consoleBytes_ = 0;
  bool consoleFull_ = false;
  bool judged_ = false;
  bool ended_ = false;
};

}  // namespace executor::sandbox

// How a verdict is reached. A turn runs the program's code on the machine, then microtasks one by
// one; after each the host looks at the main promise. Settled means judged: its value is turned
// into JSON by the engine's C code, or its reason is read as an error. Not settled and nothing open
// means deadlock. A trap ends the run with what the host kept, for the machine's memory says
// nothing reliable any more.
//
// The rule that shapes the code: guest code can be left by siglongjmp at any instruction, from the
// tick's signal handler. So no function here may hold a std::string or the like in a local while it
// calls into the machine; texts live in members (text_, stackText_, calling_), and host work
// between is marked by HostSection. An exception in a member is not lost memory: the GuestRun is
// destroyed as a whole.
//
// Values of the engine are rarely freed. What dies with the run costs nothing; only what repeats
// per call or per microtask is given back, or a program that makes calls in a loop would run into
// its memory limit by our fault.
#include "sandbox/guest-run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "sandbox/absent.h"
#include "sandbox/tick.h"

namespace executor::sandbox {
namespace {

// The engine's own words, compared to tell which limit was met. They are part of the pinned build:
// the tests in limits-test.cc fail when an update changes them.
constexpr std::string_view kOutOfMemory = "out of memory";
constexpr std::string_view kStackExceeded = "Maximum call stack size exceeded";
constexpr std::string_view kConsoleFull = "[console output over 64 KiB is dropped]";
// Of texts that only describe: an error's name, a path in a value. Longer ones are the program's
// making.
constexpr std::size_t kMaxNameBytes = 200;
// Of a stack as the engine gives it. agentStack() keeps 16 frames; a program can make its stack as
// long as it likes.
constexpr std::size_t kMaxRawStackBytes = 8u << 10;

// splitmix64: any seed gives a good stream, zero too. Not for secrets: none are made in a program.
std::uint64_t mix(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

// The image and the outbox are the worker's and outlive every run.
GuestRun::GuestRun(StartFrame request, const Image& image, std::string& outbox)
    : request_(std::move(request)), image_(image), outbox_(outbox), random_(request_.seed) {
  end_.run = request_.run;
}

// One turn: what `body` starts, then every microtask (D8). The verdict is looked for after each
// microtask, so that floating calls and endless side loops do not delay the end.
template <class Body>
void GuestRun::turn(Body&& body) {
  ++turns_;
  const Trap trap = enterGuest([&] {
    body();
    if (!judged_) drain();
  });
  finishTurn(trap);
}

void GuestRun::start(std::unique_ptr<Machine> machine, ProgramText program) {
  machine_ = std::move(machine);
  program_ = std::move(program);
  machine_->attach(this);
  machine_->setClock(request_.clock);
  machine_->setMemoryCap(request_.memoryBytes);
  startClock_ = request_.clock;
  seedRandom();
  nonce_ = mix(random_);
  // What a journal kept is complete: the same text runs again.
  if (!request_.stripped) form_ = findEnding(program_.code);
  program_.map.insert(findInsertion(program_.code));
  turn([this] { begin(); });
}

// Math.random's state is part of the image: without this every run would draw the same numbers.
void GuestRun::seedRandom() {
  std::uint64_t state = mix(random_);
  if (state == 0) state = 1;
  std::memcpy(machine_->memory().data + image_.randomState, &state, sizeof state);
}

// Started is said only when the program compiled: what does not compile has never begun, and the
// journal has nothing to replay.
void GuestRun::begin() {
  JsValue function = kUndefined;
  if (!compile(function)) return syntaxError();
  {
    HostSection host;
    encodeFrame(StartedFrame{.run = request_.run, .code = program_.code}, outbox_);
  }
  main_ = machine_->call(function, {});
  if (isException(main_)) judgeRejected(machine_->takeException());
}

// Compiling executes nothing of the program: the wrapper is an arrow function, and evaluating its
// text only makes it.
bool GuestRun::compile(JsValue& function) {
  if (form_.kind != BodyEnding::Kind::none && compileCompleted(function)) return true;
  {
    HostSection host;
    text_ = wrapForEngine(program_.code, nonce_);
  }
  function = machine_->eval(text_, kProgramFile, kEvalStrict);
  return !isException(function);
}

// With a `return` for the last statement, if the program has none of its own and that compiles;
// else it runs as it was sent, and what is wrong with it is said of that.
bool GuestRun::compileCompleted(JsValue& function) {
  if (form_.mayReturn && returnsItself()) return false;
  {
    HostSection host;
    completed_ = completeBody(program_.code, form_);
    text_ = wrapForEngine(completed_, nonce_);
  }
  function = machine_->eval(text_, kProgramFile, kEvalStrict);
  if (isException(function)) {
    machine_->free(machine_->takeException());
    return false;
  }
  HostSection host;
  program_.code = completed_;
  program_.map.insert(findInsertion(program_.code));
  return true;
}

// Compiled as a script that may await, where a `return` outside of functions is an error. Other
// errors leave the program alone just as well.
bool GuestRun::returnsItself() {
  const JsValue script =
      machine_->eval(program_.code, kProgramFile, kEvalStrict | kEvalCompileOnly | kEvalAsync);
  if (isException(script)) {
    machine_->free(machine_->takeException());
    return true;
  }
  machine_->free(script);
  return false;
}

// The engine complains about the wrapped text. When its complaint is about our part of it, the
// agent gets a sentence about braces instead of one about code it never wrote.
void GuestRun::syntaxError() {
  readThrown(machine_->takeException());
  HostSection host;
  judged_ = true;
  const bool memory = machine_->growthRefused() && end_.message == kOutOfMemory;
  if (memory) return failWith(ErrorCode::memory_limit, "The program is too large to compile.", {});
  if (complainsOfWrapper(end_.message, end_.line, program_.code)) {
    end_.line = end_.column = 0;
    end_.stack.clear();
    return failWith(ErrorCode::syntax_error,
                    "The program closes a block that it did not open, or leaves one open.",
                    "Balance the braces: the program is the body of one async function.");
  }
  failWith(ErrorCode::syntax_error, end_.message,
           "The program is the body of an async function, in TypeScript or JavaScript.");
}

// A failing microtask is an engine matter (memory): the promise it belonged to tells the program.
void GuestRun::drain() {
  bool failed = false;
  while (machine_->promiseState(main_) == Machine::Promise::pending) {
    if (!machine_->runJob(failed)) return;
    if (failed) machine_->free(machine_->takeException());
  }
  judge();
}

// The promise has settled; what it settled with decides.
void GuestRun::judge() {
  if (machine_->promiseState(main_) == Machine::Promise::fulfilled) return judgeFulfilled();
  judgeRejected(machine_->promiseResult(main_));
}

// JSON is made by the engine's C code: exact doubles (D22), and no patched JSON.stringify in the
// way. toJSON of the program's own objects is honoured, as the language says.
void GuestRun::judgeFulfilled() {
  const JsValue value = machine_->promiseResult(main_);
  const JsValue text = machine_->stringify(value);
  if (isException(text) && !machine_->growthRefused() && returnsImplicitly(program_.code)) {
    machine_->free(machine_->takeException());
    return judgeUnreturned("it has no JSON form");
  }
  if (isException(text)) {
    readThrown(machine_->takeException());
    text_.clear();
    const JsValue path = harness(HarnessFunction::cyclePath, {&value, 1});
    bool failed = isException(path);
    if (!failed) machine_->read(path, text_, kMaxNameBytes, failed);
    HostSection host;
    judged_ = true;
    if (machine_->growthRefused() && end_.message == kOutOfMemory) return classify();
    return failWith(ErrorCode::result_not_serializable,
                    text_.empty() ? "The returned value has no JSON form: " + end_.message
                                  : "The returned value contains itself, at " + text_ + ".",
                    "Return plain data: objects, arrays, strings, numbers, booleans, null.");
  }
  bool failed = false;
  if (hasTag(text, JsTag::undefined)) {
    HostSection host;
    end_.resultJson = "null";
  } else {
    machine_->read(text, end_.resultJson, kMaxResultBytes + 1, failed);
  }
  HostSection host;
  judged_ = true;
  if (failed) return failWith(ErrorCode::memory_limit, "The result does not fit in memory.", {});
  if (end_.resultJson.size() > kMaxResultBytes && returnsImplicitly(program_.code)) {
    return judgeUnreturned("it is too large");
  }
  if (end_.resultJson.size() > kMaxResultBytes) {
    return failWith(ErrorCode::result_too_large,
                    fmt::format("The result is larger than {} MiB.", kMaxResultBytes >> 20),
                    "Return a summary, or only the fields that are needed.");
  }
  end_.ok = true;
}

// Nobody said that the last expression is the result, so it cannot be one that fails.
void GuestRun::judgeUnreturned(std::string_view why) {
  HostSection host;
  judged_ = true;
  appendConsole(3, fmt::format("The value of the last expression is not returned: {}.", why));
  end_.resultJson = "null";
  end_.ok = true;
}

// Identity, not looks: a copy of a host error, or an object with the same members, is the
// program's.
void GuestRun::judgeRejected(JsValue value) {
  readThrown(value);
  HostSection host;
  judged_ = true;
  for (const HostError& error : hostErrors_) {
    if (error.value == value) return classifyHostError(error);
  }
  classify();
}

// The very object the host made: its own words count, not what the program may have written into
// it.
void GuestRun::classifyHostError(const HostError& error) {
  end_.hostErrorCall = error.n;
  if (end_.line == 0) {
    const AgentStack stack = agentStack(error.stack, kWrapperLines, program_.map, program_.code);
    end_.line = stack.position.line;
    end_.column = stack.position.column;
    end_.stack = stack.text;
  }
  failWith(error.code, error.message, error.hint);
}

void GuestRun::classify() {
  // With no memory left even for an Error the engine throws null.
  const bool memory =
      machine_->growthRefused() && (end_.message == kOutOfMemory || end_.message == "null");
  if (memory) {
    return failWith(
        ErrorCode::memory_limit,
        fmt::format("The program used more than {} MiB of memory.", request_.memoryBytes >> 20),
        "Keep less at once: process pages one by one and return a summary.");
  }
  if (end_.errorName == "RangeError" && end_.message == kStackExceeded) {
    return failWith(ErrorCode::stack_overflow, "The program recursed too deeply.",
                    "Use a loop, or end the recursion earlier.");
  }
  const std::string teaching = end_.errorName == "ReferenceError" ? teachAbsent(end_.message) : "";
  failWith(ErrorCode::program_error, teaching.empty() ? end_.message : teaching, {});
  placeImport();
}

// The loader's error is made where no frame of the program is left.
void GuestRun::placeImport() {
  if (end_.line != 0 || end_.message != kNoImport) return;
  const auto at = findDynamicImport(program_.code);
  if (!at) return;
  const SourcePosition place = program_.map.original(*at);
  end_.line = place.line;
  end_.column = place.column;
}

// The one place where a run's error is written. A result that was half read is dropped, so that an
// end is either a result or an error, never both.
void GuestRun::failWith(ErrorCode code, std::string message, std::string hint) {
  end_.ok = false;
  end_.resultJson.clear();
  end_.code = traits(code).name;
  end_.message = truncateText(message, kMaxErrorTextBytes - 64);
  end_.hint = truncateText(hint, kMaxErrorTextBytes - 64);
}

// Errors of the engine, and what the harness made that behaves like one (DOMException). The second
// needs guest code, since it is an instanceof test.
bool GuestRun::isErrorLike(JsValue value) {
  if (machine_->isError(value)) return true;
  return hasTag(value, JsTag::object) &&
         harness(HarnessFunction::isError, {&value, 1}) == makeValue(JsTag::boolean, 1);
}

// Name, message and stack may be getters of the program: guest code that can lie about these texts,
// and does so about its own error only.
void GuestRun::readThrown(JsValue value) {
  bool failed = true;
  if (!isErrorLike(value)) {
    const JsValue text = harness(HarnessFunction::describe, {&value, 1});
    if (!isException(text)) machine_->read(text, end_.message, kMaxErrorTextBytes, failed);
    HostSection host;
    end_.errorName.clear();
    if (failed) end_.message = "a value that cannot be shown";
    return;
  }
  const JsValue name = machine_->property(value, "name");
  if (!isException(name)) machine_->read(name, end_.errorName, kMaxNameBytes, failed);
  const JsValue message = machine_->property(value, "message");
  if (!isException(message)) machine_->read(message, end_.message, kMaxErrorTextBytes, failed);
  readStack(value);
  machine_->free(machine_->takeException());
}

// A stack that cannot be read (a getter that throws) leaves position and frames as they are:
// unknown, not wrong.
void GuestRun::readStack(JsValue error) {
  bool failed = true;
  const JsValue stack = machine_->property(error, "stack");
  if (!isException(stack) && !hasTag(stack, JsTag::undefined)) {
    machine_->read(stack, stackText_, kMaxRawStackBytes, failed);
  }
  if (failed) return;
  HostSection host;
  AgentStack agent = agentStack(stackText_, kWrapperLines, program_.map, program_.code);
  end_.line = agent.position.line;
  end_.column = agent.position.column;
  end_.stack = std::move(agent.text);
}

// A turn without verdict leaves the run waiting, if there is anything it could wait for.
// Called with guest code left behind: from here everything is host work and may allocate.
void GuestRun::finishTurn(Trap trap) {
  if (trap != Trap::none) {
    trapped(trap);
    ended_ = true;
  } else if (judged_) {
    ended_ = true;
  } else {
    sendHeldCalls();
    if (open_.empty() && timers_.empty()) return deadlocked();
    encodeFrame(TurnEndFrame{.run = request_.run, .turn = turns_}, outbox_);
  }
}

// The machine is in an unknown state after a trap; only what the host kept is looked at.
void GuestRun::trapped(Trap trap) {
  end_.errorName.clear();
  if (trap == Trap::stackOverflow) {
    return failWith(ErrorCode::stack_overflow, "The program recursed too deeply.",
                    "Use a loop, or end the recursion earlier.");
  }
  if (trap == Trap::cpuBudget) {
    return failWith(ErrorCode::cpu_limit,
                    fmt::format("The program used its {} ms of CPU time.", request_.cpuMs),
                    "Do less computation: let tools filter and aggregate, or split the work.");
  }
  if (machine_->growthRefused()) {
    return failWith(
        ErrorCode::memory_limit,
        fmt::format("The program used more than {} MiB of memory.", request_.memoryBytes >> 20),
        "Keep less at once: process pages one by one and return a summary.");
  }
  failWith(ErrorCode::worker_crashed, "The engine stopped while running the program.",
           "Run it again; if it happens again, report the program.");
  end_.detail = fmt::format("trap {}; {}", static_cast<int>(trap), text_);
  end_.tainted = true;
}

// No microtask, no open call, no timer: nothing that can still happen would wake the program.
// Waiting for the wall deadline would only hide its mistake.
void GuestRun::deadlocked() {
  failWith(ErrorCode::deadlock, "The program waits for something that can never happen.",
           "A promise it awaits has no tool call and no timer behind it.");
  ended_ = true;
}

// For what goes wrong before there is a machine (stripping, memory) or when one cannot be had
// again.
void GuestRun::refuse(const Error& error, SourcePosition position, bool tainted) {
  failWith(error.code, error.message, error.hint);
  end_.detail = error.detail;
  end_.errorName = "SyntaxError";
  end_.line = position.line;
  end_.column = position.column;
  end_.tainted = tainted;
  ended_ = true;
}

// Apart from judging, because the CPU of the last slice is only known when the fiber has returned.
void GuestRun::emitEnd() {
  end_.cpuMicros = cpuMicros;
  encodeFrame(end_, outbox_);
}

// Only between turns: then the C stack of the engine is dead and the image plus the differing
// blocks are the whole state.
std::unique_ptr<Machine> GuestRun::freeze() {
  frozen_ = std::make_unique<Frozen>(*machine_, image_);
  machine_->attach(nullptr);
  return std::move(machine_);
}

// A failed thaw leaves frozen_ set and the machine with its partial content; the caller ends the
// run and restores the machine.
void GuestRun::thaw(std::unique_ptr<Machine> machine) {
  machine_ = std::move(machine);
  frozen_->thaw(*machine_);
  frozen_.reset();
  machine_->attach(this);
}

// A held call has not been sent, so an outcome for it cannot be genuine: the server counts it as
// unknown and there is no turn.
bool GuestRun::deliver(const DeliverFrame& frame) {
  const auto found = open_.find(frame.n);
  if (found == open_.end() || (!held_.empty() && frame.n >= held_.front().n)) return false;
  settling_ = std::move(found->second);
  open_.erase(found);
  --sent_;
  machine_->setClock(frame.clock);
  turn([&] { settle(frame); });
  return true;
}

// The value of a good answer is parsed by the engine, not by the program's JSON.parse. Text that is
// no JSON rejects the call with the engine's SyntaxError: the program can react.
void GuestRun::settle(const DeliverFrame& frame) {
  JsValue function = settling_.resolve;
  JsValue value = kUndefined;
  if (!frame.ok) {
    function = settling_.reject;
    value = makeError(frame, settling_.stack);
  } else if (!frame.valueJson.empty()) {
    value = machine_->parseJson(frame.valueJson);
  }
  if (isException(value)) {
    function = settling_.reject;
    value = machine_->takeException();
  }
  machine_->free(machine_->call(function, {&value, 1}));
  machine_->free(value);
  machine_->free(settling_.resolve);
  machine_->free(settling_.reject);
}

// All facts are own properties, so that console.log and JSON.stringify show them. The stack is that
// of the call: where the error was made there is no frame of the agent.
JsValue GuestRun::makeError(const DeliverFrame& frame, std::string_view stack) {
  const JsValue error = machine_->newError();
  if (isException(error)) return error;
  machine_->define(error, "message", machine_->newString(frame.message), false);
  machine_->define(error, "stack", machine_->newString(stack), false);
  machine_->define(error, "code", machine_->newString(frame.code), true);
  if (frame.status != 0) {
    machine_->define(error, "status", machine_->newNumber(frame.status), true);
  }
  if (!frame.bodyJson.empty()) {
    JsValue body = machine_->parseJson(frame.bodyJson);
    if (isException(body)) {
      machine_->free(machine_->takeException());
      body = machine_->newString(frame.bodyJson);
    }
    machine_->define(error, "body", body, true);
  }
  if (!frame.toolPath.empty()) {
    machine_->define(error, "toolPath", machine_->newString(frame.toolPath), true);
  }
  if (!frame.hint.empty()) machine_->define(error, "hint", machine_->newString(frame.hint), true);
  const JsValue kept = machine_->duplicate(error);
  HostSection host;
  ErrorCode code = ErrorCode::program_error;
  parseErrorCode(frame.code, code);
  hostErrors_.push_back({kept, frame.n, code, frame.message, frame.hint, std::string(stack)});
  return error;
}

// The same kind of error as a failed call, so that a program handles a limit like any other
// failure. n is 0: no call of the server's is behind it, and an uncaught one is no denial (D11).
JsValue GuestRun::throwLimit(ErrorCode code, std::string_view message, std::string_view hint) {
  {
    HostSection host;
    limit_ = {.run = request_.run,
              .message = std::string(message),
              .code = std::string(traits(code).name),
              .hint = std::string(hint)};
  }
  const JsValue error = makeError(limit_, stackText_);
  return isException(error) ? error : machine_->throwValue(error);
}

bool GuestRun::fire(const TimerFrame& frame) {
  if (timers_.erase(frame.id) == 0) return false;
  machine_->setClock(frame.clock);
  turn([&] {
    const JsValue id = machine_->newNumber(frame.id);
    if (isException(harness(HarnessFunction::fireTimer, {&id, 1}))) timerFailed();
  });
  return true;
}

// There is nobody to throw to: the console says it, the program goes on.
void GuestRun::timerFailed() {
  readThrown(machine_->takeException());
  HostSection host;
  const auto name = end_.errorName.empty() ? "" : end_.errorName + ": ";
  appendConsole(4, fmt::format("Uncaught in a timer callback: {}{}", name, end_.message));
  end_ = {};
  end_.run = request_.run;
}

// First come, first sent: the order stays a function of the program and the deliveries alone.
void GuestRun::sendHeldCalls() {
  while (!held_.empty() && sent_ < request_.openCalls) {
    encodeFrame(held_.front(), outbox_);
    held_.pop_front();
    ++sent_;
  }
}

// Guest. The functions were taken from the image when it was made; nothing the program patches
// replaces them.
JsValue GuestRun::harness(HarnessFunction function, std::span<const JsValue> arguments) {
  return machine_->call(image_.functions[static_cast<std::size_t>(function)], arguments);
}

// Everything the harness can ask of the host. The harness holds these functions in closures; should
// a program get hold of one, it can do what `tools`, `console` and timers let it do anyway.
JsValue GuestRun::hostCall(std::string_view function, std::span<const JsValue> arguments) {
  if (function == "call") return onCall(arguments);
  if (function == "console") return onConsole(arguments);
  if (function == "emit") return onEmit(arguments);
  if (function == "timer") return onTimer(arguments);
  if (function == "clear") return onTimerCleared(arguments);
  if (function == "random") {
    return machine_->newNumber(static_cast<double>(mix(random_) >> 32));
  }
  if (function == "elapsed") {
    return machine_->newNumber(static_cast<double>(machine_->clock() - startClock_));
  }
  return kUndefined;
}

// Absent arguments are empty texts. False: an exception is pending (a string conversion ran guest
// code, or memory ran out).
bool GuestRun::readArgument(std::span<const JsValue> arguments, std::size_t index, std::string& out,
                            std::size_t limit) {
  bool failed = false;
  {
    HostSection host;
    out.clear();
  }
  if (index >= arguments.size() || hasTag(arguments[index], JsTag::undefined)) return true;
  machine_->read(arguments[index], out, limit, failed);
  return !failed;
}

// call(path, inputJson, optionsJson | undefined, stack) → promise
JsValue GuestRun::onCall(std::span<const JsValue> arguments) {
  if (!readArgument(arguments, 0, calling_.path, kMaxPathBytes + 1) ||
      !readArgument(arguments, 1, calling_.inputJson, kMaxCallInputBytes + 1) ||
      !readArgument(arguments, 2, calling_.optionsJson, kMaxOptionsBytes + 1) ||
      !readArgument(arguments, 3, stackText_, kMaxRawStackBytes)) {
    return kException;
  }
  if (calls_ >= request_.calls) {
    return throwLimit(ErrorCode::call_limit, "The program made more tool calls than allowed.",
                      "Ask for larger pages, or split the work over several executions.");
  }
  if (calling_.path.size() > kMaxPathBytes || calling_.inputJson.size() > kMaxCallInputBytes ||
      calling_.optionsJson.size() > kMaxOptionsBytes) {
    return throwLimit(ErrorCode::payload_too_large, "The input of a tool call is too large.",
                      "An input is at most 8 MiB as JSON.");
  }
  PendingCall& pending = settling_;
  const JsValue promise = machine_->newPromise(pending.resolve, pending.reject);
  if (isException(promise)) return promise;
  // From here on no guest code runs: the call exists for both sides or for neither.
  HostSection host;
  calling_.run = request_.run;
  calling_.n = ++calls_;
  open_[calling_.n] = {pending.resolve, pending.reject, stackText_};
  if (held_.empty() && sent_ < request_.openCalls) {
    encodeFrame(calling_, outbox_);
    ++sent_;
  } else {
    held_.push_back(calling_);
  }
  return promise;
}

// console(level, text)
JsValue GuestRun::onConsole(std::span<const JsValue> arguments) {
  if (arguments.size() < 2 || consoleFull_) return kUndefined;
  const std::int32_t level = machine_->toInt(arguments[0]);
  if (!readArgument(arguments, 1, text_, 4 * kMaxConsoleLineBytes)) return kException;
  HostSection host;
  appendConsole(static_cast<std::uint8_t>(std::clamp(level, 0, 4)), text_);
  return kUndefined;
}

// Bounded twice, per line and per run; the last line says that there was more.
void GuestRun::appendConsole(std::uint8_t level, std::string text) {
  if (consoleFull_) return;
  text = truncateText(text, kMaxConsoleLineBytes);
  consoleBytes_ += text.size() + 1;
  if (consoleBytes_ > kMaxConsoleBytes) {
    consoleFull_ = true;
    level = 3;
    text = kConsoleFull;
  }
  encodeFrame(ConsoleFrame{.run = request_.run, .level = level, .text = std::move(text)}, outbox_);
}

// emit(kind, mimeType, name, text, data). Told apart from the console by being for people: what
// does not fit is an error of the program and not a line that says so.
JsValue GuestRun::onEmit(std::span<const JsValue> arguments) {
  if (!readArgument(arguments, 0, emitting_.kind, kMaxEmitNameBytes) ||
      !readArgument(arguments, 1, emitting_.mimeType, kMaxMimeTypeBytes + 1) ||
      !readArgument(arguments, 2, emitting_.name, kMaxEmitNameBytes + 1) ||
      !readArgument(arguments, 3, emitting_.text, kMaxEmitBytes + 1) ||
      !readArgument(arguments, 4, emitting_.data, kMaxEmitBytes + 1)) {
    return kException;
  }
  const std::size_t bytes = emitting_.text.size() + emitting_.data.size();
  if (emits_ >= kMaxEmits || bytes > kMaxEmitBytes - emitBytes_) {
    return throwLimit(ErrorCode::limit_exceeded, "The program emits more than it may.",
                      "At most 100 outputs of together 4 MiB: show less, or smaller pictures.");
  }
  if (const std::string_view problem = emissionProblem(emitting_); !problem.empty()) {
    return throwLimit(ErrorCode::invalid_argument, problem,
                      "emit(text), or emit({ type: 'image' | 'audio' | 'file', mimeType, data, "
                      "name }) with data as base64 or a Uint8Array.");
  }
  HostSection host;
  ++emits_;
  emitBytes_ += bytes;
  encodeFrame(EmitFrame{.run = request_.run, .emission = emitting_}, outbox_);
  return kUndefined;
}

// timer(id, delayMs)
JsValue GuestRun::onTimer(std::span<const JsValue> arguments) {
  if (arguments.size() < 2) return kUndefined;
  const double id = machine_->toDouble(arguments[0]);
  const double delay = machine_->toDouble(arguments[1]);
  if (timers_.size() >= kMaxTimers) {
    return throwLimit(ErrorCode::limit_exceeded, "The program has too many timers open.",
                      "At most 1,000 timers may be open at once.");
  }
  HostSection host;
  const auto number = static_cast<std::uint32_t>(std::clamp(id, 0.0, 4294967295.0));
  const auto ms = static_cast<std::uint32_t>(std::clamp(delay, 0.0, 2147483647.0));
  timers_.insert(number);
  encodeFrame(TimerSetFrame{.run = request_.run, .id = number, .delayMs = ms}, outbox_);
  return kUndefined;
}

// clear(id)
JsValue GuestRun::onTimerCleared(std::span<const JsValue> arguments) {
  if (arguments.empty()) return kUndefined;
  const double id = machine_->toDouble(arguments[0]);
  HostSection host;
  const auto number = static_cast<std::uint32_t>(std::clamp(id, 0.0, 4294967295.0));
  if (timers_.erase(number) == 0) return kUndefined;
  encodeFrame(TimerClearedFrame{.run = request_.run, .id = number}, outbox_);
  return kUndefined;
}

void GuestRun::onFuel() {
  ++fuel_;
  pollSlice();
}

void GuestRun::onEngineText(std::string_view text) { text_ = truncateText(text, kMaxNameBytes); }

}  // namespace executor::sandbox

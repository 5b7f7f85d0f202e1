// The runtime seam: where an agent's program runs. Behind it are `local` and, where it is allowed,
// `local-vm`: one pool, with and without jails. A remote host fits it; what it has to keep is in
// README.md ("A runtime elsewhere").
//
// A Run is one program in one fresh machine. Everything it does to the world leaves through
// RunEvents (a tool call, a timer, a console line, the end), and everything it learns enters
// through deliver(). The guest is frozen between deliveries: a turn begins with exactly one
// delivery (or the start) and ends when no microtask is left (D8). Calls made in a turn have
// numbers n in program order, counted from 1 over the whole run. Nothing in a Run knows a
// credential, a policy or a tool.
//
// All methods and callbacks run on the loop thread that started the Run. RunEvents must outlive the
// Run; destroying a Run kills it and no callback follows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/time.h"

namespace executor::sandbox {

// Defaults and maxima of one run's limits.
inline constexpr std::size_t kMaxCodeBytes = 512u << 10;
inline constexpr std::size_t kMaxResultBytes = 16u << 20;
inline constexpr std::size_t kMaxCallInputBytes = 8u << 20;
inline constexpr std::size_t kMaxConsoleBytes = 64u << 10;  // per run, then one line says so
inline constexpr std::size_t kMaxConsoleLineBytes = 8u << 10;
inline constexpr std::uint32_t kMaxEmits = 100;            // per run
inline constexpr std::size_t kMaxEmitBytes = 4u << 20;     // per run, as text and base64
inline constexpr std::uint32_t kMaxCalls = 1'000;          // per run
inline constexpr std::uint32_t kMaxOpenCalls = 100;        // at once, per run
inline constexpr std::uint32_t kMaxTimers = 1'000;         // open at once
inline constexpr std::size_t kMaxMemoryBytes = 64u << 20;  // guest linear memory
inline constexpr std::uint32_t kMaxCpuMs = 10'000;         // guest CPU per run, all turns

struct RunLimits {
  std::uint32_t cpuMs = kMaxCpuMs;
  std::size_t memoryBytes = kMaxMemoryBytes;
  std::uint32_t calls = kMaxCalls;
  std::uint32_t openCalls = kMaxOpenCalls;
};

struct RunRequest {
  std::string tenant;     // workspace id; a worker serves one tenant at a time
  std::string code;       // the agent's source: body of an async function, TypeScript or JavaScript
  bool stripped = false;  // code is JavaScript already stripped (replay)
  std::uint64_t seed = 0;  // of Math.random and crypto
  EpochMs clock = 0;       // what Date.now() shows during the first turn
  RunLimits limits;
  // It is known to compute: such runs share processes that give way to all others.
  bool computing = false;
  // Its owner can start it again on its journal (D8). A turn that turns out to compute then ends
  // the run with Loss::moved, and the owner starts it again with `computing`.
  bool mayMove = false;
};

struct ConsoleLine {
  std::string level;  // debug log info warn error
  std::string text;
};

// One output of emit(value): for the user, beside the result (D19). Exactly one of text and data.
struct Emission {
  std::string kind;      // text image audio file
  std::string mimeType;  // empty for text
  std::string name;      // of a file; else empty
  std::string text;
  std::string data;  // base64
};

// A position in the agent's own source, 1-based, columns in UTF-16 units; 0 when unknown.
struct SourcePosition {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// Why a run is over that has not ended: what it had to do with the death of the process it was in,
// or where it is to go on (D9).
enum class Loss : std::uint8_t {
  none,    // it has ended
  cause,   // its turn was on the CPU: it has failed
  inTurn,  // a turn of it was in progress, but not on the CPU as far as the host can tell
  atRest,  // it waited between two turns
  moved    // no process died: its turn computes, and is to do so among those that compute
};

// How a program ended. Built by the host from outside the guest: nothing the program patches can
// change `ok`, forge a call or forge `hostErrorCall`.
struct RunEnd {
  bool ok = false;
  std::string resultJson;  // when ok: JSON text, "null" for undefined
  Error error;             // when not ok: program_error, syntax_error, cpu_limit, worker_crashed …
  std::string errorName;   // "TypeError" …, for program_error
  std::string stack;       // only the agent's frames, in agent positions; may be empty
  SourcePosition position;
  // n of the call whose host-made error object is the very value the program ended with; 0 if none.
  // What `denied` is decided by (D11).
  std::uint32_t hostErrorCall = 0;
  std::uint64_t cpuMicros = 0;
  // With inTurn, atRest and moved the run is gone through no fault of its program: its owner may
  // start it again on its journal (D8), here or elsewhere. Owners that cannot take the error as it
  // is.
  Loss loss = Loss::none;
};

class RunEvents {
 public:
  virtual ~RunEvents() = default;
  // After stripping and compiling, before the first instruction of the agent. `code` is what runs.
  virtual void onStarted(std::string strippedCode) = 0;
  // The program called tools.<path>(input, options). inputJson is JSON text ("{}" if no argument);
  // optionsJson is empty when absent.
  virtual void onCall(std::uint32_t n, std::string path, std::string inputJson,
                      std::string optionsJson) = 0;
  // setTimeout/setInterval: the host is to deliver the timer after `delayMs`.
  virtual void onTimer(std::uint32_t id, std::uint32_t delayMs) = 0;
  virtual void onTimerCancelled(std::uint32_t id) = 0;
  virtual void onConsole(ConsoleLine line) = 0;
  virtual void onEmit(Emission) {}
  // The guest has no microtask left and waits; `turn` counts from 1. Not sent for the last turn.
  virtual void onTurnEnd(std::uint32_t turn) = 0;
  virtual void onEnd(RunEnd end) = 0;
};

// The outcome of a call as the program sees it.
struct Delivery {
  std::uint32_t n = 0;
  bool ok = false;
  std::string valueJson;  // ok: JSON text, or empty for undefined
  // not ok: what the Error object carries (product.md section 5)
  std::string message;
  std::string code;
  int status = 0;        // upstream HTTP status, 0 if none
  std::string bodyJson;  // upstream body, empty if none
  std::string toolPath;
  std::string hint;
};

class Run {
 public:
  virtual ~Run() = default;
  // Exactly one delivery begins a turn; `clock` is what Date.now() shows in it. A delivery for an
  // unknown or settled n is ignored. Deliveries queue while a turn runs.
  virtual void deliver(Delivery delivery, EpochMs clock) = 0;
  virtual void deliverTimer(std::uint32_t id, EpochMs clock) = 0;
  // Ends the run from outside; onEnd follows with `error`, unless the run has ended already.
  virtual void stop(Error error) = 0;
};

struct JailPart {
  std::string name;  // "user namespace", "seccomp", …
  bool active = false;
  std::string reason;  // why not
};

// The runtime without the second wall, which exists only where DANGEROUSLY_ALLOW_LOCAL_VM says so.
inline constexpr std::string_view kLocalVm = "local-vm";

class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual std::string_view id() const = 0;  // "local", kLocalVm
  // Never the default: whoever wants it has to name it.
  virtual bool onlyByName() const { return false; }
  virtual std::unique_ptr<Run> start(RunRequest request, RunEvents& events) = 0;
  virtual std::vector<JailPart> jail() const = 0;
  // Identifies the engine build; part of an execution's `started` record.
  virtual std::string_view engineBuild() const = 0;
};

}  // namespace executor::sandbox

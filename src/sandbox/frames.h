// What server and worker say to each other, and the codec that treats the worker as hostile.
//
// A frame is a length (u32, little endian), a type (u8), the number of the run (u32), and the
// fields of the type in order: integers of fixed width, texts as length and bytes. Decoding checks
// every length against the limit written beside the field and refuses unknown types, bytes left
// over and texts that are not UTF-8 where the server will use them as text. A frame that does not
// decode means the worker cannot be trusted any more: it is killed and its runs end as
// `worker_crashed`.
//
// SOCK_STREAM with own framing, because a SOCK_SEQPACKET message is limited by the system's
// wmem_max.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "sandbox/emission.h"
#include "sandbox/runtime.h"

namespace executor::sandbox {

inline constexpr std::size_t kMaxDeliveryBytes = 16u << 20;  // one outcome as JSON
// Two texts of kMaxDeliveryBytes and the rest of an outcome fit.
inline constexpr std::size_t kMaxFrameBytes = 40u << 20;
// Paths, codes and names.
inline constexpr std::size_t kMaxPathBytes = 1u << 10;
inline constexpr std::size_t kMaxOptionsBytes = 64u << 10;
// Messages, hints, stacks. Longer ones are cut by whoever makes the frame.
inline constexpr std::size_t kMaxErrorTextBytes = 16u << 10;

// Server to worker.
// Begins a run. Its limits are already cut to the product's maxima.
struct StartFrame {
  static constexpr std::uint8_t kType = 1;
  std::uint32_t run = 0;
  std::string code;
  bool stripped = false;
  std::uint64_t seed = 0;
  std::int64_t clock = 0;
  std::uint32_t cpuMs = 0;
  std::uint64_t memoryBytes = 0;
  std::uint32_t calls = 0;
  std::uint32_t openCalls = 0;
  bool computing = false;  // these two as in RunRequest
  bool mayMove = false;

  template <class V>
  void fields(V& v) {
    v.text(code, kMaxCodeBytes);
    v(stripped), v(seed), v(clock), v(cpuMs), v(memoryBytes), v(calls), v(openCalls);
    v(computing), v(mayMove);
  }
};

// The outcome of call n: one turn. Fields as in Delivery (runtime.h).
struct DeliverFrame {
  static constexpr std::uint8_t kType = 2;
  std::uint32_t run = 0;
  std::uint32_t n = 0;
  std::int64_t clock = 0;
  bool ok = false;
  std::string valueJson;
  std::string message;
  std::string code;
  std::int32_t status = 0;
  std::string bodyJson;
  std::string toolPath;
  std::string hint;

  template <class V>
  void fields(V& v) {
    v(n), v(clock), v(ok), v.text(valueJson, kMaxDeliveryBytes);
    v.text(message, kMaxErrorTextBytes), v.text(code, kMaxPathBytes), v(status);
    v.text(bodyJson, kMaxDeliveryBytes), v.text(toolPath, kMaxPathBytes);
    v.text(hint, kMaxErrorTextBytes);
  }
};

// A timer has come due: one turn. The clock is what Date.now() shows in it.
struct TimerFrame {
  static constexpr std::uint8_t kType = 3;
  std::uint32_t run = 0;
  std::uint32_t id = 0;
  std::int64_t clock = 0;

  template <class V>
  void fields(V& v) {
    v(id), v(clock);
  }
};

// Ends a run; the worker answers with StoppedFrame, also for a run that has ended.
struct StopFrame {
  static constexpr std::uint8_t kType = 4;
  std::uint32_t run = 0;

  template <class V>
  void fields(V&) {}
};

// Worker to server.
// The first frame of a worker, once: it has a machine and takes runs. Its run is 0.
struct ReadyFrame {
  static constexpr std::uint8_t kType = 16;
  std::uint32_t run = 0;

  template <class V>
  void fields(V&) {}
};

// The program compiled; `code` is what runs, without types. Stripping can grow it (a transform
// prints anew), hence the limit.
struct StartedFrame {
  static constexpr std::uint8_t kType = 17;
  std::uint32_t run = 0;
  std::string code;

  template <class V>
  void fields(V& v) {
    v.text(code, 4 * kMaxCodeBytes);
  }
};

// A tool call. n counts from 1 in program order over the whole run (D8).
struct CallFrame {
  static constexpr std::uint8_t kType = 18;
  std::uint32_t run = 0;
  std::uint32_t n = 0;
  std::string path;
  std::string inputJson;
  std::string optionsJson;

  template <class V>
  void fields(V& v) {
    v(n), v.text(path, kMaxPathBytes), v.text(inputJson, kMaxCallInputBytes);
    v.text(optionsJson, kMaxOptionsBytes);
  }
};

// Ids are numbers of the harness, unique among the run's open timers.
struct TimerSetFrame {
  static constexpr std::uint8_t kType = 19;
  std::uint32_t run = 0;
  std::uint32_t id = 0;
  std::uint32_t delayMs = 0;

  template <class V>
  void fields(V& v) {
    v(id), v(delayMs);
  }
};

struct TimerClearedFrame {
  static constexpr std::uint8_t kType = 20;
  std::uint32_t run = 0;
  std::uint32_t id = 0;

  template <class V>
  void fields(V& v) {
    v(id);
  }
};

// One console line; the limit leaves room for the note that it was cut.
struct ConsoleFrame {
  static constexpr std::uint8_t kType = 21;
  std::uint32_t run = 0;
  std::uint8_t level = 0;  // index into kConsoleLevels
  std::string text;

  template <class V>
  void fields(V& v) {
    v(level), v.text(text, kMaxConsoleLineBytes + 64);
  }
};

inline constexpr std::string_view kConsoleLevels[] = {"debug", "log", "info", "warn", "error"};

// One output for the user, checked by emissionProblem() at both ends.
struct EmitFrame {
  static constexpr std::uint8_t kType = 25;
  std::uint32_t run = 0;
  Emission emission;

  template <class V>
  void fields(V& v) {
    v.text(emission.kind, kMaxEmitNameBytes), v.text(emission.mimeType, kMaxMimeTypeBytes);
    v.text(emission.name, kMaxEmitNameBytes);
    v.text(emission.text, kMaxEmitBytes), v.text(emission.data, kMaxEmitBytes);
  }
};

// Answers every start, delivery and timer that did not end the run.
struct TurnEndFrame {
  static constexpr std::uint8_t kType = 22;
  std::uint32_t run = 0;
  std::uint32_t turn = 0;  // 0: the event was for nobody, there was no turn

  template <class V>
  void fields(V& v) {
    v(turn);
  }
};

// How a run ended. Everything in it is checked before it is believed (WorkerLink).
struct EndFrame {
  static constexpr std::uint8_t kType = 23;
  std::uint32_t run = 0;
  bool ok = false;
  std::string resultJson;
  std::string code;  // an ErrorCode's name
  std::string message;
  std::string hint;
  std::string detail;
  std::string errorName;
  std::string stack;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t hostErrorCall = 0;
  std::uint64_t cpuMicros = 0;
  bool tainted = false;  // the worker should take no more runs

  template <class V>
  void fields(V& v) {
    v(ok), v.text(resultJson, kMaxResultBytes), v.text(code, 64);
    v.text(message, kMaxErrorTextBytes), v.text(hint, kMaxErrorTextBytes);
    v.text(detail, kMaxErrorTextBytes), v.text(errorName, kMaxPathBytes);
    v.text(stack, kMaxErrorTextBytes), v(line), v(column), v(hostErrorCall), v(cpuMicros);
    v(tainted);
  }
};

// The run of a StopFrame is gone; nothing follows from it.
struct StoppedFrame {
  static constexpr std::uint8_t kType = 24;
  std::uint32_t run = 0;

  template <class V>
  void fields(V&) {}
};

// A worker that cannot go on says why, and whose turn was on the CPU. It says nothing after that.
struct LastWordFrame {
  static constexpr std::uint8_t kType = 26;
  std::uint32_t run = 0;         // 0: none's
  std::uint8_t outOfMemory = 0;  // else a fault of the host's own code

  template <class V>
  void fields(V& v) {
    v(outOfMemory);
  }
};

// A turn has computed for long. Either the run is over here, to go on elsewhere, or it goes on, and
// the worker gives way to all others from now on.
struct LongTurnFrame {
  static constexpr std::uint8_t kType = 27;
  std::uint32_t run = 0;
  bool moved = false;

  template <class V>
  void fields(V& v) {
    v(moved);
  }
};

using ToWorker = std::variant<StartFrame, DeliverFrame, TimerFrame, StopFrame>;
using FromWorker = std::variant<ReadyFrame, StartedFrame, CallFrame, TimerSetFrame,
                                TimerClearedFrame, ConsoleFrame, EmitFrame, TurnEndFrame, EndFrame,
                                StoppedFrame, LastWordFrame, LongTurnFrame>;

// Appends one whole frame.
void encodeFrame(const ToWorker& frame, std::string& out);
void encodeFrame(const FromWorker& frame, std::string& out);

// `body` is a frame without its length. Errors are `invalid_request` with what was wrong.
Result<ToWorker> decodeToWorker(std::string_view body);
Result<FromWorker> decodeFromWorker(std::string_view body);

// Bytes of a stream, cut into frame bodies.
class FrameBuffer {
 public:
  // Where to read to: at least `count` bytes; committed() says how many arrived.
  char* prepare(std::size_t count);
  void committed(std::size_t count) { end_ += count; }

  // The next whole body, valid until the next call; nullopt if none is complete. A length beyond
  // kMaxFrameBytes is an error and stays one.
  Result<std::optional<std::string_view>> next();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace executor::sandbox

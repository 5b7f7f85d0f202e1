// One JavaScript machine: QuickJS in one linear memory, and the calls the host makes into it.
//
// A machine is restored from an Image for every run, so nothing survives from one execution to the
// next. All functions marked "guest" execute guest code and must be called inside enterGuest();
// they may not return (trap). They take and give JsValue, QuickJS's 64-bit value; what they give is
// owned by the caller unless said otherwise, but nobody needs to free anything that dies with the
// run.
//
// What the guest may reach of the host is GuestHost, and nothing else: no file, network or real
// clock exists behind the imports. Every pointer from the guest is checked in 64-bit arithmetic.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/quickjs.h"
#include "sandbox/linear-memory.h"

namespace executor::sandbox {
class Machine;
}

// What the module's imports get, named by wasm2c.
struct Z_env_instance_t {
  executor::sandbox::Machine* machine;
};
struct Z_wasi_snapshot_preview1_instance_t {
  executor::sandbox::Machine* machine;
};

namespace executor::sandbox {

using JsValue = std::uint64_t;

// QuickJS-ng on 32 bit: the tag in the upper half. Checked against the engine when the image is
// made.
enum class JsTag : std::int32_t {
  object = -1,
  integer = 0,
  boolean = 1,
  null = 2,
  undefined = 3,
  exception = 6
};
constexpr JsValue makeValue(JsTag tag, std::uint32_t payload = 0) {
  return (JsValue{static_cast<std::uint32_t>(tag)} << 32) | payload;
}
inline constexpr JsValue kUndefined = makeValue(JsTag::undefined);
inline constexpr JsValue kException = makeValue(JsTag::exception);
constexpr bool hasTag(JsValue value, JsTag tag) {
  return static_cast<std::int32_t>(value >> 32) == static_cast<std::int32_t>(tag);
}
constexpr bool isException(JsValue value) { return hasTag(value, JsTag::exception); }

// QuickJS eval flags (quickjs.h).
inline constexpr std::uint32_t kEvalStrict = 8;
inline constexpr std::uint32_t kEvalCompileOnly = 32;
inline constexpr std::uint32_t kEvalAsync = 128;  // a script that may await

// QuickJS's limit on its own stack in linear memory (which is 1 MiB).
inline constexpr std::uint32_t kGuestStackBytes = 256u << 10;

// The functions the harness may call; the guest never holds them.
class GuestHost {
 public:
  virtual ~GuestHost() = default;
  // `arguments` are borrowed values. Returns an owned value, or kException with one thrown.
  virtual JsValue hostCall(std::string_view function, std::span<const JsValue> arguments) = 0;
  // Called every few thousand instructions: the unit of fuel (D9).
  virtual void onFuel() = 0;
  // A line the engine itself writes (an assertion's text).
  virtual void onEngineText(std::string_view text) = 0;
};

// A prepared machine: its memory and the few words beside it. Position independent.
struct Image {
  std::vector<std::uint8_t> bytes;
  std::uint32_t stackPointer = 0;
  std::uint32_t runtime = 0;
  std::uint32_t context = 0;
  std::uint32_t randomState = 0;   // address of Math.random's 64-bit state
  std::vector<JsValue> functions;  // what the harness gave the host
  std::string hash;                // of bytes: the engine build
};

class Machine {
 public:
  // Reserves and instantiates; throws std::bad_alloc. Not usable before boot() or restore().
  Machine();
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Who answers the imports; null while the image is made or nobody runs. Not owned.
  void attach(GuestHost* host) { host_ = host; }
  void setClock(std::int64_t epochMs) { clock_ = epochMs; }
  std::int64_t clock() const { return clock_; }
  // For the run that begins now, in bytes of linear memory. Clears growthRefused().
  void setMemoryCap(std::size_t bytes);
  // Whether the guest wanted more memory than its cap or the kernel gave: tells memory_limit from
  // other errors.
  bool growthRefused() const { return bookkeeping(instance_.w2c_memory).growthRefused; }

  // Guest. Initializes the engine in a fresh machine, for making an image.
  bool boot();
  // Puts the image back; the machine is then as it was when the image was taken.
  void restore(const Image& image);
  // Copies the present state. Nothing may be running.
  Image capture();

  // Guest.
  JsValue eval(std::string_view code, std::string_view file, std::uint32_t flags);
  JsValue call(JsValue function, std::span<const JsValue> arguments, JsValue self = kUndefined);
  JsValue newString(std::string_view text);
  JsValue newNumber(double number);
  JsValue newObject();
  JsValue newError();
  JsValue newPromise(JsValue& resolve, JsValue& reject);
  JsValue newHostFunction(std::string_view name);
  JsValue parseJson(std::string_view text);
  JsValue stringify(JsValue value);  // undefined if there is no JSON for it
  JsValue property(JsValue object, const char* name);
  void define(JsValue object, const char* name, JsValue value, bool enumerable);
  JsValue element(JsValue array, std::uint32_t index);
  JsValue takeException();
  JsValue throwValue(JsValue value);
  bool isError(JsValue value);
  // Runs one microtask. False if there was none; `failed` if it ended with an exception.
  bool runJob(bool& failed);
  enum class Promise : std::uint32_t { pending = 0, fulfilled = 1, rejected = 2 };
  Promise promiseState(JsValue promise);
  JsValue promiseResult(JsValue promise);
  JsValue duplicate(JsValue value);
  void free(JsValue value);
  void collectGarbage();
  std::int32_t toInt(JsValue value);
  double toDouble(JsValue value);
  // The text of any value as UTF-8, lone surrogates replaced; empty and `failed` if it has none.
  // At most `limit` bytes are taken.
  void read(JsValue value, std::string& out, std::size_t limit, bool& failed);

  // Memory access with bounds checks; a bad address is a trap.
  std::uint8_t* at(std::uint32_t address, std::uint64_t count);
  std::uint32_t word(std::uint32_t address);
  void setWord(std::uint32_t address, std::uint32_t value);
  JsValue valueAt(std::uint32_t address);
  // Guest. Copies bytes in with a terminating zero; traps when memory is short.
  std::uint32_t put(std::string_view bytes);
  std::uint32_t allocate(std::uint32_t bytes);

  // What the imports need.
  GuestHost* host() const { return host_; }
  std::uint32_t context() const { return context_; }
  wasm_rt_memory_t& memory() { return instance_.w2c_memory; }
  Z_quickjs_instance_t* raw() { return &instance_; }

 private:
  Z_quickjs_instance_t instance_{};
  Z_env_instance_t env_{};
  Z_wasi_snapshot_preview1_instance_t wasi_{};
  GuestHost* host_ = nullptr;
  std::int64_t clock_ = 0;
  std::uint32_t runtime_ = 0;
  std::uint32_t context_ = 0;
};

}  // namespace executor::sandbox

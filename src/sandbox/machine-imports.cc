// The functions the engine's module imports. Each checks every pointer it is given.
#include <cstring>

#include "sandbox/absent.h"
#include "sandbox/machine.h"

namespace executor::sandbox {
namespace {

constexpr std::uint32_t kWasiSuccess = 0;
constexpr std::uint32_t kWasiBadDescriptor = 8;
constexpr std::uint32_t kWasiNotSupported = 52;
// The harness passes at most five. More is not our harness.
constexpr std::uint32_t kMaxHostArguments = 8;

// An Error of the guest with `text`, thrown; gives kException.
JsValue throwText(Machine& machine, std::string_view text) {
  const JsValue error = machine.newError();
  machine.define(error, "message", machine.newString(text), false);
  return machine.throwValue(error);
}

// Boxes a value the way the module's trampoline expects it; 0 tells it that an exception is
// pending.
std::uint32_t box(Machine& machine, JsValue value) {
  if (isException(value)) return 0;
  const std::uint32_t address = machine.allocate(sizeof value);
  std::memcpy(machine.at(address, sizeof value), &value, sizeof value);
  return address;
}

}  // namespace
}  // namespace executor::sandbox

extern "C" {

using namespace executor::sandbox;

// Name, arguments and the array of pointers to them are all the guest's: each is checked before it
// is read. `this` is of no interest.
u32 Z_envZ_host_call(Z_env_instance_t* env, u32 name, u32 nameLength, u32, u32 argc, u32 argv) {
  Machine& machine = *env->machine;
  if (argc > kMaxHostArguments) leaveGuest(Trap::outOfBounds);
  const auto* text = reinterpret_cast<const char*>(machine.at(name, nameLength));
  JsValue values[kMaxHostArguments];
  for (u32 i = 0; i < argc; ++i) values[i] = machine.valueAt(machine.word(argv + 4 * i));
  if (machine.host() == nullptr) return box(machine, kUndefined);
  return box(machine, machine.host()->hostCall({text, nameLength}, {values, argc}));
}

// The guest lives in UTC.
u32 Z_envZ_host_get_timezone_offset(Z_env_instance_t*, u32, u32) { return 0; }

// Never asks the engine to stop: the tick does that, at any instruction, not only at polls. Here
// only fuel is counted (D9).
u32 Z_envZ_host_interrupt(Z_env_instance_t* env) {
  if (GuestHost* host = env->machine->host()) host->onFuel();
  return 0;
}

// import() has to fail with our sentence, which the loader throws; any name will do.
u32 Z_envZ_host_module_normalize(Z_env_instance_t* env, u32, u32) {
  return env->machine->put("module");
}

u32 Z_envZ_host_module_load(Z_env_instance_t* env, u32, u32) {
  throwText(*env->machine, kNoImport);
  return 0;
}

// Unhandled rejections do not end a program (reference RUN-024).
void Z_envZ_host_promise_rejection(Z_env_instance_t*, u32, u32, u32) {}

// Frozen while guest code runs: the clock of the turn.
u32 Z_wasi_snapshot_preview1Z_clock_time_get(Z_wasi_snapshot_preview1_instance_t* wasi, u32, u64,
                                             u32 out) {
  const auto nanoseconds = static_cast<u64>(wasi->machine->clock()) * 1'000'000u;
  std::memcpy(wasi->machine->at(out, sizeof nanoseconds), &nanoseconds, sizeof nanoseconds);
  return kWasiSuccess;
}

// Descriptors do not exist. The module imports these for a C library that nothing calls.
u32 Z_wasi_snapshot_preview1Z_fd_close(Z_wasi_snapshot_preview1_instance_t*, u32) {
  return kWasiNotSupported;
}

u32 Z_wasi_snapshot_preview1Z_fd_fdstat_get(Z_wasi_snapshot_preview1_instance_t*, u32, u32) {
  return kWasiBadDescriptor;
}

u32 Z_wasi_snapshot_preview1Z_fd_seek(Z_wasi_snapshot_preview1_instance_t*, u32, u64, u32, u32) {
  return kWasiNotSupported;
}

// The engine's own last words before it aborts; they become part of the error's detail.
u32 Z_wasi_snapshot_preview1Z_fd_write(Z_wasi_snapshot_preview1_instance_t* wasi, u32, u32 vectors,
                                       u32 count, u32 out) {
  constexpr u32 kMaxVectors = 16;
  Machine& machine = *wasi->machine;
  u32 total = 0;
  for (u32 i = 0; i < count && i < kMaxVectors; ++i) {
    const u32 address = machine.word(vectors + 8 * i);
    const u32 length = machine.word(vectors + 8 * i + 4);
    const auto* text = reinterpret_cast<const char*>(machine.at(address, length));
    total += length;
    if (machine.host() == nullptr) continue;
    HostSection section;
    machine.host()->onEngineText({text, length});
  }
  machine.setWord(out, total);
  return kWasiSuccess;
}

// Only asked while the image is made: constant bytes, so that every build makes the same image.
// What differs per run is set by the host (Image::randomState and the harness's crypto).
u32 Z_wasi_snapshot_preview1Z_random_get(Z_wasi_snapshot_preview1_instance_t* wasi, u32 at,
                                         u32 count) {
  std::memset(wasi->machine->at(at, count), 0x5a, count);
  return kWasiSuccess;
}

}  // extern "C"

// Every host import of the engine, called as a hostile module would: any pointers, any lengths,
// over memory of any content. Nothing may be touched outside of the guest's memory; a call either
// returns or traps.
//
// The tick's handlers are installed as in a worker: a module whose heap is garbage faults in the
// guard of its memory, which is a trap, or loops, which is the end of its budget. A fault anywhere
// else still ends the process.
//
// The input is a list of operations of 21 bytes: which import, and five words. Words near the end
// of the memory matter most, so a word is taken as it is, as an offset from the end, or as small.
#include <cstdlib>
#include <cstring>
#include <string>

#include "sandbox/machine.h"
#include "sandbox/prepared.h"
#include "sandbox/tick.h"

namespace {

using namespace executor::sandbox;

// Takes what the imports give it, and reads all of it: a length beyond the memory is seen by ASan.
class Reader final : public GuestHost {
 public:
  JsValue hostCall(std::string_view function, std::span<const JsValue> arguments) override {
    HostSection host;
    for (const char c : function) sum_ += static_cast<unsigned char>(c);
    for (const JsValue value : arguments) sum_ += value;
    return sum_ % 7 == 0 ? kException : kUndefined;
  }
  void onFuel() override { ++sum_; }
  void onEngineText(std::string_view text) override {
    for (const char c : text) sum_ += static_cast<unsigned char>(c);
  }

 private:
  std::uint64_t sum_ = 0;
};

// Of one input, in CPU time.
constexpr std::uint64_t kBudgetMicros = 100'000;

struct Operation {
  std::uint8_t kind = 0;
  std::uint32_t words[5] = {};
};
constexpr std::size_t kOperationBytes = 21;

Operation readOperation(const std::uint8_t* bytes, std::uint32_t end) {
  Operation operation{.kind = bytes[0]};
  for (int i = 0; i < 5; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes + 1 + 4 * i, 4);
    if (word >> 30 == 1) word = end - (word & 0xFF);
    if (word >> 30 == 2) word &= 0xFFFF;
    operation.words[i] = word;
  }
  return operation;
}

struct Target {
  Reader host;
  Machine machine;
  Z_env_instance_t env{&machine};
  Z_wasi_snapshot_preview1_instance_t wasi{&machine};

  Target() { machine.attach(&host); }

  void environment(const Operation& o) {
    const auto& w = o.words;
    switch (o.kind % 7) {
      case 0: (void)Z_envZ_host_call(&env, w[0], w[1], w[2], w[3], w[4]); break;
      case 1: (void)Z_envZ_host_get_timezone_offset(&env, w[0], w[1]); break;
      case 2: (void)Z_envZ_host_interrupt(&env); break;
      case 3: (void)Z_envZ_host_module_normalize(&env, w[0], w[1]); break;
      case 4: (void)Z_envZ_host_module_load(&env, w[0], w[1]); break;
      case 5: Z_envZ_host_promise_rejection(&env, w[0], w[1], w[2]); break;
      default:
        // The content that pointers point to.
        machine.setWord(w[0], w[1]);
        machine.setWord(w[2], w[3]);
    }
  }

  void system(const Operation& o) {
    const auto& w = o.words;
    switch (o.kind % 6) {
      case 0: (void)Z_wasi_snapshot_preview1Z_clock_time_get(&wasi, w[0], w[1], w[2]); break;
      case 1: (void)Z_wasi_snapshot_preview1Z_fd_close(&wasi, w[0]); break;
      case 2: (void)Z_wasi_snapshot_preview1Z_fd_fdstat_get(&wasi, w[0], w[1]); break;
      case 3: (void)Z_wasi_snapshot_preview1Z_fd_seek(&wasi, w[0], w[1], w[2], w[3]); break;
      case 4: (void)Z_wasi_snapshot_preview1Z_fd_write(&wasi, w[0], w[1], w[2], w[3]); break;
      default: (void)Z_wasi_snapshot_preview1Z_random_get(&wasi, w[0], w[1]);
    }
  }

  void apply(const Operation& o) { o.kind & 0x80 ? system(o) : environment(o); }
};

// A trap ends one call; the module would be over, the next call is another module's.
void applyAll(Target& target, const std::uint8_t* data, std::size_t size) {
  for (; size >= kOperationBytes; data += kOperationBytes, size -= kOperationBytes) {
    const Operation operation = readOperation(data, target.machine.memory().size);
    (void)enterGuest([&] { target.apply(operation); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Image image = prepareImage().value();
  static Target target;
  static const bool ticking = installTick([] { return false; });
  if (!ticking) std::abort();
  currentSlice() = {.budgetMicros = kBudgetMicros, .startedMicros = threadCpuMicros()};
  target.machine.restore(image);
  // Not on a fiber: AddressSanitizer cannot follow a jump out of frames on a stack it does not
  // know.
  applyAll(target, data, size);
  if (guestState().inGuest != 0) std::abort();
  return 0;
}

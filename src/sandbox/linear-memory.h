// Linear memories of WebAssembly modules that wasm2c translated to C, and how guest code is left.
//
// Guarantee: no address guest code can form leaves its own memory. Each memory sits in a
// reservation of 8 GiB plus a guard page with no access rights; generated code adds a 32-bit base
// and a 32-bit offset, so every access lands inside it and one that is out of bounds faults. No
// bounds checks are needed in the generated code, and growth is one mprotect up to a cap set per
// run.
//
// Leaving: a trap, a fault or an expired CPU budget ends guest code by siglongjmp to the frame that
// entered it (GuestEntry). This is sound because guest code is C without destructors whose only
// state is its memory, which is thrown away. Host code called by the guest must therefore hold
// nothing with a destructor while it calls back into the guest, and marks itself with HostSection
// so that no signal unwinds it in the middle of a malloc.
//
// Own runtime instead of wabt's: wabt 1.0.32 keeps one global jump buffer and unbounded growth.
#pragma once

#include <setjmp.h>
#include <signal.h>

#include <cstddef>
#include <cstdint>

#include "sandbox/cold-pages.h"
#include "wasm-rt.h"

namespace executor::sandbox {

inline constexpr std::size_t kWasmPage = 64u << 10;
inline constexpr std::size_t kReservationBytes = std::size_t{8} << 30;

// Why guest code was left early.
enum class Trap : int {
  none = 0,
  outOfBounds,
  arithmetic,
  unreachable,  // the engine's own abort
  badCall,
  stackOverflow,
  cpuBudget,  // the CPU budget of the run is used up
  stopped,    // the host ended the run
};

// What is known about one memory beyond wasm_rt_memory_t; lives outside the guest's reach, in the
// page before its first byte.
struct MemoryBookkeeping {
  std::uint32_t maxPages = 0;        // cap of growth
  std::uint32_t committedPages = 0;  // readable and writable so far
  bool growthRefused = false;        // a growth hit the cap or the kernel's limit
  ColdPages cold;
  MemoryBookkeeping* next = nullptr;  // of the memories of this process
};
static_assert(sizeof(MemoryBookkeeping) <= kHostPage);

MemoryBookkeeping& bookkeeping(const wasm_rt_memory_t& memory);

// Cap for memories made from now on in this process, in pages.
void setNextMemoryCap(std::uint32_t pages);

// In the SIGSEGV handler: true if `fault` was a write to a protected page of a restored memory and
// may be tried again.
bool admitWrite(const void* fault);

// Gives the reservation back to the kernel.
void releaseMemory(wasm_rt_memory_t& memory);

// True if `count` bytes at `at` are inside the memory. 64-bit arithmetic: a hostile pointer cannot
// wrap around.
inline bool inBounds(const wasm_rt_memory_t& memory, std::uint32_t at, std::uint64_t count) {
  return std::uint64_t{at} + count <= memory.size;
}

// The state of the guest code running now; one per process, because a worker has one thread.
struct GuestState {
  sigjmp_buf* exit = nullptr;
  volatile sig_atomic_t inGuest = 0;
};
// Saved and restored with each fiber.
GuestState& guestState();

// Ends the guest code that is running. Must be called between GuestEntry and its end.
[[noreturn]] void leaveGuest(Trap trap);

// Marks host code called by the guest.
class HostSection {
 public:
  HostSection() : before_(guestState().inGuest) { guestState().inGuest = 0; }
  ~HostSection() { guestState().inGuest = before_; }
  HostSection(const HostSection&) = delete;
  HostSection& operator=(const HostSection&) = delete;

 private:
  sig_atomic_t before_;
};

// Runs `body` as guest code; returns the trap that ended it, or none. Nothing with a destructor may
// live inside `body` across calls into the guest. Not reentrant.
template <class Body>
Trap enterGuest(Body&& body) {
  GuestState& state = guestState();
  sigjmp_buf here;
  sigjmp_buf* const outer = state.exit;
  const int left = sigsetjmp(here, 0);
  if (left == 0) {
    state.exit = &here;
    state.inGuest = 1;
    body();
  }
  state.inGuest = 0;
  state.exit = outer;
  return static_cast<Trap>(left);
}

}  // namespace executor::sandbox

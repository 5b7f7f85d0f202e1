#include "sandbox/linear-memory.h"

#include <sys/mman.h>

#include <array>
#include <cstdarg>
#include <cstdlib>
#include <new>
#include <vector>

namespace executor::sandbox {
namespace {

// 64 MiB, in WebAssembly pages; a run's own cap is set before it starts.
constexpr std::uint32_t kDefaultCap = 1024;

std::uint32_t nextCap = kDefaultCap;

MemoryBookkeeping* firstMemory = nullptr;

void unlink(MemoryBookkeeping& book) {
  MemoryBookkeeping** at = &firstMemory;
  while (*at != nullptr && *at != &book) at = &(*at)->next;
  if (*at != nullptr) *at = book.next;
}

// One page each for the bookkeeping and the guard.
// [bookkeeping page][8 GiB without access rights][guard page]
std::uint8_t* reserve() {
  const std::size_t bytes = kReservationBytes + 2 * kHostPage;
  void* at = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  if (mprotect(at, kHostPage, PROT_READ | PROT_WRITE) != 0) {
    munmap(at, bytes);
    return nullptr;
  }
  return static_cast<std::uint8_t*>(at) + kHostPage;
}

// Pages once committed stay so until restore(): growth and shrinking of one run cost one call.
bool commit(wasm_rt_memory_t& memory, std::uint32_t pages) {
  MemoryBookkeeping& book = bookkeeping(memory);
  if (pages <= book.committedPages) return true;
  std::uint8_t* from = memory.data + book.committedPages * kWasmPage;
  const std::size_t bytes = (pages - book.committedPages) * kWasmPage;
  if (mprotect(from, bytes, PROT_READ | PROT_WRITE) != 0) return false;
  book.committedPages = pages;
  return true;
}

// `size` is 32 bits in wabt's struct, so the cap stays below 4 GiB (Machine::setMemoryCap).
void resize(wasm_rt_memory_t& memory, std::uint32_t pages) {
  memory.pages = pages;
  memory.size = static_cast<std::uint32_t>(pages * kWasmPage);
}

// wabt's reasons in our words; what it may add later counts as an abort of the module.
Trap toTrap(wasm_rt_trap_t trap) {
  switch (trap) {
    case WASM_RT_TRAP_OOB: return Trap::outOfBounds;
    case WASM_RT_TRAP_INT_OVERFLOW:
    case WASM_RT_TRAP_DIV_BY_ZERO:
    case WASM_RT_TRAP_INVALID_CONVERSION: return Trap::arithmetic;
    case WASM_RT_TRAP_CALL_INDIRECT: return Trap::badCall;
    case WASM_RT_TRAP_EXHAUSTION: return Trap::stackOverflow;
    default: return Trap::unreachable;
  }
}

using FunctionType = std::vector<int>;

std::vector<FunctionType>& functionTypes() {
  static std::vector<FunctionType> types;
  return types;
}

}  // namespace

MemoryBookkeeping& bookkeeping(const wasm_rt_memory_t& memory) {
  return *reinterpret_cast<MemoryBookkeeping*>(memory.data - kHostPage);
}

void setNextMemoryCap(std::uint32_t pages) { nextCap = pages; }

void releaseMemory(wasm_rt_memory_t& memory) {
  if (memory.data == nullptr) return;
  unlink(bookkeeping(memory));
  munmap(memory.data - kHostPage, kReservationBytes + 2 * kHostPage);
  memory.data = nullptr;
}

bool admitWrite(const void* fault) {
  for (MemoryBookkeeping* book = firstMemory; book != nullptr; book = book->next) {
    auto* memory = reinterpret_cast<std::uint8_t*>(book) + kHostPage;
    if (admitWrite(memory, book->cold, fault)) return true;
  }
  return false;
}

// Plain static, not thread_local: its address must be had in a signal handler without a lazy
// allocation.
GuestState& guestState() {
  static GuestState state;
  return state;
}

void leaveGuest(Trap trap) {
  GuestState& state = guestState();
  if (state.exit == nullptr) std::abort();
  state.inGuest = 0;
  siglongjmp(*state.exit, static_cast<int>(trap));
}

}  // namespace executor::sandbox

// The functions generated code calls; names and types are wabt's (wasm-rt.h).
extern "C" {

using namespace executor::sandbox;

void wasm_rt_init() {}
void wasm_rt_free() {}
bool wasm_rt_is_initialized() { return true; }
const char* wasm_rt_strerror(wasm_rt_trap_t) { return "trap"; }

void wasm_rt_trap(wasm_rt_trap_t trap) { leaveGuest(toTrap(trap)); }

// Called once per type and module at start; types are few, so a list will do.
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
  FunctionType type{static_cast<int>(params), static_cast<int>(results)};
  va_list list;
  va_start(list, results);
  for (uint32_t i = 0; i < params + results; ++i) type.push_back(va_arg(list, int));
  va_end(list);
  auto& types = functionTypes();
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] == type) return static_cast<uint32_t>(i + 1);
  }
  types.push_back(std::move(type));
  return static_cast<uint32_t>(types.size());
}

// Failure leaves data null: the caller of instantiate checks it before anything runs.
void wasm_rt_allocate_memory(wasm_rt_memory_t* memory, uint32_t initial, uint32_t) {
  *memory = {};
  memory->data = reserve();
  if (memory->data == nullptr) throw std::bad_alloc();
  firstMemory = new (memory->data - kHostPage)
      MemoryBookkeeping{.maxPages = nextCap, .cold = {}, .next = firstMemory};
  memory->max_pages = nextCap;
  if (!commit(*memory, initial)) throw std::bad_alloc();
  resize(*memory, initial);
}

// Refusal is remembered: it tells memory_limit from other errors with the same words.
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint32_t delta) {
  const uint32_t before = memory->pages;
  const uint64_t wanted = uint64_t{before} + delta;
  MemoryBookkeeping& book = bookkeeping(*memory);
  if (wanted > book.maxPages || !commit(*memory, static_cast<uint32_t>(wanted))) {
    book.growthRefused = true;
    return UINT32_MAX;
  }
  resize(*memory, static_cast<uint32_t>(wanted));
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t* memory) { releaseMemory(*memory); }

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t size, uint32_t max) {
  table->size = size;
  table->max_size = max;
  table->data = static_cast<wasm_rt_funcref_t*>(calloc(size, sizeof(wasm_rt_funcref_t)));
  if (table->data == nullptr) throw std::bad_alloc();
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table) { free(table->data); }

}  // extern "C"

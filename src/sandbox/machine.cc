// Calls into the translated engine. Arguments that are not numbers are copied into guest memory
// (put), passed as addresses, and freed again; results that are addresses are read back under
// bounds checks. Each call may not return: a trap, a fault or the tick leaves by siglongjmp, and
// what was allocated in the guest is lost with it.
//
// JS_* and qjs_* are functions of QuickJS and of the npm package around it; their ownership rules
// are QuickJS's: JS_Call and JS_GetProperty* give owned values, JS_DefineProperty* takes ownership
// of the value.
#include "sandbox/machine.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "sandbox/machine-text.h"

// wasm2c's mangling of an export: Z_<module>Z_<name>.
#define GUEST(name) Z_quickjsZ_##name

namespace executor::sandbox {
namespace {

// Below this address lies the engine's C stack, nearly all of it untouched by an ordinary run:
// those pages are given back to the kernel, which is faster than copying zeros over them.
constexpr std::uint32_t kColdStackBytes = 960u << 10;

// Function types of the module, once per process; instances share them.
void initializeModuleOnce() {
  static const bool once = [] {
    Z_quickjs_init_module();
    return true;
  }();
  (void)once;
}

}  // namespace

// The imports get a pointer to what holds them, so a machine never moves.
Machine::Machine() {
  initializeModuleOnce();
  env_.machine = this;
  wasi_.machine = this;
  Z_quickjs_instantiate(&instance_, &env_, &wasi_);
}

Machine::~Machine() {
  releaseMemory(instance_.w2c_memory);
  wasm_rt_free_funcref_table(&instance_.w2c___indirect_function_table);
}

// The cap bounds growth, not the image: a run with less than the image simply cannot grow.
void Machine::setMemoryCap(std::size_t bytes) {
  MemoryBookkeeping& book = bookkeeping(instance_.w2c_memory);
  book.maxPages = static_cast<std::uint32_t>(std::min<std::size_t>(bytes / kWasmPage, 65535));
  book.growthRefused = false;
}

// The module loader is on only so that import() fails with a sentence of ours.
bool Machine::boot() {
  GUEST(_initialize)(&instance_);
  if (GUEST(qjs_init)(&instance_) != 0) return false;
  GUEST(qjs_set_interrupt_handler)(&instance_, 1);
  GUEST(qjs_set_module_loader)(&instance_, 1);
  GUEST(qjs_set_max_stack_size)(&instance_, kGuestStackBytes);
  runtime_ = GUEST(qjs_get_runtime_ptr)(&instance_);
  context_ = GUEST(qjs_get_context_ptr)(&instance_);
  return true;
}

// The hot path of every run. Order matters little, completeness matters: stack, image, grown part,
// and the words outside of memory, or something of the last run would survive.
void Machine::restore(const Image& image) {
  wasm_rt_memory_t& memory = instance_.w2c_memory;
  MemoryBookkeeping& book = bookkeeping(memory);
  const auto pages = static_cast<std::uint32_t>(image.bytes.size() / kWasmPage);
  const std::size_t committed = book.committedPages * kWasmPage;
  if (book.committedPages < pages) {
    const std::size_t missing = image.bytes.size() - committed;
    if (mprotect(memory.data + committed, missing, PROT_READ | PROT_WRITE) != 0) {
      throw std::bad_alloc();
    }
    book.committedPages = pages;
  }
  madvise(memory.data, kColdStackBytes, MADV_DONTNEED);
  restorePages(memory.data, book.cold, image.bytes, kColdStackBytes);
  if (book.committedPages > pages) {
    // What a run grew is taken away again: its contents, and its weight in the process.
    std::uint8_t* grown = memory.data + image.bytes.size();
    const std::size_t bytes = (book.committedPages - pages) * kWasmPage;
    madvise(grown, bytes, MADV_DONTNEED);
    if (mprotect(grown, bytes, PROT_NONE) == 0) book.committedPages = pages;
  }
  memory.pages = pages;
  memory.size = static_cast<std::uint32_t>(image.bytes.size());
  instance_.w2c___stack_pointer = image.stackPointer;
  runtime_ = image.runtime;
  context_ = image.context;
}

// The words beside the memory are part of the state; the function table never changes after boot.
Image Machine::capture() {
  Image image;
  const wasm_rt_memory_t& memory = instance_.w2c_memory;
  image.bytes.assign(memory.data, memory.data + memory.size);
  // Below the stack pointer is only what finished calls left behind.
  std::memset(image.bytes.data(), 0, std::min(instance_.w2c___stack_pointer, kColdStackBytes));
  image.stackPointer = instance_.w2c___stack_pointer;
  image.runtime = runtime_;
  image.context = context_;
  return image;
}

// The one way from an address of the guest to a pointer of ours.
std::uint8_t* Machine::at(std::uint32_t address, std::uint64_t count) {
  if (!inBounds(instance_.w2c_memory, address, count)) leaveGuest(Trap::outOfBounds);
  return instance_.w2c_memory.data + address;
}

std::uint32_t Machine::word(std::uint32_t address) {
  std::uint32_t value = 0;
  std::memcpy(&value, at(address, sizeof value), sizeof value);
  return value;
}

void Machine::setWord(std::uint32_t address, std::uint32_t value) {
  std::memcpy(at(address, sizeof value), &value, sizeof value);
}

JsValue Machine::valueAt(std::uint32_t address) {
  JsValue value = 0;
  std::memcpy(&value, at(address, sizeof value), sizeof value);
  return value;
}

// Memory the host needs on behalf of the guest: none left is the guest's memory limit.
std::uint32_t Machine::allocate(std::uint32_t bytes) {
  const std::uint32_t address = GUEST(wasm_malloc)(&instance_, bytes);
  if (address == 0) {
    bookkeeping(instance_.w2c_memory).growthRefused = true;
    leaveGuest(Trap::unreachable);
  }
  return address;
}

std::uint32_t Machine::put(std::string_view bytes) {
  const std::uint32_t address = allocate(static_cast<std::uint32_t>(bytes.size() + 1));
  std::uint8_t* to = at(address, bytes.size() + 1);
  std::memcpy(to, bytes.data(), bytes.size());
  to[bytes.size()] = 0;
  return address;
}

// The text is copied with its terminating zero, which QuickJS's parser reads.
JsValue Machine::eval(std::string_view code, std::string_view file, std::uint32_t flags) {
  const std::uint32_t text = put(code);
  const std::uint32_t name = put(file);
  const JsValue result = GUEST(JS_Eval)(&instance_, context_, text,
                                        static_cast<std::uint32_t>(code.size()), name, flags);
  GUEST(wasm_free)(&instance_, text);
  GUEST(wasm_free)(&instance_, name);
  return result;
}

// Eight bytes more than needed: malloc of zero bytes may give null, which would look like a full
// memory.
JsValue Machine::call(JsValue function, std::span<const JsValue> arguments, JsValue self) {
  const auto bytes = static_cast<std::uint32_t>(arguments.size() * sizeof(JsValue));
  const std::uint32_t list = allocate(bytes + 8);
  std::memcpy(at(list, bytes), arguments.data(), bytes);
  const JsValue result = GUEST(JS_Call)(&instance_, context_, function, self,
                                        static_cast<std::uint32_t>(arguments.size()), list);
  GUEST(wasm_free)(&instance_, list);
  return result;
}

JsValue Machine::newString(std::string_view text) {
  const std::uint32_t address = put(text);
  const JsValue value = GUEST(JS_NewStringLen)(&instance_, context_, address,
                                               static_cast<std::uint32_t>(text.size()));
  GUEST(wasm_free)(&instance_, address);
  return value;
}

JsValue Machine::newNumber(double number) {
  return GUEST(JS_NewNumber)(&instance_, context_, number);
}

JsValue Machine::newObject() { return GUEST(JS_NewObject)(&instance_, context_); }

JsValue Machine::newError() { return GUEST(JS_NewError)(&instance_, context_); }

// With the two functions that settle it, owned by the caller.
JsValue Machine::newPromise(JsValue& resolve, JsValue& reject) {
  const std::uint32_t functions = allocate(2 * sizeof(JsValue));
  const JsValue promise = GUEST(JS_NewPromiseCapability)(&instance_, context_, functions);
  if (!isException(promise)) {
    resolve = valueAt(functions);
    reject = valueAt(functions + sizeof(JsValue));
  }
  GUEST(wasm_free)(&instance_, functions);
  return promise;
}

// The value inside the module's box; the box itself stays behind in the image, eight bytes once.
JsValue Machine::newHostFunction(std::string_view name) {
  const std::uint32_t text = put(name);
  const std::uint32_t box =
      GUEST(qjs_new_host_function)(&instance_, text, static_cast<std::uint32_t>(name.size()), 0);
  GUEST(wasm_free)(&instance_, text);
  return valueAt(box);
}

// The engine's parser, called from outside: what a program did to JSON.parse does not matter.
JsValue Machine::parseJson(std::string_view text) {
  const std::uint32_t bytes = put(text);
  const std::uint32_t file = put("<json>");
  const JsValue value = GUEST(JS_ParseJSON)(&instance_, context_, bytes,
                                            static_cast<std::uint32_t>(text.size()), file);
  GUEST(wasm_free)(&instance_, bytes);
  GUEST(wasm_free)(&instance_, file);
  return value;
}

// Calls toJSON of the program's objects: guest code, bounded like any other.
JsValue Machine::stringify(JsValue value) {
  return GUEST(JS_JSONStringify)(&instance_, context_, value, kUndefined, kUndefined);
}

JsValue Machine::property(JsValue object, const char* name) {
  const std::uint32_t text = put(name);
  const JsValue value = GUEST(JS_GetPropertyStr)(&instance_, context_, object, text);
  GUEST(wasm_free)(&instance_, text);
  return value;
}

// Defined, not set: no setter of Object.prototype and no proxy takes part.
void Machine::define(JsValue object, const char* name, JsValue value, bool enumerable) {
  constexpr std::uint32_t kConfigurableWritable = 1 | 2;
  constexpr std::uint32_t kEnumerable = 4;
  const std::uint32_t text = put(name);
  GUEST(JS_DefinePropertyValueStr)(&instance_, context_, object, text, value,
                                   kConfigurableWritable | (enumerable ? kEnumerable : 0));
  GUEST(wasm_free)(&instance_, text);
}

JsValue Machine::element(JsValue array, std::uint32_t index) {
  return GUEST(JS_GetPropertyUint32)(&instance_, context_, array, index);
}

// The pending exception, owned; none is pending afterwards. Null if there was none.
JsValue Machine::takeException() { return GUEST(JS_GetException)(&instance_, context_); }

JsValue Machine::throwValue(JsValue value) { return GUEST(JS_Throw)(&instance_, context_, value); }

bool Machine::isError(JsValue value) { return GUEST(JS_IsError)(&instance_, value) != 0; }

// The context out-parameter is QuickJS's; there is one context.
bool Machine::runJob(bool& failed) {
  if (GUEST(JS_IsJobPending)(&instance_, runtime_) == 0) return false;
  const std::uint32_t context = allocate(4);
  failed =
      static_cast<std::int32_t>(GUEST(JS_ExecutePendingJob)(&instance_, runtime_, context)) < 0;
  GUEST(wasm_free)(&instance_, context);
  return true;
}

Machine::Promise Machine::promiseState(JsValue promise) {
  return static_cast<Promise>(GUEST(JS_PromiseState)(&instance_, context_, promise));
}

JsValue Machine::promiseResult(JsValue promise) {
  return GUEST(JS_PromiseResult)(&instance_, context_, promise);
}

JsValue Machine::duplicate(JsValue value) {
  return GUEST(JS_DupValue)(&instance_, context_, value);
}

void Machine::free(JsValue value) { GUEST(JS_FreeValue)(&instance_, context_, value); }

// Only when the image is made. During a run the engine decides itself.
void Machine::collectGarbage() { GUEST(JS_RunGC)(&instance_, runtime_); }

// Hostile numbers: NaN and what does not fit become 0 instead of undefined behaviour.
std::int32_t Machine::toInt(JsValue value) {
  if (hasTag(value, JsTag::integer)) return static_cast<std::int32_t>(value);
  const double number = toDouble(value);
  return number > -2147483648.0 && number < 2147483648.0 ? static_cast<std::int32_t>(number) : 0;
}

// A conversion that throws gives 0 and leaves its exception pending; callers that care take it.
double Machine::toDouble(JsValue value) {
  const std::uint32_t slot = allocate(8);
  double number = 0;
  if (GUEST(JS_ToFloat64)(&instance_, context_, slot, value) == 0) {
    std::memcpy(&number, at(slot, sizeof number), sizeof number);
  }
  GUEST(wasm_free)(&instance_, slot);
  return number;
}

// Taking the pointer, checking it against the length the guest wrote, then copying: in this order.
void Machine::read(JsValue value, std::string& out, std::size_t limit, bool& failed) {
  const std::uint32_t length = allocate(4);
  const std::uint32_t text = GUEST(JS_ToCStringLen2)(&instance_, context_, length, value, 0);
  failed = text == 0;
  if (!failed) {
    const std::uint32_t size = word(length);
    const auto* bytes = reinterpret_cast<const char*>(at(text, size));
    {
      HostSection host;
      assignUtf8({bytes, std::min<std::size_t>(size, limit)}, out);
    }
    GUEST(JS_FreeCString)(&instance_, context_, text);
  }
  GUEST(wasm_free)(&instance_, length);
}

}  // namespace executor::sandbox

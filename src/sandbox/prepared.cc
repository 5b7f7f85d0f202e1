#include "sandbox/prepared.h"

#include <fmt/format.h>

#include <cstring>
#include <memory>

#include "sandbox/fiber.h"
#include "sandbox/guest-run.h"

namespace executor::sandbox {
namespace {

// In the order of the harness's parameters; the names are what hostCall() is asked by.
constexpr std::string_view kHostFunctions[] = {"call",   "console", "timer", "clear",
                                               "random", "elapsed", "emit"};

// Touches what a program commonly touches, so that the shapes and atoms for it are in the image.
constexpr std::string_view kExercise = R"((async () => {
  console.log('warm', { a: [1, 'b', null] }, new Error('x'), new Map([[1, 2]]));
  const list = [3, 1, 2].map((x) => ({ n: x })).filter((x) => x.n > 1).sort((a, b) => a.n - b.n);
  const text = JSON.stringify({ list, t: `${list.length}` });
  try { null.x; } catch (e) { String(e.stack); }
  await Promise.all([1, Promise.resolve(2)]);
  for (const [k, v] of Object.entries(JSON.parse(text))) [k, v].join();
  new URL('https://a.b/c?d=e').searchParams.get('d'); structuredClone({ a: [1, new Map()] });
  new TextDecoder().decode(new TextEncoder().encode('é')); crypto; emit('warm');
  new Date(0).toLocaleDateString(); (1234.5).toLocaleString();
  ['b', 'a'].sort((a, b) => a.localeCompare(b));
  tools.a.b; Math.random(); Date.now(); new Date(0).toISOString(); /a(b)/.exec('ab');
  return text;
})())";

// Answers nothing; the exercise makes no call.
class QuietHost final : public GuestHost {
 public:
  JsValue hostCall(std::string_view, std::span<const JsValue>) override { return kUndefined; }
  void onFuel() override {}
  void onEngineText(std::string_view) override {}
};

// In one place on the heap, because the preparation runs as guest code and may be left by a trap.
struct Preparation {
  Machine machine;
  std::string source = harnessSource();
  std::vector<JsValue> functions;
  std::string problem;
  std::uint32_t randomState = 0;
};

// Our own source is at fault then; the text goes to the log of a server that does not start.
void noteException(Preparation& p) {
  bool failed = false;
  const JsValue error = p.machine.takeException();
  p.machine.read(error, p.problem, 1000, failed);
  const JsValue stack = p.machine.property(error, "stack");
  std::string text;
  if (!isException(stack)) p.machine.read(stack, text, 1000, failed);
  p.problem += "\n" + text;
}

// The functions it returns are kept as values: they are addresses in the image.
void loadHarness(Preparation& p) {
  const JsValue function = p.machine.eval(p.source, "executor:harness", kEvalStrict);
  if (isException(function)) return noteException(p);
  JsValue arguments[std::size(kHostFunctions)];
  for (std::size_t i = 0; i < std::size(kHostFunctions); ++i) {
    arguments[i] = p.machine.newHostFunction(kHostFunctions[i]);
  }
  const JsValue made = p.machine.call(function, arguments);
  if (isException(made)) return noteException(p);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(HarnessFunction::count); ++i) {
    p.functions.push_back(p.machine.element(made, i));
  }
}

// Garbage is collected at the end: what is left is what every run has anyway.
void exercise(Preparation& p) {
  const JsValue promise = p.machine.eval(kExercise, "executor:exercise", kEvalStrict);
  if (isException(promise)) return noteException(p);
  bool failed = false;
  while (p.machine.runJob(failed)) {
  }
  if (p.machine.promiseState(promise) != Machine::Promise::fulfilled) {
    p.machine.throwValue(p.machine.promiseResult(promise));
    return noteException(p);
  }
  p.machine.free(promise);
  p.machine.collectGarbage();
}

std::uint64_t nextXorshift(std::uint64_t x) {  // xorshift64*, as in QuickJS's Math.random
  x ^= x >> 12;
  x ^= x << 25;
  return x ^ (x >> 27);
}

// Finds Math.random's state by what it does: the word that is its own successor after one draw.
void findRandomState(Preparation& p) {
  const wasm_rt_memory_t& memory = p.machine.memory();
  const std::vector<std::uint8_t> before(memory.data, memory.data + memory.size);
  p.machine.free(p.machine.eval("Math.random()", "executor:random", kEvalStrict));
  for (std::uint32_t at = 0; at + 8 <= before.size(); at += 8) {
    std::uint64_t was = 0, is = 0;
    std::memcpy(&was, before.data() + at, 8);
    std::memcpy(&is, memory.data + at, 8);
    if (was == is || was == 0 || nextXorshift(was) != is) continue;
    if (p.randomState != 0) p.problem = "Math.random's state is ambiguous";
    p.randomState = at;
  }
  if (p.randomState == 0) p.problem = "Math.random's state was not found";
}

// The tags this code relies on, against the engine itself.
void checkTags(Preparation& p) {
  const bool ok = p.machine.eval("undefined", "executor:tags", 0) == kUndefined &&
                  p.machine.eval("7", "executor:tags", 0) == makeValue(JsTag::integer, 7) &&
                  hasTag(p.machine.eval("({})", "executor:tags", 0), JsTag::object) &&
                  isException(p.machine.eval("throw 1", "executor:tags", 0));
  p.machine.free(p.machine.takeException());
  if (!ok) p.problem = "the engine's value tags are not the expected ones";
}

// Names an image in journals. FNV-1a by words: it tells builds apart, it is no defence.
std::string fingerprint(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 29;
  }
  return fmt::format("quickjs-ng-0.17.0-{:016x}", hash);
}

// The first problem stops it: what follows would only fail for the same reason.
void prepare(Preparation& p) {
  if (!p.machine.boot()) p.problem = "qjs_init failed";
  if (p.problem.empty()) checkTags(p);
  if (p.problem.empty()) loadHarness(p);
  if (p.problem.empty()) exercise(p);
  if (p.problem.empty()) findRandomState(p);
}

}  // namespace

// On a fiber, since the engine's recursion needs a stack with a guard below it.
Result<Image> prepareImage() {
  auto p = std::make_unique<Preparation>();
  QuietHost host;
  p->machine.attach(&host);
  Fiber fiber;
  Trap trap = Trap::none;
  fiber.run([&] { trap = enterGuest([&] { prepare(*p); }); });
  if (trap != Trap::none) p->problem = "trap " + std::to_string(static_cast<int>(trap));
  if (!p->problem.empty()) return failInternal("the engine could not be prepared: " + p->problem);
  Image image = p->machine.capture();
  image.functions = std::move(p->functions);
  image.randomState = p->randomState;
  image.hash = fingerprint(image.bytes);
  return image;
}

}  // namespace executor::sandbox

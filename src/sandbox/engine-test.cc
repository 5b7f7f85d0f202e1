// The engine below the worker, in this process: memory, fibers, machines, images, freezing.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "sandbox/fiber.h"
#include "sandbox/frozen.h"
#include "sandbox/prepared.h"
#include "sandbox/strip.h"

namespace executor::sandbox {
namespace {

const Image& image() {
  static const Image made = prepareImage().value();
  return made;
}

class NoHost final : public GuestHost {
 public:
  JsValue hostCall(std::string_view, std::span<const JsValue>) override { return kUndefined; }
  void onFuel() override { ++fuel; }
  void onEngineText(std::string_view) override {}
  int fuel = 0;
};

// The value of an expression as an integer.
std::int32_t evaluate(Machine& machine, std::string_view code) {
  std::int32_t result = -1;
  Fiber fiber;
  fiber.run([&] {
    enterGuest([&] { result = machine.toInt(machine.eval(code, "test", kEvalStrict)); });
  });
  return result;
}

TEST(LinearMemory, BoundsUse64Bits) {
  wasm_rt_memory_t memory{};
  memory.size = 65536;
  EXPECT_TRUE(inBounds(memory, 0, 65536));
  EXPECT_FALSE(inBounds(memory, 1, 65536));
  EXPECT_FALSE(inBounds(memory, 0xFFFFFFFF, 2));
  EXPECT_FALSE(inBounds(memory, 4, 0xFFFFFFFFFFull));
}

TEST(LinearMemory, GrowsToItsCapAndNoFurther) {
  setNextMemoryCap(4);
  wasm_rt_memory_t memory{};
  wasm_rt_allocate_memory(&memory, 1, 100);
  EXPECT_EQ(wasm_rt_grow_memory(&memory, 3), 1u);
  EXPECT_EQ(memory.pages, 4u);
  memory.data[4 * kWasmPage - 1] = 1;
  EXPECT_EQ(wasm_rt_grow_memory(&memory, 1), UINT32_MAX);
  EXPECT_TRUE(bookkeeping(memory).growthRefused);
  EXPECT_EQ(wasm_rt_grow_memory(&memory, UINT32_MAX), UINT32_MAX);
  releaseMemory(memory);
  setNextMemoryCap(1024);
}

TEST(LinearMemory, TrapsLeaveToTheirEntry) {
  bool after = false;
  const Trap trap = enterGuest([&] {
    wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
    after = true;
  });
  EXPECT_EQ(trap, Trap::unreachable);
  EXPECT_FALSE(after);
  EXPECT_EQ(guestState().inGuest, 0);
}

TEST(FiberTest, RunsYieldsAndResumes) {
  Fiber fiber;
  std::string trace;
  fiber.run([&] {
    trace += 'a';
    Fiber::current()->yield();
    trace += 'c';
  });
  EXPECT_FALSE(fiber.idle());
  trace += 'b';
  fiber.resume();
  EXPECT_TRUE(fiber.idle());
  EXPECT_EQ(trace, "abc");
  fiber.run([&] { trace += 'd'; });
  EXPECT_EQ(trace, "abcd");
  EXPECT_EQ(Fiber::current(), nullptr);
}

// Pages of this process that are in memory.
long residentPages() {
  std::ifstream file("/proc/self/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident;
}

#ifndef EXECUTOR_SANITIZED  // which keeps large locals of a function elsewhere
TEST(FiberTest, GivesBackWhatADeepRecursionTouched) {
  constexpr std::size_t kDeep = kFiberStackBytes / 2;
  Fiber fiber;
  fiber.run([] {});
  const long before = residentPages();
  long during = 0;
  fiber.run([&] {
    volatile char deep[kDeep];
    for (std::size_t i = 0; i < kDeep; i += 1024) deep[i] = 1;
    during = residentPages();
  });
  EXPECT_GE(during - before, static_cast<long>(kDeep / 4096 / 2));
  EXPECT_LE(residentPages() - before, static_cast<long>(kKeptStackBytes / 4096));
}
#endif

TEST(ImageTest, IsTheSameEveryTime) {
  const auto again = prepareImage();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->hash, image().hash);
  EXPECT_EQ(again->bytes, image().bytes);
}

TEST(MachineTest, RestoreForgetsEverything) {
  NoHost host;
  Machine machine;
  machine.attach(&host);
  machine.restore(image());
  EXPECT_EQ(evaluate(machine, "globalThis.x = 41; x + 1"), 42);
  EXPECT_EQ(evaluate(machine, "new Uint8Array(8 << 20).length"), 8 << 20);
  machine.restore(image());
  EXPECT_EQ(evaluate(machine, "typeof x === 'undefined' ? 1 : 0"), 1);
  EXPECT_EQ(machine.memory().size, image().bytes.size());
  EXPECT_EQ(std::memcmp(machine.memory().data + image().stackPointer,
                        image().bytes.data() + image().stackPointer, 4096),
            0);
}

TEST(MachineTest, CountsFuelTheSameEveryTime) {
  int counts[2];
  for (int& count : counts) {
    NoHost host;
    Machine machine;
    machine.attach(&host);
    machine.restore(image());
    evaluate(machine, "let n = 0; for (let i = 0; i < 1e6; i++) n += i; 1");
    count = host.fuel;
  }
  EXPECT_GT(counts[0], 10);
  EXPECT_EQ(counts[0], counts[1]);
}

TEST(MachineTest, BadAddressesTrap) {
  Machine machine;
  machine.restore(image());
  EXPECT_EQ(enterGuest([&] { machine.at(0xFFFFFFF0, 0x20); }), Trap::outOfBounds);
  EXPECT_EQ(enterGuest([&] { machine.word(0xFFFFFFFF); }), Trap::outOfBounds);
}

TEST(FrozenTest, ThawsIntoAnotherMachine) {
  NoHost host;
  Machine first;
  first.attach(&host);
  first.restore(image());
  first.setMemoryCap(32u << 20);
  evaluate(first, "globalThis.data = Array.from({length: 5000}, (_, i) => ({i, t: 't' + i})); 1");
  const Frozen frozen(first, image());
  EXPECT_LT(frozen.bytes(), 4u << 20);
  Machine second;
  second.attach(&host);
  second.restore(image());
  frozen.thaw(second);
  EXPECT_EQ(
      evaluate(
          second,
          "data.reduce((n, x) => n + x.i, 0) === 12497500 && data[4999].t === 't4999' ? 7 : 0"),
      7);
  EXPECT_EQ(bookkeeping(second.memory()).maxPages, (32u << 20) / kWasmPage);
}

TEST(FrozenTest, AnIdleMachineIsSmall) {
  NoHost host;
  Machine machine;
  machine.attach(&host);
  machine.restore(image());
  evaluate(machine, "globalThis.x = {a: [1, 2, 3]}; 1");
  EXPECT_LT(Frozen(machine, image()).bytes(), 100u << 10);
}

TEST(StripperTest, KeepsPositionsAndLength) {
  Stripper stripper;
  Fiber fiber;
  fiber.run([&] {
    const std::string code = "const a: number = 1;\ninterface B { c: string }\nreturn a as any";
    const auto program = stripper.strip(code);
    ASSERT_TRUE(program);
    EXPECT_EQ(program->code.size(), code.size());
    EXPECT_EQ(program->code.find("return"), code.find("return"));
    EXPECT_TRUE(program->map.empty());
  });
  EXPECT_TRUE(stripper.usable());
}

}  // namespace
}  // namespace executor::sandbox

// What a hostile module could do to the host through its imports: nothing. The functions are called
// as the translated module calls them, with the worst arguments it could form (engine.md section
// 3).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "sandbox/fiber.h"
#include "sandbox/machine.h"
#include "sandbox/prepared.h"
#include "sandbox/swc-module.h"

namespace executor::sandbox {
namespace {

const Image& image() {
  static const Image made = prepareImage().value();
  return made;
}

class Listener final : public GuestHost {
 public:
  JsValue hostCall(std::string_view function, std::span<const JsValue> arguments) override {
    called = std::string(function);
    argumentCount = arguments.size();
    return result;
  }
  void onFuel() override { ++fuel; }
  void onEngineText(std::string_view text) override { heard += text; }

  std::string called, heard;
  std::size_t argumentCount = 0;
  JsValue result = kUndefined;
  int fuel = 0;
};

struct Hostile {
  Listener host;
  Machine machine;
  Z_env_instance_t env{&machine};
  Z_wasi_snapshot_preview1_instance_t wasi{&machine};

  Hostile() {
    machine.attach(&host);
    machine.restore(image());
  }
  std::uint32_t size() { return machine.memory().size; }

  // The trap that a body ends with, on a fiber as in a worker.
  Trap trapOf(auto&& body) {
    Trap trap = Trap::none;
    Fiber fiber;
    fiber.run([&] { trap = enterGuest(body); });
    return trap;
  }
};

// Pointers at, around and beyond the end; lengths that wrap around in 32 bits.
TEST(EngineImports, HostCallChecksEveryPointer) {
  Hostile h;
  const std::uint32_t end = h.size();
  struct Row {
    const char* what;
    u32 name, length, argc, argv;
    Trap trap;
  };
  const Row rows[] = {
      {"nothing asked", 64, 0, 0, 0, Trap::none},
      {"a name at the very end", end, 0, 0, 0, Trap::none},
      {"a name over the end", end, 1, 0, 0, Trap::outOfBounds},
      {"a name that begins inside", end - 1, 2, 0, 0, Trap::outOfBounds},
      {"a name that wraps around", 0xFFFFFFFF, 2, 0, 0, Trap::outOfBounds},
      {"the longest name", 0, 0xFFFFFFFF, 0, 0, Trap::outOfBounds},
      {"too many arguments", 64, 4, 9, 64, Trap::outOfBounds},
      {"all arguments there are", 64, 4, 0xFFFFFFFF, 64, Trap::outOfBounds},
      {"arguments beyond the end", 64, 4, 1, end, Trap::outOfBounds},
      {"arguments across the end", 64, 4, 2, end - 4, Trap::outOfBounds},
      {"arguments that wrap around", 64, 4, 8, 0xFFFFFFF0, Trap::outOfBounds},
  };
  for (const Row& row : rows) {
    h.machine.restore(image());
    h.host.called.clear();
    EXPECT_EQ(
        h.trapOf([&] { Z_envZ_host_call(&h.env, row.name, row.length, 0, row.argc, row.argv); }),
        row.trap)
        << row.what;
    if (row.trap != Trap::none) EXPECT_EQ(h.host.called, "") << row.what;
  }
}

// Each argument is a pointer to a value, both of the guest's making.
TEST(EngineImports, HostCallChecksThePointersItReads) {
  Hostile h;
  const std::uint32_t end = h.size();
  for (const std::uint32_t pointer : {end, end - 1, end - 7, 0xFFFFFFFFu, 0xFFFFFFF8u}) {
    h.machine.restore(image());
    EXPECT_EQ(h.trapOf([&] {
      h.machine.setWord(4096, pointer);
      Z_envZ_host_call(&h.env, 64, 4, 0, 1, 4096);
    }),
              Trap::outOfBounds)
        << pointer;
    EXPECT_EQ(h.host.called, "");
  }
}

TEST(EngineImports, APendingExceptionIsANullBox) {
  Hostile h;
  h.host.result = kException;
  u32 box = 1;
  EXPECT_EQ(h.trapOf([&] { box = Z_envZ_host_call(&h.env, 64, 4, 0, 0, 0); }), Trap::none);
  EXPECT_EQ(box, 0u);
}

TEST(EngineImports, WithoutAHostEverythingIsUndefined) {
  Hostile h;
  h.machine.attach(nullptr);
  JsValue value = 0;
  EXPECT_EQ(h.trapOf([&] {
    const u32 box = Z_envZ_host_call(&h.env, 64, 4, 0, 0, 0);
    value = h.machine.valueAt(box);
  }),
            Trap::none);
  EXPECT_EQ(value, kUndefined);
  EXPECT_EQ(Z_envZ_host_interrupt(&h.env), 0u);
}

TEST(EngineImports, TheClockIsFrozenAndItsPointerChecked) {
  Hostile h;
  const std::uint32_t end = h.size();
  struct Row {
    u32 out;
    Trap trap;
  };
  const Row rows[] = {{4096, Trap::none},
                      {end - 8, Trap::none},
                      {end - 7, Trap::outOfBounds},
                      {end, Trap::outOfBounds},
                      {0xFFFFFFFC, Trap::outOfBounds}};
  for (const Row& row : rows) {
    h.machine.restore(image());
    h.machine.setClock(1'700'000'000'123);
    EXPECT_EQ(h.trapOf([&] { Z_wasi_snapshot_preview1Z_clock_time_get(&h.wasi, 0, 0, row.out); }),
              row.trap)
        << row.out;
    if (row.trap != Trap::none) continue;
    std::uint64_t nanoseconds = 0;
    std::memcpy(&nanoseconds, h.machine.memory().data + row.out, 8);
    EXPECT_EQ(nanoseconds, 1'700'000'000'123'000'000u);
  }
}

TEST(EngineImports, RandomBytesAreBoundedByTheMemory) {
  Hostile h;
  const std::uint32_t end = h.size();
  struct Row {
    u32 at, count;
    Trap trap;
  };
  const Row rows[] = {{4096, 16, Trap::none},
                      {end, 0, Trap::none},
                      {end - 16, 16, Trap::none},
                      {end - 16, 17, Trap::outOfBounds},
                      {0, 0xFFFFFFFF, Trap::outOfBounds},
                      {0xFFFFFFFF, 0xFFFFFFFF, Trap::outOfBounds}};
  for (const Row& row : rows) {
    h.machine.restore(image());
    EXPECT_EQ(h.trapOf([&] { Z_wasi_snapshot_preview1Z_random_get(&h.wasi, row.at, row.count); }),
              row.trap)
        << row.at << "+" << row.count;
  }
}

TEST(EngineImports, WritingChecksVectorsAndTheirTexts) {
  Hostile h;
  const std::uint32_t end = h.size();
  struct Row {
    const char* what;
    u32 vectors, count, address, length, out;
    Trap trap;
  };
  const Row rows[] = {
      {"a text", 4096, 1, 64, 4, 8192, Trap::none},
      {"no vector", 4096, 0, 0, 0, 8192, Trap::none},
      {"vectors beyond the end", end, 1, 64, 4, 8192, Trap::outOfBounds},
      {"a text beyond the end", 4096, 1, end - 1, 2, 8192, Trap::outOfBounds},
      {"a text that wraps around", 4096, 1, 0xFFFFFFFF, 0xFFFFFFFF, 8192, Trap::outOfBounds},
      {"the count beyond the end", 4096, 1, 64, 4, end - 3, Trap::outOfBounds},
  };
  for (const Row& row : rows) {
    h.machine.restore(image());
    EXPECT_EQ(h.trapOf([&] {
      if (row.vectors < end) {
        h.machine.setWord(row.vectors, row.address);
        h.machine.setWord(row.vectors + 4, row.length);
      }
      Z_wasi_snapshot_preview1Z_fd_write(&h.wasi, 1, row.vectors, row.count, row.out);
    }),
              row.trap)
        << row.what;
  }
}

// Descriptors do not exist, whatever their number.
TEST(EngineImports, ThereAreNoFiles) {
  Hostile h;
  for (const u32 fd : {0u, 1u, 2u, 3u, 0xFFFFFFFFu}) {
    EXPECT_NE(Z_wasi_snapshot_preview1Z_fd_close(&h.wasi, fd), 0u);
    EXPECT_NE(Z_wasi_snapshot_preview1Z_fd_fdstat_get(&h.wasi, fd, 0), 0u);
    EXPECT_NE(Z_wasi_snapshot_preview1Z_fd_seek(&h.wasi, fd, 0, 0, 0), 0u);
  }
  EXPECT_EQ(Z_envZ_host_get_timezone_offset(&h.env, 0, 0), 0u);
}

TEST(Machine, NumbersOfTheGuestAreTakenSafely) {
  struct Row {
    const char* code;
    std::int32_t integer;
  };
  constexpr Row kRows[] = {{"5", 5},
                           {"-5", -5},
                           {"1.9", 1},
                           {"-1.9", -1},
                           {"NaN", 0},
                           {"Infinity", 0},
                           {"-Infinity", 0},
                           {"1e300", 0},
                           {"2147483647", 2147483647},
                           {"2147483648", 0},
                           {"-2147483647", -2147483647},
                           {"'7'", 7},
                           {"'x'", 0},
                           {"null", 0},
                           {"undefined", 0},
                           {"true", 1},
                           {"({valueOf() { return 3 }})", 3}};
  Hostile h;
  for (const Row& row : kRows) {
    h.machine.restore(image());
    std::int32_t got = -99;
    EXPECT_EQ(h.trapOf([&] { got = h.machine.toInt(h.machine.eval(row.code, "test", 0)); }),
              Trap::none);
    EXPECT_EQ(got, row.integer) << row.code;
  }
}

TEST(Machine, ReadsTextOfAnyValueUpToALimit) {
  struct Row {
    const char* code;
    std::size_t limit;
    const char* text;
    bool failed;
  };
  constexpr Row kRows[] = {{"'abc'", 10, "abc", false},
                           {"'abc'", 2, "ab", false},
                           {"'abc'", 0, "", false},
                           {"''", 10, "", false},
                           {"5", 10, "5", false},
                           {"null", 10, "null", false},
                           {"[1, 2]", 10, "1,2", false},
                           {"'\\u00e9'", 10, "\xC3\xA9", false},
                           {"'\\u00e9'", 1, "\xEF\xBF\xBD", false},
                           {"'\\ud800'", 10, "\xEF\xBF\xBD", false},
                           {"({toString() { throw 1 }})", 10, "", true},
                           {"Symbol('s')", 10, "", true}};
  Hostile h;
  for (const Row& row : kRows) {
    h.machine.restore(image());
    std::string text;
    bool failed = false;
    EXPECT_EQ(h.trapOf([&] {
      h.machine.read(h.machine.eval(row.code, "test", 0), text, row.limit, failed);
    }),
              Trap::none);
    EXPECT_EQ(text, row.text) << row.code;
    EXPECT_EQ(failed, row.failed) << row.code;
  }
}

TEST(Machine, ParsesAndWritesJsonWithoutTheGuest) {
  struct Row {
    const char* json;
    const char* again;  // "" for an exception
  };
  constexpr Row kRows[] = {{"1", "1"},
                           {"-0.5e-3", "-0.0005"},
                           {R"({"b":1,"a":[true,null]})", R"({"b":1,"a":[true,null]})"},
                           {R"("\u00e9\n")", "\"\xC3\xA9\\n\""},
                           {R"({"__proto__":{"x":1}})", R"({"__proto__":{"x":1}})"},
                           {"9007199254740993", "9007199254740992"},
                           {"", ""},
                           {"{", ""},
                           {"[1,]", ""},
                           {"undefined", ""},
                           {"1 2", ""}};
  Hostile h;
  for (const Row& row : kRows) {
    h.machine.restore(image());
    std::string text;
    bool failed = false;
    EXPECT_EQ(h.trapOf([&] {
      h.machine.eval("JSON.parse = JSON.stringify = () => 'forged'", "test", 0);
      const JsValue value = h.machine.parseJson(row.json);
      if (isException(value)) return;
      h.machine.read(h.machine.stringify(value), text, 1000, failed);
    }),
              Trap::none);
    EXPECT_EQ(text, row.again) << row.json;
  }
}

TEST(Machine, ACapBelowTheImageForbidsOnlyGrowth) {
  Hostile h;
  h.machine.setMemoryCap(0);
  JsValue value = 0;
  EXPECT_EQ(h.trapOf([&] { value = h.machine.eval("1 + 1", "test", 0); }), Trap::none);
  EXPECT_EQ(value, makeValue(JsTag::integer, 2));
  EXPECT_FALSE(h.machine.growthRefused());
  h.trapOf([&] { h.machine.eval("new Uint8Array(8 << 20)", "test", 0); });
  EXPECT_TRUE(h.machine.growthRefused());
  EXPECT_EQ(h.size(), image().bytes.size());
}

// The stripper's table: handles are numbers the module made up.
TEST(StripperImports, StrangeHandlesAreUndefined) {
  Z___wbindgen_placeholder___instance_t swc{};
  for (const u32 handle : {0u, 128u, 131u, 132u, 5'000u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    swc.values.drop(handle);
    const auto kind = swc.values.get(handle)->kind;
    EXPECT_TRUE(kind == SwcValue::Kind::undefined || handle == 131u) << handle;
    EXPECT_NE(swc.values.take(handle), nullptr) << handle;
  }
}

TEST(StripperImports, ConstantsSurviveBeingDropped) {
  SwcValues values;
  for (int round = 0; round < 3; ++round) {
    for (SwcValues::Handle handle = 0; handle < 132; ++handle) values.drop(handle);
  }
  EXPECT_EQ(values.get(128)->kind, SwcValue::Kind::undefined);
  EXPECT_EQ(values.get(129)->kind, SwcValue::Kind::null);
  EXPECT_EQ(values.get(130)->number, 1);
  EXPECT_EQ(values.get(131)->number, 0);
  EXPECT_GE(values.add(SwcValues::makeNumber(1)), 132u);
}

TEST(StripperImports, ADroppedHandleIsUsedOnceAgain) {
  SwcValues values;
  const auto a = values.add(SwcValues::makeText("a"));
  const auto b = values.add(SwcValues::makeText("b"));
  values.drop(a);
  values.drop(a);
  EXPECT_EQ(values.add(SwcValues::makeText("c")), a);
  EXPECT_NE(values.add(SwcValues::makeText("d")), a);
  EXPECT_EQ(values.get(b)->text, "b");
}

TEST(StripperImports, NumbersOutsideOfU32AreZero) {
  const SwcRef object = SwcValues::make(SwcValue::Kind::object);
  struct Row {
    double number;
    std::uint32_t integer;
  };
  const Row rows[] = {{0, 0},
                      {7.9, 7},
                      {-1, 0},
                      {4294967295.0, 4294967295u},
                      {4294967296.0, 0},
                      {std::nan(""), 0},
                      {std::numeric_limits<double>::infinity(), 0}};
  for (const Row& row : rows) {
    object->set("n", SwcValues::makeNumber(row.number));
    EXPECT_EQ(object->integerOf("n"), row.integer) << row.number;
  }
  EXPECT_EQ(object->members.size(), 1u);
  EXPECT_EQ(object->integerOf("absent"), 0u);
  EXPECT_EQ(object->textOf("n"), "");
  EXPECT_EQ(object->find("absent"), nullptr);
}

}  // namespace
}  // namespace executor::sandbox

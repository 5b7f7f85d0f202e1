// The runtime `local-vm`: the same pool and engine on a zygote that makes no jails.
#include <algorithm>

#include "sandbox/jail.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

class LocalVm : public testing::Test {
 protected:
  LocalVm() {
    auto zygote = Zygote::start(Bench::get().loop, JailRequirement::none);
    EXPECT_TRUE(zygote) << zygote.error().detail;
    zygote_ = *std::move(zygote);
    runtime_ = makeLocalRuntime(Bench::get().loop, *zygote_);
  }

  RunEnd run(std::string code) {
    Recorder recorder;
    const auto run = runtime_->start(programOf(std::move(code)), recorder);
    recorder.run = run.get();
    EXPECT_TRUE(Bench::get().until([&] { return recorder.end.has_value(); }));
    return recorder.end.value_or(RunEnd{});
  }
  bool has(std::string_view name) const {
    const auto parts = runtime_->jail();
    const auto found = std::ranges::find(parts, name, &JailPart::name);
    return found != parts.end() && found->active;
  }

  std::unique_ptr<Zygote> zygote_;
  std::unique_ptr<Runtime> runtime_;
};

TEST_F(LocalVm, IsItsOwnRuntimeAndNeverTheDefault) {
  EXPECT_EQ(runtime_->id(), kLocalVm);
  EXPECT_TRUE(runtime_->onlyByName());
  EXPECT_EQ(Bench::get().runtime->id(), "local");
  EXPECT_FALSE(Bench::get().runtime->onlyByName());
}

TEST_F(LocalVm, RunsTheSameEngine) {
  EXPECT_EQ(runtime_->engineBuild(), Bench::get().runtime->engineBuild());
  EXPECT_EQ(run("const n: number = 20; return n + 1").resultJson, "21");
  EXPECT_EQ(run("return (await tools.a.b({x: 1})).x").resultJson, "1");
}

TEST_F(LocalVm, KeepsTheFirstWallAndEveryLimit) {
  EXPECT_EQ(run("const a = []; for (;;) a.push(new Uint8Array(1 << 20))").error.code,
            ErrorCode::memory_limit);
  EXPECT_EQ(run("function f() { return f() + 1 } return f()").error.code,
            ErrorCode::stack_overflow);
  const char* outside = "return process.pid";
  EXPECT_EQ(run(outside).error.message, failureOf(outside).error.message);
}

TEST_F(LocalVm, SaysWhatItsProcessesLack) {
  for (const char* name : {"seccomp", "landlock", "network namespace", "empty root"}) {
    EXPECT_FALSE(has(name)) << name;
  }
  for (const char* name : {"no new privileges", "descriptors closed", "resource limits"}) {
    EXPECT_TRUE(has(name)) << name;
  }
}

// What is asked of a zygote cannot open the jail of the other: which it is, is in how it was begun.
TEST_F(LocalVm, TheJailedRuntimeBesideItIsAsStrongAsBefore) {
  for (const JailPart& part : Bench::get().runtime->jail()) {
    if (part.name == "seccomp") EXPECT_TRUE(part.active);
  }
}

TEST(LocalVmRequirement, FullIsNotMetByIt) {
  const std::vector<JailPart> parts{{"seccomp", false, "the runtime local-vm runs without it"}};
  EXPECT_TRUE(requireParts(JailRequirement::none, parts));
  const Status full = requireParts(JailRequirement::full, parts);
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().message.find("local-vm"), std::string::npos);
}

}  // namespace
}  // namespace executor::sandbox

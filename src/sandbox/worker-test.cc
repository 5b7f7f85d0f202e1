// Workers as processes: what happens to runs when one dies, when tenants change, and to its memory.
#include <signal.h>

#include <fstream>
#include <sstream>

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::optional<Delivery> leaveOpen(const SeenCall&) { return std::nullopt; }

long residentKiB(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return -1;
}

bool alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  return !text.empty() && text.find(") Z ") == std::string::npos;
}

// A runtime of its own, so that its workers are known.
struct Own {
  std::unique_ptr<LocalRuntime> runtime = std::make_unique<LocalRuntime>(
      Bench::get().loop, static_cast<ZygoteClient&>(*Bench::get().zygote));

  RunEnd run(RunRequest request) {
    Recorder recorder;
    const auto run = runtime->start(std::move(request), recorder);
    recorder.run = run.get();
    EXPECT_TRUE(Bench::get().until([&] { return recorder.end.has_value(); }));
    return recorder.end.value_or(RunEnd{});
  }
  void settle(std::size_t workers) {
    Bench::get().until([&] { return runtime->workerPids().size() >= workers; });
  }
};

TEST(Worker, DeathEndsItsRunsAsCrashedAndTheNextRuns) {
  Own own;
  Recorder recorder(leaveOpen);
  const auto run = own.runtime->start(programOf("await tools.a.b({})"), recorder);
  recorder.run = run.get();
  ASSERT_TRUE(Bench::get().until([&] { return !recorder.turns.empty(); }));
  const pid_t pid = own.runtime->workerPids().front();
  kill(pid, SIGKILL);
  ASSERT_TRUE(Bench::get().until([&] { return recorder.end.has_value(); }));
  EXPECT_EQ(recorder.end->error.code, ErrorCode::worker_crashed);
  run->deliver({.n = 1, .ok = true, .valueJson = "1"}, 1);
  EXPECT_EQ(own.run(programOf("return 5")).resultJson, "5");
}

TEST(Worker, DeathTouchesNoOtherTenant) {
  Own own;
  Recorder mine(leaveOpen), theirs(leaveOpen);
  RunRequest other = programOf("return await tools.a.b({})");
  other.tenant = "other";
  const auto a = own.runtime->start(programOf("await tools.a.b({})"), mine);
  const auto b = own.runtime->start(std::move(other), theirs);
  ASSERT_TRUE(Bench::get().until([&] { return !mine.turns.empty() && !theirs.turns.empty(); }));
  kill(own.runtime->workerPids().front(), SIGKILL);
  ASSERT_TRUE(Bench::get().until([&] { return mine.end.has_value(); }));
  EXPECT_FALSE(theirs.end);
  b->deliver({.n = 1, .ok = true, .valueJson = "7"}, 1);
  ASSERT_TRUE(Bench::get().until([&] { return theirs.end.has_value(); }));
  EXPECT_EQ(theirs.end->resultJson, "7");
}

TEST(Worker, ServesOneTenantOnly) {
  Own own;
  own.settle(1);
  std::set<pid_t> seen;
  for (const char* tenant : {"a", "b", "c"}) {
    RunRequest request = programOf("return 1");
    request.tenant = tenant;
    EXPECT_TRUE(own.run(std::move(request)).ok);
  }
  // Three tenants, three workers, and a spare.
  own.settle(4);
  EXPECT_GE(own.runtime->workerPids().size(), 4u);
}

TEST(Worker, IsKilledWhenAnotherTenantNeedsItsPlace) {
  Own own;
  own.settle(1);
  const pid_t first = own.runtime->workerPids().front();
  for (std::size_t i = 0; i < kMaxWorkers + 4; ++i) {
    RunRequest request = programOf("return 1");
    request.tenant = "tenant " + std::to_string(i);
    EXPECT_TRUE(own.run(std::move(request)).ok) << i;
  }
  EXPECT_LE(own.runtime->workerPids().size(), kMaxWorkers);
  EXPECT_TRUE(Bench::get().until([&] { return !alive(first); }));
}

TEST(Worker, MemoryOfAHungryRunReturns) {
  Own own;
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
  const pid_t pid = own.runtime->workerPids().front();
  const long before = residentKiB(pid);
  const RunEnd end = own.run(programOf("const a = []; for (;;) a.push(new Array(1000).fill(1.5))"));
  EXPECT_EQ(end.error.code, ErrorCode::memory_limit);
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
  EXPECT_LT(residentKiB(pid), before + (8 << 10));
}

TEST(Worker, WaitingRunsAreSmall) {
  constexpr int kRuns = 100;
  Own own;
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
  const pid_t pid = own.runtime->workerPids().front();
  const long before = residentKiB(pid);
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  for (int i = 0; i < kRuns; ++i) {
    recorders.push_back(std::make_unique<Recorder>(leaveOpen));
    runs.push_back(
        own.runtime->start(programOf("return await tools.a.b({i: 1})"), *recorders.back()));
    ASSERT_TRUE(Bench::get().until([&] { return !recorders.back()->turns.empty(); }));
  }
  ASSERT_TRUE(Bench::get().until([&] { return residentKiB(pid) - before < kRuns * 200; }))
      << (residentKiB(pid) - before) / kRuns << " KiB per waiting run";
  for (auto& run : runs) run->deliver({.n = 1, .ok = true, .valueJson = "[9]"}, 1);
  ASSERT_TRUE(Bench::get().until([&] {
    return std::ranges::all_of(recorders, [](const auto& r) { return r->end.has_value(); });
  }));
  for (const auto& recorder : recorders) EXPECT_EQ(recorder->end->resultJson, "[9]");
}

TEST(Worker, RuntimeEndsItsWorkers) {
  std::vector<pid_t> pids;
  {
    Own own;
    EXPECT_TRUE(own.run(programOf("return 1")).ok);
    pids = own.runtime->workerPids();
  }
  for (const pid_t pid : pids) {
    EXPECT_TRUE(Bench::get().until([&] { return !alive(pid); }));
  }
}

}  // namespace
}  // namespace executor::sandbox

// Workers as processes: what happens to runs when one dies, when tenants change, and to its memory.
#include <signal.h>

#include <fstream>
#include <sstream>

#include "sandbox/jail-filter.h"
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
  explicit Own(PoolLimits limits = poolLimits(0))
      : runtime(std::make_unique<LocalRuntime>(
            Bench::get().loop, static_cast<ZygoteClient&>(*Bench::get().zygote), limits)) {}
  std::unique_ptr<LocalRuntime> runtime;

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
  EXPECT_EQ(recorder.end->loss, Loss::atRest);
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

// One that computes and several that wait, in one worker: only the first is the cause (D9).
TEST(Worker, DeathIsTheFailureOfTheRunThatComputed) {
  Own own;
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  const auto start = [&](const char* code) {
    recorders.push_back(std::make_unique<Recorder>(leaveOpen));
    runs.push_back(own.runtime->start(programOf(code), *recorders.back()));
  };
  for (int i = 0; i < 3; ++i) {
    start("await tools.a.b({})");
    ASSERT_TRUE(Bench::get().until([&] { return !recorders.back()->turns.empty(); }));
  }
  const pid_t pid = own.runtime->workerPids().front();
  start("for (;;);");
  const auto& hog = *recorders.back();
  start("return 1");  // overtakes it: from then on it has been seen at work
  ASSERT_TRUE(Bench::get().until([&] { return recorders.back()->end && hog.startedCode; }));
  kill(pid, SIGKILL);
  ASSERT_TRUE(Bench::get().until([&] {
    return std::ranges::all_of(recorders, [](const auto& r) { return r->end.has_value(); });
  }));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(recorders[i]->end->loss, Loss::atRest) << i;
  EXPECT_EQ(recorders[3]->end->loss, Loss::cause);
}

// The last word of a process that is about to die of a signal: here of one sent from outside.
TEST(Worker, AFaultOfItsOwnIsSaidBeforeItDies) {
  Own own;
  Recorder recorder(leaveOpen);
  const auto run = own.runtime->start(programOf("await tools.a.b({})"), recorder);
  ASSERT_TRUE(Bench::get().until([&] { return !recorder.turns.empty(); }));
  kill(own.runtime->workerPids().front(), SIGSEGV);
  ASSERT_TRUE(Bench::get().until([&] { return recorder.end.has_value(); }));
  EXPECT_EQ(recorder.end->error.detail, "it met a fault of its own");
  EXPECT_EQ(recorder.end->loss, Loss::atRest);
}

// Every thread's priority is in its stat, the 19th field; the name before it may hold spaces.
int niceOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 19; ++i) fields >> field;
  return std::stoi(field);
}

// Not more than a few ticks of computing, and no timing: it ends by itself.
constexpr const char* kComputes = "let n = 0; for (let i = 0; i < 2e6; ++i) n += i; return n";

TEST(Worker, ALongTurnMakesItGiveWayAndItsProgramIsRemembered) {
  Own own;
  own.settle(1);
  const pid_t first = own.runtime->workerPids().front();
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
  EXPECT_EQ(niceOf(first), 0);
  EXPECT_TRUE(own.run(programOf(kComputes)).ok);
  EXPECT_EQ(niceOf(first), kGivingWay);
  EXPECT_TRUE(own.run(programOf("return 2")).ok);  // in another one
  own.settle(3);
  const auto pids = own.runtime->workerPids();
  EXPECT_EQ(niceOf(pids[1]), 0);
  EXPECT_TRUE(own.run(programOf(kComputes)).ok);
  EXPECT_EQ(niceOf(pids[1]), 0) << "it went to the first again";
}

// D9: the owner begins it again, among those that compute.
TEST(Worker, ALongTurnOfARunThatMayMoveEndsThereAndLeavesTheWorkerAsItWas) {
  Own own;
  own.settle(1);
  const pid_t first = own.runtime->workerPids().front();
  RunRequest request = programOf(kComputes);
  request.mayMove = true;
  const RunEnd moved = own.run(request);
  EXPECT_EQ(moved.loss, Loss::moved);
  EXPECT_EQ(niceOf(first), 0);
  request.computing = true;
  const RunEnd end = own.run(request);
  EXPECT_EQ(end.loss, Loss::none);
  EXPECT_EQ(end.resultJson, "1999999000000");
  EXPECT_EQ(niceOf(first), 0);
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
}

TEST(Worker, AShortRunNeverMoves) {
  Own own;
  RunRequest request = programOf("return (await tools.a.b({x: 1})).x");
  request.mayMove = true;
  EXPECT_EQ(own.run(request).resultJson, "1");
}

// Memory that the worker itself lacks, not the program's own limit.
TEST(Worker, WithoutMemoryItEndsTheRunThatAskedForItByName) {
  PoolLimits small;
  small.memoryEach = std::uint64_t{160} << 20;
  Own own(small);
  EXPECT_TRUE(own.run(programOf("return 1")).ok);
  Recorder waiting(leaveOpen);
  const auto other = own.runtime->start(programOf("return await tools.a.b({})"), waiting);
  ASSERT_TRUE(Bench::get().until([&] { return !waiting.turns.empty(); }));
  const RunEnd end = own.run(programOf("const a = []; for (;;) a.push(new Uint8Array(1 << 20))"));
  EXPECT_TRUE(end.error.code == ErrorCode::memory_limit || end.error.code == ErrorCode::overloaded)
      << end.error.codeName();
  EXPECT_TRUE(own.run(programOf("return 2")).ok);
}

// Beyond the places there are, runs queue; the rested worker of another gives up its own.
TEST(Worker, TenantsBeyondThePlacesGetThoseOfOthersWhoOnlyWait) {
  PoolLimits two;
  two.shares.workers = 2;
  Own own(two);
  const auto of = [](const char* tenant, const char* code) {
    RunRequest request = programOf(code);
    request.tenant = tenant;
    return request;
  };
  Recorder waits(leaveOpen), second(leaveOpen);
  const auto a = own.runtime->start(of("a", "await tools.a.b({})"), waits);
  const auto b = own.runtime->start(of("b", "await tools.a.b({})"), second);
  ASSERT_TRUE(Bench::get().until([&] { return !waits.turns.empty() && !second.turns.empty(); }));
  EXPECT_EQ(own.run(of("c", "return 3")).resultJson, "3");
  EXPECT_LE(own.runtime->workerPids().size(), 2u);
  ASSERT_TRUE(waits.end.has_value() || second.end.has_value());
  for (const Recorder* lost : {&waits, &second}) {
    if (lost->end) EXPECT_EQ(lost->end->loss, Loss::atRest);
  }
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
  // After the end was said; nothing else runs in it meanwhile.
  EXPECT_TRUE(Bench::get().until([&] { return residentKiB(pid) < before + (8 << 10); }));
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

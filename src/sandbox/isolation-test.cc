// What one run, one tenant or the server itself can notice of another: CPU, places, memory.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

std::optional<Delivery> leaveOpen(const SeenCall&) { return std::nullopt; }

struct Pool {
  LocalRuntime runtime{Bench::get().loop, static_cast<ZygoteClient&>(*Bench::get().zygote)};

  std::unique_ptr<sandbox::Run> start(Recorder& recorder, RunRequest request) {
    auto run = runtime.start(std::move(request), recorder);
    recorder.run = run.get();
    return run;
  }
  bool until(const std::function<bool()>& done) { return Bench::get().until(done); }
};

// Both are in one worker: the second began while the first was at rest.
TEST(Isolation, ASuspendedRunBesideAComputingOneGoesOn) {
  Pool pool;
  // The first outcome is held back until the other computes.
  Recorder calls([](const SeenCall& call) { return call.n == 1 ? std::nullopt : echo(call); });
  Recorder hog(leaveOpen);
  const auto patient = pool.start(
      calls, programOf("let n = 0; for (let i = 0; i < 60; i++) n += (await tools.a.b({i})).i;"
                       "return n"));
  ASSERT_TRUE(pool.until([&] { return !calls.turns.empty(); }));
  const auto busy = pool.start(hog, programOf("for (;;);"));
  patient->deliver({.n = 1, .ok = true, .valueJson = R"({"i":0})"}, 1);
  ASSERT_TRUE(pool.until([&] { return calls.end.has_value(); }));
  EXPECT_EQ(calls.end->resultJson, "1770");
  EXPECT_FALSE(hog.end) << "the program that computes was to be still at it";
  busy->stop({ErrorCode::cancelled, "Enough.", {}, {}});
  ASSERT_TRUE(pool.until([&] { return hog.end.has_value(); }));
}

TEST(Isolation, ManyComputingRunsOfOneTenantStarveNobody) {
  Pool pool;
  std::vector<std::unique_ptr<Recorder>> hogs;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  for (int i = 0; i < 4; ++i) {
    hogs.push_back(std::make_unique<Recorder>(leaveOpen));
    RunRequest request = programOf("for (;;) Math.sqrt(2);");
    request.tenant = "hungry";
    runs.push_back(pool.start(*hogs.back(), std::move(request)));
  }
  Recorder other;
  RunRequest request = programOf(
      "let n = 0; for (let i = 0; i < 20; i++) n += (await "
      "tools.a.b({i})).i; return n");
  request.tenant = "patient";
  const auto run = pool.start(other, std::move(request));
  ASSERT_TRUE(pool.until([&] { return other.end.has_value(); }));
  EXPECT_EQ(other.end->resultJson, "190");
  for (const auto& hog : hogs) EXPECT_FALSE(hog->end);
}

// Whatever dies with a worker is at most kMaxRunsPerWorker runs.
TEST(Isolation, AWorkerHoldsNoMoreRunsThanItsLimit) {
  constexpr std::size_t kRuns = kMaxRunsPerWorker + 20;
  Pool pool;
  std::vector<std::unique_ptr<Recorder>> recorders;
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  const auto waiting = [](const auto& r) { return !r->turns.empty(); };
  for (std::size_t i = 0; i < kRuns; ++i) {
    recorders.push_back(std::make_unique<Recorder>(leaveOpen));
    runs.push_back(pool.start(*recorders.back(), programOf("await tools.a.b({})")));
    if (i % 20 == 19) {
      ASSERT_TRUE(pool.until([&] { return std::ranges::all_of(recorders, waiting); }));
    }
  }
  ASSERT_TRUE(pool.until([&] { return std::ranges::all_of(recorders, waiting); }));
  const auto ended = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(recorders, [](const auto& r) { return r->end.has_value(); }));
  };
  std::size_t before = 0;
  for (const pid_t pid : pool.runtime.workerPids()) {
    kill(pid, SIGKILL);
    ASSERT_TRUE(pool.until([&] {
      const auto pids = pool.runtime.workerPids();
      return std::ranges::find(pids, pid) == pids.end();
    }));
    EXPECT_LE(ended() - before, kMaxRunsPerWorker);
    before = ended();
  }
  EXPECT_EQ(before, kRuns);
}

// No worker is ready before the loop runs, so all of them wait.
TEST(Isolation, WaitingRunsAreBounded) {
  Pool pool;
  Recorder nobody(leaveOpen);
  std::vector<std::unique_ptr<sandbox::Run>> runs;
  for (std::size_t i = 0; i < kMaxWaitingRuns; ++i) {
    runs.push_back(pool.runtime.start(programOf("return 1"), nobody));
  }
  Recorder refused;
  const auto run = pool.start(refused, programOf("return 1"));
  ASSERT_TRUE(pool.until([&] { return refused.end.has_value(); }));
  EXPECT_EQ(refused.end->error.code, ErrorCode::overloaded);
  EXPECT_FALSE(refused.end->error.hint.empty());
  runs.clear();
  Recorder next;
  const auto later = pool.start(next, programOf("return 2"));
  ASSERT_TRUE(pool.until([&] { return next.end.has_value(); }));
  EXPECT_EQ(next.end->resultJson, "2");
}

TEST(Isolation, ARunThatWaitsForAWorkerCanBeStopped) {
  Pool pool;
  Recorder first, second;
  const auto a = pool.start(first, programOf("return 1"));
  const auto b = pool.start(second, programOf("return 2"));
  a->stop({ErrorCode::cancelled, "No.", {}, {}});
  a->stop({ErrorCode::timed_out, "Twice.", {}, {}});
  ASSERT_TRUE(pool.until([&] { return first.end && second.end; }));
  EXPECT_EQ(first.end->error.code, ErrorCode::cancelled);
  EXPECT_FALSE(first.startedCode);
  EXPECT_EQ(second.end->resultJson, "2");
}

#ifndef EXECUTOR_SANITIZED  // which maps terabytes of readable shadow memory

// Readable memory of a process, as root sees it. Nullopt where this user may not look.
std::optional<std::string> memoryOf(pid_t pid) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  const int memory = open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) return std::nullopt;
  std::string all;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uint64_t from = 0, to = 0;
    char dash = 0;
    std::string rights;
    fields >> std::hex >> from >> dash >> to >> rights;
    if (!rights.starts_with('r')) continue;
    const std::size_t before = all.size();
    all.resize(before + (to - from));
    const ssize_t got = pread(memory, all.data() + before, to - from, static_cast<off_t>(from));
    all.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  close(memory);
  return all;
}

// Made at run time, so that it is in no file both processes map.
std::string canary(const char* prefix) {
  static std::mt19937_64 random(std::random_device{}());
  return prefix + std::to_string(random()) + std::to_string(random());
}

// Invariant 1: neither the environment, nor the server's memory, nor another tenant's answer is in
// the process that ran a program with a call.
TEST(Isolation, AWorkersMemoryHoldsNothingOfTheServer) {
  const std::string inEnvironment = canary("sk-environment-");
  const std::string inHeap = canary("sk-heap-");
  const std::string ofOther = canary("sk-other-tenant-");
  const std::string answer = canary("visible-");
  setenv("EXECUTOR_TEST_CANARY", inEnvironment.c_str(), 1);
  asio::io_context& loop = Bench::get().loop;
  const auto zygote = Zygote::start(loop, JailRequirement::best).value();
  LocalRuntime runtime(loop, static_cast<ZygoteClient&>(*zygote));
  const auto runWith = [&](const std::string& tenant, const std::string& value,
                           Recorder& recorder) {
    RunRequest request = programOf("const r = await tools.a.b({}); await tools.a.c({r})");
    request.tenant = tenant;
    auto run = runtime.start(std::move(request), recorder);
    EXPECT_TRUE(Bench::get().until([&] { return !recorder.turns.empty(); }));
    run->deliver({.n = 1, .ok = true, .valueJson = "\"" + value + "\""}, 1);
    EXPECT_TRUE(Bench::get().until([&] { return recorder.turns.size() == 2; }));
    return run;
  };
  Recorder other(leaveOpen), mine(leaveOpen);
  const auto a = runWith("other", ofOther, other);
  const auto b = runWith("mine", answer, mine);
  bool foundAnswer = false;
  for (const pid_t pid : runtime.workerPids()) {
    const auto memory = memoryOf(pid);
    if (!memory) {
      // Reading another process's memory needs root with CAP_SYS_PTRACE; others cannot look.
      EXPECT_TRUE(geteuid() != 0 || errno == EPERM || errno == EACCES);
      unsetenv("EXECUTOR_TEST_CANARY");
      return;
    }
    const bool isMine = memory->find(answer) != std::string::npos;
    const bool isOther = memory->find(ofOther) != std::string::npos;
    foundAnswer |= isMine;
    EXPECT_FALSE(isMine && isOther);
    EXPECT_EQ(memory->find(inEnvironment), std::string::npos);
    EXPECT_EQ(memory->find(inHeap), std::string::npos);
  }
  EXPECT_TRUE(foundAnswer) << "the scan sees nothing: what it does not find proves nothing";
  unsetenv("EXECUTOR_TEST_CANARY");
}

#endif

}  // namespace
}  // namespace executor::sandbox

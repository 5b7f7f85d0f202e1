// Nothing gets out of the jail (issue 2, Shows 4): native code tries, as root's child and as
// nobody's.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <fstream>

#include "base/text.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

Result<std::string> runJob(std::string name, std::string input, JobLimits limits = {}) {
  Bench& bench = Bench::get();
  // Shared: a job that is late answers when nobody waits any more.
  auto result = std::make_shared<std::optional<Result<std::string>>>();
  asio::co_spawn(bench.loop, bench.zygote->run(std::move(name), std::move(input), limits),
                 [result](std::exception_ptr, Result<std::string> r) { *result = std::move(r); });
  EXPECT_TRUE(bench.until([&] { return result->has_value(); }));
  return *result ? std::move(**result) : failInternal("no result");
}

// What the jail of a sanitized build leaves open for the sanitizer's runtime (jail-filter.cc,
// jail.cc). Nothing else differs.
bool isTheSanitizers(std::string_view probe) {
#ifdef EXECUTOR_SANITIZED
  return probe == "raise a limit" || probe == "a second descriptor";
#else
  return probe.empty();
#endif
}

// Killed, or refused with an errno.
void expectHeld(const std::string& probe) {
  const auto result = runJob("probe", probe);
  if (result) {
    EXPECT_TRUE(result->starts_with("refused")) << probe << ": " << *result;
    return;
  }
  EXPECT_EQ(result.error().code, ErrorCode::worker_crashed) << probe;
  EXPECT_EQ(result.error().detail, "killed by signal 31") << probe;
}

TEST(Jail, HoldsEveryProbe) {
  const auto names = runJob("probes", "");
  ASSERT_TRUE(names);
  int probes = 0;
  for (const std::string_view name : splitText(*names, '\n')) {
    if (name.empty() || isTheSanitizers(name)) continue;
    ++probes;
    expectHeld(std::string(name));
  }
  EXPECT_GT(probes, 60);
}

TEST(Jail, ReportsEachPartWithItsReason) {
  const auto parts = Bench::get().zygote->jail();
  EXPECT_GE(parts.size(), 15u);
  for (const JailPart& part : parts) {
    EXPECT_FALSE(part.name.empty());
    EXPECT_EQ(part.active, part.reason.empty()) << part.name << ": " << part.reason;
  }
}

// What nobody may do, a zygote of nobody must hold as well.
TEST(Jail, HoldsEveryProbeAsAnOrdinaryUser) {
  if (geteuid() != 0) return;  // then the test above was it
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (syscall(SYS_setgroups, 0, nullptr) != 0 ||
        syscall(SYS_setresgid, 65534, 65534, 65534) != 0 ||
        syscall(SYS_setresuid, 65534, 65534, 65534) != 0) {
      _exit(99);
    }
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    execl("/proc/self/exe", "sandbox-test", "--gtest_filter=Jail.HoldsEveryProbe", nullptr);
    _exit(98);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// What the host sees of a worker.
TEST(Jail, WorkerHasItsOwnNamespacesAndNoFiles) {
  resultOf("return 1");
  const auto pids = Bench::get().runtime->workerPids();
  ASSERT_FALSE(pids.empty());
  const std::string proc = "/proc/" + std::to_string(pids[0]);
  std::ifstream status(proc + "/status");
  std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_NE(text.find("Seccomp:\t2"), std::string::npos);
  EXPECT_NE(text.find("NoNewPrivs:\t1"), std::string::npos);
  EXPECT_NE(text.find("CapEff:\t0000000000000000"), std::string::npos);
  EXPECT_NE(text.find("Threads:\t1"), std::string::npos);
}

TEST(Jail, FullRequirementIsMetOrRefused) {
  asio::io_context loop;
  const auto zygote = Zygote::start(loop, JailRequirement::full);
  const auto parts = Bench::get().zygote->jail();
  const bool all = std::ranges::all_of(parts, &JailPart::active);
  EXPECT_EQ(zygote.has_value(), all);
  if (!zygote) {
    EXPECT_EQ(zygote.error().code, ErrorCode::sandbox_unavailable);
  }
}

TEST(Job, TurnsInputIntoOutput) { EXPECT_EQ(runJob("upper", "abc").value(), "ABC"); }

TEST(Job, CarriesMegabytesBothWays) {
  const std::string input(20u << 20, 'a');
  const auto output = runJob("upper", input);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->size(), input.size());
  EXPECT_EQ(output->back(), 'A');
}

TEST(Job, KeepsItsOwnError) {
  const auto result = runJob("refuse", "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_document);
  EXPECT_EQ(result.error().message, "It is no document.");
  EXPECT_EQ(result.error().hint, "Give another.");
  EXPECT_EQ(result.error().detail, "detail");
}

TEST(Job, ThrownExceptionIsInternal) {
  const auto result = runJob("throw", "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::internal);
}

TEST(Job, DeadlineKillsIt) {
  const auto result = runJob("hang", "", {.deadline = std::chrono::milliseconds(50)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::document_too_complex);
}

#ifndef EXECUTOR_SANITIZED  // whose shadow memory would count, so there is no limit
TEST(Job, MemoryLimitIsAnError) {
  const auto result = runJob("hoard", "", {.memoryBytes = 256u << 20});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::document_too_complex);
}
#endif

TEST(Job, OutputLimitIsAnError) {
  const auto result = runJob("repeat", "2000", {.maxOutputBytes = 1000});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::document_too_large);
}

TEST(Job, CrashIsReportedWithItsSignal) {
  const auto result = runJob("crash", "");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::worker_crashed);
#ifdef EXECUTOR_SANITIZED  // the sanitizer wants to report it, and the filter ends the reporter
  EXPECT_EQ(result.error().detail, "killed by signal 31");
#else
  EXPECT_EQ(result.error().detail, "killed by signal 11");
#endif
}

TEST(Job, UnknownNameIsRefused) { EXPECT_FALSE(runJob("nonsense", "")); }

TEST(Zygote, IsStartedAgainWhenItDied) {
  Bench& bench = Bench::get();
  EXPECT_EQ(runJob("upper", "a").value(), "A");
  static_cast<ZygoteClient&>(*bench.zygote).killForTest();
  bench.until([&] { return !static_cast<ZygoteClient&>(*bench.zygote).running(); });
  EXPECT_EQ(runJob("upper", "b").value(), "B");
  EXPECT_EQ(resultOf("return 2"), "2");
}

}  // namespace
}  // namespace executor::sandbox

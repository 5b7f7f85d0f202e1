// What leaving memory and coming back costs, and what a hundred thousand that have left cost.
//
// Programs ask for a built-in tool, so that nothing but this server is measured. Leaving is timed
// from the decision to leave to its commit, coming back from the claim to the end of the replay, by
// the crash points that stand there. The argument is the number of suspended executions
// (default 10'000); growth is of this process and of the database with its log.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <map>

#include "base/crash-point.h"
#include "execution/testing/bench-server.h"

namespace executor::execution::testing {
namespace {

using Micros = std::vector<double>;

double since(SteadyTime begun) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun)
      .count();
}

std::size_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096;
}

std::size_t storeBytes(const std::filesystem::path& directory) {
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().starts_with("store.db")) bytes += entry.file_size();
  }
  return bytes;
}

void print(std::string_view name, Micros& micros) {
  if (micros.empty()) return;
  std::ranges::sort(micros);
  fmt::print("{:36} {:6} times: p50 {:7.0f} us  p99 {:7.0f} us\n", name, micros.size(),
             micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
}

// One workspace per 5'000: each may have so many pending approvals.
Principal owner(std::size_t i) {
  Principal who;
  who.kind = CredentialKind::person;
  who.accountId = "acc_1";
  who.workspaceId = fmt::format("ws_{}", i / 5'000);
  return who;
}

class SuspendBench {
 public:
  explicit SuspendBench(std::filesystem::path directory)
      : directory_(directory), server_(directory, std::chrono::milliseconds(0)) {
    server_.run(server_.executions->recover());
  }

  void run(std::size_t total) {
    askFor(total);
    suspendMany(64);
    Micros none;
    const std::size_t memory = residentBytes(), bytes = storeBytes(directory_);
    timePoints();
    const SteadyTime begun = std::chrono::steady_clock::now();
    suspendMany(total);
    fmt::print("{} suspended in {:.1f} s, {} running\n", total, since(begun) / 1e6,
               server_.executions->runningCount());
    print("leaving memory", leaving_);
    const auto grown = static_cast<double>(residentBytes()) - static_cast<double>(memory);
    fmt::print("resident memory {:+.1f} MB, {:.0f} bytes each\n", grown / 1e6,
               grown / static_cast<double>(total));
    fmt::print("database {:.2f} KiB each\n", static_cast<double>(storeBytes(directory_) - bytes) /
                                                 1024 / static_cast<double>(total));
    resumeSome(500);
    print("coming back", returning_);
    setCrashHook({});
  }

 private:
  void askFor(std::size_t total) {
    for (std::size_t i = 0; i <= total; i += 5'000) {
      server_.run(server_.policies->add(owner(i), policy::Effect::ask, "catalog.namespaces"));
    }
  }

  void timePoints() {
    setCrashHook([this](CrashPoint point) {
      const SteadyTime now = std::chrono::steady_clock::now();
      switch (point) {
        case CrashPoint::before_suspend: left_.push_back(now); break;
        case CrashPoint::after_suspend:
          leaving_.push_back(since(left_.front()));
          left_.pop_front();
          break;
        case CrashPoint::before_claim: claimed_ = now; break;
        case CrashPoint::after_resume: returning_.push_back(since(claimed_)); break;
        default: break;
      }
    });
  }

  Task<void> startOne(std::size_t i) {
    auto id = co_await server_.executions->start(
        {.principal = owner(i),
         .code = "console.log('before'); return await tools.catalog.namespaces({})"});
    if (!id) std::abort();
    ids_.push_back(*id);
  }

  std::size_t suspended() {
    return *server_.run(server_.store->read([](store::Txn& txn) -> Result<std::size_t> {
      EXECUTOR_TRY(auto page, txn.scan<SuspendedCount>({.limit = store::kMaxScan}));
      std::size_t all = 0;
      for (const auto& one : page.items) all += static_cast<std::size_t>(one.suspended);
      return all;
    }));
  }

  // At most 32 on their way at a time, as from so many clients.
  void suspendMany(std::size_t count) {
    const std::size_t target = started_ + count;
    while (started_ < target) {
      const std::size_t burst = std::min<std::size_t>(32, target - started_);
      for (std::size_t i = 0; i < burst; ++i) server_.run(startOne(started_++));
      while (suspended() < started_) server_.loop.run_one();
    }
  }

  void resumeSome(std::size_t count) {
    for (std::size_t i = 0; i < count && i < ids_.size(); ++i) {
      auto asked = server_.run(server_.approvals->list(owner(i), "pending", ids_[i]));
      server_.run(server_.approvals->decide(owner(i), asked->at(0).id, true, ""));
      auto view = server_.run(
          server_.executions->wait(owner(i), ids_[i], Deadline::max(), std::chrono::seconds(60)));
      if (!view || view->state != State::completed) std::abort();
    }
  }

  std::filesystem::path directory_;
  BenchServer server_;
  std::vector<std::string> ids_;
  std::size_t started_ = 0;
  std::deque<SteadyTime> left_;
  SteadyTime claimed_{};
  Micros leaving_, returning_;
};

}  // namespace
}  // namespace executor::execution::testing

int main(int argc, char** argv) {
  using namespace executor;
  sandbox::runZygoteIfAsked(argc, argv, {});
  const auto directory = std::filesystem::temp_directory_path() / newId("bench");
  std::filesystem::create_directories(directory);
  {
    execution::testing::SuspendBench bench(directory);
    bench.run(argc > 1 ? std::stoul(argv[1]) : 10'000);
  }
  std::filesystem::remove_all(directory);
}

// What a credential costs per request: the check from the cache, the check that reads the record,
// and the signature alone. The first is what every MCP request pays.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <filesystem>

#include "base/id.h"
#include "identity/identity.h"
#include "identity/token-cache.h"
#include "identity/token.h"
#include "store/store.h"

namespace executor::identity {
namespace {

// One installation on a temporary store.
struct Bench {
  Bench() {
    std::filesystem::create_directories(directory);
    store = *store::openStore(
        {.path = directory + "/executor.db", .masterKey = randomKey(), .schema = identitySchema()},
        loop.get_executor());
    identity = makeIdentity(*store, clock, {.dataDir = directory + "/data"});
    first = *run(identity->ensureFirstStart());
    request.method = "POST";
    request.headers.set("content-type", "application/json");
    request.headers.set("x-api-key", first.agentKey);
  }
  ~Bench() {
    store.reset();
    std::filesystem::remove_all(directory);
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(loop, std::move(task),
                   [&](const std::exception_ptr&, T value) { result = std::move(value); });
    while (!result) loop.run_one();
    return *std::move(result);
  }

  std::string directory =
      (std::filesystem::temp_directory_path() / ("identity-bench-" + newId("test"))).string();
  asio::io_context loop;
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  ManualClock clock{1'800'000'000'000};
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Identity> identity;
  FirstStart first;
  net::Request request;
};

void cachedKey(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench.run(bench.identity->agentFromRequest(bench.request)));
  }
}
BENCHMARK(cachedKey);

void recheckedKey(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    bench.clock.advance(kRecheckMs);
    benchmark::DoNotOptimize(bench.run(bench.identity->agentFromRequest(bench.request)));
  }
}
BENCHMARK(recheckedKey);

void signatureAlone(benchmark::State& state) {
  const KeyClaims claims{newId("key"), newId("acct"), newId("ws"), 1'800'000'000'000, 0};
  const auto token = signKey(claims, "a secret of some length, 32 bytes or so");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        verifyKey(token, "a secret of some length, 32 bytes or so", 1'800'000'000'000));
  }
}
BENCHMARK(signatureAlone);

}  // namespace
}  // namespace executor::identity

BENCHMARK_MAIN();

// What a run costs: image restore, a whole run, a run with one call, and throughput.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>

#include "sandbox/fiber.h"
#include "sandbox/frozen.h"
#include "sandbox/local-runtime.h"
#include "sandbox/prepared.h"
#include "sandbox/strip.h"

namespace executor::sandbox {
namespace {

constexpr const char* kCall =
    "const r = await tools.github.issues.list({owner: 'acme', repo: 'web', state: 'open'});"
    "return r.items.filter((i) => i.bug).map((i) => i.n)";
constexpr const char* kAnswer = R"({"items":[{"n":1,"bug":true},{"n":2,"bug":false}]})";

// Answers every call at once.
class Client final : public RunEvents {
 public:
  void onStarted(std::string) override {}
  void onCall(std::uint32_t n, std::string, std::string, std::string) override { called = n; }
  void onTimer(std::uint32_t, std::uint32_t) override {}
  void onTimerCancelled(std::uint32_t) override {}
  void onConsole(ConsoleLine) override {}
  void onTurnEnd(std::uint32_t) override {
    run->deliver({.n = called, .ok = true, .valueJson = kAnswer}, 1);
  }
  void onEnd(RunEnd end) override {
    if (!end.ok) std::abort();
    done = true;
  }

  std::unique_ptr<Run> run;
  std::uint32_t called = 0;
  bool done = false;
};

struct Server {
  asio::io_context loop;
  std::unique_ptr<Zygote> zygote = Zygote::start(loop, JailRequirement::best).value();
  std::unique_ptr<Runtime> runtime = makeLocalRuntime(loop, *zygote);

  void begin(Client& client, const char* code) {
    client.done = false;
    client.run = runtime->start({.tenant = "bench", .code = code, .seed = 1, .clock = 1}, client);
  }
  void wait(Client& client) {
    while (!client.done) {
      loop.restart();
      loop.run_one();
    }
  }
};

Server& server() {
  static auto* made = new Server;
  return *made;
}

const Image& image() {
  static const Image made = prepareImage().value();
  return made;
}

void restoreImage(benchmark::State& state) {
  Machine machine;
  machine.restore(image());
  for (auto _ : state) machine.restore(image());
}
BENCHMARK(restoreImage)->Unit(benchmark::kMicrosecond);

void freezeAndThaw(benchmark::State& state) {
  Machine machine;
  machine.restore(image());
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Frozen frozen(machine, image());
    machine.restore(image());
    frozen.thaw(machine);
    bytes = frozen.bytes();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(freezeAndThaw)->Unit(benchmark::kMicrosecond);

void stripTypes(benchmark::State& state) {
  Stripper stripper;
  Fiber fiber;
  std::string code;
  while (code.size() < static_cast<std::size_t>(state.range(0))) {
    code += "const a" + std::to_string(code.size()) + ": number = (1 as number) + 2;\n";
  }
  for (auto _ : state) fiber.run([&] { benchmark::DoNotOptimize(stripper.strip(code)); });
}
BENCHMARK(stripTypes)->Arg(1 << 10)->Arg(10 << 10)->Unit(benchmark::kMicrosecond);

void runAlone(benchmark::State& state, const char* code) {
  Client client;
  for (auto _ : state) {
    server().begin(client, code);
    server().wait(client);
  }
}
BENCHMARK_CAPTURE(runAlone, return2, "return 1+1")->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK_CAPTURE(runAlone, oneCall, kCall)->Unit(benchmark::kMicrosecond)->UseRealTime();

void runEightInFlight(benchmark::State& state, const char* code) {
  Client clients[8];
  for (auto& client : clients) server().begin(client, code);
  for (auto _ : state) {
    for (auto& client : clients) {
      server().wait(client);
      server().begin(client, code);
    }
  }
  for (auto& client : clients) server().wait(client);
  state.SetItemsProcessed(8 * state.iterations());
}
BENCHMARK_CAPTURE(runEightInFlight, return2, "return 1+1")->UseRealTime();
BENCHMARK_CAPTURE(runEightInFlight, oneCall, kCall)->UseRealTime();

}  // namespace
}  // namespace executor::sandbox

int main(int argc, char** argv) {
  executor::sandbox::runZygoteIfAsked(argc, argv, {});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

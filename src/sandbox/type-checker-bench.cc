// What a check costs: warm, for a program of 1 KB and fifty declared tools; cold; and the memory of
// the process. Each program differs, so that nothing is remembered.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sandbox/tsc-host.h"

namespace executor::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kTools = 50;
constexpr const char* kProgramLine =
    "const items{0} = await tools.acme.group{1}.tool{1}({{ owner: 'o{0}', limit: {1} }});\n"
    "console.log(items{0}.filter((item) => item.labels.length > {1}).map((i) => i.title));\n";

// As the checking step encodes them: an interface for each group, and the types they reach.
std::string declarations() {
  std::string text =
      "interface Issue { id: number; title: string; body?: string; labels: string[];\n"
      "  user: { login: string; id: number }; state: 'open' | 'closed'; created: string }\n";
  std::string groups;
  for (int i = 0; i < kTools; ++i) {
    text += fmt::format(
        "interface tools$acme$group{0} {{\n  /** Lists what there is. */\n  tool{0}(args: {{ "
        "owner: "
        "string; limit?: number; state?: 'open' | 'closed' }}): Promise<Issue[]>;\n}}\n",
        i);
    groups += fmt::format(" readonly group{0}: tools$acme$group{0};", i);
  }
  return text + "interface tools$acme {" + groups +
         " }\ninterface tools$ { readonly acme: tools$acme; }\ndeclare const tools: tools$;\n";
}

// About 1 KB, unlike any other.
std::string program(int n) {
  std::string text;
  for (int i = 0; i < 6; ++i) text += fmt::format(fmt::runtime(kProgramLine), n * 10 + i, i * 7);
  return text + fmt::format("const wrong: number = 'text {}';\n", n);
}

struct Server {
  asio::io_context loop;
  std::shared_ptr<TscHost> host = std::make_shared<TscHost>(
      TypeCheckerOptions{.deadline = std::chrono::seconds(10),
                         .coldDeadline = std::chrono::seconds(10)},
      loop.get_executor(),
      [] { return startTsc(findTypeChecker("").value(), JailRequirement::best); });

  ~Server() { host->stop(); }

  void check(std::string source) {
    bool done = false;
    asio::co_spawn(loop, TscHost::check(host, std::move(source)),
                   [&done](std::exception_ptr error, auto found) {
                     if (error || !found || found->size() != 1) std::abort();
                     done = true;
                   });
    loop.restart();
    while (!done && loop.run_one() > 0) {
    }
  }

  // Of the compiler, child of its launcher.
  double residentMiB() const {
    const std::string launcher = std::to_string(host->pidForTest());
    std::ifstream children("/proc/" + launcher + "/task/" + launcher + "/children");
    std::string pid, line;
    children >> pid;
    std::ifstream status("/proc/" + pid + "/status");
    while (std::getline(status, line)) {
      if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
    }
    return 0;
  }
};

double percentile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void report(benchmark::State& state, const std::vector<double>& times) {
  state.counters["p50_ms"] = percentile(times, 0.5);
  state.counters["p90_ms"] = percentile(times, 0.9);
  state.counters["p99_ms"] = percentile(times, 0.99);
}

void warm(benchmark::State& state) {
  const std::string declared = declarations();
  Server server;
  int n = 0;
  for (; n < 50; ++n) server.check(program(n) + declared);
  std::vector<double> times;
  for (auto _ : state) {
    std::string source = program(n++) + declared;
    const auto start = Clock::now();
    server.check(std::move(source));
    times.push_back(Milliseconds(Clock::now() - start).count());
  }
  report(state, times);
  state.counters["rss_MiB"] = server.residentMiB();
}
BENCHMARK(warm)->Iterations(1000)->Unit(benchmark::kMillisecond);

void cold(benchmark::State& state) {
  const std::string declared = declarations();
  std::vector<double> times;
  int n = 0;
  for (auto _ : state) {
    Server server;
    const auto start = Clock::now();
    server.check(program(n++) + declared);
    times.push_back(Milliseconds(Clock::now() - start).count());
  }
  report(state, times);
}
BENCHMARK(cold)->Iterations(30)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace executor::sandbox

int main(int argc, char** argv) {
  executor::sandbox::runTscIfAsked(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

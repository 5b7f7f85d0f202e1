// What a run costs inside the server, one JSON line for each figure: bench/sandbox makes the table.
//
// Percentiles, not means: a bar is about the run that an agent sees. Programs come in two kinds,
// the same text every time and a text that never came before, because anything remembered between
// runs would make the first kind look better than life. Nothing is asserted here.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/fiber.h"
#include "sandbox/local-runtime.h"
#include "sandbox/prepared.h"
#include "sandbox/strip.h"
#include "sandbox/tick.h"
#include "sandbox/zygote-client.h"

namespace executor::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

constexpr int kWarmUps = 200;
constexpr int kSamples = 5'000;
constexpr int kProcesses = 40;
constexpr int kWaiting = 200;
constexpr std::chrono::seconds kThroughput{4};
constexpr std::size_t kTenants = 2;
constexpr std::size_t kInFlight = 8;
constexpr const char* kAnswer =
    R"([{"number":1,"title":"a","labels":["bug"]},{"number":2,"title":"b","labels":[]}])";
// TypeScript as agents write it, with one call.
constexpr const char* kSnippet =
    "interface Issue { number: number; title: string; labels: string[] }\n"
    "const r: Issue[] = await tools.github.issues.list({ owner: 'acme', repo: 'web' });\n"
    "const bugs = r.filter((i: Issue): boolean => i.labels.includes('bug'));\n"
    "return { total: r.length, bugs: bugs.map((i) => ({ n: i.number, t: i.title })) };\n";
constexpr const char* kTrivial = "return 1 + 1";
constexpr const char* kFib =
    "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } return fib(30)";

// A source of programs: one text, or never the same twice.
class Programs {
 public:
  Programs(std::string code, bool different) : code_(std::move(code)), different_(different) {}
  std::string next() {
    if (!different_) return code_;
    ++count_;
    return fmt::format("const k{0} = {0};\n{1}", count_, code_);
  }

 private:
  std::string code_;
  bool different_;
  std::uint64_t count_ = 0;
};

double at(std::vector<double>& values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

void report(std::string_view name, std::string_view unit, std::vector<double> values) {
  fmt::print(R"({{"name":"{}","unit":"{}","p50":{:.3f},"p99":{:.3f},"count":{}}})"
             "\n",
             name, unit, at(values, 0.5), at(values, 0.99), values.size());
}

// Answers every call at once, or leaves it open.
class Client final : public RunEvents {
 public:
  void onStarted(std::string) override {}
  void onCall(std::uint32_t n, std::string, std::string, std::string) override { called = n; }
  void onTimer(std::uint32_t, std::uint32_t) override {}
  void onTimerCancelled(std::uint32_t) override {}
  void onConsole(ConsoleLine) override {}
  void onTurnEnd(std::uint32_t) override {
    waits = true;
    if (answers) run->deliver({.n = called, .ok = true, .valueJson = kAnswer}, 1);
  }
  void onEnd(RunEnd end) override {
    if (!end.ok) std::abort();
    cpuMicros = end.cpuMicros;
    done = true;
  }

  std::unique_ptr<Run> run;
  std::uint64_t cpuMicros = 0;
  std::uint32_t called = 0;
  bool answers = true;
  bool waits = false;
  bool done = false;
};

struct Server {
  asio::io_context loop;
  ZygoteClient zygote{loop, JailRequirement::best};
  std::unique_ptr<LocalRuntime> runtime;

  Server() {
    if (!zygote.launch()) std::abort();
    runtime = std::make_unique<LocalRuntime>(loop, zygote);
  }
  void begin(Client& client, std::string code, std::string tenant = "bench") {
    client.done = client.waits = false;
    client.run = runtime->start(
        {.tenant = std::move(tenant), .code = std::move(code), .seed = 1, .clock = 1}, client);
  }
  template <class Condition>
  void until(Condition&& condition) {
    loop.restart();
    while (!condition()) loop.run_one();
  }
  double once(Client& client, std::string code, std::string tenant = "bench") {
    const auto from = Clock::now();
    begin(client, std::move(code), std::move(tenant));
    until([&] { return client.done; });
    return Micros(Clock::now() - from).count();
  }
  void rest(std::chrono::milliseconds span) {
    loop.restart();
    loop.run_for(span);
  }
};

// The moment of the program's first instruction: its console line arrives here.
class FirstInstruction final : public GuestHost {
 public:
  JsValue hostCall(std::string_view, std::span<const JsValue>) override {
    at = Clock::now();
    return kUndefined;
  }
  void onFuel() override {}
  void onEngineText(std::string_view) override {}
  Clock::time_point at;
};

// In this process, without the jail, with a worker's handlers: restore the image over a used
// machine, compile, begin.
void firstInstruction(bool different) {
  const Image image = prepareImage().value();
  Programs programs("console.log(1)", different);
  FirstInstruction host;
  Machine machine;
  Fiber fiber;
  std::vector<double> restored, begun;
  for (int i = 0; i < kWarmUps + kSamples; ++i) {
    const std::string code = wrapForEngine(programs.next(), static_cast<std::uint64_t>(i));
    const auto from = Clock::now();
    machine.restore(image);
    const auto ready = Clock::now();
    machine.attach(&host);
    fiber.run(
        [&] { enterGuest([&] { machine.call(machine.eval(code, "program", kEvalStrict), {}); }); });
    if (i < kWarmUps) continue;
    restored.push_back(Micros(ready - from).count());
    begun.push_back(Micros(host.at - from).count());
  }
  report(different ? "first-instruction-different" : "first-instruction-repeated", "us", begun);
  if (!different) report("restore", "us", restored);
}

// Last, because the handlers stay.
void firstInstructions() {
  if (!installTick([] { return false; })) std::abort();
  currentSlice().budgetMicros = UINT64_MAX;
  for (const bool different : {false, true}) firstInstruction(different);
}

void strip() {
  Stripper stripper;
  Fiber fiber;
  Programs programs(kSnippet, true);
  std::vector<double> times;
  for (int i = 0; i < kWarmUps + kSamples; ++i) {
    const std::string code = programs.next();
    const auto from = Clock::now();
    fiber.run([&] {
      if (!stripper.strip(code)) std::abort();
    });
    if (i >= kWarmUps) times.push_back(Micros(Clock::now() - from).count());
  }
  report("strip-types", "us", times);
}

void roundTrip(Server& server, std::string_view name, const char* code, bool different) {
  Programs programs(code, different);
  Client client;
  std::vector<double> times;
  for (int i = 0; i < kWarmUps + kSamples; ++i) {
    const double micros = server.once(client, programs.next());
    if (i >= kWarmUps) times.push_back(micros);
  }
  report(fmt::format("{}-{}", name, different ? "different" : "repeated"), "us", times);
}

// Two tenants, so two workers, each with eight programs in flight: both cores are full.
void throughput(Server& server, std::string_view name, const char* code, bool different) {
  Programs programs(code, different);
  std::vector<std::unique_ptr<Client>> clients;
  const auto tenant = [](std::size_t i) { return fmt::format("load {}", i % kTenants); };
  for (std::size_t i = 0; i < kTenants * kInFlight; ++i) {
    clients.push_back(std::make_unique<Client>());
    server.begin(*clients.back(), programs.next(), tenant(i));
  }
  std::uint64_t ended = 0;
  const auto from = Clock::now();
  server.loop.restart();
  while (Clock::now() - from < kThroughput) {
    server.loop.run_one();
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (!clients[i]->done) continue;
      ++ended;
      server.begin(*clients[i], programs.next(), tenant(i));
    }
  }
  const double seconds = Micros(Clock::now() - from).count() / 1e6;
  report(fmt::format("{}-{}", name, different ? "different" : "repeated"), "/s",
         {static_cast<double>(ended) / seconds});
  server.until([&] { return std::ranges::all_of(clients, [](auto& c) { return c->done; }); });
}

class ReadyOwner final : public WorkerLink::Owner {
 public:
  void onWorkerReady(WorkerLink&) override { ready = true; }
  void onWorkerIdle(WorkerLink&) override {}
  void onCost(const RunState&, std::uint64_t) override {}
  void onWorkerGone(WorkerLink&) override { std::abort(); }
  bool ready = false;
};

// From the request to the zygote until the jailed worker says that it is ready.
void workerReady(Server& server) {
  std::vector<double> times;
  for (int i = 0; i < kProcesses; ++i) {
    ReadyOwner owner;
    std::shared_ptr<WorkerLink> link;
    const auto from = Clock::now();
    server.zygote.spawn({.memoryBytes = kWorkerMemoryBytes}, [&](Result<Child> child) {
      link = std::make_shared<WorkerLink>(server.loop, *std::move(child), owner);
      link->listen();
    });
    server.until([&] { return owner.ready; });
    times.push_back(Micros(Clock::now() - from).count() / 1000);
    link->disown();
  }
  report("worker-ready", "ms", times);
}

// A runtime without a single worker yet: the program waits for the process.
void poolEmpty(Server& server) {
  std::vector<double> times;
  for (int i = 0; i < kProcesses; ++i) {
    Client client;
    const auto from = Clock::now();
    auto runtime = std::make_unique<LocalRuntime>(server.loop, server.zygote);
    client.run = runtime->start({.tenant = "new", .code = kSnippet, .seed = 1, .clock = 1}, client);
    server.until([&] { return client.done; });
    times.push_back(Micros(Clock::now() - from).count() / 1000);
    client.run.reset();
  }
  report("pool-empty", "ms", times);
}

double privateKiB(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  double sum = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_"))
      sum += std::strtod(line.c_str() + line.find(':') + 1, nullptr);
  }
  return sum;
}

double privateKiB(const LocalRuntime& runtime) {
  double sum = 0;
  for (const pid_t pid : runtime.workerPids()) sum += privateKiB(pid);
  return sum;
}

// Private memory of the workers for each program that waits for its call.
void waiting(Server& server) {
  LocalRuntime runtime(server.loop, server.zygote);
  std::vector<std::unique_ptr<Client>> clients;
  const auto add = [&] {
    clients.push_back(std::make_unique<Client>());
    clients.back()->answers = false;
    clients.back()->run = runtime.start(
        {.tenant = "bench", .code = kSnippet, .seed = 1, .clock = 1}, *clients.back());
    server.until([&] { return clients.back()->waits; });
  };
  for (int i = 0; i < 10; ++i) add();
  server.rest(std::chrono::milliseconds(500));
  const double before = privateKiB(runtime);
  for (int i = 0; i < kWaiting; ++i) add();
  server.rest(std::chrono::milliseconds(500));
  report("waiting", "KiB", {(privateKiB(runtime) - before) / kWaiting});
}

// By CPU time of the program alone, as native programs are measured.
void fib(Server& server) {
  std::vector<double> times;
  Client client;
  for (int i = 0; i < 9; ++i) {
    server.once(client, kFib);
    times.push_back(static_cast<double>(client.cpuMicros) / 1000);
  }
  report("fib30", "ms", times);
}

void all(Server& server) {
  strip();
  for (const bool different : {false, true}) {
    roundTrip(server, "trivial", kTrivial, different);
    roundTrip(server, "round-trip", kSnippet, different);
    throughput(server, "throughput-trivial", kTrivial, different);
    throughput(server, "throughput", kSnippet, different);
  }
  workerReady(server);
  poolEmpty(server);
  waiting(server);
  fib(server);
  firstInstructions();
}

}  // namespace
}  // namespace executor::sandbox

int main(int argc, char** argv) {
  using namespace executor::sandbox;
  runZygoteIfAsked(argc, argv, {});
  Server server;
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "fib") {
    fib(server);
  } else if (part == "first") {
    firstInstructions();
  } else {
    all(server);
  }
}

// What the cut costs: a program's calls found and declared, against 1,200 tools and against 35,000.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>

#include "catalog/declarations.h"
#include "catalog/snapshot.h"
#include "source/openapi/compiler.h"

namespace {

using namespace executor;
using catalog::Snapshot;

const Snapshot& snapshotOf(std::int64_t copies) {
  static const auto set = [] {
    std::ifstream file("node_modules/@octokit/openapi/generated/api.github.com.json");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    return *source::ToolSet::fromBytes(source::openapi::compileOpenApi(document).value());
  }();
  static std::map<std::int64_t, std::unique_ptr<Snapshot>> made;
  auto& snapshot = made[copies];
  if (snapshot) return *snapshot;
  std::vector<catalog::SnapshotSource> sources;
  for (std::int64_t i = 0; i < copies; ++i) {
    sources.push_back({"src", "github" + std::to_string(i), "", "GitHub", set});
  }
  snapshot = std::make_unique<Snapshot>(std::move(sources));
  return *snapshot;
}

// What a program of 1 KB calls.
const std::vector<catalog::CalledTool> kCalls = {{"github0.issues.list_for_repo"},
                                                 {"github0.issues.create"},
                                                 {"github0.pulls.get"},
                                                 {"github0.pulls.list_files"},
                                                 {"github0.repos.get"}};

constexpr std::string_view kProgram =
    "user login title number labels name head sha full_name description stargazers_count";

void declare(benchmark::State& state) {
  const Snapshot& snapshot = snapshotOf(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string text =
        catalog::declareTools(snapshot, kCalls, kProgram, catalog::Unnamed::leftOut);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["tools"] = static_cast<double>(snapshot.toolCount());
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(declare)->Arg(1)->Arg(29);

void oneTool(benchmark::State& state) {
  const Snapshot& snapshot = snapshotOf(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        catalog::declareTools(snapshot, {kCalls.data(), 1}, kProgram, catalog::Unnamed::leftOut));
  }
}
BENCHMARK(oneTool)->Arg(1)->Arg(29);

}  // namespace

BENCHMARK_MAIN();

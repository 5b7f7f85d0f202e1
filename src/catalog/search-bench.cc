// How search, lookup and describing grow with the catalogue: GitHub's document once, and forty
// times under other names (49,000 tools).
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>

#include "catalog/snapshot.h"
#include "source/openapi/compiler.h"

namespace {

using namespace executor;
using catalog::Snapshot;
using catalog::SystemTool;

std::shared_ptr<const source::ToolSet> githubSet() {
  std::ifstream file("node_modules/@octokit/openapi/generated/api.github.com.json");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  return *source::ToolSet::fromBytes(source::openapi::compileOpenApi(document).value());
}

const Snapshot& snapshotOf(std::int64_t copies) {
  static const auto set = githubSet();
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

std::string_view allow(const catalog::ToolRef&) { return "auto"; }

void answer(benchmark::State& state, SystemTool tool, const json::object& input) {
  const Snapshot& snapshot = snapshotOf(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(snapshot.answer(tool, input, allow));
  state.counters["tools"] = static_cast<double>(snapshot.toolCount());
}

void discover(benchmark::State& state) {
  answer(state, SystemTool::discover, {{"query", "create an issue"}});
}
void describe(benchmark::State& state) {
  answer(state, SystemTool::catalogDescribe, {{"path", "github0.issues.create"}});
}
void namespaces(benchmark::State& state) { answer(state, SystemTool::catalogNamespaces, {}); }
void unknownTool(benchmark::State& state) {
  const Snapshot& snapshot = snapshotOf(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(snapshot.unknownTool("github0.issues.crate"));
}
void find(benchmark::State& state) {
  const Snapshot& snapshot = snapshotOf(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(snapshot.find("github0.issues.create"));
}

BENCHMARK(find)->Arg(1)->Arg(40);
BENCHMARK(discover)->Arg(1)->Arg(40);
BENCHMARK(describe)->Arg(1)->Arg(40);
BENCHMARK(namespaces)->Arg(1)->Arg(40);
BENCHMARK(unknownTool)->Arg(1)->Arg(40);

}  // namespace

BENCHMARK_MAIN();

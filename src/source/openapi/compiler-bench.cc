// GitHub's document: parsing alone, the whole compilation, opening the result.
#include <benchmark/benchmark.h>

#include <boost/json/monotonic_resource.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "source/openapi/compiler.h"
#include "source/tool-set.h"

namespace executor::source::openapi {
namespace {

// EXECUTOR_BENCH_DOCUMENT names another document; the default is relative to the repository.
const std::string& document() {
  static const std::string text = [] {
    const char* path = std::getenv("EXECUTOR_BENCH_DOCUMENT");
    std::ifstream file(path ? path : "node_modules/@octokit/openapi/generated/api.github.com.json",
                       std::ios::binary);
    std::ostringstream out;
    out << file.rdbuf();
    return std::move(out).str();
  }();
  return text;
}

void parseDocument(benchmark::State& state) {
  for (auto _ : state) {
    auto memory = json::make_shared_resource<json::monotonic_resource>();
    auto parsed = Document::parse(document(), kMaxDocumentBytes, memory);
    if (!parsed) state.SkipWithError(parsed.error().message.c_str());
    benchmark::DoNotOptimize(parsed);
  }
}

void compileDocument(benchmark::State& state) {
  for (auto _ : state) {
    auto bytes = compileOpenApi(document(), {});
    if (!bytes) state.SkipWithError(bytes.error().message.c_str());
    benchmark::DoNotOptimize(bytes);
  }
}

void openToolSet(benchmark::State& state) {
  const std::string bytes = compileOpenApi(document(), {}).value_or("");
  for (auto _ : state) benchmark::DoNotOptimize(ToolSet::fromBytes(bytes));
}

BENCHMARK(parseDocument)->Unit(benchmark::kMillisecond);
BENCHMARK(compileDocument)->Unit(benchmark::kMillisecond);
BENCHMARK(openToolSet)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace executor::source::openapi

BENCHMARK_MAIN();

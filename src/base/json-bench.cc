// JSON and YAML on GitHub's document (13 MB); ids, hashes and logs, which every call pays for.
#include <benchmark/benchmark.h>

#include <boost/json/monotonic_resource.hpp>
#include <fstream>
#include <iterator>

#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/yaml.h"

namespace executor {
namespace {

const std::string& document() {
  static const std::string text = [] {
    std::ifstream in("node_modules/@octokit/openapi/generated/api.github.com.json");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  return text;
}

template <class Act>
void overDocument(benchmark::State& state, Act act) {
  if (document().empty()) state.SkipWithError("run in the source directory after npm ci");
  for (auto _ : state) act();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document().size()));
}

void parse(benchmark::State& state) {
  overDocument(state, [] { benchmark::DoNotOptimize(parseJson(document())); });
}
BENCHMARK(parse)->Unit(benchmark::kMillisecond);

void parseIntoArena(benchmark::State& state) {
  overDocument(state, [] {
    auto arena = json::make_shared_resource<json::monotonic_resource>();
    benchmark::DoNotOptimize(parseJson(document(), {}, std::move(arena)));
  });
}
BENCHMARK(parseIntoArena)->Unit(benchmark::kMillisecond);

void serialize(benchmark::State& state) {
  const auto value = parseJson(document());
  overDocument(state, [&] { benchmark::DoNotOptimize(serializeJson(*value)); });
}
BENCHMARK(serialize)->Unit(benchmark::kMillisecond);

void canonical(benchmark::State& state) {
  const auto value = parseJson(document());
  overDocument(state, [&] { benchmark::DoNotOptimize(canonicalJson(*value)); });
}
BENCHMARK(canonical)->Unit(benchmark::kMillisecond);

void parseAsYaml(benchmark::State& state) {
  overDocument(state, [] { benchmark::DoNotOptimize(parseYaml(document())); });
}
BENCHMARK(parseAsYaml)->Unit(benchmark::kMillisecond);

void makeId(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(newId(idPrefix::kCall));
}
BENCHMARK(makeId);

void hashOneKilobyte(benchmark::State& state) {
  const std::string text(1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256(text));
}
BENCHMARK(hashOneKilobyte);

void sealOneKilobyte(benchmark::State& state) {
  const Key256 key = randomKey();
  const std::string text(1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(seal(key, text, "ws_1"));
}
BENCHMARK(sealOneKilobyte);

void verifyToken(benchmark::State& state) {
  const std::string token =
      signHs256(R"({"sub":"acct_1","jti":"key_1"})", "a secret of some length");
  for (auto _ : state) benchmark::DoNotOptimize(verifyHs256(token, "a secret of some length"));
}
BENCHMARK(verifyToken);

void redactALine(benchmark::State& state) {
  for (int i = 0; i < 1000; ++i) registerSecret("secret-number-" + std::to_string(i * 7919));
  const std::string line =
      "tool=github.issues.list status=200 ms=12 request=req_0197a0de-7b1c "
      "url=https://api.github.com/repos/o/r/issues?page=2&per_page=100";
  for (auto _ : state) benchmark::DoNotOptimize(redact(line));
}
BENCHMARK(redactALine);

}  // namespace
}  // namespace executor

BENCHMARK_MAIN();

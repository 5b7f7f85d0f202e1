// What keeping and reading a 200 KiB JSON result costs, in time and on disk.
#include "invocation/result-store.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>

#include "base/crypto.h"
#include "base/id.h"
#include "store/blob-chunk.h"

namespace executor::invocation {
namespace {

// As APIs answer: the same keys again and again, ids, dates and words that differ.
std::string listOfItems(std::size_t bytes, int salt) {
  std::string out = "[";
  for (int i = 0; out.size() < bytes; ++i) {
    out += fmt::format(
        R"({}{{"id":{},"node_id":"{}","title":"Item {} of {}","state":"open","comments":{},)"
        R"("created_at":"2026-11-{:02}T{:02}:{:02}:00Z","user":{{"login":"user{}","id":{}}}}})",
        i == 0 ? "" : ",", i * 7919 + salt, randomToken(9), i, salt, i % 13, i % 28 + 1, i % 24,
        i % 60, i % 50, i % 50 + 1000);
  }
  return out + "]";
}

Task<void> measure(ResultStore& results, int count, std::size_t bytes) {
  Principal who;
  who.workspaceId = "ws_1";
  double kept = 0, read = 0;
  for (int i = 0; i < count; ++i) {
    std::string content = listOfItems(bytes, i);
    const SteadyTime begun = std::chrono::steady_clock::now();
    auto record = co_await results.keep({.workspaceId = "ws_1",
                                         .executionId = "task_1",
                                         .mimeType = "application/json",
                                         .bytes = std::move(content)});
    const SteadyTime between = std::chrono::steady_clock::now();
    auto part = co_await results.read(who, record->id, {});
    if (!part || part->bytes.size() < bytes) std::abort();
    kept += std::chrono::duration<double, std::micro>(between - begun).count();
    read += std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - between)
                .count();
  }
  fmt::print("{:>6} KiB of JSON: keep {:.0f} us, read {:.0f} us\n", bytes >> 10, kept / count,
             read / count);
}

}  // namespace
}  // namespace executor::invocation

int main() {
  using namespace executor;
  const auto directory = std::filesystem::temp_directory_path() / newId("bench");
  std::filesystem::create_directories(directory);
  for (const std::size_t bytes : {200u << 10, 1u << 20}) {
    const std::string content = invocation::listOfItems(bytes, 1);
    const auto begun = std::chrono::steady_clock::now();
    std::size_t packed = 0;
    for (std::size_t at = 0; at < content.size(); at += store::kBlobChunkBytes) {
      packed +=
          store::packChunk(std::string_view(content).substr(at, store::kBlobChunkBytes))->size();
    }
    const std::chrono::duration<double, std::micro> span = std::chrono::steady_clock::now() - begun;
    fmt::print("{:>6} KiB of JSON: {} bytes compressed ({:.0f} %), {:.0f} us\n", bytes >> 10,
               packed, 100.0 * static_cast<double>(packed) / static_cast<double>(content.size()),
               span.count());
  }
  {
    asio::io_context loop;
    auto opened = store::openStore({.path = directory / "store.db",
                                    .masterKey = randomKey(),
                                    .schema = invocation::resultSchema()},
                                   loop.get_executor());
    invocation::ResultStore results(**opened, systemClock());
    for (const std::size_t bytes : {200u << 10, 1u << 20}) {
      bool done = false;
      asio::co_spawn(loop, invocation::measure(results, 100, bytes),
                     [&](std::exception_ptr) { done = true; });
      loop.restart();
      while (!done) loop.run_one();
    }
  }
  std::filesystem::remove_all(directory);
}

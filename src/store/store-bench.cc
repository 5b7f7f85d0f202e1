// How fast a durable write is, alone and in company (bar: one write is about one fsync).
//
// The database lies in the working directory's file system, because a temporary one may be memory.
// `FsyncAlone` is the disk's own price, printed beside.
// The macros of Google Benchmark use __COUNTER__, which clang 22 calls an extension of C2y.
#pragma clang diagnostic ignored "-Wc2y-extensions"
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <vector>

#include "store/store.h"

namespace executor::store {
namespace {

struct Event {
  std::string id;
  std::string executionId;
  std::int64_t sequence = 0;
  std::string body;
};
RECORD(Event, "event", FIELDS(id, executionId, sequence, body), KEY(id),
       UNIQUE(byExecution, executionId, sequence));

constexpr const char* kFile = "store-bench.db";

class Bench {
 public:
  Bench() {
    removeFiles();
    StoreOptions options;
    options.path = kFile;
    options.schema = Schema::of<Event>();
    store_ = openStore(std::move(options), loop_.get_executor()).value();
  }
  ~Bench() {
    store_.reset();
    removeFiles();
  }

  Event next() {
    Event event{.executionId = "task_1", .sequence = ++sequence_, .body = std::string(200, 'x')};
    event.id = "task_1/" + std::to_string(sequence_);
    return event;
  }
  Store& store() { return *store_; }
  asio::io_context& loop() { return loop_; }

  // `lanes` coroutines that write `each` records one after another.
  void writeInLanes(int lanes, int each) {
    for (int lane = 0; lane < lanes; ++lane) {
      asio::co_spawn(loop_, writeMany(each), asio::detached);
    }
    loop_.restart();
    loop_.run();
  }

  Task<> writeMany(int each) {
    for (int i = 0; i < each; ++i) {
      const Event event = next();
      const Status status = co_await store_->write([event](Txn& txn) { return txn.insert(event); });
      if (!status) std::abort();
    }
  }

  Task<> readMany(int each) {
    for (int i = 0; i < each; ++i) {
      const auto found = co_await store_->read([](Txn& txn) { return txn.get<Event>("task_1/1"); });
      if (!found || !*found) std::abort();
    }
  }

 private:
  static void removeFiles() {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(std::string(kFile) + suffix);
    }
  }

  asio::io_context loop_{1};
  std::unique_ptr<Store> store_;
  std::int64_t sequence_ = 0;
};

void FsyncAlone(benchmark::State& state) {
  const int file = ::open(kFile, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  off_t at = 0;
  for (auto _ : state) {
    if (pwrite(file, page.data(), page.size(), at) < 0 || fdatasync(file) != 0) std::abort();
    at = (at + 4096) % (1 << 20);
  }
  close(file);
  unlink(kFile);
}
BENCHMARK(FsyncAlone)->UseRealTime()->Unit(benchmark::kMicrosecond);

void DurableWrite(benchmark::State& state) {
  Bench bench;
  const int lanes = static_cast<int>(state.range(0));
  constexpr int kEach = 100;
  for (auto _ : state) bench.writeInLanes(lanes, kEach);
  state.SetItemsProcessed(state.iterations() * lanes * kEach);
  // Mean time of one write as its coroutine sees it.
  state.counters["latency"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kEach),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(DurableWrite)->Arg(1)->Arg(4)->Arg(16)->Arg(64)->UseRealTime();

// What an execution does: lazy events, then one that must be durable (D7).
void SevenLaterAndOneDurable(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    for (int i = 0; i < 7; ++i) {
      bench.store().writeLater([event = bench.next()](Txn& txn) { return txn.insert(event); });
    }
    bench.writeInLanes(1, 1);
  }
  state.SetItemsProcessed(state.iterations() * 8);
}
BENCHMARK(SevenLaterAndOneDurable)->UseRealTime()->Unit(benchmark::kMicrosecond);

void PointRead(benchmark::State& state) {
  Bench bench;
  bench.writeInLanes(1, 1);
  for (auto _ : state) {
    asio::co_spawn(bench.loop(), bench.readMany(1'000), asio::detached);
    bench.loop().restart();
    bench.loop().run();
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(PointRead)->UseRealTime();

void BlobPutAndGet(benchmark::State& state) {
  Bench bench;
  std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  std::uint32_t seed = 1;
  for (char& byte : bytes)
    byte = static_cast<char>('a' + ((seed = seed * 1664525 + 1013904223) >> 28));
  std::uint8_t round = 0;
  for (auto _ : state) {
    bytes[0] = static_cast<char>(++round);
    asio::co_spawn(
        bench.loop(),
        [&]() -> Task<> {
          const auto hash = co_await bench.store().blobs().put({.bytes = bytes, .owner = "o"});
          const auto back = co_await bench.store().blobs().get(*hash);
          if (!back || back->size() != bytes.size()) std::abort();
        },
        asio::detached);
    bench.loop().restart();
    bench.loop().run();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BlobPutAndGet)->Arg(10 << 20)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace executor::store

BENCHMARK_MAIN();

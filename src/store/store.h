// The store seam: records, indexes, transactions (D25). SQLite now; PostgreSQL and Convex fit it.
//
// write() runs a synchronous function inside one serializable transaction, off the I/O threads. The
// function may run again on conflict, so it captures by value and has no other effects. Reads see
// the transaction's own writes. When write() returns, the commit is durable (SQLite: WAL,
// synchronous FULL, one writer thread, group commit). A function that returns an error changes
// nothing. A coroutine that is cancelled or destroyed while it waits does not undo the write.
//
//   Result<Source> source = co_await store.write([source](Txn& t) -> Result<Source> {
//     EXECUTOR_CHECK(t.insert(source));
//     t.touch("workspace/" + source.workspaceId);
//     return source;
//   });
//
// Writes commit in the order they were given. writeLater() is for what must not be lost out of
// order but needs no commit of its own (D7): it becomes durable with the next write(), or after
// kMaxLazyDelay.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "base/async.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/time.h"
#include "store/blob.h"
#include "store/engine.h"
#include "store/record.h"
#include "store/seal.h"
#include "store/txn.h"
#include "store/watch.h"

namespace executor::store {

struct StoreOptions {
  std::string path;  // of the SQLite file; made with mode 0600 if it is not there
  Key256 masterKey{};
  Schema schema;  // every record type the program uses
  const Clock* clock = &systemClock();
};

class Store {
 public:
  // Everything is called on the thread of `loop`, and completions come back to it. The loop, and
  // that of any coroutine which waits here, outlives the store.
  Store(std::unique_ptr<Engine> engine, asio::any_io_executor loop, const Key256& masterKey,
        const Clock& clock);
  // Finishes what was given; then waiting coroutines are resumed if the loop still runs.
  ~Store();
  Store(const Store&) = delete;
  // Runs what was given and refuses what comes later with `shutting_down`: from then on nothing
  // touches what the given functions refer to. May be called twice.
  void close() { engine_->close(); }

  // F: Result<T>(Txn&) or Status(Txn&). Errors: the function's own, or `store_full`,
  // `store_conflict`, `store_corrupt`, `shutting_down`.
  template <class F>
  auto write(F fn) -> Task<std::invoke_result_t<F&, Txn&>> {
    return run(Kind::write, std::move(fn));
  }

  // As write, on a reader thread, in a snapshot that has every commit known to the caller. Writes
  // inside fail with `internal`.
  template <class F>
  auto read(F fn) -> Task<std::invoke_result_t<F&, Txn&>> {
    return run(Kind::read, std::move(fn));
  }

  // Encodes and seals `record` here and now, for Txn::insert; see prepared.h.
  template <Record R>
  Result<Prepared> prepare(const R& record) const {
    EXECUTOR_TRY(json::object object, encodeRecord(record, recordArena()));
    return prepareRecord(sealer_, recordType<R>(), std::move(object));
  }

  // For callers that are no coroutines: `done(Status)` on the loop, after the commit.
  void writeAsync(std::function<Status(Txn&)> fn, std::move_only_function<void(Status)> done);

  // Ordered with all other writes, without a commit of its own; see kMaxLazyDelay. `done` may be
  // empty: then an error is logged.
  void writeLater(std::function<Status(Txn&)> fn, std::move_only_function<void(Status)> done = {});
  // Says that somebody will write within microseconds and wait for it; `alone` if nobody else will.
  // Costs CPU, or the next writers some time, if it is not true.
  void expectWrite(bool alone) { engine_->expectWrite(alone); }

  Blobs& blobs() { return blobs_; }

  Watch watch(std::string_view topic) { return board_->watch(topic); }
  // Wakes the watchers of `topic` without a write.
  void notify(std::string_view topic) { board_->notify(topic); }

 private:
  enum class Kind { read, write, later };

  template <class F>
  auto run(Kind kind, F fn) -> Task<std::invoke_result_t<F&, Txn&>>;

  Task<Status> await(Kind kind, std::function<Status(Txn&)> fn);
  void submit(Kind kind, std::function<Status(Txn&)> fn,
              std::move_only_function<void(Status)> done);

  asio::any_io_executor loop_;
  Sealer sealer_;
  std::shared_ptr<WatchBoard> board_;
  std::unique_ptr<Engine> engine_;
  Blobs blobs_;
};

// Opens or creates the database and brings it to this program's schema. `store_corrupt`,
// `store_too_new`, `store_full`, `invalid_configuration` (the path cannot be used).
Result<std::unique_ptr<Store>> openStore(StoreOptions options, asio::any_io_executor loop);

template <class F>
auto Store::run(Kind kind, F fn) -> Task<std::invoke_result_t<F&, Txn&>> {
  using R = std::invoke_result_t<F&, Txn&>;
  struct Box {
    F fn;
    R result{};
  };
  // Shared with the store's thread: the coroutine may be destroyed before the job has run.
  auto box = std::make_shared<Box>(std::move(fn));
  Status status = co_await await(kind, [box](Txn& txn) -> Status {
    box->result = box->fn(txn);
    if (!box->result) return std::unexpected(box->result.error());
    return {};
  });
  if (!status) co_return std::unexpected(std::move(status).error());
  co_return std::move(box->result);
}

}  // namespace executor::store

// What a database must give for the store to stand on it (D25): rows, ranges, atomic jobs.
//
// An engine knows tables of (key, version, body, one entry of bytes per index) and nothing of
// structs, sealing or limits; those are above it, once for all engines. It runs a job inside one
// serializable transaction on a thread of its own, may run it again, and hands its outcome to the
// job's `done` on the loop after the commit is durable. `done` is called exactly once, in the order
// of commits, also when the engine is closing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "store/record.h"

namespace executor::store {

struct Row {
  std::string key;
  std::int64_t version = 0;  // 1 when inserted, one more at each replace
  std::string body;
  std::string entry;  // the index entry it was found by; only in ranges
};

struct RowImage {
  std::string_view key;
  std::string_view body;
  std::vector<std::string> entries;  // one per index of the type
};

struct Range {
  const IndexType* index = nullptr;  // nullptr: by key, `from` and `to` are keys
  std::string from;                  // inclusive
  std::string to;                    // exclusive; empty: no bound
  bool descending = false;
  std::size_t limit = 0;
};

struct Rows {
  std::vector<Row> rows;
  bool more = false;  // the range goes on behind the last row
};

// A range ends early, with `more`, once its bodies are this large together.
inline constexpr std::size_t kMaxScanBytes = 8u << 20;

class EngineTxn {
 public:
  virtual ~EngineTxn() = default;
  virtual Result<std::optional<Row>> get(const RecordType& type, std::string_view key) = 0;
  // `already_exists` for the key, `conflict` naming the unique index.
  virtual Status insert(const RecordType& type, const RowImage& row) = 0;
  // `not_found`, `conflict`.
  virtual Status replace(const RecordType& type, const RowImage& row) = 0;
  virtual Status remove(const RecordType& type, std::string_view key) = 0;
  virtual Result<Rows> range(const RecordType& type, const Range& range) = 0;
};

// Longest time a job that is not urgent waits for company.
inline constexpr std::chrono::milliseconds kMaxLazyDelay{50};

struct Job {
  std::move_only_function<Status(EngineTxn&)> work;
  std::move_only_function<void(Status)> done;
  // A job that is not urgent may wait for the next urgent one, at most kMaxLazyDelay.
  bool urgent = true;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual void write(Job job) = 0;
  virtual void read(Job job) = 0;
  // A write will come within microseconds; an engine may get ready for it, or not.
  virtual void expectWrite(bool /*alone*/) {}
  // Called on the loop when another process has committed to the same database.
  virtual void onForeignCommit(std::function<void()> callback) = 0;
  // Runs what was given, refuses what comes later with `shutting_down`, joins the threads.
  virtual void close() = 0;
};

}  // namespace executor::store

// One transaction as the rest of the program sees it: typed records over an engine's rows.
//
// Reads see the transaction's own writes. Everything is checked before the engine is touched, and a
// function that ends with an error has changed nothing. Limits are per function, so that one greedy
// caller cannot hold up the group it is committed with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/codec.h"
#include "store/engine.h"
#include "store/index-key.h"
#include "store/prepared.h"
#include "store/seal.h"

namespace executor::store {

inline constexpr std::size_t kMaxScan = 1'000;
inline constexpr std::size_t kMaxWritesPerTransaction = 200;
inline constexpr std::size_t kMaxTransactionBytes = 1u << 20;

enum class Order : std::uint8_t { ascending, descending };

// An index of R by its name in RECORD; a wrong name does not compile.
template <Record R>
struct IndexRef {
  std::string_view name;

  consteval IndexRef(const char* text) : name(text) {
    if (!detail::hasIndex<R>(name)) throw "RECORD has no INDEX or UNIQUE of this name";
  }
};

struct ScanOptions {
  std::vector<IndexValue> prefix = {};  // equal to the first columns, in order
  std::optional<IndexValue> from = {};  // inclusive lower bound of the next column
  std::optional<IndexValue> to = {};    // exclusive upper bound of the next column
  Order order = Order::ascending;       // by (columns, key)
  std::size_t limit = 0;                // required, 1 to kMaxScan
  std::string after = {};               // Page::nextCursor of the page before, or empty
};

template <class R>
struct Page {
  std::vector<R> items;
  std::string nextCursor;  // opaque, bound to the index; empty unless `more`
  bool more = false;
};

// The part of a transaction that does not depend on the record's type.
class TxnCore {
 public:
  TxnCore(EngineTxn& engine, const Sealer& sealer, bool writable)
      : engine_(engine), sealer_(sealer), writable_(writable) {}

  Result<std::optional<json::object>> getJson(const RecordType& type, std::string_view key);
  Status insertJson(const RecordType& type, json::object record);
  // `already_exists` if the key is taken, `conflict` if a unique index is.
  Status insert(const Prepared& prepared);
  Status replaceJson(const RecordType& type, json::object record);
  Status putJson(const RecordType& type, json::object record);
  Status removeKey(const RecordType& type, std::string_view key);
  Result<Page<json::object>> scanJson(const RecordType& type, std::string_view index,
                                      const ScanOptions& options);

  // Wakes the watchers of `topic` after the commit.
  void touch(std::string topic);

  EngineTxn& engine() { return engine_; }
  std::vector<std::string> takeTopics() { return std::move(topics_); }

 private:
  Status admitWrite(std::size_t bytes);
  Result<json::object> decode(const RecordType& type, const Row& row);
  Result<Range> rangeOf(const RecordType& type, const IndexType* index,
                        const ScanOptions& options) const;
  Status replaceRow(const RecordType& type, json::object record, const Row& stored);

  EngineTxn& engine_;
  const Sealer& sealer_;
  bool writable_;
  std::size_t writes_ = 0;
  std::size_t bytes_ = 0;
  std::vector<std::string> topics_;
};

class Txn : public TxnCore {
 public:
  using TxnCore::insert;
  using TxnCore::TxnCore;

  template <Record R>
  Result<std::optional<R>> get(std::string_view key) {
    EXECUTOR_TRY(std::optional<json::object> found, getJson(recordType<R>(), key));
    if (!found) return std::nullopt;
    EXECUTOR_TRY(R record, decodeRecord<R>(*found));
    return record;
  }

  // `already_exists` if the key is taken, `conflict` if a unique index is.
  template <Record R>
  Status insert(const R& record) {
    EXECUTOR_TRY(json::object object, encodeRecord(record, recordArena()));
    return insertJson(recordType<R>(), std::move(object));
  }

  // `not_found`, `conflict`.
  template <Record R>
  Status replace(const R& record) {
    EXECUTOR_TRY(json::object object, encodeRecord(record, recordArena()));
    return replaceJson(recordType<R>(), std::move(object));
  }

  // Insert or replace.
  template <Record R>
  Status put(const R& record) {
    EXECUTOR_TRY(json::object object, encodeRecord(record, recordArena()));
    return putJson(recordType<R>(), std::move(object));
  }

  // A record that is not there is removed already.
  template <Record R>
  Status remove(std::string_view key) {
    return removeKey(recordType<R>(), key);
  }

  // One page of an index: `scan<Source>("byWorkspace", {.prefix = {workspaceId}, .limit = 50})`.
  template <Record R>
  Result<Page<R>> scan(IndexRef<R> index, const ScanOptions& options) {
    return scanNamed<R>(index.name, options);
  }

  // One page in the order of keys; `prefix` stays empty, `from` and `to` are keys.
  template <Record R>
  Result<Page<R>> scan(const ScanOptions& options) {
    return scanNamed<R>({}, options);
  }

  // The record with these values in all columns of a unique index, if any.
  template <Record R>
  Result<std::optional<R>> find(IndexRef<R> index, std::vector<IndexValue> values) {
    EXECUTOR_TRY(Page<R> page, scanNamed<R>(index.name, {.prefix = std::move(values), .limit = 1}));
    if (page.items.empty()) return std::nullopt;
    return std::move(page.items.front());
  }

 private:
  template <Record R>
  Result<Page<R>> scanNamed(std::string_view index, const ScanOptions& options) {
    EXECUTOR_TRY(Page<json::object> found, scanJson(recordType<R>(), index, options));
    Page<R> page{{}, std::move(found.nextCursor), found.more};
    page.items.reserve(found.items.size());
    for (const json::object& object : found.items) {
      EXECUTOR_TRY(R record, decodeRecord<R>(object));
      page.items.push_back(std::move(record));
    }
    return page;
  }
};

}  // namespace executor::store

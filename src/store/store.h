// The store seam: records, indexes, transactions (D25). SQLite now; PostgreSQL and Convex fit it.
//
// write() runs a synchronous function inside one serializable transaction, off the I/O threads. The
// function may run again on conflict, so it captures by value and has no other effects. Writes are
// buffered and applied at commit; reads see the transaction's own writes. When write() returns, the
// commit is durable (SQLite: WAL, synchronous FULL, one writer thread, group commit). A function that
// returns an error changes nothing.
//
// This header is the contract other layers compile against; see record.h for what a record is.
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

inline constexpr std::size_t kMaxScan = 1'000;
inline constexpr std::size_t kMaxWritesPerTransaction = 200;
inline constexpr std::size_t kMaxTransactionBytes = 1u << 20;
inline constexpr std::size_t kMaxRecordBytes = 256u << 10;

// Shape of the interface (templates over record types R; `R::…` index tags come from RECORD):
//
//   class Txn {
//     template <class R> Result<std::optional<R>> get(std::string_view key);
//     template <class R> Status insert(const R&);    // already_exists / conflict on a unique index
//     template <class R> Status replace(const R&);   // not_found
//     template <class R> Status put(const R&);       // insert or replace
//     template <class R> Status remove(std::string_view key);
//     template <class R> Result<Page<R>> scan(ScanOptions);
//   };
//   class Store {
//     template <class F> auto write(F fn) -> Task<std::invoke_result_t<F, Txn&>>;
//     template <class F> auto read(F fn)  -> Task<std::invoke_result_t<F, Txn&>>;
//     Task<Status> putBlob…, getBlob…
//     Watch watch(topic)
//   };

}  // namespace executor::store

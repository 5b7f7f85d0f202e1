// A record made ready for its row: checked, sealed and written as JSON, with its index entries.
//
// There is one thread that writes, and all of a server's executions pass through it; turning a
// record into text costs more there than putting it into the table. Who has the whole record before
// the transaction begins prepares it (Store::prepare) on his own thread and inserts the result. A
// replacement cannot be prepared: it takes over what the stored record has and this program does
// not know.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "store/engine.h"
#include "store/record.h"
#include "store/seal.h"

namespace executor::store {

inline constexpr std::size_t kMaxRecordBytes = 256u << 10;  // as JSON, sealed
inline constexpr std::size_t kMaxKeyBytes = 512;

// First block of the arena a record is encoded in; most records fit.
inline constexpr std::size_t kArenaBytes = 4096;

// A record on its way to the store lives for microseconds and is dropped as a whole.
inline json::storage_ptr recordArena() {
  return json::make_shared_resource<json::monotonic_resource>(kArenaBytes);
}

struct Prepared {
  const RecordType* type = nullptr;  // static
  std::string key;
  std::string body;
  std::vector<std::string> entries;  // one for each index of the type, in order

  RowImage image() const { return {key, body, entries}; }
};

// `invalid_argument` for a key that is empty or too long, `payload_too_large` for the body.
Result<Prepared> prepareRecord(const Sealer& sealer, const RecordType& type, json::object record);

// Empty if the record has none.
std::string keyOf(const RecordType& type, const json::object& record);

}  // namespace executor::store

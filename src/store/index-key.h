// Index values as bytes whose order is the order of the values (D25).
//
// One index entry is one byte string: the columns of the index, then the record's key. Comparing
// the bytes compares the columns in turn: nothing before integers before text, text bytewise on
// UTF-8. So every engine needs only one column of plain bytes per index; collations, null ordering
// and row comparisons of the engines play no part, a page is one range, and a cursor is one entry.
//
// Encoding (after FoundationDB's tuples): 00 for none; 01 and eight bytes for an integer (sign
// flipped, big endian); 02, the bytes with 00 written as 00 FF, and 00 for text.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "store/codec.h"
#include "store/record.h"

namespace executor::store {

// PostgreSQL's B-tree takes no entry over 2,704 bytes; so no engine does.
inline constexpr std::size_t kMaxIndexEntryBytes = 2'000;

// The value of one index column. Made from what the field is made of.
class IndexValue {
 public:
  IndexValue() = default;  // none
  IndexValue(std::nullopt_t) {}
  IndexValue(std::string text) : value_(std::move(text)) {}
  IndexValue(std::string_view text) : value_(std::string(text)) {}
  IndexValue(const char* text) : value_(std::string(text)) {}
  template <std::integral I>
  IndexValue(I number) : value_(static_cast<std::int64_t>(number)) {}
  template <class E>
    requires std::is_enum_v<E>
  IndexValue(E value) : value_(std::string(detail::enumName(value))) {}
  template <class T>
  IndexValue(const std::optional<T>& value) {
    if (value) *this = IndexValue(*value);
  }

  void appendTo(std::string& bytes) const;
  // For bounds of a scan by key; anything but text is a mistake of ours.
  Result<std::string> asText() const;

 private:
  std::variant<std::monostate, std::int64_t, std::string> value_;
};

// The entry of one record in one index. A unique index leaves the key out, so that two entries with
// equal columns collide, unless a column is none.
Result<std::string> indexEntry(const RecordType& type, const IndexType& index,
                               const json::object& record, std::string_view key);

// The entries of all indexes of the type, in its order.
Result<std::vector<std::string>> indexEntries(const RecordType& type, const json::object& record,
                                              std::string_view key);

// The entries that start with `prefix` lie in [prefix, afterPrefix(prefix)).
std::string afterPrefix(std::string prefix);

}  // namespace executor::store

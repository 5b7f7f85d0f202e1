#include "store/index-key.h"

namespace executor::store {
namespace {

constexpr char kNone = 0x00;
constexpr char kInteger = 0x01;
constexpr char kText = 0x02;
constexpr char kEscape = static_cast<char>(0xff);

void appendInteger(std::int64_t number, std::string& bytes) {
  const std::uint64_t ordered = static_cast<std::uint64_t>(number) ^ (1ull << 63);
  bytes += kInteger;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(ordered >> shift);
}

void appendText(std::string_view text, std::string& bytes) {
  bytes += kText;
  for (const char c : text) {
    bytes += c;
    if (c == '\0') bytes += kEscape;
  }
  bytes += '\0';
}

// A column as the record's JSON has it.
bool appendColumn(const json::value* value, std::string& bytes) {
  if (value == nullptr || value->is_null()) {
    bytes += kNone;
  } else if (value->is_string()) {
    appendText(value->get_string(), bytes);
  } else if (value->is_int64()) {
    appendInteger(value->get_int64(), bytes);
  } else if (value->is_uint64() && std::in_range<std::int64_t>(value->get_uint64())) {
    appendInteger(static_cast<std::int64_t>(value->get_uint64()), bytes);
  } else if (value->is_bool()) {
    appendInteger(value->get_bool() ? 1 : 0, bytes);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void IndexValue::appendTo(std::string& bytes) const {
  if (const auto* number = std::get_if<std::int64_t>(&value_)) {
    appendInteger(*number, bytes);
  } else if (const auto* text = std::get_if<std::string>(&value_)) {
    appendText(*text, bytes);
  } else {
    bytes += kNone;
  }
}

Result<std::string> IndexValue::asText() const {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  return failInternal("a bound of a scan by key is not text");
}

Result<std::string> indexEntry(const RecordType& type, const IndexType& index,
                               const json::object& record, std::string_view key) {
  std::string entry;
  bool complete = true;
  for (const std::string_view field : index.fields) {
    const json::value* value = record.if_contains(field);
    complete &= value != nullptr && !value->is_null();
    if (appendColumn(value, entry)) continue;
    return fail(ErrorCode::invalid_argument,
                "The field " + std::string(field) + " of a " + std::string(type.table) +
                    " is indexed and must be text, a boolean or an integer below 2^63.");
  }
  if (!index.unique || !complete) appendText(key, entry);
  if (entry.size() <= kMaxIndexEntryBytes) return entry;
  return fail(ErrorCode::invalid_argument,
              "The indexed fields of this " + std::string(type.table) + " are longer than " +
                  std::to_string(kMaxIndexEntryBytes) + " bytes together.",
              "Shorten the name or identifier.");
}

Result<std::vector<std::string>> indexEntries(const RecordType& type, const json::object& record,
                                              std::string_view key) {
  std::vector<std::string> entries;
  entries.reserve(type.indexes.size());
  for (const IndexType& index : type.indexes) {
    EXECUTOR_TRY(std::string entry, indexEntry(type, index, record, key));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string afterPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == static_cast<char>(0xff)) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace executor::store

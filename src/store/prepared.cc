#include "store/prepared.h"

#include "store/index-key.h"

namespace executor::store {
namespace {

Status checkKey(const RecordType& type, std::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return {};
  return fail(ErrorCode::invalid_argument, "The " + std::string(type.keyField) + " of a " +
                                               std::string(type.table) + " must have 1 to " +
                                               std::to_string(kMaxKeyBytes) + " bytes.");
}

Status checkSize(const RecordType& type, std::string_view body) {
  if (body.size() <= kMaxRecordBytes) return {};
  return fail(ErrorCode::payload_too_large,
              "This " + std::string(type.table) + " has " + std::to_string(body.size()) +
                  " bytes; a record may have " + std::to_string(kMaxRecordBytes) + ".",
              "Store large content elsewhere and refer to it.");
}

}  // namespace

std::string keyOf(const RecordType& type, const json::object& record) {
  const json::value* key = record.if_contains(type.keyField);
  return key != nullptr && key->is_string() ? std::string(key->get_string()) : std::string();
}

Result<Prepared> prepareRecord(const Sealer& sealer, const RecordType& type, json::object record) {
  Prepared prepared{&type, keyOf(type, record), {}, {}};
  EXECUTOR_CHECK(checkKey(type, prepared.key));
  EXECUTOR_TRY(prepared.entries, indexEntries(type, record, prepared.key));
  EXECUTOR_CHECK(sealer.sealFields(type, prepared.key, record));
  serializeJson(json::value(std::move(record)), prepared.body);
  EXECUTOR_CHECK(checkSize(type, prepared.body));
  return prepared;
}

}  // namespace executor::store

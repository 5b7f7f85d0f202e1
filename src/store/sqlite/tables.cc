#include "store/sqlite/tables.h"

namespace executor::store {
namespace {

TableSql makeSql(const RecordType& type) {
  const std::string table = quoteName(type.table);
  std::string columns = "key, version, body";
  std::string values = "?1, 1, ?2";
  std::string changes = "version = version + 1, body = ?2";
  int parameter = 3;
  for (const IndexType& index : type.indexes) {
    const std::string slot = "?" + std::to_string(parameter++);
    columns += ", " + indexColumn(index);
    values += ", " + slot;
    changes += ", " + indexColumn(index) + " = " + slot;
  }
  return {"SELECT version, body FROM " + table + " WHERE key = ?1",
          "INSERT INTO " + table + " (" + columns + ") VALUES (" + values + ")",
          "UPDATE " + table + " SET " + changes + " WHERE key = ?1",
          "DELETE FROM " + table + " WHERE key = ?1"};
}

}  // namespace

std::string quoteName(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string indexColumn(const IndexType& index) {
  return quoteName("ix_" + std::string(index.name));
}

Tables::Tables(Schema schema) : schema_(std::move(schema)) {
  for (const RecordType* type : schema_.types) sql_.emplace(type, makeSql(*type));
}

Result<const TableSql*> Tables::sql(const RecordType& type) const {
  const auto found = sql_.find(&type);
  if (found != sql_.end()) return &found->second;
  return failInternal("record type " + std::string(type.table) +
                      " is missing in the schema given to openStore");
}

}  // namespace executor::store

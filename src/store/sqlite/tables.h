// The tables of a schema and the SQL that works on them.
//
// A record type is one table: `key` (text), `version` (integer), `body` (JSON as text, or bytes)
// and per index one column `ix_<name>` of bytes (index-key.h), each with one SQL index. The
// statements of a table are made once; a type that was not given to openStore has none and is
// refused.
//
// sqliteMigrate() brings a file to this program's schema inside one transaction, so two nodes that
// start together do it once. It goes forward only: a file of a newer format is refused unchanged.
// An index that is new, or whose columns changed, is filled from the stored bodies.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "store/record.h"
#include "store/sqlite/connection.h"

namespace executor::store {

struct TableSql {
  std::string get;
  std::string insert;
  std::string replace;
  std::string remove;
};

class Tables {
 public:
  explicit Tables(Schema schema);

  // `internal` if the type is not of the schema.
  Result<const TableSql*> sql(const RecordType& type) const;
  const Schema& schema() const { return schema_; }

 private:
  Schema schema_;
  std::unordered_map<const RecordType*, TableSql> sql_;
};

// `"name"` for SQL.
std::string quoteName(std::string_view name);
std::string indexColumn(const IndexType& index);  // "ix_<name>", quoted

// One step of the file format; `format` is the PRAGMA user_version it leads to.
struct Migration {
  int format;
  const char* sql;
};

// The steps from an empty file to today's format.
std::span<const Migration> sqliteMigrations();

// `store_too_new`; `invalid_configuration` if the file is a database of something else.
Status sqliteMigrate(Connection& connection, const Schema& schema,
                     std::span<const Migration> migrations = sqliteMigrations());

}  // namespace executor::store

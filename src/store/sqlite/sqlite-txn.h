// The rows of one SQLite transaction. Begin and end are the caller's (group-writer.h,
// reader-pool.h).
#pragma once

#include "store/engine.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tables.h"

namespace executor::store {

class SqliteTxn : public EngineTxn {
 public:
  SqliteTxn(Connection& connection, const Tables& tables)
      : connection_(connection), tables_(tables) {}

  Result<std::optional<Row>> get(const RecordType& type, std::string_view key) override;
  Status insert(const RecordType& type, const RowImage& row) override;
  Status replace(const RecordType& type, const RowImage& row) override;
  Status remove(const RecordType& type, std::string_view key) override;
  Result<Rows> range(const RecordType& type, const Range& range) override;

 private:
  Status store(const RecordType& type, const std::string& sql, const RowImage& row);
  std::unexpected<Error> refused(const RecordType& type, std::string_view key) const;

  Connection& connection_;
  const Tables& tables_;
};

}  // namespace executor::store

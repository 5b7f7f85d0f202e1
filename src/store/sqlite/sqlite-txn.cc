#include "store/sqlite/sqlite-txn.h"

#include <sqlite3.h>

namespace executor::store {
namespace {

std::string rangeSql(const RecordType& type, const Range& range) {
  const std::string column = range.index != nullptr ? indexColumn(*range.index) : "key";
  std::string sql = "SELECT key, version, body, " + column + " FROM " + quoteName(type.table) +
                    " WHERE " + column + " >= ?1";
  if (!range.to.empty()) sql += " AND " + column + " < ?2";
  sql += " ORDER BY " + column + (range.descending ? " DESC" : "") + " LIMIT ";
  return sql + (range.to.empty() ? "?2" : "?3");
}

void bindRange(Statement& statement, const Range& range) {
  const auto bound = [&](std::string_view bytes) {
    range.index != nullptr ? statement.blob(bytes) : statement.text(bytes);
  };
  bound(range.from);
  if (!range.to.empty()) bound(range.to);
  // One more than asked tells whether the range goes on.
  statement.integer(static_cast<std::int64_t>(range.limit) + 1);
}

Row rowOf(const Statement& statement, bool indexed) {
  return {statement.column(0), statement.integerColumn(1), statement.column(2),
          indexed ? statement.column(3) : std::string()};
}

std::unexpected<Error> alreadyExists(const RecordType& type, std::string_view key) {
  return fail(ErrorCode::already_exists,
              "There is a " + std::string(type.table) + " " + std::string(key) + " already.");
}

}  // namespace

Result<std::optional<Row>> SqliteTxn::get(const RecordType& type, std::string_view key) {
  EXECUTOR_TRY(const TableSql* sql, tables_.sql(type));
  EXECUTOR_TRY(Statement statement, connection_.prepare(sql->get));
  const int code = statement.text(key).step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return connection_.error(sql->get);
  return Row{std::string(key), statement.integerColumn(0), statement.column(1), {}};
}

Status SqliteTxn::store(const RecordType& type, const std::string& sql, const RowImage& row) {
  EXECUTOR_TRY(Statement statement, connection_.prepare(sql));
  statement.text(row.key);
  type.binary ? statement.blob(row.body) : statement.text(row.body);
  for (const std::string& entry : row.entries) statement.blob(entry);
  if (statement.step() == SQLITE_DONE) return {};
  return refused(type, row.key);
}

std::unexpected<Error> SqliteTxn::refused(const RecordType& type, std::string_view key) const {
  const std::string table(type.table);
  if (connection_.extendedCode() == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return alreadyExists(type, key);
  }
  if (connection_.extendedCode() != SQLITE_CONSTRAINT_UNIQUE) return connection_.error(table);
  for (const IndexType& index : type.indexes) {
    if (!connection_.message().ends_with(".ix_" + std::string(index.name))) continue;
    const std::string_view last = index.fields.back();
    return fail(ErrorCode::conflict,
                "There is another " + table + " with the same " + std::string(last) + ".",
                "Choose another " + std::string(last) + ", or change the one that has it.",
                "unique index " + std::string(index.name));
  }
  return connection_.error(table);
}

Status SqliteTxn::insert(const RecordType& type, const RowImage& row) {
  EXECUTOR_TRY(const TableSql* sql, tables_.sql(type));
  Status status = store(type, sql->insert, row);
  if (status || status.error().code != ErrorCode::conflict) return status;
  // SQLite names whichever constraint it met first; a taken key is the plainer truth.
  EXECUTOR_TRY(const std::optional<Row> taken, get(type, row.key));
  if (taken) return alreadyExists(type, row.key);
  return status;
}

Status SqliteTxn::replace(const RecordType& type, const RowImage& row) {
  EXECUTOR_TRY(const TableSql* sql, tables_.sql(type));
  EXECUTOR_CHECK(store(type, sql->replace, row));
  if (connection_.changes() == 1) return {};
  return fail(ErrorCode::not_found,
              "There is no " + std::string(type.table) + " " + std::string(row.key) + ".");
}

Status SqliteTxn::remove(const RecordType& type, std::string_view key) {
  EXECUTOR_TRY(const TableSql* sql, tables_.sql(type));
  EXECUTOR_TRY(Statement statement, connection_.prepare(sql->remove));
  if (statement.text(key).step() == SQLITE_DONE) return {};
  return connection_.error(sql->remove);
}

Result<Rows> SqliteTxn::range(const RecordType& type, const Range& range) {
  EXECUTOR_CHECK(tables_.sql(type));
  const std::string sql = rangeSql(type, range);
  EXECUTOR_TRY(Statement statement, connection_.prepare(sql));
  bindRange(statement, range);
  Rows found;
  std::size_t bytes = 0;
  int code = SQLITE_ROW;
  while ((code = statement.step()) == SQLITE_ROW) {
    found.more = found.rows.size() == range.limit || bytes >= kMaxScanBytes;
    if (found.more) return found;
    found.rows.push_back(rowOf(statement, range.index != nullptr));
    bytes += found.rows.back().body.size();
  }
  if (code != SQLITE_DONE) return connection_.error(sql);
  return found;
}

}  // namespace executor::store

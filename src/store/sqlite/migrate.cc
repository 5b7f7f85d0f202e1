#include <sqlite3.h>

#include <array>

#include "store/index-key.h"
#include "store/seal.h"
#include "store/sqlite/tables.h"

namespace executor::store {
namespace {

// "Exec": tells our files from other programs' databases.
constexpr std::int64_t kApplicationId = 0x45786563;
constexpr int kBackfillRows = 500;

constexpr std::array kMigrations = {
    Migration{1, R"sql(
      CREATE TABLE executor_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      PRAGMA application_id = 1165518179;
    )sql"},
};
static_assert(kApplicationId == 1165518179);

Status refuseForeignFile(Connection& connection, std::int64_t format) {
  EXECUTOR_TRY(const std::int64_t owner, connection.integerOf("PRAGMA application_id"));
  EXECUTOR_TRY(const std::int64_t tables,
               connection.integerOf("SELECT count(*) FROM sqlite_schema"));
  if (owner == kApplicationId || (owner == 0 && format == 0 && tables == 0)) return {};
  return fail(ErrorCode::invalid_configuration, "The database file belongs to another program.",
              "Point EXECUTOR_STORE_URL or EXECUTOR_DATA_DIR at a file of its own.",
              "application_id " + std::to_string(owner));
}

Status applyFormat(Connection& connection, std::span<const Migration> migrations) {
  EXECUTOR_TRY(const std::int64_t format, connection.integerOf("PRAGMA user_version"));
  const int newest = migrations.back().format;
  if (format > newest) {
    return fail(ErrorCode::store_too_new,
                "The store was written by a newer version of Executor (format " +
                    std::to_string(format) + ", this program knows " + std::to_string(newest) +
                    ").",
                "Upgrade this program; the store was not changed.");
  }
  EXECUTOR_CHECK(refuseForeignFile(connection, format));
  for (const Migration& step : migrations) {
    if (step.format <= format) continue;
    EXECUTOR_CHECK(connection.exec(step.sql));
    const std::string mark = "PRAGMA user_version = " + std::to_string(step.format);
    EXECUTOR_CHECK(connection.exec(mark.c_str()));
  }
  return {};
}

// What an index is made of; when it differs from what the file says, the entries are made anew.
std::string definition(const IndexType& index) {
  std::string text(index.unique ? "unique" : "index");
  for (const std::string_view field : index.fields) (text += ' ') += field;
  return text;
}

Result<std::string> storedDefinition(Connection& connection, const std::string& name) {
  EXECUTOR_TRY(Statement statement,
               connection.prepare("SELECT value FROM executor_meta WHERE name = ?1"));
  const int code = statement.text(name).step();
  if (code == SQLITE_DONE) return std::string();
  if (code != SQLITE_ROW) return connection.error("read executor_meta");
  return statement.column(0);
}

Status storeDefinition(Connection& connection, const std::string& name, const std::string& value) {
  EXECUTOR_TRY(Statement statement,
               connection.prepare("INSERT INTO executor_meta (name, value) VALUES (?1, ?2) "
                                  "ON CONFLICT (name) DO UPDATE SET value = ?2"));
  if (statement.text(name).text(value).step() == SQLITE_DONE) return {};
  return connection.error("write executor_meta");
}

Result<bool> hasColumn(Connection& connection, const RecordType& type, const IndexType& index) {
  EXECUTOR_TRY(Statement statement,
               connection.prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2"));
  const std::string column = "ix_" + std::string(index.name);
  const int code = statement.text(type.table).text(column).step();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return connection.error("pragma_table_info");
  return code == SQLITE_ROW;
}

// Brings column and SQL index to the definition; changed entries become null, which is "to be
// filled".
Status defineIndex(Connection& connection, const RecordType& type, const IndexType& index) {
  const std::string table = quoteName(type.table);
  const std::string column = indexColumn(index);
  const std::string name = quoteName(std::string(type.table) + "_" + std::string(index.name));
  const std::string meta = "index/" + std::string(type.table) + "/" + std::string(index.name);
  EXECUTOR_TRY(const std::string before, storedDefinition(connection, meta));
  const std::string now = definition(index);
  if (before == now) return {};
  EXECUTOR_TRY(const bool present, hasColumn(connection, type, index));
  const std::string change = present ? "UPDATE " + table + " SET " + column + " = NULL"
                                     : "ALTER TABLE " + table + " ADD COLUMN " + column + " BLOB";
  EXECUTOR_CHECK(connection.exec(change.c_str()));
  EXECUTOR_CHECK(connection.exec(("DROP INDEX IF EXISTS " + name).c_str()));
  const std::string create = std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                             name + " ON " + table + " (" + column + ")";
  EXECUTOR_CHECK(connection.exec(create.c_str()));
  return storeDefinition(connection, meta, now);
}

struct Unfilled {
  std::string key;
  std::string body;
};

Result<std::vector<Unfilled>> unfilledRows(Connection& connection, const std::string& sql) {
  EXECUTOR_TRY(Statement statement, connection.prepare(sql));
  std::vector<Unfilled> rows;
  int code = SQLITE_ROW;
  while ((code = statement.step()) == SQLITE_ROW) {
    rows.push_back({statement.column(0), statement.column(1)});
  }
  if (code != SQLITE_DONE) return connection.error(sql);
  return rows;
}

Status fillRow(Connection& connection, const RecordType& type, const IndexType& index,
               const Unfilled& row) {
  Result<json::value> body = parseJson(row.body, kBodyLimits);
  if (!body || !body->is_object()) {
    return fail(ErrorCode::store_corrupt, "A stored record cannot be read while indexing.",
                "Restore the database from a backup.", std::string(type.table) + " " + row.key);
  }
  EXECUTOR_TRY(const std::string entry, indexEntry(type, index, body->get_object(), row.key));
  EXECUTOR_TRY(Statement statement,
               connection.prepare("UPDATE " + quoteName(type.table) + " SET " + indexColumn(index) +
                                  " = ?2 WHERE key = ?1"));
  if (statement.text(row.key).blob(entry).step() == SQLITE_DONE) return {};
  return connection.error("fill index " + std::string(index.name));
}

// Also catches rows that an older program wrote without knowing the index.
Status fillIndex(Connection& connection, const RecordType& type, const IndexType& index) {
  const std::string sql = "SELECT key, body FROM " + quoteName(type.table) + " WHERE " +
                          indexColumn(index) + " IS NULL LIMIT " + std::to_string(kBackfillRows);
  while (true) {
    EXECUTOR_TRY(const std::vector<Unfilled> rows, unfilledRows(connection, sql));
    if (rows.empty()) return {};
    for (const Unfilled& row : rows) EXECUTOR_CHECK(fillRow(connection, type, index, row));
  }
}

// With row ids: a record is larger than the quarter of a page beyond which a tree of keys spills
// every row to a page of its own (measured: three times the frames of a commit).
Status defineTable(Connection& connection, const RecordType& type) {
  const std::string create = "CREATE TABLE IF NOT EXISTS " + quoteName(type.table) +
                             " (key TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL,"
                             " body BLOB NOT NULL)";
  EXECUTOR_CHECK(connection.exec(create.c_str()));
  for (const IndexType& index : type.indexes) {
    EXECUTOR_CHECK(defineIndex(connection, type, index));
    EXECUTOR_CHECK(fillIndex(connection, type, index));
  }
  return {};
}

Status migrateInside(Connection& connection, const Schema& schema,
                     std::span<const Migration> migrations) {
  EXECUTOR_CHECK(applyFormat(connection, migrations));
  for (const RecordType* type : schema.types) EXECUTOR_CHECK(defineTable(connection, *type));
  return {};
}

}  // namespace

std::span<const Migration> sqliteMigrations() { return kMigrations; }

Status sqliteMigrate(Connection& connection, const Schema& schema,
                     std::span<const Migration> migrations) {
  EXECUTOR_CHECK(connection.exec("BEGIN IMMEDIATE"));
  Status status = migrateInside(connection, schema, migrations);
  if (status) status = connection.exec("COMMIT");
  if (!status && connection.inTransaction()) {
    const Status undone = connection.exec("ROLLBACK");
    if (!undone) status.error().detail += "; " + undone.error().detail;
  }
  return status;
}

}  // namespace executor::store

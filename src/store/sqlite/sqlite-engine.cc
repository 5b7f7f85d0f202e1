#include "store/sqlite/sqlite-engine.h"

#include <sqlite3.h>

#include "store/sqlite/checkpointer.h"
#include "store/sqlite/group-writer.h"
#include "store/sqlite/reader-pool.h"
#include "store/sqlite/tables.h"
#include "store/store.h"

namespace executor::store {
namespace {

class SqliteEngine : public Engine {
 public:
  SqliteEngine(Connection writer, Connection copier, std::vector<Connection> readers,
               Schema schema, const asio::any_io_executor& loop)
      : tables_(std::move(schema)),
        checkpointer_(std::move(copier)),
        writer_(std::move(writer), tables_, loop, &checkpointer_),
        readers_(std::move(readers), tables_, loop) {}

  void write(Job job) override { writer_.enqueue(std::move(job)); }
  void expectWrite(bool alone) override { writer_.expectJob(alone); }
  void read(Job job) override { readers_.enqueue(std::move(job)); }
  void onForeignCommit(std::function<void()> callback) override {
    writer_.onForeignCommit(std::move(callback));
  }
  void close() override {
    readers_.close();
    writer_.close();
    checkpointer_.close();
  }

 private:
  Tables tables_;
  Checkpointer checkpointer_;
  GroupWriter writer_;
  ReaderPool readers_;
};

}  // namespace

Result<std::unique_ptr<Engine>> openSqlite(SqliteOptions options, Schema schema,
                                           asio::any_io_executor loop) {
  EXECUTOR_TRY(Connection writer, Connection::open(options));
  EXECUTOR_CHECK(sqliteMigrate(writer, schema));
  EXECUTOR_TRY(Connection copier, Connection::open(options));
  std::vector<Connection> readers;
  readers.reserve(kReaderThreads);
  for (std::size_t i = 0; i < kReaderThreads; ++i) {
    EXECUTOR_TRY(Connection reader, Connection::open(options));
    readers.push_back(std::move(reader));
  }
  return std::make_unique<SqliteEngine>(std::move(writer), std::move(copier), std::move(readers),
                                        std::move(schema), loop);
}

Result<std::unique_ptr<Store>> openStore(StoreOptions options, asio::any_io_executor loop) {
  options.schema += blobSchema();
  EXECUTOR_TRY(std::unique_ptr<Engine> engine,
               openSqlite({.path = options.path}, std::move(options.schema), loop));
  return std::make_unique<Store>(std::move(engine), std::move(loop), options.masterKey,
                                 *options.clock);
}

Status checkSqlite(const std::string& path) {
  EXECUTOR_TRY(Connection connection, Connection::open({.path = path}));
  EXECUTOR_TRY(Statement statement, connection.prepare("PRAGMA integrity_check(3)"));
  std::string findings;
  int code = SQLITE_ROW;
  while ((code = statement.step()) == SQLITE_ROW) findings += statement.column(0) + "; ";
  if (code != SQLITE_DONE) return connection.error("integrity_check");
  if (findings == "ok; ") return {};
  return fail(ErrorCode::store_corrupt, "The database file is damaged.",
              "Stop the server, keep a copy of the file and its -wal, and restore a backup or try "
              "`sqlite3 <file> .recover`.",
              findings);
}

}  // namespace executor::store

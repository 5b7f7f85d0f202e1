#include "store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "store/sqlite/wal-file.h"

namespace executor::store {
namespace {

// WAL: readers never wait for the writer. FULL: a commit is on the disk before it is acknowledged,
// which wal-file.h relies on.
constexpr const char* kUseWal = "PRAGMA journal_mode = WAL";
constexpr std::chrono::milliseconds kWalRetry{2};
constexpr const char* kPragmas = R"sql(
  PRAGMA synchronous = FULL;
  PRAGMA mmap_size = 268435456;
  PRAGMA cache_size = -4096;
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
)sql";

Error describe(int code, int systemError, std::string detail) {
  const bool noSpace = systemError == ENOSPC || systemError == EDQUOT;
  if (code == SQLITE_FULL || (code == SQLITE_IOERR && noSpace)) {
    return {ErrorCode::store_full, "The store's disk is full; nothing was changed.",
            "Free space on the volume of the data directory and try again.", std::move(detail)};
  }
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::store_corrupt, "The database file is damaged.",
              "Stop the server, keep a copy of the file and its -wal, and restore a backup or try "
              "`sqlite3 <file> .recover`.",
              std::move(detail)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::store_conflict, "Another process keeps the store busy.",
              "Try again; if it lasts, find the process that holds a transaction open.",
              std::move(detail)};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::invalid_configuration, "The database file cannot be opened for writing.",
              "Check that the directory exists, is writable and is on a local disk.",
              std::move(detail)};
    case SQLITE_IOERR:
      return {ErrorCode::unavailable, "The store's disk reported an error.",
              "Look at the server's log and the system's disk messages.", std::move(detail)};
    default:
      return {ErrorCode::internal,
              "Executor failed inside; the log has the cause.",
              {},
              std::move(detail)};
  }
}

// SQLite would make the file with the umask's mode; -wal and -shm follow the file's.
Status makePrivateFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return std::unexpected(
        describe(errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN, 0, withErrno(path, errno)));
  }
  close(descriptor);
  return {};
}

}  // namespace

Statement::~Statement() {
  if (raw_ == nullptr) return;
  sqlite3_reset(raw_);
  sqlite3_clear_bindings(raw_);
}

Statement& Statement::text(std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(raw_, ++bound_, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::blob(std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_blob64(raw_, ++bound_, bytes, value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::integer(std::int64_t value) {
  sqlite3_bind_int64(raw_, ++bound_, value);
  return *this;
}

int Statement::step() { return sqlite3_step(raw_); }

std::string Statement::column(int index) const {
  const void* bytes = sqlite3_column_blob(raw_, index);
  const int size = sqlite3_column_bytes(raw_, index);
  return bytes == nullptr
             ? std::string()
             : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::int64_t Statement::integerColumn(int index) const { return sqlite3_column_int64(raw_, index); }

Result<Connection> Connection::open(const SqliteOptions& options) {
  EXECUTOR_CHECK(makePrivateFile(options.path));
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3_open_v2(options.path.c_str(), &raw, flags, walVfs());
  if (raw == nullptr) return failInternal("sqlite3_open_v2 gave no connection");
  Connection connection(raw);
  EXECUTOR_CHECK(connection.configure(options));
  return connection;
}

// SQLite's own busy timeout does not cover the change to WAL: of processes that open a fresh file
// at once (D10) all but one would be refused.
Status Connection::useWal(int timeoutMs) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeoutMs);
  while (true) {
    Status status = exec(kUseWal);
    if (status || status.error().code != ErrorCode::store_conflict) return status;
    if (std::chrono::steady_clock::now() >= until) return status;
    std::this_thread::sleep_for(kWalRetry);
  }
}

Status Connection::configure(const SqliteOptions& options) {
  if (sqlite3_errcode(raw_) != SQLITE_OK) return error("open " + options.path);
  sqlite3_busy_timeout(raw_, options.busyTimeoutMs);
  sqlite3_db_config(raw_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  EXECUTOR_CHECK(useWal(options.busyTimeoutMs));
  EXECUTOR_CHECK(exec(kPragmas));
  if (options.maxPages == 0) return {};
  return exec(("PRAGMA max_page_count = " + std::to_string(options.maxPages)).c_str());
}

Connection::Connection(Connection&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)),
      walPages_(std::move(other.walPages_)),
      statements_(std::move(other.statements_)) {}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(raw_);
}

Result<Statement> Connection::prepare(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return Statement(known->second);
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(raw_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return error(sql);
  statements_.emplace(sql, raw);
  return Statement(raw);
}

Status Connection::exec(const char* sql) {
  if (sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error(sql);
}

Status Connection::run(std::string_view sql) {
  EXECUTOR_TRY(Statement statement, prepare(sql));
  const int code = statement.step();
  if (code == SQLITE_DONE || code == SQLITE_ROW) return {};
  return error(sql);
}

Result<std::int64_t> Connection::integerOf(std::string_view sql) {
  EXECUTOR_TRY(Statement statement, prepare(sql));
  if (statement.step() != SQLITE_ROW) return error(sql);
  return statement.integerColumn(0);
}

Status Connection::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(raw_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return error("checkpoint");
}

// The hook takes the place of the one that wal_autocheckpoint sets.
void Connection::takeOverCheckpoints() {
  walPages_ = std::make_unique<std::size_t>(0);
  const auto note = [](void* pages, sqlite3*, const char*, int count) {
    *static_cast<std::size_t*>(pages) = static_cast<std::size_t>(count);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(raw_, note, walPages_.get());
}

bool Connection::inTransaction() const { return sqlite3_get_autocommit(raw_) == 0; }

int Connection::changes() const { return sqlite3_changes(raw_); }

int Connection::extendedCode() const { return sqlite3_extended_errcode(raw_); }

std::string_view Connection::message() const { return sqlite3_errmsg(raw_); }

std::unexpected<Error> Connection::error(std::string_view what) const {
  std::string detail(what);
  detail += ": ";
  detail += message();
  detail += " (" + std::to_string(extendedCode()) + ")";
  return std::unexpected(
      describe(extendedCode() & 0xff, sqlite3_system_errno(raw_), std::move(detail)));
}

}  // namespace executor::store

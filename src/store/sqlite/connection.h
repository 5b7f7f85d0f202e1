// One SQLite connection, used by one thread, with its prepared statements.
//
// Every result code of SQLite becomes one of our errors here and nowhere else. A Statement borrowed
// from the connection resets itself when it goes out of scope, so that no read transaction is left
// open behind a forgotten cursor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace executor::store {

inline constexpr int kBusyTimeoutMs = 5'000;

struct SqliteOptions {
  std::string path;
  std::uint32_t maxPages = 0;  // 0: as the disk allows; tests fill a small database with it
  int busyTimeoutMs = kBusyTimeoutMs;
};

class Statement {
 public:
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}
  Statement(Statement&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters in order; what is bound must outlive the step.
  Statement& text(std::string_view value);
  Statement& blob(std::string_view value);
  Statement& integer(std::int64_t value);

  // The result code of sqlite3_step; see Connection::error().
  int step();

  std::string column(int index) const;
  std::int64_t integerColumn(int index) const;

 private:
  sqlite3_stmt* raw_;
  int bound_ = 0;
};

class Connection {
 public:
  // Opens or makes the file, mode 0600.
  static Result<Connection> open(const SqliteOptions& options);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // Prepared once per text. The statement must be gone before the same text is prepared again.
  Result<Statement> prepare(std::string_view sql);
  // Runs statements without results or parameters.
  Status exec(const char* sql);
  // Runs one prepared statement without a result.
  Status run(std::string_view sql);
  Result<std::int64_t> integerOf(std::string_view sql);

  // Copies the -wal into the database as far as no reader is in the way, and waits for nobody;
  // `store_conflict` if another connection is at it.
  Status checkpoint();
  // From now on SQLite makes no checkpoint of its own after this connection's commits, and
  // walPages() is known.
  void takeOverCheckpoints();
  // In the -wal after this connection's last commit.
  std::size_t walPages() const { return walPages_ == nullptr ? 0 : *walPages_; }

  // False once SQLite has rolled the transaction back by itself.
  bool inTransaction() const;
  int changes() const;
  int extendedCode() const;
  std::string_view message() const;
  // The last failure as our error; `what` was being done.
  std::unexpected<Error> error(std::string_view what) const;

 private:
  explicit Connection(sqlite3* raw) : raw_(raw) {}
  Status configure(const SqliteOptions& options);
  Status useWal(int timeoutMs);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  sqlite3* raw_;
  std::unique_ptr<std::size_t> walPages_;  // where SQLite's hook finds it
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

}  // namespace executor::store

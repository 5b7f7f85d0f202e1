// SQLite as the store's engine: one writer thread, two reader threads, one file in WAL mode.
//
// The file must be on a local disk (WAL needs shared memory). Several processes may share it (D10).
#pragma once

#include <memory>

#include "store/engine.h"
#include "store/sqlite/connection.h"

namespace executor::store {

// Opens or makes the file and migrates it to the schema; completions go to `loop`.
Result<std::unique_ptr<Engine>> openSqlite(SqliteOptions options, Schema schema,
                                           asio::any_io_executor loop);

// For doctor: SQLite's own check of the whole file. `store_corrupt` with the first findings.
Status checkSqlite(const std::string& path);

}  // namespace executor::store

#include "store/sqlite/wal-file.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string>

namespace executor::store {
namespace {

// SQLite's own file takes no more than 17 bits of length in one write (os_unix.c, seekAndWriteFd).
constexpr std::size_t kPieceBytes = 64u << 10;

// What has been appended and not yet written. A failed write loses it: SQLite will not look at
// frames of a commit that failed.
class Tail {
 public:
  bool takes(sqlite3_int64 offset, std::size_t size) const {
    return (bytes_.empty() || offset == end()) && bytes_.size() + size <= kMaxPendingWalBytes;
  }
  void append(const void* bytes, std::size_t size, sqlite3_int64 offset) {
    if (bytes_.empty()) start_ = offset;
    bytes_.append(static_cast<const char*>(bytes), size);
  }
  int flush(sqlite3_file* file) {
    int code = SQLITE_OK;
    for (std::size_t at = 0; at < bytes_.size() && code == SQLITE_OK; at += kPieceBytes) {
      const auto size = static_cast<int>(std::min(kPieceBytes, bytes_.size() - at));
      code = file->pMethods->xWrite(file, bytes_.data() + at, size,
                                    start_ + static_cast<sqlite3_int64>(at));
    }
    bytes_.clear();
    return code;
  }

 private:
  sqlite3_int64 end() const { return start_ + static_cast<sqlite3_int64>(bytes_.size()); }

  std::string bytes_;
  sqlite3_int64 start_ = 0;
};

// In memory of SQLite's, with the system's file behind it.
struct WalFile {
  sqlite3_file base;
  Tail* tail;  // owned
};

// The system's file wants the alignment that malloc gives.
constexpr std::size_t kWalFileBytes = (sizeof(WalFile) + 15) / 16 * 16;

Tail& tailOf(sqlite3_file* file) { return *reinterpret_cast<WalFile*>(file)->tail; }

sqlite3_file* systemFile(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kWalFileBytes);
}

// Calls one method of the system's file, everything pending written first.
template <auto Method, class... A>
int afterFlush(sqlite3_file* file, A... arguments) {
  sqlite3_file* system = systemFile(file);
  if (const int code = tailOf(file).flush(system); code != SQLITE_OK) return code;
  return (system->pMethods->*Method)(system, arguments...);
}

template <auto Method, class... A>
int asIs(sqlite3_file* file, A... arguments) {
  return (systemFile(file)->pMethods->*Method)(systemFile(file), arguments...);
}

// What cannot collect with what is there starts a new tail, or is too large for any.
int writeWal(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  Tail& tail = tailOf(file);
  const auto length = static_cast<std::size_t>(size);
  if (!tail.takes(offset, length)) {
    if (const int code = tail.flush(systemFile(file)); code != SQLITE_OK) return code;
  }
  if (!tail.takes(offset, length)) {
    return asIs<&sqlite3_io_methods::xWrite>(file, bytes, size, offset);
  }
  try {
    tail.append(bytes, length, offset);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

// The system's file is closed whatever became of the last write: a descriptor may not leak.
int closeWal(sqlite3_file* file) {
  const int flushed = tailOf(file).flush(systemFile(file));
  const int closed = asIs<&sqlite3_io_methods::xClose>(file);
  delete reinterpret_cast<WalFile*>(file)->tail;
  return flushed != SQLITE_OK ? flushed : closed;
}

// Version 1: what later versions add (shared memory, mapping) belongs to the database file.
const sqlite3_io_methods& walMethods() {
  using M = sqlite3_io_methods;
  static const M methods = {
      .iVersion = 1,
      .xClose = closeWal,
      .xRead = afterFlush<&M::xRead, void*, int, sqlite3_int64>,
      .xWrite = writeWal,
      .xTruncate = afterFlush<&M::xTruncate, sqlite3_int64>,
      .xSync = afterFlush<&M::xSync, int>,
      .xFileSize = afterFlush<&M::xFileSize, sqlite3_int64*>,
      .xLock = asIs<&M::xLock, int>,
      .xUnlock = asIs<&M::xUnlock, int>,
      .xCheckReservedLock = asIs<&M::xCheckReservedLock, int*>,
      .xFileControl = afterFlush<&M::xFileControl, int, void*>,
      .xSectorSize = asIs<&M::xSectorSize>,
      .xDeviceCharacteristics = asIs<&M::xDeviceCharacteristics>,
  };
  return methods;
}

sqlite3_vfs& systemVfs() {
  static sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
  return *system;
}

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
  sqlite3_vfs& system = systemVfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return system.xOpen(&system, name, file, flags, outFlags);
  auto tail = std::make_unique<Tail>();
  file->pMethods = nullptr;  // SQLite closes what has methods, also after an error
  const int code = system.xOpen(&system, name, systemFile(file), flags, outFlags);
  if (code != SQLITE_OK) return code;
  *reinterpret_cast<WalFile*>(file) = {{&walMethods()}, tail.release()};
  return SQLITE_OK;
}

// The system's, but for the opening of files and their size.
sqlite3_vfs makeVfs() {
  sqlite3_vfs vfs = systemVfs();
  vfs.zName = "executor-wal";
  vfs.pNext = nullptr;
  vfs.szOsFile += static_cast<int>(kWalFileBytes);
  vfs.xOpen = openFile;
  return vfs;
}

}  // namespace

const char* walVfs() {
  static sqlite3_vfs vfs = makeVfs();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;  // null: the system's, and all is slower
}

}  // namespace executor::store

// A VFS for SQLite that writes the frames of a commit to the -wal file with few system calls.
//
// SQLite appends a commit page by page, two writes each; on a group commit of a dozen pages the
// calls cost more than the bytes. Here what is appended collects in memory until SQLite asks for
// the sync that makes the commit durable, or looks at the file in any other way. Everything else,
// and every other file, is the system's VFS.
//
// This is sound only with synchronous = FULL, where SQLite syncs the -wal before it shows a commit
// to anybody (sqlite.org/wal.html; Connection sets it): other processes look at frames only after
// that. A write that fails shows in the sync, which fails the commit just the same.
#pragma once

#include <cstddef>

namespace executor::store {

// What may collect; a larger commit is written in pieces.
inline constexpr std::size_t kMaxPendingWalBytes = 1u << 20;

// The name to open connections with; registers the VFS at the first call. Thread-safe.
const char* walVfs();

}  // namespace executor::store

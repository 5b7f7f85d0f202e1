// Copies what is in the -wal file into the database, on a thread of its own.
//
// SQLite would do it inside whichever commit makes the file large: a stall of milliseconds for all
// who wait for that commit. Here a second connection copies while the writer goes on. Under a
// steady load the copying never quite catches up with the end of the file, and only a file that is
// copied to its end begins anew (sqlite.org/wal.html, "Avoiding Excessively Large WAL Files"): past
// kMaxWalPages the writer copies the little that is left itself.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "store/sqlite/connection.h"

namespace executor::store {

// New pages of 4 KiB in the -wal since the last copying that start another.
inline constexpr std::size_t kCheckpointPages = 4'000;
inline constexpr std::size_t kMaxWalPages = 4 * kCheckpointPages;

class Checkpointer {
 public:
  explicit Checkpointer(Connection connection);
  ~Checkpointer() { close(); }

  // From the writer's thread, after a commit: the -wal has `pages`.
  void onCommit(std::size_t pages);
  void close();
  // Passes over the file so far.
  std::size_t passes() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void serve();

  Connection connection_;
  std::size_t seen_ = 0;  // pages when the last pass was asked for; the writer's thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool asked_ = false;
  bool closing_ = false;
  std::size_t passes_ = 0;
  std::thread thread_;
};

}  // namespace executor::store

// One server per data directory (D10).
//
// The lock is a flock on `<directory>/lock`: the kernel drops it when the holder dies, however it
// dies, so no stale lock needs a decision. The file holds the pid of the holder for the message.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace executor::store {

// Held while it lives.
class DataLock {
 public:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DataLock& operator=(DataLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~DataLock();

 private:
  int descriptor_;
};

// `data_dir_locked` names the pid of the holder. The directory must exist.
Result<DataLock> lockDataDirectory(const std::string& directory);

}  // namespace executor::store

#include "store/data-lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace executor::store {
namespace {

// Empty if the holder has not written its pid yet.
std::string holderPid(int descriptor) {
  std::array<char, 24> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size() - 1, 0);
  std::string_view pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return std::string(pid.substr(0, pid.find_first_not_of("0123456789")));
}

std::unexpected<Error> lockedBy(int descriptor, const std::string& directory) {
  const std::string pid = holderPid(descriptor);
  const std::string who = pid.empty() ? "Another process" : "The process " + pid;
  close(descriptor);
  return fail(ErrorCode::data_dir_locked, who + " already serves this data directory.",
              "Use that server, stop it, or choose another directory with EXECUTOR_DATA_DIR.",
              directory);
}

std::unexpected<Error> unusable(const std::string& directory, std::string_view what, int error) {
  return fail(ErrorCode::invalid_configuration, "The data directory cannot be used.",
              "Check that it exists, is writable and is on a local disk.",
              directory + ": " + withErrno(what, error));
}

}  // namespace

DataLock::~DataLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<DataLock> lockDataDirectory(const std::string& directory) {
  const std::string path = directory + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return unusable(directory, "open lock", errno);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EWOULDBLOCK) return lockedBy(descriptor, directory);
    close(descriptor);
    return unusable(directory, "flock", error);
  }
  DataLock lock(descriptor);
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return unusable(directory, "write lock", errno);
  }
  return lock;
}

}  // namespace executor::store

#include "identity/secret-file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/id.h"
#include "base/log.h"
#include "base/text.h"

namespace executor::identity {
namespace {

// Given at open(2), so the file is never wider than this.
constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kMaxSecretFileBytes = 64u << 10;

// A descriptor that closes itself.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int get() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

// The path is the operator's own; the content is never part of the text.
std::unexpected<Error> failed(const char* verb, const std::string& path, int error) {
  const auto code =
      error == ENOSPC || error == EDQUOT ? ErrorCode::store_full : ErrorCode::invalid_configuration;
  return fail(code, withErrno(std::string("Cannot ") + verb + " " + path, error),
              "The data directory (EXECUTOR_DATA_DIR) must exist, be writable and have space.");
}

// Warned about, not refused: the secret may be known to others already, and only a new one helps.
void tighten(const File& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || (status.st_mode & 077) == 0) return;
  const bool done = ::fchmod(file.get(), kOwnerOnly) == 0;
  log(LogLevel::warn, "secret_file_was_open_to_others", {{"path", path}, {"tightened", done}});
}

// write(2) may take a part, or be interrupted by a signal.
bool writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A rename is durable once its directory is.
void syncDirectoryOf(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() >= 0) ::fsync(file.get());
}

// O_EXCL and O_NOFOLLOW: a file or link planted under this name is never written through.
bool writeTemporary(const std::string& temporary, const std::string& content) {
  const File file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
  return file.get() >= 0 && writeAll(file.get(), content + "\n") && ::fsync(file.get()) == 0;
}

}  // namespace

// A file over kMaxSecretFileBytes is no credential of ours; its beginning will not verify. The open
// does not block, because a named pipe planted under this name would stop the start for ever; it
// reads as empty and is replaced like any file that holds something else.
Result<std::string> readSecretFile(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return std::string{};
  if (file.get() < 0) return failed("read", path, errno);
  tighten(file, path);
  std::string content(kMaxSecretFileBytes, '\0');
  const auto size = ::read(file.get(), content.data(), content.size());
  if (size < 0) return failed("read", path, errno);
  content.resize(static_cast<std::size_t>(size));
  return std::string(trimText(content));
}

// Written beside the target and renamed: a reader sees the old content or the new one.
Status writeSecretFile(const std::string& path, const std::string& content) {
  const auto temporary = path + "." + randomToken(6);
  if (!writeTemporary(temporary, content) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return failed("write", path, error);
  }
  syncDirectoryOf(path);
  return {};
}

}  // namespace executor::identity

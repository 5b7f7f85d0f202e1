#include "source/tool-bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace executor::source {
namespace {

// The path goes to the log only (Error::detail); clients learn what to do.
std::unexpected<Error> failFile(const std::string& path, std::string_view step) {
  return fail(ErrorCode::store_corrupt, "A compiled tool set cannot be read.",
              "Refresh the source; it is compiled again.",
              withErrno(std::string(step) + " " + path, errno));
}

// Closes when the mapping has been made; the mapping outlives the descriptor.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

// The string lives on the heap and is shared, so that the view survives moves of this object.
ToolBytes ToolBytes::own(std::string bytes) {
  auto keep = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *keep;
  return {std::move(keep), view};
}

// mmap refuses length 0, so an empty file is an empty string; the verifier refuses that. The
// mapping is page-aligned, which the verifier's check of alignment relies on.
Result<ToolBytes> ToolBytes::map(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return failFile(path, "open");
  struct stat status{};
  if (::fstat(file.fd, &status) != 0) return failFile(path, "stat");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return own({});
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (start == MAP_FAILED) return failFile(path, "map");
  std::shared_ptr<const void> keep(start,
                                   [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  return ToolBytes(std::move(keep), {static_cast<const char*>(start), size});
}

}  // namespace executor::source

// Opening order is memory, file, blob; each step is slower by two orders of magnitude and repairs
// the one before. File work runs on the pool, because a page fault on a slow disk would stop the
// loop.
#include "catalog/tool-set-shelf.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/id.h"
#include "base/log.h"

namespace executor::catalog {
namespace {

using source::ToolSet;
using Set = ToolSetShelf::Set;

// A full or read-only disk is not the client's business: the set works from memory.
Status ioError(std::string_view what, int error) { return failInternal(withErrno(what, error)); }

// write(2) may stop anywhere: at a signal, at a quota.
Status writeWhole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return ioError("write tool set", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// Under a name of its own first, so that no other process maps half a file. No fsync: the file is a
// cache that is checked when it is opened.
Status writeFile(const std::string& dir, const std::string& path, std::string_view bytes) {
  ::mkdir(dir.c_str(), 0700);
  const std::string draft = fmt::format("{}.{}", path, randomToken(9));
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return ioError("create " + draft, errno);
  Status status = writeWhole(file, bytes);
  ::close(file);
  if (status && ::rename(draft.c_str(), path.c_str()) != 0) {
    status = ioError("rename " + draft, errno);
  }
  if (!status) ::unlink(draft.c_str());
  return status;
}

Result<Set> writeAndMap(const std::string& dir, const std::string& path, const Set& set) {
  EXECUTOR_CHECK(writeFile(dir, path, set->bytes()));
  return ToolSet::fromFile(path, set->hash());
}

}  // namespace

std::string ToolSetShelf::pathOf(std::string_view hash) const {
  return fmt::format("{}/{}.toolset", dir_, hash);
}

// Forgets a set that nobody holds any more.
Set ToolSetShelf::inMemory(const std::string& hash) {
  const auto at = sets_.find(hash);
  if (at == sets_.end()) return nullptr;
  Set set = at->second.lock();
  if (set == nullptr) sets_.erase(at);
  return set;
}

Task<Result<Set>> ToolSetShelf::verify(std::string bytes) {
  co_return co_await pool_.run(
      [bytes = std::move(bytes)]() mutable { return ToolSet::fromBytes(std::move(bytes)); });
}

// The store names blobs by the same hash; that they agree is checked once, here.
Task<Status> ToolSetShelf::keep(Set set) {
  EXECUTOR_CO_TRY(const std::string hash,
                  co_await store_.blobs().put({.bytes = std::string(set->bytes())}));
  if (hash == set->hash()) co_return Status{};
  co_return failInternal(fmt::format("blob {} holds tool set {}", hash, set->hash()));
}

// Two coroutines may get here with the same document; the first one's mapping wins, so that there
// is one.
Task<Set> ToolSetShelf::mapped(Set set) {
  const std::string hash(set->hash());
  if (Set known = inMemory(hash)) co_return known;
  auto mapped = co_await pool_.run(
      [dir = dir_, path = pathOf(hash), set] { return writeAndMap(dir, path, set); });
  if (!mapped) logError(LogLevel::warn, "tool_set_not_mapped", mapped.error());
  Set best = mapped ? std::move(*mapped) : std::move(set);
  if (Set known = inMemory(hash)) co_return known;
  sets_[hash] = best;
  co_return best;
}

// A file that does not match its hash is treated like one that is missing: the blob makes it again.
Task<Result<Set>> ToolSetShelf::open(std::string hash) {
  if (Set known = inMemory(hash)) co_return known;
  auto fromFile = co_await pool_.run(
      [path = pathOf(hash), hash]() -> Result<Set> { return ToolSet::fromFile(path, hash); });
  if (fromFile) {
    if (Set known = inMemory(hash)) co_return known;
    sets_[hash] = *fromFile;
    co_return std::move(*fromFile);
  }
  EXECUTOR_CO_TRY(std::string bytes, co_await store_.blobs().get(hash));
  EXECUTOR_CO_TRY(Set set, co_await verify(std::move(bytes)));
  co_return co_await mapped(std::move(set));
}

// Whoever maps the file keeps it: an unlinked file lives until its last mapping goes.
Task<void> ToolSetShelf::drop(std::string hash) {
  if (inMemory(hash) != nullptr) co_return;
  co_await pool_.run([path = pathOf(hash)] { return ::unlink(path.c_str()); });
}

}  // namespace executor::catalog

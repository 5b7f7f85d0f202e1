// The tool sets in use on this node: one per hash, shared by all workspaces, memory-mapped.
//
// The truth is a blob in the store. A file beside it (`<dir>/<hash>.toolset`) only exists to be
// mapped: it is written to another name and renamed, checked against its hash when opened, and made
// again from the blob when it is missing or damaged. A set leaves memory with the last snapshot
// that holds it. A file whose set an execution still held when its source was removed stays behind:
// it costs disk, is never wrong, and is taken up again if the same document comes back.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/thread-pool.h"
#include "source/tool-set.h"
#include "store/store.h"

namespace executor::catalog {

class ToolSetShelf {
 public:
  using Set = std::shared_ptr<const source::ToolSet>;

  ToolSetShelf(store::Store& store, ThreadPool& pool, std::string dir)
      : store_(store), pool_(pool), dir_(std::move(dir)) {}

  // Verifies bytes that came out of the jail. `store_corrupt` if they are no tool set.
  Task<Result<Set>> verify(std::string bytes);

  // Makes the set durable as a blob without an owner; the caller's transaction adds itself.
  Task<Status> keep(Set set);

  // Writes the file and gives the mapped form of `set`; where that fails, `set` itself.
  Task<Set> mapped(Set set);

  // From memory, the file, or the blob.
  Task<Result<Set>> open(std::string hash);

  // Removes the file of a set that nothing holds; called after its source is gone.
  Task<void> drop(std::string hash);

 private:
  std::string pathOf(std::string_view hash) const;
  Set inMemory(const std::string& hash);

  store::Store& store_;
  ThreadPool& pool_;
  std::string dir_;
  std::unordered_map<std::string, std::weak_ptr<const source::ToolSet>> sets_;
};

}  // namespace executor::catalog

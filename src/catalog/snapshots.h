// The current snapshot of every workspace this node has seen.
//
// A snapshot is built from the records and replaced as a whole; whoever holds the old one keeps it.
// This node's own changes rebuild at once (`changed`), those of other nodes when a watch says so. A
// wake may be spurious, so a rebuild that finds the same sources keeps the snapshot and its
// version. A source whose tool set cannot be opened is left out and logged; it never hides another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/async.h"
#include "catalog/snapshot.h"
#include "catalog/source-record.h"
#include "catalog/tool-set-shelf.h"
#include "store/store.h"

namespace executor::catalog {

// Touched by every transaction that changes a source of the workspace.
std::string sourcesTopic(std::string_view workspaceId);

// Every source of a workspace, by name.
Result<std::vector<SourceRecord>> readSources(store::Txn& txn, const std::string& workspaceId);

class Snapshots {
 public:
  Snapshots(store::Store& store, ToolSetShelf& shelf) : store_(store), shelf_(shelf) {}

  Task<Result<std::shared_ptr<const Catalog>>> of(std::string workspaceId);

  // After a commit of this node. The change is durable whatever happens here; if reading it back
  // fails, the next of() tries again.
  Task<void> changed(std::string workspaceId);

 private:
  struct Entry {
    std::shared_ptr<const Snapshot> snapshot;
    bool current = false;
    std::uint64_t generation =
        0;  // counts this node's changes, so that a slow load cannot undo one
    std::optional<store::Watch> watch;
  };

  void noticeOthers(const std::string& workspaceId);
  Task<Status> reload(std::string workspaceId);
  Task<std::vector<SnapshotSource>> load(std::vector<SourceRecord> records);

  store::Store& store_;
  ToolSetShelf& shelf_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace executor::catalog

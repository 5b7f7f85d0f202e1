// Keeping each workspace's snapshot current without asking the database on every use: the common
// case is a look at a counter and a hash map.
#include "catalog/snapshots.h"

#include <fmt/format.h>

#include "base/log.h"

namespace executor::catalog {
namespace {

// The title may differ: it is part of the set's bytes, and those are compared by hash.
bool same(const SnapshotSource& a, const SnapshotSource& b) {
  return a.id == b.id && a.name == b.name && a.baseUrl == b.baseUrl &&
         a.set->hash() == b.set->hash();
}

}  // namespace

std::string sourcesTopic(std::string_view workspaceId) {
  return fmt::format("sources/{}", workspaceId);
}

Result<std::vector<SourceRecord>> readSources(store::Txn& txn, const std::string& workspaceId) {
  static_assert(kMaxSourcesPerWorkspace <= store::kMaxScan);
  EXECUTOR_TRY(auto page, txn.scan<SourceRecord>("byName", {.prefix = {workspaceId},
                                                            .limit = kMaxSourcesPerWorkspace}));
  return std::move(page.items);
}

Task<Result<std::shared_ptr<const Catalog>>> Snapshots::of(std::string workspaceId) {
  noticeOthers(workspaceId);
  if (!entries_[workspaceId].current) EXECUTOR_CO_CHECK(co_await reload(workspaceId));
  co_return entries_[workspaceId].snapshot;
}

void Snapshots::noticeOthers(const std::string& workspaceId) {
  Entry& entry = entries_[workspaceId];
  if (!entry.watch) entry.watch = store_.watch(sourcesTopic(workspaceId));
  if (entry.watch->poll()) entry.current = false;
}

Task<void> Snapshots::changed(std::string workspaceId) {
  Entry& entry = entries_[workspaceId];
  ++entry.generation;
  entry.current = false;
  const Status status = co_await reload(workspaceId);
  if (!status) logError(LogLevel::error, "catalog_reload_failed", status.error());
}

// Reads until it has seen every change of this node that was made meanwhile: an older read that
// ends later must not bring a removed source back.
Task<Status> Snapshots::reload(std::string workspaceId) {
  for (;;) {
    const std::uint64_t generation = entries_[workspaceId].generation;
    EXECUTOR_CO_TRY(auto records, co_await store_.read([workspaceId](store::Txn& txn) {
      return readSources(txn, workspaceId);
    }));
    std::vector<SnapshotSource> sources = co_await load(std::move(records));
    Entry& entry = entries_[workspaceId];
    if (entry.generation != generation) continue;
    entry.current = true;
    const bool unchanged =
        entry.snapshot != nullptr && std::ranges::equal(sources, entry.snapshot->sources(), same);
    if (!unchanged) entry.snapshot = std::make_shared<Snapshot>(std::move(sources));
    co_return Status{};
  }
}

// One after another: after a start the files are in the page cache, and mapping is all there is to
// do.
Task<std::vector<SnapshotSource>> Snapshots::load(std::vector<SourceRecord> records) {
  std::vector<SnapshotSource> out;
  for (const SourceRecord& record : records) {
    auto set = co_await shelf_.open(record.toolSetHash);
    if (set) {
      out.push_back({record.id, record.name, record.baseUrl, record.title, std::move(*set)});
    } else {
      logError(LogLevel::error, "source_not_loaded", set.error(), {{"source", record.id}});
    }
  }
  co_return out;
}

}  // namespace executor::catalog

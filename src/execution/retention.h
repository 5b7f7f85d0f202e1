// Removing what is old: executions with all that belongs to them, and results before their time.
//
// Two ages count, both settings of the workspace: `keepExecutionsDays` from the end of an
// execution, `keepResultsDays` from when a content was stored. What is open is never touched,
// whatever its age; its own limit is another. An execution goes as a whole: record, journal,
// approvals, results, its holds on blobs. The first transaction takes the record away, so that from
// then on nobody finds half of it; what did not fit stands behind a marker, in the same
// transaction, and is gone at the next look, also when the process dies in between. Each
// transaction is bounded by kRemovedPerTransaction, so that others never wait long for it.
//
// Removing is deleting rows: the pages of the database file become free and are used again by what
// is stored next. The file itself does not shrink; `VACUUM` on a stopped server does that. Blobs go
// an hour after their last owner (store/blob-sweeper.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "execution/executions.h"
#include "execution/settings.h"
#include "store/store.h"

namespace executor::execution {

inline constexpr EpochMs kDefaultKeepExecutions = kDefaultKeepExecutionsDays * kDayMs;
inline constexpr EpochMs kDefaultKeepResults = kDefaultKeepResultsDays * kDayMs;
inline constexpr std::size_t kRemovedPerTransaction = 150;
inline constexpr std::size_t kMaxPrunedAtOnce = 1'000;
inline constexpr std::chrono::milliseconds kRetentionInterval{3'600'000};
// Of a start: servers that live for minutes clean up too, but have better things to do at first.
inline constexpr std::chrono::milliseconds kFirstRetention{120'000};

// An execution whose record is gone and whose parts are not yet.
struct RemovalMarker {
  std::string id, workspaceId;  // of the execution
};
RECORD(RemovalMarker, "removal", FIELDS(id, workspaceId), KEY(id));

struct KeepAges {
  EpochMs executions = kDefaultKeepExecutions;
  EpochMs results = kDefaultKeepResults;
};
// The ages of a workspace.
using KeepAgesOf = std::function<Task<Result<KeepAges>>(std::string workspaceId)>;

// What the settings of a workspace say.
Task<Result<KeepAges>> keepAgesOf(Settings& settings, std::string workspaceId);

class Retention {
 public:
  // Without `agesOf` every workspace has the defaults. Store and clock outlive it.
  Retention(store::Store& store, const Clock& clock, KeepAgesOf agesOf = {})
      : store_(store), clock_(clock), agesOf_(std::move(agesOf)) {}

  // Removes executions of the workspace that ended before `before`, oldest first, at most
  // kMaxPrunedAtOnce. Safe beside another prune.
  Task<Result<Pruned>> prune(std::string workspaceId, EpochMs before);
  // Finishes what was interrupted, then prunes every workspace by its ages.
  Task<Result<Pruned>> sweep();

 private:
  Task<Result<Pruned>> sweepWorkspace(std::string workspaceId);
  Task<Result<std::size_t>> removeResults(std::string workspaceId, EpochMs before);
  Task<Status> finishInterrupted();
  Task<Status> finish(std::string executionId);

  store::Store& store_;
  const Clock& clock_;
  KeepAgesOf agesOf_;
};

// Sweeps kFirstRetention after it was made and every kRetentionInterval, for as long as it lives. A
// sweep that fails is logged and tried again with the next.
class RetentionSweeper {
 public:
  RetentionSweeper(Retention& retention, asio::io_context& loop,
                   std::chrono::milliseconds first = kFirstRetention,
                   std::chrono::milliseconds interval = kRetentionInterval);
  ~RetentionSweeper();
  RetentionSweeper(const RetentionSweeper&) = delete;

 private:
  struct Round {
    explicit Round(asio::io_context& loop) : timer(loop) {}
    SteadyTimer timer;
    bool stopped = false;
  };
  static Task<void> run(std::shared_ptr<Round> round, Retention& retention,
                        std::chrono::milliseconds wait, std::chrono::milliseconds interval);

  std::shared_ptr<Round> round_;
};

}  // namespace executor::execution

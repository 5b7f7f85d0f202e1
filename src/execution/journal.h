// The journal of one execution on its way to the store: appended in order, durable when it must be.
//
// append() is memory only. flush() returns when everything appended before it is durable;
// concurrent flushes share one transaction, and the first one also creates the record, so that a
// program which ends before anything had to be durable costs one commit (D7). A batch that the
// store refused stays pending: the caller learns the error, nothing acts in the world, and the next
// flush tries again, after a look at what is there: the answer to a commit may be lost. A record
// that another node took over (epoch) is `conflict`, for good.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/signal.h"
#include "execution/event.h"
#include "execution/execution-record.h"
#include "invocation/result-store.h"

namespace executor::execution {

class Journal {
 public:
  // `stored`: the record is in the store already (recovery).
  Journal(store::Store& store, ExecutionRecord record, bool stored);

  // The record may be changed freely; touch() says that it was.
  ExecutionRecord& record() { return record_; }
  const ExecutionRecord& record() const { return record_; }
  void touch() { ++version_; }

  const Event& append(EventKind kind, EpochMs at, json::object body);
  // Becomes durable, and readable, with the next batch.
  void addResult(invocation::ResultRecord result);
  bool clean() const { return durable_ == version_; }

  // The caller keeps the journal alive until this completes.
  Task<Status> flush();

 private:
  using Events = std::shared_ptr<std::vector<Event>>;
  struct Batch {
    ExecutionRecord record;
    std::vector<JournalPage> pages;
    std::vector<invocation::ResultRecord> results;
    store::Prepared created;  // the record, if it is to be created
    std::uint64_t expectedSeq = 0;
    bool create = false;
    bool openMarker = false;  // whether the store has one
  };

  Task<Status> writeBatch();
  Task<Status> resync();
  Task<Status> writePending();
  std::vector<Event> takeSome();
  Task<Status> store(Batch batch, Events events);
  Task<Result<std::vector<JournalPage>>> makePages(Events events);
  Task<Result<std::string>> encode(Events events, std::size_t index);
  Task<Status> moveContent(const Event& event);
  void dropStored(const std::vector<invocation::ResultRecord>& stored);
  void putBack(std::vector<Event>& events, const Error& error);
  static bool fitsItsRecord(const Batch& batch);
  static Status apply(store::Txn& txn, const Batch& batch);

  store::Store& store_;
  ExecutionRecord record_;
  std::vector<Event> pending_;
  std::vector<invocation::ResultRecord> results_;
  std::uint64_t version_ = 1, durable_ = 0;
  std::uint64_t durableSeq_;
  bool stored_, marked_;
  bool writing_ = false;
  bool uncertain_ = false;  // whether the last batch was committed
  std::uint64_t failures_ = 0;
  Error lastError_;
  Signal written_;
};

// The events of an execution after `after`, at most `limit`; bodies in blobs are loaded if asked.
struct EventQuery {
  std::string executionId, workspaceId;
  std::uint64_t after = 0;
  std::size_t limit = 0;  // 0: all
  bool loadBlobs = false;
  bool loadEmissions = false;  // only the blobs of `emitted`: what a client is shown
};
Task<Result<std::vector<Event>>> readEvents(store::Store& store, EventQuery query);

}  // namespace executor::execution

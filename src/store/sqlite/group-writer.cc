#include "store/sqlite/group-writer.h"

#include <boost/asio/post.hpp>

#include "base/log.h"
#include "store/sqlite/sqlite-txn.h"

namespace executor::store {

GroupWriter::GroupWriter(Connection connection, const Tables& tables, asio::any_io_executor loop,
                         Checkpointer* checkpointer)
    : connection_(std::move(connection)),
      tables_(tables),
      loop_(std::move(loop)),
      checkpointer_(checkpointer) {
  if (checkpointer_ != nullptr) connection_.takeOverCheckpoints();
  dataVersion_ = connection_.integerOf("PRAGMA data_version").value_or(0);
  thread_ = std::thread([this] { serve(); });
}

void GroupWriter::enqueue(Job job) {
  Lock lock(mutex_);
  if (closing_) {
    lock.unlock();
    std::vector<Finished> refused;
    refused.push_back({std::move(job), fail(ErrorCode::shutting_down, "The store is closing.")});
    report(std::move(refused));
    return;
  }
  const bool first = queue_.empty();
  if (first) lazyDue_ = std::chrono::steady_clock::now() + kMaxLazyDelay;
  if (job.urgent) {
    ++urgent_;
    if (expected_ > 0) --expected_;
  }
  queue_.push_back(std::move(job));
  arrived_.store(true, std::memory_order_release);
  // A sleeper that has no deadline yet needs one, too.
  const bool wake = gathering_ ? isGathered() : sleeping_ && (first || isDue());
  lock.unlock();
  if (wake) wake_.notify_one();
}

// With one processor the thread that is to send the job would have to wait for this one.
void GroupWriter::expectJob(bool alone) {
  static const bool several = std::thread::hardware_concurrency() > 1;
  Lock lock(mutex_);
  ++expected_;
  if (!alone || !several) return;
  alertUntil_ = std::chrono::steady_clock::now() + kAlert;
  const bool wake = sleeping_;
  lock.unlock();
  if (wake) wake_.notify_one();
}

void GroupWriter::onForeignCommit(std::function<void()> callback) {
  const Lock lock(mutex_);
  foreign_ = std::move(callback);
}

void GroupWriter::close() {
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void GroupWriter::serve() {
  Lock lock(mutex_);
  std::vector<Finished> group;
  while (takeGroup(lock, group)) {
    lock.unlock();
    commitGroup(group);
    report(std::exchange(group, {}));
    tendWal();
    lock.lock();
  }
}

bool GroupWriter::isDue() const { return closing_ || urgent_ > 0 || queue_.size() >= kMaxLazyJobs; }

void GroupWriter::watch(Lock& lock) {
  const SteadyTime until = std::exchange(alertUntil_, SteadyTime());
  arrived_.store(false, std::memory_order_relaxed);
  lock.unlock();
  while (!arrived_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < until) {
  }
  lock.lock();
}

void GroupWriter::sleep(Lock& lock) {
  if (alertUntil_ > std::chrono::steady_clock::now()) return watch(lock);
  sleeping_ = true;
  if (queue_.empty()) {
    if (wake_.wait_for(lock, kForeignPoll) == std::cv_status::timeout) pollForeign(lock);
  } else {
    wake_.wait_until(lock, lazyDue_);
  }
  sleeping_ = false;
}

// Whoever was announced and is not there by the end is not waited for again: a program may compute
// for minutes.
void GroupWriter::gather(Lock& lock) {
  gathering_ = true;
  const auto until = std::chrono::steady_clock::now() + kGatherTime;
  const auto enough = [this] { return closing_ || isGathered(); };
  if (!wake_.wait_until(lock, until, enough)) expected_ = 0;
  gathering_ = false;
}

bool GroupWriter::takeGroup(Lock& lock, std::vector<Finished>& group) {
  while (!isDue()) {
    if (!queue_.empty() && std::chrono::steady_clock::now() >= lazyDue_) break;
    sleep(lock);
  }
  if (urgent_ > 0 && !isGathered()) gather(lock);
  while (!queue_.empty() && group.size() < kMaxGroupJobs) {
    if (queue_.front().urgent) --urgent_;
    group.push_back({std::move(queue_.front()), {}});
    queue_.pop_front();
  }
  return !group.empty();
}

// PRAGMA data_version changes only by commits of other connections, and only we write here.
void GroupWriter::pollForeign(Lock& lock) {
  if (!foreign_) return;
  lock.unlock();
  const std::int64_t now = connection_.integerOf("PRAGMA data_version").value_or(dataVersion_);
  lock.lock();
  if (now == dataVersion_) return;
  dataVersion_ = now;
  asio::post(loop_, foreign_);
}

void GroupWriter::commitGroup(std::vector<Finished>& group) {
  if (group.size() > 1 && runTogether(group)) return;
  for (Finished& one : group) runAlone(one);
}

// False if the group as a whole could not be committed; then nothing of it was. Without a beginning
// nobody's turn will come soon (another process holds the file): all fail with that.
bool GroupWriter::runTogether(std::vector<Finished>& group) {
  if (const Status begun = connection_.run("BEGIN IMMEDIATE"); !begun) {
    for (Finished& one : group) one.status = begun;
    return true;
  }
  for (Finished& one : group) {
    one.status = runInSavepoint(one.job);
    if (!connection_.inTransaction()) return false;
  }
  if (connection_.run("COMMIT")) return true;
  rollback();
  return false;
}

Status GroupWriter::runInSavepoint(Job& job) {
  EXECUTOR_CHECK(connection_.run("SAVEPOINT job"));
  Status status = runJob(job);
  if (!connection_.inTransaction()) return status;
  if (!status) {
    if (const Status undone = connection_.run("ROLLBACK TO job"); !undone) rollback();
  }
  if (connection_.inTransaction()) {
    if (const Status released = connection_.run("RELEASE job"); !released) rollback();
  }
  return status;
}

void GroupWriter::runAlone(Finished& one) {
  one.status = connection_.run("BEGIN IMMEDIATE");
  if (!one.status) return;
  one.status = runJob(one.job);
  if (one.status) one.status = connection_.run("COMMIT");
  if (!one.status) rollback();
}

Status GroupWriter::runJob(Job& job) {
  try {
    SqliteTxn txn(connection_, tables_);
    return job.work(txn);
  } catch (const std::exception& thrown) {
    return failInternal(std::string("a store function threw: ") + thrown.what());
  }
}

void GroupWriter::rollback() {
  if (!connection_.inTransaction()) return;
  if (const Status undone = connection_.run("ROLLBACK"); !undone) {
    logError(LogLevel::error, "store_rollback_failed", undone.error());
  }
}

// After the report: nobody waits for it. A file that is too long even so is copied here; little is
// left to copy then, and the file begins anew.
void GroupWriter::tendWal() {
  if (checkpointer_ == nullptr) return;
  checkpointer_->onCommit(connection_.walPages());
  if (connection_.walPages() >= kMaxWalPages) (void)connection_.checkpoint();
}

// Whole jobs travel to the loop: what their functions captured dies there, not on this thread.
void GroupWriter::report(std::vector<Finished> group) {
  asio::post(loop_, [group = std::move(group)]() mutable {
    for (Finished& one : group) one.job.done(std::move(one.status));
  });
}

}  // namespace executor::store

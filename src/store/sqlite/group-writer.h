// The one thread that writes, and its group commit.
//
// An fsync costs 150 to 200 µs whatever it carries, so everything that waits goes into one
// transaction: a SAVEPOINT per job keeps a failing job from touching its neighbours, one COMMIT
// makes all durable, one post wakes all waiters. While a commit is under way the next group
// collects by itself: with one writer latency is one fsync, with many throughput is bound by the
// CPU.
//
// If SQLite gives up the whole transaction (disk full, I/O error), the jobs run again one by one,
// so that each gets its own outcome; a job may therefore run twice, but commits once.
//
// A commit costs about as much CPU as four jobs; when more jobs are known to be on their way
// (Store::expectWrite), a group waits for them for kGatherTime, which costs nobody anything: they
// would have waited for this commit otherwise. Three quarters of them are enough, so that the rest
// of the work goes on meanwhile.
//
// Jobs that are not urgent wait for an urgent one, for kMaxLazyJobs of their kind, or
// kMaxLazyDelay. They stay in order with all others.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/engine.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tables.h"

namespace executor::store {

// Bounds how long the first of a group waits for the last, and the size of the transaction.
inline constexpr std::size_t kMaxGroupJobs = 256;
inline constexpr std::size_t kMaxLazyJobs = 128;
// How soon a commit of another process is noticed (D10).
inline constexpr std::chrono::milliseconds kForeignPoll{1'000};

// Waking a sleeping thread costs 30 to 50 µs on a virtual machine, as much as a small commit; the
// writer is told when one is about to come (Store::expectWrite).
inline constexpr std::chrono::microseconds kAlert{300};
inline constexpr std::chrono::microseconds kGatherTime{500};
// A group goes when it has this many jobs for each one that is still expected.
inline constexpr std::size_t kGatheredPerExpected = 8;

class GroupWriter {
 public:
  // Without a checkpointer, which outlives the writer, SQLite's own rule holds.
  GroupWriter(Connection connection, const Tables& tables, asio::any_io_executor loop,
              Checkpointer* checkpointer = nullptr);
  ~GroupWriter() { close(); }

  void enqueue(Job job);
  // An urgent job will come within microseconds. `alone`: it is the only one, so the thread wakes
  // up now and waits awake for kAlert. One that does not come delays the next group by kGatherTime.
  void expectJob(bool alone);
  void onForeignCommit(std::function<void()> callback);
  void close();

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Finished {
    Job job;
    Status status;
  };

  void serve();
  // Waits for a group; false when closed and empty.
  bool takeGroup(Lock& lock, std::vector<Finished>& group);
  bool isDue() const;
  void sleep(Lock& lock);
  // Until something is due, at most until alertUntil_.
  void watch(Lock& lock);
  void pollForeign(Lock& lock);
  bool isGathered() const { return queue_.size() >= kGatheredPerExpected * expected_; }
  void gather(Lock& lock);

  void commitGroup(std::vector<Finished>& group);
  bool runTogether(std::vector<Finished>& group);
  void runAlone(Finished& one);
  Status runInSavepoint(Job& job);
  Status runJob(Job& job);
  void rollback();
  void tendWal();
  void report(std::vector<Finished> group);

  Connection connection_;
  const Tables& tables_;
  asio::any_io_executor loop_;
  Checkpointer* checkpointer_;
  std::int64_t dataVersion_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t urgent_ = 0;
  std::size_t expected_ = 0;  // urgent jobs that were announced and have not come
  SteadyTime lazyDue_;
  SteadyTime alertUntil_;
  std::atomic<bool> arrived_ = false;  // a job since the watch began
  std::function<void()> foreign_;
  bool sleeping_ = false;
  bool gathering_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace executor::store

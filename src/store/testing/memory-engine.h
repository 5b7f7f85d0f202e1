// A database in memory, and engines on it: for simulations, and for tests that need no file.
//
// It passes the suite that every engine passes. A MemoryDatabase stands for the disk: it outlives
// the engines on it, each of which is the handle of one process. Everything happens on the loop of
// the engine, one job at a time, so a run over it is deterministic. What a real database does to
// its users from time to time is asked of `fates`: a slow commit, a refusal, a function that has to
// run twice, and an answer that is lost although the commit was made. cut() is the death of the
// process: what was not committed never is, and nobody is told anything.
//
// Deliberately missing: snapshots that live longer than one read, and threads.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "store/engine.h"

namespace executor::store::testing {

struct MemoryRow {
  std::int64_t version = 0;
  std::string body;
  std::vector<std::string> entries;  // one per index of the type
};

struct MemoryTable {
  std::map<std::string, MemoryRow, std::less<>> rows;
  std::vector<std::map<std::string, std::string, std::less<>>> indexes;  // entry → key
};

class MemoryEngine;

class MemoryDatabase {
 public:
  // One row of a commit, before and after; nullptr: it was or is not there.
  struct Change {
    const RecordType* type;
    std::string_view key;
    const MemoryRow* before;
    const MemoryRow* after;
  };
  using Observer = std::function<void(const std::vector<Change>& commit)>;

  // Told of every commit, at the moment it is durable and before anybody else knows of it.
  void observe(Observer observer) { observer_ = std::move(observer); }
  // The types there are; the last one who opens it says. A type keeps its indexes.
  void use(Schema schema) { schema_ = std::move(schema); }
  MemoryTable& table(const RecordType& type);
  std::uint64_t commits() const { return commits_; }
  // Reads what is committed.
  Status look(const std::function<Status(EngineTxn&)>& read);
  // What a thief of the disk would have.
  std::string rawBytes() const;

 private:
  friend class MemoryEngine;
  friend class MemoryTxn;
  struct Undo {
    const RecordType* type;
    std::string key;
    std::optional<MemoryRow> before;
  };

  Status knows(const RecordType& type) const;
  Status work(Job& job);
  // Runs the work and commits it, or takes it back.
  Status run(Job& job, bool commit);
  void rollBack();
  void tell(const MemoryEngine* committer);
  void set(const RecordType& type, std::string_view key, std::optional<MemoryRow> row);

  Schema schema_;
  std::map<std::string_view, MemoryTable> tables_;
  std::vector<Undo> undo_;
  std::vector<MemoryEngine*> engines_;
  Observer observer_;
  std::uint64_t commits_ = 0;
};

// What becomes of the next group of jobs.
struct MemoryFate {
  enum class Kind : std::uint8_t {
    done,     // as it should be
    refused,  // `store_full`, nothing is changed
    rerun,    // the functions run twice, the second time for good
    lost      // committed, but the answer is `store_conflict`
  };
  Kind kind = Kind::done;
  std::chrono::nanoseconds before{}, after{};  // until it runs, and until the answer arrives
};
using MemoryFates = std::function<MemoryFate(bool write)>;

class MemoryEngine final : public Engine {
 public:
  // The database outlives the engine; without `fates` everything is done at once.
  MemoryEngine(MemoryDatabase& database, asio::any_io_executor loop, MemoryFates fates = {});
  ~MemoryEngine() override { cut(); }

  void write(Job job) override;
  void read(Job job) override;
  void onForeignCommit(std::function<void()> callback) override { foreign_ = std::move(callback); }
  void close() override;
  // The process has died. May be called from within a job or an observer.
  void cut();

 private:
  friend class MemoryDatabase;
  struct Answer {
    Job job;
    Status status;
  };
  // Reads and writes wait in lines of their own: a slow commit does not hold up reads.
  struct Lane {
    explicit Lane(const asio::any_io_executor& loop) : timer(loop) {}
    bool write = false, busy = false;
    std::deque<Job> queue;
    std::vector<Answer> answers;
    MemoryFate fate;
    SteadyTimer timer;
  };

  void submit(Lane& lane, Job job);
  void serve(Lane& lane);
  void execute(Lane& lane);
  Status runOne(Job& job, MemoryFate::Kind kind);
  void answer(Lane& lane);
  void after(Lane& lane, std::chrono::nanoseconds span, void (MemoryEngine::*step)(Lane&));
  void foreignCommit();

  MemoryDatabase& database_;
  asio::any_io_executor loop_;
  MemoryFates fates_;
  Lane writes_, reads_;
  SteadyTimer lazy_, foreignTimer_;
  std::function<void()> foreign_;
  bool lazyArmed_ = false, foreignArmed_ = false, closed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace executor::store::testing

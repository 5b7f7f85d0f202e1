#include "store/testing/memory-engine.h"

#include <boost/asio/post.hpp>

#include "store/sqlite/group-writer.h"

namespace executor::store::testing {
namespace {

std::unexpected<Error> conflictOn(const RecordType& type, const IndexType& index) {
  return fail(ErrorCode::conflict,
              "There is another " + std::string(type.table) + " with the same " +
                  std::string(index.fields.back()) + ".",
              {}, "unique index " + std::string(index.name));
}

}  // namespace

class MemoryTxn final : public EngineTxn {
 public:
  explicit MemoryTxn(MemoryDatabase& database) : database_(database) {}

  Result<std::optional<Row>> get(const RecordType& type, std::string_view key) override {
    EXECUTOR_CHECK(database_.knows(type));
    const auto& rows = database_.table(type).rows;
    const auto found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    return Row{std::string(key), found->second.version, found->second.body, {}};
  }

  Status insert(const RecordType& type, const RowImage& row) override {
    EXECUTOR_CHECK(database_.knows(type));
    if (database_.table(type).rows.contains(row.key)) {
      return fail(ErrorCode::already_exists, "There is a " + std::string(type.table) + " " +
                                                 std::string(row.key) + " already.");
    }
    return store(type, row, 1);
  }

  Status replace(const RecordType& type, const RowImage& row) override {
    const auto& rows = database_.table(type).rows;
    const auto found = rows.find(row.key);
    if (found != rows.end()) return store(type, row, found->second.version + 1);
    return fail(ErrorCode::not_found,
                "There is no " + std::string(type.table) + " " + std::string(row.key) + ".");
  }

  Status remove(const RecordType& type, std::string_view key) override {
    if (database_.table(type).rows.contains(key)) database_.set(type, key, std::nullopt);
    return {};
  }

  Result<Rows> range(const RecordType& type, const Range& range) override {
    MemoryTable& table = database_.table(type);
    if (range.index == nullptr) {
      return collect(table.rows, range, [](const auto& at) {
        return Row{at.first, at.second.version, at.second.body, {}};
      });
    }
    const auto& index = table.indexes[range.index - type.indexes.data()];
    return collect(index, range, [&](const auto& at) {
      const MemoryRow& row = table.rows.find(at.second)->second;
      return Row{at.second, row.version, row.body, at.first};
    });
  }

 private:
  Status store(const RecordType& type, const RowImage& row, std::int64_t version) {
    const MemoryTable& table = database_.table(type);
    for (std::size_t i = 0; i < type.indexes.size(); ++i) {
      if (!type.indexes[i].unique) continue;
      const auto taken = table.indexes[i].find(row.entries[i]);
      if (taken != table.indexes[i].end() && taken->second != row.key) {
        return conflictOn(type, type.indexes[i]);
      }
    }
    database_.set(type, row.key, MemoryRow{version, std::string(row.body), row.entries});
    return {};
  }

  template <class Map, class ToRow>
  static Rows collect(const Map& map, const Range& range, ToRow toRow) {
    const auto begin = map.lower_bound(range.from);
    const auto end = range.to.empty() ? map.end() : map.lower_bound(range.to);
    Rows found;
    // A range whose end lies before its beginning is empty.
    if (!range.to.empty() && range.to <= range.from) return found;
    std::size_t bytes = 0;
    const auto take = [&](auto at, auto last) {
      for (; at != last; ++at) {
        found.more = found.rows.size() == range.limit || bytes >= kMaxScanBytes;
        if (found.more) return;
        found.rows.push_back(toRow(*at));
        bytes += found.rows.back().body.size();
      }
    };
    range.descending ? take(std::make_reverse_iterator(end), std::make_reverse_iterator(begin))
                     : take(begin, end);
    return found;
  }

  MemoryDatabase& database_;
};

Status MemoryDatabase::knows(const RecordType& type) const {
  if (std::ranges::find(schema_.types, &type) != schema_.types.end()) return {};
  return failInternal("record type " + std::string(type.table) + " is missing in the schema");
}

Status MemoryDatabase::look(const std::function<Status(EngineTxn&)>& read) {
  MemoryTxn txn(*this);
  return read(txn);
}

// Bodies only, as they would lie on a disk.
std::string MemoryDatabase::rawBytes() const {
  std::string bytes;
  for (const auto& [name, table] : tables_) {
    for (const auto& [key, row] : table.rows) bytes += key + "\n" + row.body + "\n";
  }
  return bytes;
}

MemoryTable& MemoryDatabase::table(const RecordType& type) {
  MemoryTable& table = tables_[type.table];
  table.indexes.resize(std::max(table.indexes.size(), type.indexes.size()));
  return table;
}

// The only place where rows change; what was there is remembered until the commit.
void MemoryDatabase::set(const RecordType& type, std::string_view key,
                         std::optional<MemoryRow> row) {
  MemoryTable& into = table(type);
  const auto found = into.rows.find(key);
  std::optional<MemoryRow> before;
  if (found != into.rows.end()) {
    for (std::size_t i = 0; i < found->second.entries.size(); ++i) {
      into.indexes[i].erase(found->second.entries[i]);
    }
    before = std::move(found->second);
    into.rows.erase(found);
  }
  undo_.push_back({&type, std::string(key), std::move(before)});
  if (!row) return;
  for (std::size_t i = 0; i < row->entries.size(); ++i) {
    into.indexes[i].emplace(row->entries[i], key);
  }
  into.rows.emplace(key, *std::move(row));
}

void MemoryDatabase::rollBack() {
  std::vector<Undo> undo = std::exchange(undo_, {});
  for (auto at = undo.rbegin(); at != undo.rend(); ++at) {
    set(*at->type, at->key, std::move(at->before));
  }
  undo_.clear();
}

Status MemoryDatabase::work(Job& job) {
  try {
    MemoryTxn txn(*this);
    return job.work(txn);
  } catch (const std::exception& thrown) {
    return failInternal(std::string("a store function threw: ") + thrown.what());
  }
}

Status MemoryDatabase::run(Job& job, bool commit) {
  Status status = work(job);
  if (!status || !commit) {
    rollBack();
    return status;
  }
  if (undo_.empty()) return status;
  const std::vector<Undo> undo = std::exchange(undo_, {});
  ++commits_;
  if (!observer_) return status;
  std::vector<Change> changes;
  for (const Undo& one : undo) {
    // Only the first change of a row knows what was there before the transaction.
    if (std::ranges::any_of(changes, [&](const Change& known) {
          return known.type == one.type && known.key == one.key;
        })) {
      continue;
    }
    const auto& rows = table(*one.type).rows;
    const auto now = rows.find(one.key);
    changes.push_back({one.type, one.key, one.before ? &*one.before : nullptr,
                       now == rows.end() ? nullptr : &now->second});
  }
  observer_(changes);
  return status;
}

void MemoryDatabase::tell(const MemoryEngine* committer) {
  for (MemoryEngine* engine : engines_) {
    if (engine != committer) engine->foreignCommit();
  }
}

MemoryEngine::MemoryEngine(MemoryDatabase& database, asio::any_io_executor loop, MemoryFates fates)
    : database_(database),
      loop_(loop),
      fates_(std::move(fates)),
      writes_(loop),
      reads_(loop),
      lazy_(loop),
      foreignTimer_(loop) {
  writes_.write = true;
  database_.engines_.push_back(this);
}

void MemoryEngine::write(Job job) {
  if (job.urgent || closed_) return submit(writes_, std::move(job));
  writes_.queue.push_back(std::move(job));
  if (std::exchange(lazyArmed_, true)) return;
  lazy_.expires_after(kMaxLazyDelay);
  lazy_.async_wait([this, alive = alive_](boost::system::error_code cancelled) {
    if (cancelled || !*alive) return;
    lazyArmed_ = false;
    if (!writes_.busy) serve(writes_);
  });
}

void MemoryEngine::read(Job job) { submit(reads_, std::move(job)); }

void MemoryEngine::submit(Lane& lane, Job job) {
  if (!*alive_) return;
  if (closed_) {
    asio::post(loop_, [job = std::move(job)]() mutable {
      job.done(fail(ErrorCode::shutting_down, "The store is closed."));
    });
    return;
  }
  lane.queue.push_back(std::move(job));
  if (!lane.busy) serve(lane);
}

// Whatever has collected is one group; a group that was refused was refused as a whole.
void MemoryEngine::serve(Lane& lane) {
  if (lane.queue.empty()) return;
  lane.busy = true;
  lane.fate = fates_ ? fates_(lane.write) : MemoryFate();
  after(lane, lane.fate.before, &MemoryEngine::execute);
}

void MemoryEngine::execute(Lane& lane) {
  const auto alive = alive_;
  while (!lane.queue.empty()) {
    Job job = std::move(lane.queue.front());
    lane.queue.pop_front();
    Status status = lane.write ? runOne(job, lane.fate.kind) : database_.run(job, false);
    if (!*alive) return;
    lane.answers.push_back({std::move(job), std::move(status)});
  }
  after(lane, lane.fate.after, &MemoryEngine::answer);
}

Status MemoryEngine::runOne(Job& job, MemoryFate::Kind kind) {
  if (kind == MemoryFate::Kind::refused) {
    return fail(ErrorCode::store_full, "The disk is full.");
  }
  if (kind == MemoryFate::Kind::rerun) static_cast<void>(database_.run(job, false));
  const std::uint64_t before = database_.commits_;
  Status status = database_.run(job, true);
  if (!*alive_ || database_.commits_ == before) return status;
  database_.tell(this);
  if (status && kind == MemoryFate::Kind::lost) {
    return fail(ErrorCode::store_conflict, "The connection broke while committing.");
  }
  return status;
}

// The next group begins before the answers of this one are acted upon, as with a thread.
void MemoryEngine::answer(Lane& lane) {
  std::vector<Answer> answers = std::exchange(lane.answers, {});
  lane.busy = false;
  serve(lane);
  const auto alive = alive_;
  for (Answer& one : answers) {
    if (!*alive) return;
    one.job.done(std::move(one.status));
  }
}

void MemoryEngine::after(Lane& lane, std::chrono::nanoseconds span,
                         void (MemoryEngine::*step)(Lane&)) {
  if (span.count() == 0) {
    asio::post(loop_, [this, &lane, step, alive = alive_] {
      if (*alive) (this->*step)(lane);
    });
    return;
  }
  lane.timer.expires_after(span);
  lane.timer.async_wait([this, &lane, step, alive = alive_](boost::system::error_code cancelled) {
    if (!cancelled && *alive) (this->*step)(lane);
  });
}

// Noticed as late as SQLite notices it: other processes are polled.
void MemoryEngine::foreignCommit() {
  if (!foreign_ || closed_ || std::exchange(foreignArmed_, true)) return;
  foreignTimer_.expires_after(kForeignPoll);
  foreignTimer_.async_wait([this, alive = alive_](boost::system::error_code cancelled) {
    if (cancelled || !*alive) return;
    foreignArmed_ = false;
    foreign_();
  });
}

// What was given is done, now and without faults; its answers come while the loop still runs.
void MemoryEngine::close() {
  if (std::exchange(closed_, true) || !*alive_) return;
  for (Lane* lane : {&reads_, &writes_}) {
    lane->timer.cancel();
    lane->fate = {};
    for (; !lane->queue.empty(); lane->queue.pop_front()) {
      Status status = database_.run(lane->queue.front(), lane->write);
      lane->answers.push_back({std::move(lane->queue.front()), std::move(status)});
    }
    asio::post(loop_, [answers = std::exchange(lane->answers, {})]() mutable {
      for (Answer& one : answers) one.job.done(std::move(one.status));
    });
  }
}

void MemoryEngine::cut() {
  if (!std::exchange(*alive_, false)) return;
  std::erase(database_.engines_, this);
  for (SteadyTimer* timer : {&writes_.timer, &reads_.timer, &lazy_, &foreignTimer_}) {
    timer->cancel();
  }
  closed_ = true;
}

}  // namespace executor::store::testing

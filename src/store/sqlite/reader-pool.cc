#include "store/sqlite/reader-pool.h"

#include <boost/asio/post.hpp>

#include "store/sqlite/sqlite-txn.h"

namespace executor::store {

ReaderPool::ReaderPool(std::vector<Connection> connections, const Tables& tables,
                       asio::any_io_executor loop)
    : connections_(std::move(connections)), tables_(tables), loop_(std::move(loop)) {
  for (Connection& connection : connections_) {
    threads_.emplace_back([this, &connection] { serve(connection); });
  }
}

void ReaderPool::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      queue_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  report(std::move(job), fail(ErrorCode::shutting_down, "The store is closing."));
}

void ReaderPool::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool ReaderPool::take(Job& job) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (queue_.empty()) return false;
  job = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void ReaderPool::serve(Connection& connection) {
  Job job;
  while (take(job)) {
    Status status = runJob(connection, job);
    report(std::move(job), std::move(status));
  }
}

Status ReaderPool::runJob(Connection& connection, Job& job) {
  EXECUTOR_CHECK(connection.run("BEGIN"));
  Status status;
  try {
    SqliteTxn txn(connection, tables_);
    status = job.work(txn);
  } catch (const std::exception& thrown) {
    status = failInternal(std::string("a store function threw: ") + thrown.what());
  }
  if (!connection.inTransaction()) return status;
  const Status ended = connection.run("ROLLBACK");
  return status && !ended ? ended : status;
}

void ReaderPool::report(Job job, Status status) {
  asio::post(loop_, [job = std::move(job), status = std::move(status)]() mutable {
    job.done(std::move(status));
  });
}

}  // namespace executor::store

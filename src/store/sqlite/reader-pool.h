// The threads that read, each with its own connection.
//
// A read job runs inside one deferred transaction: a snapshot that has every commit made before it
// began. Writers never wait for readers (WAL). Two threads are enough: a point read costs 5 µs.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "store/engine.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tables.h"

namespace executor::store {

inline constexpr std::size_t kReaderThreads = 2;

class ReaderPool {
 public:
  ReaderPool(std::vector<Connection> connections, const Tables& tables, asio::any_io_executor loop);
  ~ReaderPool() { close(); }

  void enqueue(Job job);
  void close();

 private:
  void serve(Connection& connection);
  bool take(Job& job);
  Status runJob(Connection& connection, Job& job);
  void report(Job job, Status status);

  std::vector<Connection> connections_;
  const Tables& tables_;
  asio::any_io_executor loop_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace executor::store

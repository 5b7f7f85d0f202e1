// Threads for blocking work: files, DNS, hashing of megabytes. Never SQLite, which has its own.
//
// `co_await pool.run(fn)` runs fn on a thread of the pool and resumes the coroutine on the executor
// it came from. What fn returns is moved back; what it throws is rethrown there. fn must own what
// it uses: it runs while the loop goes on. A started function cannot be cancelled, so it must end
// by itself. The pool must be destroyed, or join()ed, before the loop: a result is posted to it.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/async.h"

namespace executor {

class ThreadPool {
 public:
  // The threads start at once and sleep until there is work.
  explicit ThreadPool(std::size_t threads) : pool_(threads) {}
  ~ThreadPool() { join(); }

  // Waits for what has been started or queued; later runs are never started.
  void join() { pool_.join(); }

  // Queued without a bound: callers are requests, which are bounded where they come in.
  template <std::invocable Fn>
  Task<std::invoke_result_t<Fn>> run(Fn fn) {
    Outcome<std::invoke_result_t<Fn>> outcome;
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    // The handler owns this coroutine's frame, so fn and outcome live until it has been called.
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&](auto handler) {
          asio::post(pool_, [&fn, &outcome, handler = std::move(handler),
                             work = asio::make_work_guard(loop)]() mutable {
            outcome.fill(fn);
            asio::post(work.get_executor(), std::move(handler));
          });
        },
        asio::use_awaitable);
    co_return std::move(outcome).take();
  }

 private:
  template <class T>
  // What fn did, carried from the pool's thread to the loop's: one of the two is set.
  struct Outcome {
    std::optional<T> value;
    std::exception_ptr thrown;

    template <class Fn>
    void fill(Fn& fn) {
      try {
        value.emplace(fn());
      } catch (...) {
        thrown = std::current_exception();
      }
    }
    // On the loop's thread; once.
    T take() && {
      if (thrown) std::rethrow_exception(thrown);
      return *std::move(value);
    }
  };

  asio::thread_pool pool_;
};

template <>
struct ThreadPool::Outcome<void> {
  std::exception_ptr thrown;

  template <class Fn>
  void fill(Fn& fn) {
    try {
      fn();
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  void take() && {
    if (thrown) std::rethrow_exception(thrown);
  }
};

}  // namespace executor

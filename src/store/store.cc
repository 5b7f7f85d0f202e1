#include "store/store.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "base/log.h"

namespace executor::store {
namespace {

// Resumes the waiting coroutine where it belongs, and keeps its loop running until then.
template <class Handler>
std::move_only_function<void(Status)> resume(Handler handler) {
  auto work = asio::make_work_guard(handler);
  return [handler = std::move(handler), work = std::move(work)](Status status) mutable {
    const auto where = work.get_executor();
    asio::dispatch(where, [handler = std::move(handler), status = std::move(status)]() mutable {
      std::move(handler)(std::move(status));
    });
    work.reset();
  };
}

}  // namespace

Store::Store(std::unique_ptr<Engine> engine, asio::any_io_executor loop, const Key256& masterKey,
             const Clock& clock)
    : loop_(std::move(loop)),
      sealer_(masterKey),
      board_(std::make_shared<WatchBoard>()),
      engine_(std::move(engine)),
      blobs_(*this, sealer_, clock) {
  engine_->onForeignCommit([board = board_] { board->notifyAll(); });
}

Store::~Store() { close(); }

void Store::submit(Kind kind, std::function<Status(Txn&)> fn,
                   std::move_only_function<void(Status)> done) {
  const auto topics = std::make_shared<std::vector<std::string>>();
  Job job;
  job.urgent = kind != Kind::later;
  job.work = [this, kind, topics, fn = std::move(fn)](EngineTxn& engine) -> Status {
    Txn txn(engine, sealer_, kind != Kind::read);
    Status status = fn(txn);
    // Of a function that failed nothing is committed; it may have touched something before.
    *topics = status ? txn.takeTopics() : std::vector<std::string>();
    return status;
  };
  // The guard keeps the loop running for a `done` that is no coroutine.
  job.done = [board = board_, topics, done = std::move(done),
              guard = asio::make_work_guard(loop_)](Status status) mutable {
    // Also after an error: of a commit whose answer was lost, somebody may be waiting to hear.
    for (const std::string& topic : *topics) board->notify(topic);
    done(std::move(status));
  };
  kind == Kind::read ? engine_->read(std::move(job)) : engine_->write(std::move(job));
}

Task<Status> Store::await(Kind kind, std::function<Status(Txn&)> fn) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Status)>(
      [this, kind](auto handler, std::function<Status(Txn&)> work) {
        submit(kind, std::move(work), resume(std::move(handler)));
      },
      asio::use_awaitable, std::move(fn));
}

void Store::writeAsync(std::function<Status(Txn&)> fn, std::move_only_function<void(Status)> done) {
  submit(Kind::write, std::move(fn), std::move(done));
}

void Store::writeLater(std::function<Status(Txn&)> fn, std::move_only_function<void(Status)> done) {
  if (!done) {
    done = [](Status status) {
      if (!status) logError(LogLevel::error, "store_write_failed", status.error());
    };
  }
  submit(Kind::later, std::move(fn), std::move(done));
}

}  // namespace executor::store

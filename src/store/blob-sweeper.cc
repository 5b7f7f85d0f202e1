#include "store/blob-sweeper.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace executor::store {

BlobSweeper::BlobSweeper(Store& store, asio::io_context& loop, std::chrono::milliseconds interval)
    : round_(std::make_shared<Round>(loop)) {
  asio::co_spawn(loop, run(round_, store, interval), asio::detached);
}

BlobSweeper::~BlobSweeper() {
  round_->stopped = true;
  round_->timer.cancel();
}

// `store` is not touched once stopped: its owner may have destroyed it since.
Task<void> BlobSweeper::run(std::shared_ptr<Round> round, Store& store,
                            std::chrono::milliseconds interval) {
  while (!round->stopped) {
    round->timer.expires_after(interval);
    auto [error] = co_await round->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error || round->stopped) co_return;
    const Result<std::size_t> removed = co_await store.blobs().sweep();
    if (!removed) {
      logError(LogLevel::warn, "blobs_not_swept", removed.error());
    } else if (*removed != 0) {
      log(LogLevel::info, "blobs_swept", {{"count", static_cast<std::int64_t>(*removed)}});
    }
  }
}

}  // namespace executor::store

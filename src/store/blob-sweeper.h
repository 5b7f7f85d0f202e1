// Removes blobs that nobody owns any more, now and then, for as long as it lives.
//
// A put whose record was never written, a replaced tool set, a removed source: each leaves a blob
// without an owner. Blobs::sweep() removes them once they are older than kBlobGraceMs, so looking
// more often than that finds little; an hour is often enough and cheap. The first look comes one
// interval after the start: a start has better things to do. A sweep that fails is logged, and the
// next one tries again; nothing depends on it but disk space. Several servers on one database may
// sweep at once, because each removal is a transaction that looks for owners itself.
#pragma once

#include <memory>

#include "store/store.h"

namespace executor::store {

inline constexpr std::chrono::milliseconds kBlobSweepInterval{kBlobGraceMs};

class BlobSweeper {
 public:
  // On the loop's thread; the store must outlive it.
  BlobSweeper(Store& store, asio::io_context& loop,
              std::chrono::milliseconds interval = kBlobSweepInterval);
  ~BlobSweeper();
  BlobSweeper(const BlobSweeper&) = delete;
  BlobSweeper& operator=(const BlobSweeper&) = delete;

 private:
  // What the coroutine holds: it may be in the middle of a sweep when the owner goes.
  struct Round {
    explicit Round(asio::io_context& loop) : timer(loop) {}
    SteadyTimer timer;
    bool stopped = false;
  };
  static Task<void> run(std::shared_ptr<Round> round, Store& store,
                        std::chrono::milliseconds interval);

  std::shared_ptr<Round> round_;
};

}  // namespace executor::store

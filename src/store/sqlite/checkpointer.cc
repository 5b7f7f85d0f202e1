#include "store/sqlite/checkpointer.h"

#include "base/log.h"

namespace executor::store {

Checkpointer::Checkpointer(Connection connection)
    : connection_(std::move(connection)), thread_([this] { serve(); }) {}

void Checkpointer::onCommit(std::size_t pages) {
  if (pages < seen_) seen_ = 0;  // the file began anew
  if (pages < seen_ + kCheckpointPages) return;
  seen_ = pages;
  {
    const Lock lock(mutex_);
    asked_ = true;
  }
  wake_.notify_one();
}

void Checkpointer::close() {
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::size_t Checkpointer::passes() const {
  const Lock lock(mutex_);
  return passes_;
}

// A pass that another process's prevents is no loss: that one copies the same pages.
void Checkpointer::serve() {
  Lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return asked_ || closing_; });
    if (closing_) return;
    asked_ = false;
    lock.unlock();
    const Status done = connection_.checkpoint();
    if (!done && done.error().code != ErrorCode::store_conflict) {
      logError(LogLevel::warn, "store_checkpoint_failed", done.error());
    }
    lock.lock();
    ++passes_;
  }
}

}  // namespace executor::store

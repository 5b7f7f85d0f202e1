// Waiting for a change without polling the store.
//
// A topic is a string that writers name with txn.touch(); a Watch wakes after the commit. Wakes are
// coalesced and may be spurious (a commit of another process wakes everybody, because it does not
// tell its topics), so whoever wakes reads the store and decides. A touch between making the Watch
// and wait() is not lost. Everything here belongs to the loop's thread.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/async.h"

namespace executor::store {

class WatchBoard;

class Watch {
 public:
  // True when the topic was touched since the Watch was made or last returned true; false when the
  // deadline passed first.
  Task<bool> wait(Deadline deadline = Deadline::max());

  // The same question without waiting; it costs no timer, so a hot path may ask it each time.
  bool poll();

 private:
  friend class WatchBoard;
  struct Topic;
  explicit Watch(std::shared_ptr<Topic> topic);

  std::shared_ptr<Topic> topic_;
  std::uint64_t seen_;
};

class WatchBoard {
 public:
  Watch watch(std::string_view topic);
  void notify(std::string_view topic);
  void notifyAll();

  // Topics held, watched or not; bounded by twice the watched ones.
  std::size_t size() const { return topics_.size(); }

 private:
  static constexpr std::size_t kMinForget = 64;

  void forgetUnwatched();

  std::map<std::string, std::weak_ptr<Watch::Topic>, std::less<>> topics_;
  std::size_t forgetAt_ = kMinForget;
};

}  // namespace executor::store

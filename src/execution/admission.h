// Who may run now and who waits: the executions of all workspaces before a bounded number of
// places.
//
// A workspace may have so many executions running, and the server so many in all. What is beyond
// waits in the queue of its own workspace, in order of arrival, in state `queued`, which consumes
// none of its time (D12). A place that falls free goes to the workspaces in turn: one that asked
// for a thousand delays another by one program per place, not by its thousand. An execution that
// waits for a human has no place; when its human has decided it goes on without asking for one,
// because a promise was made to him, so a workspace can be over its limit for a while. Queues are
// bounded by number and by the bytes they hold in memory, and what does not fit is refused before
// anything is stored.
//
// Deliberately missing: priorities, and taking a place from what runs. Shares of CPU and memory are
// the sandbox's (placement.h); here a program that computes is worth as much as one that waits for
// its upstream. Only names and numbers are kept, nothing is started: LiveSet does that.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor::execution {

// Running at once in one workspace, unless EXECUTOR_WORKSPACE_RUNNING says otherwise, and what it
// may say at most. In all workspaces together: half of what the sandbox's workers can hold, so
// that their own queue stays short.
inline constexpr std::size_t kDefaultRunningPerWorkspace = 256;
inline constexpr std::size_t kMaxRunningPerWorkspace = 1'024;
inline constexpr std::size_t kMaxRunning = 2'048;
// For humans, in memory or suspended: as many as may have approvals pending.
inline constexpr std::size_t kMaxWaitingPerWorkspace = 10'000;
// In the queue, by number and by bytes of program and input.
inline constexpr std::size_t kDefaultQueuedPerWorkspace = 1'000;  // EXECUTOR_WORKSPACE_QUEUED
inline constexpr std::size_t kMaxQueuedBytesPerWorkspace = 64u << 20;
inline constexpr std::size_t kMaxQueued = 10'000;
inline constexpr std::size_t kMaxQueuedBytes = 512u << 20;

// Of one workspace; what its settings say (settings.h).
struct WorkspacePlaces {
  std::size_t running, waiting, queued;
  bool operator==(const WorkspacePlaces&) const = default;
};

struct AdmissionLimits {
  std::size_t running = kDefaultRunningPerWorkspace;
  std::size_t waiting = kMaxWaitingPerWorkspace;
  std::size_t queued = kDefaultQueuedPerWorkspace;
  std::size_t queuedBytes = kMaxQueuedBytesPerWorkspace;
  std::size_t runningInAll = kMaxRunning;
  std::size_t queuedInAll = kMaxQueued;
  std::size_t queuedBytesInAll = kMaxQueuedBytes;

  WorkspacePlaces places() const { return {running, waiting, queued}; }
};

class Admission {
 public:
  explicit Admission(AdmissionLimits limits = {}) : limits_(limits) {}

  // From now on this workspace has these instead of AdmissionLimits' own. Nobody loses a place or
  // is thrown out of the queue; next() may have somebody.
  void setPlaces(std::string_view workspace, WorkspacePlaces places);

  // Whether one more may come, to run or to wait. `limit_exceeded`: the workspace's own limits;
  // `overloaded`: the server's.
  Status check(std::string_view workspace, std::size_t bytes) const;
  // Counts it, whatever check() says: recovery takes up what it must. True: it has a place.
  bool enter(const std::string& workspace, const std::string& id, std::size_t bytes);
  // One that comes back to its place: it was promised when it left to wait.
  void enterPlaced(const std::string& workspace);
  // What of a workspace waits without being here; it counts as waiting.
  void setSuspended(const std::string& workspace, std::size_t count);
  // It ended, from its place or from the queue.
  void leave(std::string_view workspace, std::string_view id);
  // It has a place and begins or ceases to wait for a human.
  void setWaiting(std::string_view workspace, bool waiting);
  // Who gets the place that is free, if there is one; from here on it counts as running. To be
  // called after every change until it has nobody.
  std::optional<std::string> next();

  // 1 is next in its workspace; 0: not in the queue. Other workspaces are nobody's business.
  std::size_t position(std::string_view workspace, std::string_view id) const;
  std::size_t running() const { return running_; }
  std::size_t queued() const { return queued_; }

 private:
  struct Queued {
    std::string id;
    std::size_t bytes;
  };
  struct Share {
    std::size_t running = 0, waiting = 0, suspended = 0, queuedBytes = 0;
    std::deque<Queued> queue;
  };
  using Shares = std::map<std::string, Share, std::less<>>;

  WorkspacePlaces placesOf(std::string_view workspace) const;
  bool hasPlace(std::string_view workspace, const Share& share) const;
  Status checkQueue(std::size_t most, const Share& share, std::size_t bytes) const;
  void enqueue(Shares::iterator share, const std::string& id, std::size_t bytes);
  // Takes it out of the queue of its workspace; false if it is not in it.
  bool dequeue(Shares::iterator share, std::string_view id);
  std::string takeFirst(Shares::iterator share);
  void forgetIfEmpty(Shares::iterator share);

  AdmissionLimits limits_;
  std::map<std::string, WorkspacePlaces, std::less<>> places_;  // of those that have their own
  Shares shares_;
  std::list<Shares::iterator> turns_;  // workspaces with a queue; the first is served next
  std::size_t running_ = 0, queued_ = 0, queuedBytes_ = 0;
};

}  // namespace executor::execution

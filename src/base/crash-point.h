// The places where a crash would hurt most, by name, so that tests can crash at every one of them.
//
// Wherever durability decides something (before and after a commit that must come first, before and
// after a byte that cannot be called back) stands one line: crashPoint(CrashPoint::x). Two kinds of
// test arm it. The kill matrix starts a server with EXECUTOR_CRASH_AT=<name>[:<nth>]: the nth pass
// (the first if no number is given) kills the process with SIGKILL, as a power cut would, without
// destructors and without flushing anything. A simulation sets a hook that is told of every pass
// and stops its node. Unarmed, a pass is one load of a flag that nobody writes, so points may stand
// on hot paths.
//
// The names are the contract between code and tests: a test walks allCrashPoints(), and one that is
// never passed is a test that proves nothing, so passes are counted while armed. Points are passed
// on the loop's thread only; the store's own commit is atomic by its engine's promise and has none.
//
// Missing on purpose: a point that returns an error. A full disk is another test, at the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/error.h"

namespace executor {

enum class CrashPoint : std::uint8_t {
  before_create,     // nothing of the execution is stored
  after_create,      // its first commit is durable, nobody knows its id
  before_requested,  // an unsafe call is about to be announced
  after_requested,   // announced, not yet sent
  before_use,        // its approval is about to be spent
  after_use,         // spent, not yet sent
  before_send,       // the request is built; the next step puts it on the wire
  after_send,        // the upstream has answered, nobody has written it down
  before_outcome,    // the outcome is on its way into the journal
  after_outcome,     // it is durable
  before_ask,        // the journal is durable, the approval is not made
  after_ask,         // it is, the journal does not say so
  before_decide,     // a person has decided, nothing is stored
  after_decide,      // the decision is durable, nobody was woken
  before_suspend,    // all waits for humans; the execution is still owned
  after_suspend,     // it is nobody's, its memory not yet freed
  before_claim,      // a suspended or abandoned one is due
  after_claim,       // it is ours by its epoch, nothing has been read
  before_take_over,  // a node is found dead
  after_take_over,   // its executions are free to be claimed
  before_resume,     // claimed and read, its program not yet started
  after_resume,      // the replay has ended; its calls are attached again
  before_finish,     // the program has ended, its record says it runs
  after_finish,      // the final record is durable, nobody was told
  before_hand_over,  // a server stops and gives up what it has
  after_hand_over,   // given up
};
inline constexpr std::size_t kCrashPoints = 26;

std::string_view name(CrashPoint point);
std::span<const CrashPoint> allCrashPoints();

namespace detail {
extern std::atomic<bool> crashArmed;
void passCrashPoint(CrashPoint point);
}  // namespace detail

inline void crashPoint(CrashPoint point) {
  if (detail::crashArmed.load(std::memory_order_relaxed)) [[unlikely]] {
    detail::passCrashPoint(point);
  }
}

// Arms one point by its text, "<name>" or "<name>:<nth>", as EXECUTOR_CRASH_AT has it; empty
// disarms. `invalid_configuration` names what there is.
Status armCrash(std::string_view text);

// Told of every pass; an empty one disarms. It may throw: the exception leaves through the caller
// of crashPoint(). Set it while nothing runs.
void setCrashHook(std::function<void(CrashPoint)> hook);

// Passes since a point was armed or the hook was set.
std::uint64_t crashPasses(CrashPoint point);

}  // namespace executor

// Bringing a program back to where it was by running it again on its journal (D8).
//
// The recorded deliveries are fed in order, one per turn, with the recorded clock; the program,
// whose randomness and clock are fixed, must make the same calls in the same turns. Each call is
// compared by (n, turn, path, input hash) and the first difference ends the execution with
// `replay_diverged`, which names the turn and both values: replay never guesses. The journal may
// have lost its last moments, so calls beyond the recorded ones are new, but never before the last
// recorded one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "execution/event.h"
#include "execution/timeline.h"

namespace executor::execution {

class Replay {
 public:
  // What `started` recorded, and all deliveries. `events` is the whole journal.
  Replay(const std::vector<Event>& events, const Timeline& timeline);

  bool hasStarted() const { return started_; }
  std::uint64_t seed() const { return seed_; }
  EpochMs clock() const { return clock_; }
  // The stripped code, or empty if stripping had changed nothing.
  const std::string& code() const { return code_; }

  // True if the call is the recorded one; false if it is beyond the record. `replay_diverged`.
  Result<bool> checkCall(std::uint32_t n, std::uint32_t turn, std::string_view path,
                         std::string_view hash);
  // The next recorded delivery, or nullptr when all have been fed.
  const json::object* next();
  // At the end: every recorded call must have been made again.
  Status checkComplete(std::uint32_t turn) const;
  bool exhausted() const { return position_ == deliveries_.size(); }
  // True while console lines were already recorded.
  bool dropsConsoleLine();
  // The same for outputs of emit().
  bool dropsEmission();

 private:
  struct Expected {
    std::uint32_t turn;
    std::string path, hash;
  };

  bool started_ = false;
  std::uint64_t seed_ = 0;
  EpochMs clock_ = 0;
  std::string code_;
  std::vector<Expected> calls_;  // by n - 1
  std::vector<json::object> deliveries_;
  std::size_t position_ = 0;
  std::uint32_t seen_ = 0;
  std::size_t consoleLines_ = 0;
  std::size_t emissions_ = 0;
};

}  // namespace executor::execution

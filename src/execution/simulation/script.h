// Programs of simulated guests: lines of small words that do what programs do.
//
// A script is deterministic as a real guest is: given its text, its clock and its deliveries it
// makes the same calls in the same turns, so it can be replayed. Its words:
//
//   #7      its serial number, which every input carries: the upstream knows the call by it
//   c2      calls tool 2 and goes on;  c2k with an idempotency key;  c2f with a timeout of 50 ms
//   w       waits for all open calls;  a for any one;  r40 for one, at most 40 ms;  s40 sleeps
//   t       from here on failures of calls are caught;  d skips the next word after a failure
//   l       a console line with the clock;  e an output;  x throws an error of its own
//
// The step from one delivery to the next is ScriptMachine::turn(); script-runtime.h makes a Runtime
// of it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "execution/simulation/dice.h"
#include "sandbox/runtime.h"

namespace executor::execution::simulation {

struct ScriptTool {
  std::string path, inputName;
  bool safe;
};
// The tools that scripts call, by number.
const std::vector<ScriptTool>& scriptTools();

// A program of a few words, whatever the dice say.
std::string makeScript(Dice& dice, std::uint32_t serial);
// "7.2": the second call of the script with serial 7.
std::string callToken(std::uint32_t serial, std::uint32_t n);
// And back.
std::pair<std::uint32_t, std::uint32_t> callOf(std::string_view token);
// Of a program or of an input; 0 if there is none.
std::uint32_t serialIn(std::string_view text);

class ScriptMachine {
 public:
  explicit ScriptMachine(std::string_view code);

  // Runs until the script waits or ends, and tells `events` everything but the end of the turn.
  // True: it has ended, onEnd was called.
  bool turn(sandbox::RunEvents& events, EpochMs clock);
  // What a delivery does before its turn. False: nobody waits for it.
  bool settle(const sandbox::Delivery& delivery);
  bool fire(std::uint32_t timer);

 private:
  enum class Wait : std::uint8_t { none, all, any, sleep, race };

  bool blocked(sandbox::RunEvents& events);
  bool step(std::string_view word, sandbox::RunEvents& events);
  void call(std::string_view word, sandbox::RunEvents& events);
  void startTimer(std::string_view word, sandbox::RunEvents& events);
  void log(sandbox::RunEvents& events) const;
  void end(sandbox::RunEvents& events, bool ok, std::string_view code);

  std::vector<std::string> words_;
  std::size_t at_ = 0;
  std::uint32_t serial_ = 0;
  EpochMs clock_ = 0;
  std::uint32_t calls_ = 0, timers_ = 0, completed_ = 0;
  std::set<std::uint32_t> open_;
  std::uint32_t timer_ = 0;  // that runs
  Wait wait_ = Wait::none;
  bool settled_ = false, fired_ = false;  // since it began to wait
  bool tolerant_ = false, lastFailed_ = false;
  std::uint32_t failedCall_ = 0;  // not caught yet
  std::string failedCode_;
};

}  // namespace executor::execution::simulation

#include "execution/simulation/script.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

namespace executor::execution::simulation {
namespace {

std::uint32_t numberAfter(std::string_view word) {
  std::uint32_t number = 0;
  std::from_chars(word.data() + 1, word.data() + word.size(), number);
  return number;
}

// Two programs of three call something; the rest of a program is what lies between calls.
std::string makeWord(Dice& dice) {
  switch (dice.roll(12)) {
    case 0:
    case 1:
    case 2: return fmt::format("c{}", dice.roll(scriptTools().size()));
    case 3: return fmt::format("c{}k", dice.roll(scriptTools().size()));
    case 4: return fmt::format("c{}f", dice.roll(scriptTools().size()));
    case 5:
    case 6: return "w";
    case 7: return "a";
    case 8: return fmt::format("r{}", dice.between(1, 60));
    case 9: return fmt::format("s{}", dice.percent(80) ? dice.between(1, 60) : 5'000);
    case 10: return dice.percent(50) ? "l" : "e";
    default: return dice.percent(70) ? "d" : "x";
  }
}

}  // namespace

const std::vector<ScriptTool>& scriptTools() {
  static const std::vector<ScriptTool> tools{{"shop.items.list", "q", true},
                                             {"shop.items.create", "name", false},
                                             {"shop.items.remove", "name", false},
                                             {"shop.items.check", "q", true}};
  return tools;
}

std::string makeScript(Dice& dice, std::uint32_t serial) {
  std::string code = fmt::format("#{}", serial);
  if (dice.percent(70)) code += " t";
  for (std::uint32_t words = dice.between(1, 9); words > 0; --words) code += " " + makeWord(dice);
  if (dice.percent(80)) code += " w";
  return code;
}

std::string callToken(std::uint32_t serial, std::uint32_t n) {
  return fmt::format("{}.{}", serial, n);
}

std::pair<std::uint32_t, std::uint32_t> callOf(std::string_view token) {
  const std::size_t dot = std::min(token.find('.'), token.size() - 1);
  return {numberAfter(fmt::format("#{}", token.substr(0, dot))), numberAfter(token.substr(dot))};
}

std::uint32_t serialIn(std::string_view text) {
  const std::size_t mark = text.find_first_of(text.starts_with('{') ? ":" : "#");
  if (mark == std::string_view::npos) return 0;
  text.remove_prefix(mark);
  return numberAfter(text.starts_with(":") ? text.substr(1) : text);
}

ScriptMachine::ScriptMachine(std::string_view code) {
  std::istringstream in{std::string(code)};
  for (std::string word; in >> word;) words_.push_back(word);
}

bool ScriptMachine::settle(const sandbox::Delivery& delivery) {
  if (open_.erase(delivery.n) == 0) return false;
  settled_ = true;
  lastFailed_ = !delivery.ok;
  if (delivery.ok) ++completed_;
  if (!delivery.ok && !tolerant_ && failedCall_ == 0) {
    failedCall_ = delivery.n;
    failedCode_ = delivery.code;
  }
  return true;
}

bool ScriptMachine::fire(std::uint32_t timer) {
  if (timer == 0 || timer != timer_) return false;
  timer_ = 0;
  fired_ = true;
  return true;
}

// A race that a call has won cancels its timer, as Promise.race with clearTimeout does.
bool ScriptMachine::blocked(sandbox::RunEvents& events) {
  switch (wait_) {
    case Wait::none: return false;
    case Wait::all: return !open_.empty();
    case Wait::any: return !open_.empty() && !settled_;
    case Wait::sleep: return !fired_;
    case Wait::race:
      if (!fired_ && !settled_) return true;
      if (!fired_) events.onTimerCancelled(std::exchange(timer_, 0));
      return false;
  }
  return false;
}

// An error that nobody caught is thrown where the script next waits for calls.
bool ScriptMachine::turn(sandbox::RunEvents& events, EpochMs clock) {
  clock_ = clock;
  while (!blocked(events)) {
    const bool waited = std::exchange(wait_, Wait::none) != Wait::none;
    if (waited && failedCall_ != 0) return end(events, false, failedCode_), true;
    if (at_ == words_.size()) return end(events, true, {}), true;
    const std::string& word = words_[at_++];
    if (word == "x") return end(events, false, "program_error"), true;
    if (!step(word, events)) ++at_;
    if (at_ > words_.size()) at_ = words_.size();
  }
  return false;
}

// False: the next word is skipped.
bool ScriptMachine::step(std::string_view word, sandbox::RunEvents& events) {
  settled_ = fired_ = false;
  switch (word.front()) {
    case '#': serial_ = numberAfter(word); break;
    case 'c': call(word, events); break;
    case 'w': wait_ = Wait::all; break;
    case 'a': wait_ = Wait::any; break;
    case 's':
      startTimer(word, events);
      wait_ = Wait::sleep;
      break;
    case 'r':
      startTimer(word, events);
      wait_ = Wait::race;
      break;
    case 't': tolerant_ = true; break;
    case 'd': return !lastFailed_;
    case 'l': log(events); break;
    case 'e': events.onEmit({.kind = "text", .text = fmt::format("{}", completed_)}); break;
    default: break;
  }
  return true;
}

void ScriptMachine::call(std::string_view word, sandbox::RunEvents& events) {
  const ScriptTool& tool = scriptTools()[numberAfter(word) % scriptTools().size()];
  const std::uint32_t n = ++calls_;
  const std::string token = callToken(serial_, n);
  std::string options;
  if (word.back() == 'k') options = fmt::format(R"({{"idempotencyKey":"key-{}"}})", token);
  if (word.back() == 'f') options = R"({"timeoutMs":50})";
  open_.insert(n);
  events.onCall(n, tool.path, fmt::format(R"({{"{}":"{}"}})", tool.inputName, token),
                std::move(options));
}

void ScriptMachine::startTimer(std::string_view word, sandbox::RunEvents& events) {
  timer_ = ++timers_;
  events.onTimer(timer_, numberAfter(word));
}

// What a replay must reproduce: the clock stands still within a turn and is recorded with it.
void ScriptMachine::log(sandbox::RunEvents& events) const {
  events.onConsole({"log", fmt::format("{} {} {}", clock_, completed_, open_.size())});
}

void ScriptMachine::end(sandbox::RunEvents& events, bool ok, std::string_view code) {
  sandbox::RunEnd end;
  end.ok = ok;
  if (ok) {
    end.resultJson = fmt::format(R"({{"completed":{}}})", completed_);
  } else {
    end.error = Error{ErrorCode::program_error, fmt::format("{} was not caught.", code), {}, {}};
    end.hostErrorCall = failedCall_;
  }
  events.onEnd(std::move(end));
}

}  // namespace executor::execution::simulation

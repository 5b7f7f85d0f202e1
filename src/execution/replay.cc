#include "execution/replay.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace executor::execution {
namespace {

constexpr std::size_t kMaxShownPath = 120;

// Twelve digits of the hash tell two inputs apart and show nothing of them.
std::string describe(std::string_view path, std::string_view hash) {
  return fmt::format("{} (input {})", truncateText(path, kMaxShownPath), hash.substr(0, 12));
}

std::unexpected<Error> diverged(std::uint32_t turn, std::string expected, std::string found) {
  return fail(ErrorCode::replay_diverged,
              fmt::format("Resuming stopped in turn {}: the journal has {}, the program now "
                          "does {}.",
                          turn, expected, found),
              "Nothing was sent again. Run the program anew.");
}

std::uint64_t readNumber(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

// Calls have consecutive numbers: a journal is a prefix, and calls are recorded in program order.
Replay::Replay(const std::vector<Event>& events, const Timeline& timeline) {
  for (const Event& event : events) {
    if (event.kind == EventKind::console) ++consoleLines_;
    if (event.kind == EventKind::emitted) ++emissions_;
    if (event.kind == EventKind::delivered) deliveries_.push_back(event.body);
    if (event.kind != EventKind::started) continue;
    started_ = true;
    seed_ = readNumber(textOf(event.body, "seed"));
    clock_ = numberOf(event.body, "clock");
    code_ = textOf(event.body, "code");
  }
  for (const auto& [n, call] : timeline.calls()) {
    calls_.push_back({call.turn, call.path, call.inputHash});
  }
}

Result<bool> Replay::checkCall(std::uint32_t n, std::uint32_t turn, std::string_view path,
                               std::string_view hash) {
  seen_ = std::max(seen_, n);
  if (n > calls_.size()) return false;
  const Expected& expected = calls_[n - 1];
  if (expected.path != path || expected.hash != hash) {
    return diverged(turn, fmt::format("call {} as {}", n, describe(expected.path, expected.hash)),
                    describe(path, hash));
  }
  if (expected.turn != turn) {
    return diverged(turn, fmt::format("call {} in turn {}", n, expected.turn),
                    fmt::format("it in turn {}", turn));
  }
  return true;
}

const json::object* Replay::next() { return exhausted() ? nullptr : &deliveries_[position_++]; }

Status Replay::checkComplete(std::uint32_t turn) const {
  if (!exhausted()) {
    return diverged(turn, fmt::format("{} more deliveries", deliveries_.size() - position_),
                    "nothing with them");
  }
  if (seen_ >= calls_.size()) return {};
  const Expected& missing = calls_[seen_];
  return diverged(turn,
                  fmt::format("call {} as {}", seen_ + 1, describe(missing.path, missing.hash)),
                  "no such call");
}

bool Replay::dropsConsoleLine() {
  if (consoleLines_ == 0) return false;
  --consoleLines_;
  return true;
}

bool Replay::dropsEmission() {
  if (emissions_ == 0) return false;
  --emissions_;
  return true;
}

}  // namespace executor::execution

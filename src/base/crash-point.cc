#include "base/crash-point.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace executor {
namespace {

// In the order of CrashPoint.
constexpr std::array<std::string_view, kCrashPoints> kNames = {
    "before_create",  "after_create", "before_requested", "after_requested",  "before_use",
    "after_use",      "before_send",  "after_send",       "before_outcome",   "after_outcome",
    "before_ask",     "after_ask",    "before_decide",    "after_decide",     "before_suspend",
    "after_suspend",  "before_claim", "after_claim",      "before_take_over", "after_take_over",
    "before_resume",  "after_resume", "before_finish",    "after_finish",     "before_hand_over",
    "after_hand_over"};

constexpr std::array<CrashPoint, kCrashPoints> kPoints = [] {
  std::array<CrashPoint, kCrashPoints> points{};
  for (std::size_t i = 0; i < kCrashPoints; ++i) points[i] = static_cast<CrashPoint>(i);
  return points;
}();

struct Armed {
  std::string_view name;  // of the point that kills; empty: none
  std::uint64_t nth = 1;
  std::function<void(CrashPoint)> hook;
  std::array<std::uint64_t, kCrashPoints> passes{};
};

Armed& armed() {
  static Armed it;
  return it;
}

void arm(Armed with) {
  const bool any = !with.name.empty() || with.hook;
  armed() = std::move(with);
  detail::crashArmed.store(any, std::memory_order_relaxed);
}

std::unexpected<Error> unknownPoint(std::string_view text) {
  return fail(
      ErrorCode::invalid_configuration,
      fmt::format("EXECUTOR_CRASH_AT names no crash point: {}.", text.substr(0, 60)),
      fmt::format("Use <name> or <name>:<nth pass>, with one of {}.", fmt::join(kNames, ", ")));
}

}  // namespace

namespace detail {

std::atomic<bool> crashArmed{false};

// SIGKILL and not abort(): no handler, no core, nothing flushed.
void passCrashPoint(CrashPoint point) {
  Armed& it = armed();
  const std::uint64_t pass = ++it.passes[static_cast<std::size_t>(point)];
  if (it.name == name(point) && pass == it.nth) ::kill(::getpid(), SIGKILL);
  if (it.hook) it.hook(point);
}

}  // namespace detail

std::string_view name(CrashPoint point) { return kNames[static_cast<std::size_t>(point)]; }

std::span<const CrashPoint> allCrashPoints() { return kPoints; }

Status armCrash(std::string_view text) {
  if (text.empty()) {
    arm({});
    return {};
  }
  const std::size_t colon = text.find(':');
  Armed with;
  const auto found = std::ranges::find(kNames, text.substr(0, colon));
  if (found == kNames.end()) return unknownPoint(text);
  with.name = *found;
  if (colon != std::string_view::npos) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, with.nth);
    if (error != std::errc() || rest != end || with.nth == 0) return unknownPoint(text);
  }
  arm(std::move(with));
  return {};
}

void setCrashHook(std::function<void(CrashPoint)> hook) { arm({.hook = std::move(hook)}); }

std::uint64_t crashPasses(CrashPoint point) {
  return armed().passes[static_cast<std::size_t>(point)];
}

}  // namespace executor

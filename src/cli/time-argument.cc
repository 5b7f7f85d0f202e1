#include "cli/time-argument.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"

namespace executor::cli {
namespace {

constexpr EpochMs kMaxDurationMs = EpochMs{3'660} * 24 * 3'600'000;

std::unexpected<Error> notAMoment(std::string_view text) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is no point in time.", truncateText(text, 40)),
              "Write how long ago (90s, 15m, 2h, 7d, 4w) or a time in UTC (2026-11-24, "
              "2026-11-24T06:10).");
}

EpochMs unitMs(char unit) {
  switch (unit) {
    case 's': return 1'000;
    case 'm': return 60'000;
    case 'h': return 3'600'000;
    case 'd': return 24 * 3'600'000;
    case 'w': return EpochMs{7} * 24 * 3'600'000;
    default: return 0;
  }
}

// Exactly `text`, as a number.
bool readNumber(std::string_view text, int& out) {
  if (text.empty() || text.size() > 6) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

// "06:10" or "06:10:28", with or without Z.
bool readClock(std::string_view text, EpochMs& out) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  const auto parts = splitText(text, ':');
  int numbers[3] = {0, 0, 0};
  if (parts.size() < 2 || parts.size() > 3) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].size() != 2 || !readNumber(parts[i], numbers[i])) return false;
  }
  if (numbers[0] > 23 || numbers[1] > 59 || numbers[2] > 59) return false;
  out = ((EpochMs{numbers[0]} * 60 + numbers[1]) * 60 + numbers[2]) * 1'000;
  return true;
}

bool readDay(std::string_view text, EpochMs& out) {
  const auto parts = splitText(text, '-');
  int year = 0, month = 0, day = 0;
  if (parts.size() != 3 || parts[0].size() != 4) return false;
  if (!readNumber(parts[0], year) || !readNumber(parts[1], month) || !readNumber(parts[2], day)) {
    return false;
  }
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return false;
  out = EpochMs{std::chrono::sys_days(date).time_since_epoch().count()} * 24 * 3'600'000;
  return true;
}

}  // namespace

Result<EpochMs> parseDuration(std::string_view text) {
  int count = 0;
  const EpochMs unit = text.empty() ? 0 : unitMs(text.back());
  const bool good = unit != 0 && readNumber(text.substr(0, text.size() - 1), count) && count > 0 &&
                    count * unit <= kMaxDurationMs;
  if (good) return count * unit;
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is no length of time.", truncateText(text, 40)),
              "Write a number and s, m, h, d or w, such as 30d; at most ten years.");
}

Result<EpochMs> parseMoment(std::string_view text, EpochMs now) {
  if (!text.contains('-')) {
    const Result<EpochMs> ago = parseDuration(text);
    if (ago) return now - *ago;
    return notAMoment(text);
  }
  const std::size_t gap = text.find_first_of("T ");
  EpochMs day = 0, clock = 0;
  if (!readDay(text.substr(0, gap), day)) return notAMoment(text);
  if (gap != std::string_view::npos && !readClock(text.substr(gap + 1), clock)) {
    return notAMoment(text);
  }
  return day + clock;
}

}  // namespace executor::cli

#include "base/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace executor {
namespace {

// The options are two atomics: a line is built by its caller and handed to the kernel as a whole.
// Set once at start; a line that is being written meanwhile may still have the old form.
std::atomic<LogLevel> leastLevel{LogLevel::info};
std::atomic<bool> jsonLines{false};

// The words of EXECUTOR_LOG_LEVEL.
std::string_view levelName(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  std::unreachable();
}

// Bare in the text form: anything else is quoted, so that a value cannot forge a field or a line.
bool isBare(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '='; };
  return !text.empty() && std::ranges::all_of(text, plain);
}

// Texts are redacted before they are quoted: an escaped secret would no longer be recognised.
struct AsText {
  std::string operator()(std::string_view text) const {
    std::string shown = redact(std::string(text));
    // A JSON line with a stray byte in it is no JSON, and its reader drops it or stops.
    if (!isValidUtf8(shown)) shown = replaceInvalidUtf8(shown);
    return jsonLines || !isBare(shown) ? quoteJson(shown) : shown;
  }
  // Numbers and flags cannot carry a secret or a quote, so nothing is looked for in them.
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return serializeJson(json::value(number)); }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
};

// RFC 3339 with milliseconds, in UTC whatever the zone of the host.
std::string textTime(EpochMs now) {
  const std::chrono::sys_seconds seconds(std::chrono::seconds(now / 1000));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, now % 1000);
}

// One event while its line is being made.
class Line {
 public:
  // JSON has epoch milliseconds, like every time of the product; text has what people read.
  Line(LogLevel level, std::string_view event) {
    const EpochMs now = systemClock().now();
    if (jsonLines) {
      text_ = fmt::format(R"({{"time":{},"level":"{}","event":"{}")", now, levelName(level), event);
    } else {
      text_ = fmt::format("{} {:<5} {}", textTime(now), levelName(level), event);
    }
  }

  // Names come from our own source, and are written as they are.
  void add(const LogField& field) {
    const std::string value = std::visit(AsText(), field.value);
    if (jsonLines) {
      text_.append(",").append(quoteJson(field.name)).append(":").append(value);
    } else {
      text_.append(" ").append(field.name).append("=").append(value);
    }
  }

  // One write(2), so that lines of several threads and processes do not mix.
  void write() {
    text_ += jsonLines ? "}\n" : "\n";
    std::string_view rest = text_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;  // nowhere left to complain
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  std::string text_;
};

}  // namespace

void configureLog(const LogOptions& options) {
  leastLevel = options.level;
  jsonLines = options.json;
}

// Callers ask before they build expensive fields; log() asks again.
bool logEnabled(LogLevel level) { return level >= leastLevel.load(std::memory_order_relaxed); }

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!logEnabled(level)) return;
  Line line(level, event);
  for (const LogField& field : fields) line.add(field);
  line.write();
}

void logError(LogLevel level, std::string_view event, const Error& error,
              std::initializer_list<LogField> fields) {
  if (!logEnabled(level)) return;
  Line line(level, event);
  line.add({"code", error.codeName()});
  line.add({"culprit", name(error.culprit())});
  line.add({"message", std::string_view(error.message)});
  if (!error.detail.empty()) line.add({"detail", std::string_view(error.detail)});
  for (const LogField& field : fields) line.add(field);
  line.write();
}

}  // namespace executor

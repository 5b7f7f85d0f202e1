// Structured logs: one line per event, text for a terminal or JSON lines (EXECUTOR_LOG_FORMAT).
//
// A line has a level, an event name (stable, snake_case) and fields. Values pass redact(): anything
// registered as a secret is replaced. Logging is asynchronous in nothing but the write: a line is
// formatted by its caller and written to stderr with one write(2).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace executor {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

// Texts are views: a field lives no longer than the call of log() that it is written for.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  bool json = false;
};

// Once, before threads are started.
void configureLog(const LogOptions& options);
// Whether a line of this level would be written.
bool logEnabled(LogLevel level);
// `event` and the names of fields are literals of ours; only values are escaped and redacted. A
// line that cannot be written is lost: logging never fails a request.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
// The error with code, culprit, message and detail.
void logError(LogLevel level, std::string_view event, const Error& error,
              std::initializer_list<LogField> fields = {});

// Remembers a secret value so that no log line shows it; values under 8 bytes are ignored. Thread
// safe. redact() is also used on texts of upstream errors.
void registerSecret(std::string_view value);
// Every registered secret in `text`, plain or percent-encoded, becomes "[secret]".
std::string redact(std::string text);

}  // namespace executor

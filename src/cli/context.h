// What every command has: the global flags, where to print, and how to end.
//
// Human output by default, `--json` everywhere: one JSON document on standard output and nothing
// else there. Errors and progress go to standard error. Exit codes are a contract for scripts
// (kExit…, printed by `executor --help`).
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace executor::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;    // the command or the program failed
inline constexpr int kExitUsage = 2;     // wrong arguments
inline constexpr int kExitNoServer = 3;  // no server runs or it cannot be reached
inline constexpr int kExitRefused = 4;   // not authenticated or not allowed
inline constexpr int kExitNotFound = 5;  // no such thing
inline constexpr int kExitWaiting = 6;   // the execution waits for a human

struct Context {
  bool json = false;
  std::string dataDir;  // --data-dir, or empty for the configuration's
  std::string envFile;  // --env-file
  int exit = kExitOk;

  // Prints the error (JSON or text) to standard error and sets the exit code by its kind.
  void fail(const Error& error);
  // Prints `value` indented.
  void printJson(const json::value& value) const;
};

int exitCodeOf(ErrorCode code);

// Left-aligned columns, two spaces apart; the last column is not padded. Nothing for no rows.
std::string formatTable(const std::vector<std::string>& header,
                        const std::vector<std::vector<std::string>>& rows);

// "2026-11-24 06:10:28" in UTC, or "-" for 0.
std::string formatTime(std::int64_t epochMs);

// Bold, dim or colored text if standard output is a terminal and NO_COLOR is unset.
enum class Style : std::uint8_t { bold, dim, green, yellow, red };
std::string styled(Style style, std::string_view text);

// A progress line on standard error that rewrites itself on a terminal; plain lines otherwise.
class ProgressLine {
 public:
  explicit ProgressLine(bool enabled) : enabled_(enabled) {}
  ~ProgressLine() { clear(); }
  void show(std::string_view text);
  void clear();

 private:
  bool enabled_;
  bool shown_ = false;
};

// All of standard input, or of a file; `not_found` or `payload_too_large` with the name.
Result<std::string> readInput(const std::string& fileOrDash, std::size_t maxBytes);

// A secret from a prompt without echo, or one line of standard input when it is no terminal (D32).
Result<std::string> readSecret(std::string_view prompt, const std::string& fromFile);

}  // namespace executor::cli

// Printing, inputs and exit codes: what makes all commands feel like one program.
#include "cli/context.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "base/text.h"

namespace executor::cli {
namespace {

// Standard output and standard error are asked apart: one may be a pipe and the other a screen.
bool isTerminal(int descriptor) { return ::isatty(descriptor) == 1; }

// https://no-color.org: any value of NO_COLOR turns colors off.
bool colorsWanted() { return isTerminal(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr; }

// SGR codes only: colors every terminal since the VT100 takes or ignores.
std::string_view ansiOf(Style style) {
  switch (style) {
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::green: return "\x1b[32m";
    case Style::yellow: return "\x1b[33m";
    case Style::red: return "\x1b[31m";
  }
  return "";
}

// Turns the terminal's echo off for as long as it lives.
class EchoOff {
 public:
  EchoOff() {
    if (tcgetattr(STDIN_FILENO, &saved_) != 0) return;
    termios quiet = saved_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
  }

 private:
  termios saved_{};
  bool active_ = false;
};

// Characters of UTF-8, which is what a column is measured in (wide ones are not looked up).
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Names and titles come from documents: they must not move the cursor or begin a row of their own.
// U+0080 to U+009F, two bytes in UTF-8, are control characters too: U+009B is ESC [ in one.
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    const bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
    out += c1 || c < 0x20 || c == 0x7f ? ' ' : text[i];
    if (c1) ++i;
  }
  return out;
}

// Reads until the end or one byte over the limit: a caller learns of a large file before it fills
// memory.
Result<std::string> readAll(int descriptor, std::string_view name, std::size_t maxBytes) {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0) return text;
    if (got < 0)
      return executor::fail(ErrorCode::not_found, "Cannot read " + std::string(name) + ".");
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > maxBytes) {
      return executor::fail(ErrorCode::payload_too_large,
                            fmt::format("{} is larger than {} bytes.", name, maxBytes));
    }
  }
}

}  // namespace

// `detail` is for the log of a server; a command has no log, and its text may not be fit for a
// screen that is shared.
void Context::fail(const Error& error) {
  exit = exitCodeOf(error.code);
  if (json) {
    json::object body{{"code", error.codeName()}, {"message", error.message}};
    if (!error.hint.empty()) body["hint"] = error.hint;
    fmt::print(stderr, "{}\n", serializeJson(json::object{{"error", std::move(body)}}));
    return;
  }
  fmt::print(stderr, "error: {} ({})\n", error.message, error.codeName());
  if (!error.hint.empty()) fmt::print(stderr, "hint: {}\n", error.hint);
}

void Context::printJson(const json::value& value) const { fmt::print("{}\n", prettyJson(value)); }

// Scripts branch on these, so a code once given to a kind of error stays.
int exitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable: return kExitNoServer;
    case ErrorCode::unauthorized:
    case ErrorCode::forbidden: return kExitRefused;
    case ErrorCode::not_found:
    case ErrorCode::unknown_tool: return kExitNotFound;
    case ErrorCode::invalid_argument:
    case ErrorCode::unknown_argument: return kExitUsage;
    default: return kExitFailed;
  }
}

// Widths are those of the cells as they came; harmless() replaces characters one by one.
std::string formatTable(const std::vector<std::string>& header,
                        const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return {};
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::size_t width = characters(header[i]);
    for (const auto& row : rows) width = std::max(width, characters(row[i]));
    widths.push_back(width);
  }
  std::string out;
  auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += harmless(cells[i]);
      bool last = i + 1 == cells.size();
      if (!last) out.append(widths[i] - characters(cells[i]) + 2, ' ');
    }
    out += '\n';
  };
  line(header);
  for (const auto& row : rows) line(row);
  return out;
}

// UTC, so that two people who compare outputs see the same text.
std::string formatTime(std::int64_t epochMs) {
  if (epochMs == 0) return "-";
  std::time_t seconds = epochMs / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

// Decided at each call: a test, or a command that is piped, must not see a color.
std::string styled(Style style, std::string_view text) {
  if (!colorsWanted()) return std::string(text);
  return std::string(ansiOf(style)) + std::string(text) + "\x1b[0m";
}

// On a terminal a line is rewritten; elsewhere (CI, a file) each step is a line of its own.
void ProgressLine::show(std::string_view text) {
  if (!enabled_) return;
  if (!isTerminal(STDERR_FILENO)) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  fmt::print(stderr, "\r\x1b[K{}", text);
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

Result<std::string> readInput(const std::string& fileOrDash, std::size_t maxBytes) {
  if (fileOrDash == "-") return readAll(STDIN_FILENO, "standard input", maxBytes);
  int descriptor = ::open(fileOrDash.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return executor::fail(ErrorCode::not_found,
                          withErrno("Cannot open " + fileOrDash, errno) + ".");
  }
  auto text = readAll(descriptor, fileOrDash, maxBytes);
  ::close(descriptor);
  return text;
}

// One line, without its newline: that is what `echo`, `pass` and `op read` give. A secret with
// outside white space does not exist in practice, a pasted one with a stray blank does.
Result<std::string> readSecret(std::string_view prompt, const std::string& fromFile) {
  constexpr std::size_t kMaxSecretBytes = 64u << 10;
  std::string secret;
  if (!fromFile.empty()) {
    EXECUTOR_TRY(secret, readInput(fromFile, kMaxSecretBytes));
  } else if (isTerminal(STDIN_FILENO)) {
    fmt::print(stderr, "{}: ", prompt);
    EchoOff quiet;
    std::getline(std::cin, secret);
    fmt::print(stderr, "\n");
  } else {
    std::getline(std::cin, secret);
  }
  auto trimmed = std::string(trimText(secret));
  if (trimmed.empty()) {
    return executor::fail(ErrorCode::invalid_argument, "The secret is empty.",
                          "Type it at the prompt, pipe it in, or use --from-file F.");
  }
  return trimmed;
}

}  // namespace executor::cli

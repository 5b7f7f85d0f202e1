#include "base/env-file.h"

#include <algorithm>

#include "base/text.h"

namespace executor {
namespace {

// A name may begin with a digit here; whether there is such a variable is for the caller to judge.
bool isNameCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// One pass from the front; `line_` counts what has been taken, for errors and entries.
class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

  // The first error ends it: entries that came before are dropped with it, so that a file is taken
  // as a whole or not at all.
  Result<std::vector<EnvEntry>> read() {
    std::vector<EnvEntry> entries;
    while (skipToName()) {
      EnvEntry entry;
      entry.line = line_;
      EXECUTOR_TRY(entry.name, name());
      EXECUTOR_TRY(entry.value, value());
      entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  // Past blanks and comments; false at the end.
  bool skipToName() {
    for (;;) {
      while (!rest_.empty() && std::string_view(" \t\r\n").contains(rest_.front())) take();
      if (rest_.empty()) return false;
      if (rest_.front() != '#') return true;
      restOfLine();
    }
  }

  // No blanks around the equals sign, as in shells: in `A = 1` a shell would run the program A.
  Result<std::string> name() {
    constexpr std::string_view kExport = "export ";
    if (rest_.starts_with(kExport)) rest_ = rest_.substr(kExport.size());
    const std::size_t length = std::ranges::find_if_not(rest_, isNameCharacter) - rest_.begin();
    if (length == 0 || rest_.substr(length, 1) != "=") {
      return failHere("NAME=value is expected, without blanks around the equals sign");
    }
    std::string name(rest_.substr(0, length));
    rest_.remove_prefix(length + 1);
    return name;
  }

  // A bare value ends at the line's end or at " #": a # inside a word belongs to it.
  Result<std::string> value() {
    if (rest_.starts_with('\'') || rest_.starts_with('"')) return quotedValue();
    std::string_view bare = restOfLine();
    const std::size_t comment = bare.starts_with('#') ? 0 : bare.find(" #");
    return std::string(trimText(bare.substr(0, comment)));
  }

  // An open quote is reported where it began; where the file ends helps nobody.
  Result<std::string> quotedValue() {
    const std::size_t begin = line_;
    const char quote = take();
    std::string value;
    for (;;) {
      if (rest_.empty()) return failAt(begin, "the quote is not closed");
      const char c = take();
      if (c == quote) break;
      value += c == '\\' && quote == '"' ? escape() : c;
    }
    const std::string_view after = trimText(restOfLine());
    if (!after.empty() && !after.starts_with('#')) return failHere("text after the closing quote");
    return value;
  }

  // An unknown escape keeps its backslash, as shells do in double quotes.
  char escape() {
    if (rest_.empty()) return '\\';
    switch (rest_.front()) {
      case 'n': take(); return '\n';
      case 't': take(); return '\t';
      case '"':
      case '\\':
      case '$': return take();
      default: return '\\';
    }
  }

  // The only way forward besides restOfLine(), which never passes a line break: so lines are
  // counted in one place.
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    line_ += c == '\n';
    return c;
  }

  // Up to the line break, which stays.
  std::string_view restOfLine() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(line.size());
    return line;
  }

  // Names the place and the rule, never the line itself: it may hold a secret.
  std::unexpected<Error> failHere(std::string_view cause) const { return failAt(line_, cause); }
  std::unexpected<Error> failAt(std::size_t line, std::string_view cause) const {
    return fail(ErrorCode::invalid_configuration,
                std::string(file_) + ":" + std::to_string(line) + ": " + std::string(cause) + ".");
  }

  // What has not been read; points into the caller's text.
  std::string_view rest_;
  std::string_view file_;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<EnvEntry>> parseEnvFile(std::string_view text, std::string_view file) {
  return Reader(text, file).read();
}

}  // namespace executor

#include "sandbox/absent.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/js-tokens.h"
#include "sandbox/source-lines.h"

namespace executor::sandbox {
namespace {

constexpr std::string_view kNotDefined = " is not defined";

// The same three sentences whatever the name: a model needs the way out, not the reason.
constexpr std::string_view kNetwork =
    "a program has no network: call tools.<source>.<tool>(input) instead; tools.discover({ query "
    "}) "
    "finds tools.";
constexpr std::string_view kModules =
    "a program has no modules and no packages. Use plain JavaScript and "
    "tools.<source>.<tool>(input).";
constexpr std::string_view kHost =
    "a program has no process, files or environment. Use tools.<source>.<tool>(input).";

struct Absent {
  std::string_view name, reason;
};
constexpr Absent kAbsent[] = {
    {"fetch", kNetwork},
    {"XMLHttpRequest", kNetwork},
    {"WebSocket", kNetwork},
    {"EventSource", kNetwork},
    {"Request", kNetwork},
    {"require", kModules},
    {"module", kModules},
    {"exports", kModules},
    {"importScripts", kModules},
    {"process", kHost},
    {"Deno", kHost},
    {"Bun", kHost},
    {"__dirname", kHost},
    {"__filename", kHost},
};

}  // namespace

std::string teachAbsent(std::string_view message) {
  if (!message.ends_with(kNotDefined)) return {};
  const std::string_view name = message.substr(0, message.size() - kNotDefined.size());
  const auto* const found = std::ranges::find(kAbsent, name, &Absent::name);
  if (found == std::end(kAbsent)) return {};
  return fmt::format("{} is not available: {}", name, found->reason);
}

// By tokens, so that the word in a text or a comment is none. A member of that name is none either.
std::optional<SourcePosition> findDynamicImport(std::string_view code) {
  JsTokens tokens(code);
  JsToken before;
  for (JsToken token = tokens.next();; token = tokens.next()) {
    if (token.kind == JsToken::Kind::end || token.kind == JsToken::Kind::broken) return {};
    const bool member = before.is(".") || before.is("?.");
    before = token;
    if (!token.is("import") || member) continue;
    const JsToken next = tokens.next();
    before = next;
    if (!next.is("(")) continue;
    const std::string_view head = code.substr(0, token.begin);
    const std::size_t line = head.rfind('\n') + 1;  // npos + 1 is 0
    return SourcePosition{static_cast<std::uint32_t>(std::ranges::count(head, '\n')) + 1,
                          static_cast<std::uint32_t>(utf16Length(head.substr(line))) + 1};
  }
}

}  // namespace executor::sandbox

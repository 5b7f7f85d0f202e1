// Each client's form as one function. They differ in more than spelling: some clients are
// configured by a command, which the person runs in a shell, and some by a file, into which he
// merges the text. Whatever is put into a form is quoted for it, although today's values need none:
// a public URL comes from the configuration, and a line is run by hand with a key in it.
#include "api/connect-lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/json.h"

namespace executor::api {
namespace {

// x-api-key and not Authorization: some clients take the latter for the result of a sign-in.
json::object headersOf(const ConnectTarget& target) { return {{"x-api-key", target.apiKey}}; }

// Commands take a header as one word, name and value together.
std::string headerWord(const ConnectTarget& target) {
  return shellQuote("x-api-key: " + target.apiKey);
}

// `--header` takes a list there too, so it comes after the two positional words.
ConnectLine claudeCode(const ConnectTarget& target) {
  return {"claude-code", "Claude Code", "",
          fmt::format("claude mcp add --transport http {} {} --header {}", shellQuote(target.name),
                      shellQuote(target.mcpUrl), headerWord(target))};
}

// Merged by the person into a file that may have other servers.
ConnectLine cursor(const ConnectTarget& target) {
  const json::object server{{"url", target.mcpUrl}, {"headers", headersOf(target)}};
  const json::object file{{"mcpServers", json::object{{target.name, server}}}};
  return {"cursor", "Cursor", "~/.cursor/mcp.json", prettyJson(file)};
}

// VS Code asks before it starts a server it was given this way.
ConnectLine vsCode(const ConnectTarget& target) {
  const json::object server{{"name", target.name},
                            {"type", "http"},
                            {"url", target.mcpUrl},
                            {"headers", headersOf(target)}};
  return {"vscode", "VS Code", "", "code --add-mcp " + shellQuote(serializeJson(server))};
}

// A bare TOML key is letters, digits, `-` and `_` (TOML 1.0, section Keys); a dot in one would open
// another table.
std::string tomlKey(std::string_view name) {
  const bool bare = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
  return bare ? std::string(name) : quoteJson(name);
}

// TOML's basic strings take JSON's escapes (TOML 1.0, section String).
ConnectLine codex(const ConnectTarget& target) {
  return {"codex", "Codex", "~/.codex/config.toml",
          fmt::format("[mcp_servers.{}]\nurl = {}\nhttp_headers = {{ \"x-api-key\" = {} }}",
                      tomlKey(target.name), quoteJson(target.mcpUrl), quoteJson(target.apiKey))};
}

// OpenCode calls HTTP servers `remote`.
ConnectLine openCode(const ConnectTarget& target) {
  const json::object server{{"type", "remote"},
                            {"url", target.mcpUrl},
                            {"enabled", true},
                            {"headers", headersOf(target)}};
  const json::object file{{"$schema", "https://opencode.ai/config.json"},
                          {"mcp", json::object{{target.name, server}}}};
  return {"opencode", "OpenCode", "~/.config/opencode/opencode.json", prettyJson(file)};
}

// The header comes last: the option takes a list and would swallow the words after it.
ConnectLine geminiCli(const ConnectTarget& target) {
  return {"gemini", "Gemini CLI", "",
          fmt::format("gemini mcp add --scope user --transport http {} {} --header {}",
                      shellQuote(target.name), shellQuote(target.mcpUrl), headerWord(target))};
}

// Anything a shell might touch is quoted; `~` is not in the list on purpose.
bool isPlainWord(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
                              "yz0123456789@%+=:,./-_") == text.npos;
}

}  // namespace

std::vector<ConnectLine> connectLines(const ConnectTarget& target) {
  return {claudeCode(target), cursor(target),   vsCode(target),
          codex(target),      openCode(target), geminiCli(target)};
}

// The anonymous account's endpoint: its keys are what `executor connect` hands out (D2).
std::string agentMcpUrl(std::string_view origin) { return std::string(origin) + "/mcp/anonymous"; }

// In single quotes nothing is special but the single quote, which leaves them for a moment.
std::string shellQuote(std::string_view text) {
  if (isPlainWord(text)) return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace executor::api

#include "api/connect-lines.h"

#include <fmt/format.h>

#include "base/json.h"

namespace executor::api {
namespace {

// x-api-key and not Authorization: some clients take the latter for the result of a sign-in.
json::object headersOf(const ConnectTarget& target) { return {{"x-api-key", target.apiKey}}; }

std::string headerWord(const ConnectTarget& target) {
  return shellQuote("x-api-key: " + target.apiKey);
}

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

// TOML's basic strings take JSON's escapes (TOML 1.0, section String).
ConnectLine codex(const ConnectTarget& target) {
  return {"codex", "Codex", "~/.codex/config.toml",
          fmt::format("[mcp_servers.{}]\nurl = {}\nhttp_headers = {{ \"x-api-key\" = {} }}",
                      target.name, quoteJson(target.mcpUrl), quoteJson(target.apiKey))};
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

std::string agentMcpUrl(std::string_view origin) { return std::string(origin) + "/mcp/anonymous"; }

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

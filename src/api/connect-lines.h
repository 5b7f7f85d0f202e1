// What a person pastes to connect a client: one place for the page `/` and for `executor connect`.
//
// Each client has its own form of the same three facts: an URL, a header, a key. A line is either a
// command for a shell or a piece of a configuration file with the file's usual place. The formats
// are those the clients accept today. Claude Code, Codex, OpenCode and Gemini CLI were driven over
// HTTP with the same keys (docs/clients.md); Cursor and VS Code are after their
// documentation. When one changes its format, this is the only file to edit. Keys are quoted for
// the shell, JSON or TOML they stand in. The page passes a placeholder instead of the key, because
// a page never shows a credential (invariant 1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace executor::api {

// The three facts every client needs, and the name it will show.
struct ConnectTarget {
  std::string mcpUrl;  // http://127.0.0.1:4788/mcp/anonymous
  std::string apiKey;  // or kKeyPlaceholder
  std::string name = "executor";
};

inline constexpr std::string_view kKeyPlaceholder = "YOUR_KEY";

// One client's form of them.
struct ConnectLine {
  std::string client;  // "claude-code": what `executor connect <client>` takes
  std::string title;   // "Claude Code"
  std::string file;    // where `text` belongs; empty: it is a command
  std::string text;
};

// Claude Code, Cursor, VS Code, Codex, OpenCode, Gemini CLI, in this order.
std::vector<ConnectLine> connectLines(const ConnectTarget& target);

// The MCP endpoint for agent keys on an origin.
std::string agentMcpUrl(std::string_view origin);

// `text` as one word of a POSIX shell.
std::string shellQuote(std::string_view text);

}  // namespace executor::api

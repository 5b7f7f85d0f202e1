#include "api/connect-lines.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "base/json.h"

namespace executor::api {
namespace {

const ConnectTarget kTarget{.mcpUrl = "http://127.0.0.1:4788/mcp/anonymous", .apiKey = "a.b-c_d"};

std::string lineOf(const ConnectTarget& target, std::string_view client) {
  for (const auto& line : connectLines(target)) {
    if (line.client == client) return line.text;
  }
  return "";
}

json::value fileOf(std::string_view client) { return *parseJson(lineOf(kTarget, client)); }

TEST(ConnectLines, AreCommandsForTheShell) {
  EXPECT_EQ(lineOf(kTarget, "claude-code"),
            "claude mcp add --transport http executor http://127.0.0.1:4788/mcp/anonymous "
            "--header 'x-api-key: a.b-c_d'");
  EXPECT_EQ(lineOf(kTarget, "gemini"),
            "gemini mcp add --scope user --transport http executor "
            "http://127.0.0.1:4788/mcp/anonymous --header 'x-api-key: a.b-c_d'");
  EXPECT_TRUE(lineOf(kTarget, "vscode").starts_with("code --add-mcp '{\"name\":\"executor\""));
}

TEST(ConnectLines, AreFilesOfTheirClients) {
  const auto cursor = fileOf("cursor");
  const auto& server = *find(*find(cursor, "mcpServers"), "executor");
  EXPECT_EQ(findString(server, "url"), kTarget.mcpUrl);
  EXPECT_EQ(findString(*find(server, "headers"), "x-api-key"), kTarget.apiKey);
  const auto open = fileOf("opencode");
  EXPECT_EQ(findString(*find(*find(open, "mcp"), "executor"), "type"), "remote");
  EXPECT_EQ(lineOf(kTarget, "codex"),
            "[mcp_servers.executor]\nurl = \"http://127.0.0.1:4788/mcp/anonymous\"\n"
            "http_headers = { \"x-api-key\" = \"a.b-c_d\" }");
}

TEST(ConnectLines, NameSixClientsAndWhereTheirFilesAre) {
  const auto lines = connectLines(kTarget);
  ASSERT_EQ(lines.size(), 6u);
  for (const auto& line : lines) {
    EXPECT_FALSE(line.title.empty());
    EXPECT_TRUE(line.file.empty() || line.file.starts_with("~/")) << line.file;
    EXPECT_TRUE(line.text.contains(kTarget.apiKey));
  }
}

TEST(ConnectLines, QuoteWhatTheyAreGiven) {
  const ConnectTarget hostile{.mcpUrl = "http://h/$(id)'\"", .apiKey = "k\"';rm -rf\n"};
  EXPECT_TRUE(lineOf(hostile, "claude-code").contains("'http://h/$(id)'\\''\"'"));
  EXPECT_TRUE(parseJson(lineOf(hostile, "cursor")));
  EXPECT_TRUE(lineOf(hostile, "codex").contains(R"("k\"';rm -rf\n")"));
}

TEST(ShellQuote, LeavesPlainWordsAlone) {
  EXPECT_EQ(shellQuote("http://a.b:1/c"), "http://a.b:1/c");
  EXPECT_EQ(shellQuote(""), "''");
  EXPECT_EQ(shellQuote("a b"), "'a b'");
  EXPECT_EQ(shellQuote("~"), "'~'");
}

// Whatever is quoted comes out of a real shell as it went in, as one word.
TEST(ShellQuote, IsUndoneByTheShell) {
  for (const std::string text :
       {"",     "plain", "a b",  "'",     "''", "'a'b'",     "$(id)",         "`id`", "$HOME",
        "a\"b", "\\",    "a\nb", "~",     "*",  "a;b",       "a&b",           "a|b",  "a>b",
        "#",    "!x",    "-n",   "{a,b}", "\t", "é\u202e鍵", "x-api-key: a.b"}) {
    const auto command = "printf '%s|' " + shellQuote(text);
    // A real shell is the point.
    auto* shell = ::popen(command.c_str(), "r");  // NOLINT(bugprone-command-processor)
    ASSERT_NE(shell, nullptr);
    std::string out(200, '\0');
    out.resize(::fread(out.data(), 1, out.size(), shell));
    EXPECT_EQ(::pclose(shell), 0) << command;
    EXPECT_EQ(out, text + "|") << command;
  }
}

// A dot in a bare TOML key would open another table.
TEST(ConnectLines, QuoteATomlKeyThatIsNotBare) {
  const std::pair<const char*, const char*> cases[] = {{"executor", "executor"},
                                                       {"my-executor_2", "my-executor_2"},
                                                       {"a.b", "\"a.b\""},
                                                       {"a b", "\"a b\""},
                                                       {"a]\nb=1", "\"a]\\nb=1\""},
                                                       {"é", "\"é\""},
                                                       {"", "\"\""}};
  for (const auto& [name, key] : cases) {
    const auto text = lineOf({.mcpUrl = "http://h", .apiKey = "k", .name = name}, "codex");
    EXPECT_TRUE(text.starts_with(std::string("[mcp_servers.") + key + "]\n")) << text;
  }
}

}  // namespace
}  // namespace executor::api

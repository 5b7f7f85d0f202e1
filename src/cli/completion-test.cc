#include "cli/completion.h"

#include <gtest/gtest.h>

namespace executor::cli {
namespace {

// A parser with the shapes that exist: a leaf, a group, flags, a positional.
struct Parser {
  Parser() {
    app.add_flag("--json");
    auto* serve = app.add_subcommand("serve", "Run it");
    serve->add_option("--listen", text);
    auto* source = app.add_subcommand("source", "What's connected");
    auto* add = source->add_subcommand("add", "Add one");
    add->add_option("document", text);
    add->add_option("--name,-n", text);
    app.add_subcommand("secret-command", "")->group("");
  }
  CLI::App app{"Executor", "executor"};
  std::string text;
};

TEST(CliCompletion, BashKnowsCommandsGroupsAndFlags) {
  Parser parser;
  auto script = completionScript(parser.app, "bash");
  EXPECT_NE(script.find("complete -o default -F _executor executor"), std::string::npos);
  EXPECT_NE(script.find("\"source add\") words=\""), std::string::npos);
  for (const char* word : {"serve", "source", "--json", "--listen", "--name", "--help"}) {
    EXPECT_NE(script.find(word), std::string::npos) << word;
  }
}

TEST(CliCompletion, HiddenCommandsStayHidden) {
  Parser parser;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(completionScript(parser.app, shell).find("secret-command"), std::string::npos);
  }
}

TEST(CliCompletion, PositionalsAreNoWords) {
  Parser parser;
  EXPECT_EQ(completionScript(parser.app, "bash").find("document "), std::string::npos);
}

TEST(CliCompletion, ZshUsesTheBashScript) {
  Parser parser;
  auto script = completionScript(parser.app, "zsh");
  EXPECT_EQ(script.find("autoload -U +X bashcompinit && bashcompinit\n"), 0u);
  EXPECT_NE(script.find(completionScript(parser.app, "bash")), std::string::npos);
}

TEST(CliCompletion, FishDescribesEachCommandQuoted) {
  Parser parser;
  auto script = completionScript(parser.app, "fish");
  EXPECT_NE(script.find("-n __fish_use_subcommand -a serve -d 'Run it'"), std::string::npos);
  EXPECT_NE(script.find("'__fish_seen_subcommand_from source' -a add"), std::string::npos);
  EXPECT_NE(script.find("-d 'What\\'s connected'"), std::string::npos) << script;
}

TEST(CliCompletion, BashRunsTheScript) {
  Parser parser;
  auto script = completionScript(parser.app, "bash");
  auto command = "bash -c '" + std::string(
                                   "eval \"$(cat)\"; COMP_WORDS=(executor source \"\"); "
                                   "COMP_CWORD=2; _executor; "
                                   "case \" ${COMPREPLY[*]} \" in *\" add \"*) exit 0;; "
                                   "esac; exit 1'");
  auto* shell = ::popen(command.c_str(), "w");  // NOLINT(bugprone-command-processor)
  ASSERT_TRUE(shell);
  std::fwrite(script.data(), 1, script.size(), shell);
  EXPECT_EQ(::pclose(shell), 0);
}

}  // namespace
}  // namespace executor::cli

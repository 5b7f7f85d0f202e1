// The command line without a server: help, arguments, exit codes, what needs nothing.
#include <fstream>

#include "cli/cli-fixture.h"

namespace executor::cli {
namespace {

using CliProgram = CliFixture;

constexpr std::array kCommands = {"serve",   "stop",       "mcp",      "connect", "open",
                                  "source",  "connection", "policy",   "tools",   "execute",
                                  "call",    "execution",  "approval", "key",     "doctor",
                                  "example", "completion", "version"};

TEST_F(CliProgram, HelpNamesEveryCommandAndTheExitCodes) {
  auto ran = executor({"--help"});
  EXPECT_EQ(ran.code, 0);
  for (const char* command : kCommands) {
    EXPECT_NE(ran.out.find("\n  " + std::string(command) + " "), std::string::npos) << command;
  }
  EXPECT_NE(ran.out.find("Exit codes: 0 done"), std::string::npos);
  EXPECT_NE(ran.out.find("--json"), std::string::npos);
}

TEST_F(CliProgram, EveryGroupHasTheCommandsOfTheProduct) {
  struct Group {
    const char* name;
    std::vector<const char*> commands;
  };
  for (const auto& [name, commands] :
       {Group{"tools", {"search", "describe", "list"}},
        Group{"source", {"add", "list", "show", "refresh", "remove"}},
        Group{"connection", {"add", "list", "remove"}}, Group{"policy", {"add", "list", "remove"}},
        Group{"execution", {"list", "show", "events", "resume", "cancel"}},
        Group{"approval", {"list", "show", "approve", "deny"}},
        Group{"key", {"create", "list", "revoke"}}}) {
    auto ran = executor({name, "--help"});
    EXPECT_EQ(ran.code, 0) << name;
    for (const char* command : commands) {
      EXPECT_NE(ran.out.find("\n  " + std::string(command) + " "), std::string::npos)
          << name << " " << command;
    }
  }
}

TEST_F(CliProgram, WrongArgumentsAreExitCodeTwoAndChangeNothing) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"nope"},
                                             {"version", "--nope"},
                                             {"source"},
                                             {"source", "add"},
                                             {"call"},
                                             {"completion", "tcsh"},
                                             {"policy", "add", "maybe", "a.b"},
                                             {"connection", "add", "a", "--kind", "magic"}}) {
    auto ran = executor(arguments);
    EXPECT_EQ(ran.code, kExitUsage) << (arguments.empty() ? "nothing" : arguments.back());
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
}

TEST_F(CliProgram, NoCommandTakesASecretAsAnArgument) {
  // D32: prompt, standard input or a file.
  for (const char* flag : {"--secret", "--token", "--password", "--key"}) {
    EXPECT_EQ(executor({"connection", "add", "github", flag, "s3cret"}).code, kExitUsage) << flag;
  }
  auto help = executor({"serve", "--help"}).out;
  for (const char* flag : {"--encryption-key", "--mcp-api-key-secret", "--owner-token"}) {
    EXPECT_EQ(help.find(flag), std::string::npos) << flag;
  }
}

TEST_F(CliProgram, WithoutAServerEveryCommandThatNeedsOneSaysHowToStartIt) {
  write("program.ts", "return 1");
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"source", "list"},
           {"source", "add", "http://127.0.0.1:1/x", "--name", "x"},
           {"source", "show", "x"},
           {"source", "refresh", "x"},
           {"source", "remove", "x"},
           {"connection", "list"},
           {"policy", "list"},
           {"policy", "add", "deny", "a.b"},
           {"tools", "list"},
           {"tools", "search", "x"},
           {"tools", "describe", "x"},
           {"execute", path("program.ts")},
           {"call", "a.b", "{}"},
           {"execution", "list"},
           {"execution", "show", "t"},
           {"execution", "resume", "t"},
           {"execution", "cancel", "t"},
           {"approval", "list"},
           {"approval", "approve", "a"},
           {"approval", "deny", "a"},
           {"key", "list"},
           {"key", "create", "n"},
           {"key", "revoke", "k"},
           {"open"},
           {"connect"},
           {"stop"}}) {
    auto ran = executor(arguments);
    EXPECT_EQ(ran.code, kExitNoServer) << arguments.front() << " " << arguments.back();
    EXPECT_NE(ran.err.find("executor serve"), std::string::npos) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(CliProgram, JsonErrorsAreJsonOnStandardError) {
  auto ran = executor({"source", "list", "--json"});
  auto error = parseJson(ran.err);
  ASSERT_TRUE(error) << ran.err;
  EXPECT_EQ(findString(*findObject(*error, "error"), "code"), "unavailable");
}

TEST_F(CliProgram, AProgramThatCannotBeReadIsNamed) {
  auto ran = executor({"execute", path("none.ts")});
  EXPECT_EQ(ran.code, kExitNotFound);
  EXPECT_NE(ran.err.find("none.ts"), std::string::npos);
}

TEST_F(CliProgram, AnInputThatIsNoJsonIsRefusedBeforeAnythingIsSent) {
  auto ran = executor({"call", "a.b", "{oops"});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("invalid_json"), std::string::npos) << ran.err;
}

TEST_F(CliProgram, VersionIsPrintedForPeopleAndPrograms) {
  EXPECT_EQ(executor({"version"}).out, "executor " EXECUTOR_VERSION "\n");
  EXPECT_EQ(executor({"--version"}).out, "executor " EXECUTOR_VERSION "\n");
  auto parsed = parseJson(executor({"version", "--json"}).out);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(findString(*parsed, "version"), EXECUTOR_VERSION);
}

TEST_F(CliProgram, GlobalFlagsMayStandAnywhere) {
  EXPECT_EQ(executor({"--json", "version"}).out, executor({"version", "--json"}).out);
}

TEST_F(CliProgram, CompletionIsMadeOfTheRealCommands) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    auto ran = executor({"completion", shell});
    EXPECT_EQ(ran.code, 0);
    for (const char* command : kCommands) {
      EXPECT_NE(ran.out.find(command), std::string::npos) << shell << " " << command;
    }
    EXPECT_NE(ran.out.find("describe"), std::string::npos) << shell;
  }
}

TEST_F(CliProgram, ServeRefusesAConfigurationItCannotUse) {
  auto ran = executor({"serve", "--listen", "nonsense"});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("EXECUTOR_LISTEN"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(path("executor.db"))) << "nothing is half made";
}

}  // namespace
}  // namespace executor::cli

#include "base/config-table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace executor {
namespace {

TEST(ConfigTable, EveryVariableIsDescribedOnce) {
  std::set<std::string_view> names, flags;
  for (const Variable& variable : knownVariables()) {
    EXPECT_TRUE(names.insert(variable.name).second) << variable.name;
    EXPECT_FALSE(variable.meaning.empty()) << variable.name;
    EXPECT_FALSE(variable.expected.empty()) << variable.name;
    if (variable.flag.empty()) continue;
    EXPECT_TRUE(flags.insert(variable.flag).second) << variable.flag;
    EXPECT_TRUE(variable.flag.starts_with("--"));
  }
}

TEST(ConfigTable, DefaultsAreValid) {
  for (const Variable& variable : knownVariables()) {
    if (!variable.fallback.empty()) EXPECT_TRUE(variable.valid(variable.fallback)) << variable.name;
  }
}

// D32: what is on a command line is in the process list and the shell's history.
TEST(ConfigTable, NoSecretHasAFlag) {
  for (const Variable& variable : knownVariables()) {
    if (variable.secrecy == Secrecy::secret) EXPECT_TRUE(variable.flag.empty()) << variable.name;
  }
}

TEST(ConfigTable, NamesThatSoundSecretAreSecret) {
  for (const Variable& variable : knownVariables()) {
    const std::string name(variable.name);
    const bool sounds = name.ends_with("_SECRET") || name.ends_with("_PASSWORD") ||
                        name.ends_with("_TOKEN") || name.ends_with("API_KEY") ||
                        name.ends_with("ENCRYPTION_KEY") || name.find("PRIVATE") != name.npos;
    if (sounds) EXPECT_EQ(variable.secrecy, Secrecy::secret) << name;
  }
}

TEST(ConfigTable, FindsByNameAliasAndFlag) {
  EXPECT_EQ(findVariable("EXECUTOR_LISTEN"), findFlag("--listen"));
  EXPECT_EQ(findVariable("MCP_AUTHORIZATION_SERVER_URL")->name, "MCP_AUTHORIZATION_SERVER");
  EXPECT_EQ(findVariable("NO_SUCH"), nullptr);
  EXPECT_EQ(findFlag(""), nullptr);
  EXPECT_EQ(findFlag("--no-such"), nullptr);
}

TEST(ConfigTable, SuggestsTheNearestName) {
  EXPECT_EQ(nearestVariable("EXECUTOR_LISTN"), "EXECUTOR_LISTEN");
  EXPECT_EQ(nearestVariable("executor_data_dir"), "EXECUTOR_DATA_DIR");
  EXPECT_EQ(nearestVariable("XYZ"), "");
}

}  // namespace
}  // namespace executor

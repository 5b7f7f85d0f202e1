#include "base/config.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/test-corpus.h"
#include "base/text.h"

namespace executor {
namespace {

// A data directory of its own and a home that must not be touched.
class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    sources_.environment = {{"HOME", "/nonexistent-home"},
                            {"EXECUTOR_DATA_DIR", dir_.path().string()}};
  }

  Configuration loaded() {
    auto configuration = Configuration::load(sources_);
    EXPECT_TRUE(configuration) << configuration.error().message;
    return configuration ? *std::move(configuration) : Configuration();
  }

  Error refused() {
    auto configuration = Configuration::load(sources_);
    EXPECT_FALSE(configuration);
    if (configuration) return {};
    EXPECT_EQ(configuration.error().code, ErrorCode::invalid_configuration);
    return std::move(configuration).error();
  }

  Setting setting(std::string_view name) {
    const auto all = loaded().all();
    return *std::ranges::find(all, name, &Setting::name);
  }

  TempDir dir_;
  ConfigurationSources sources_;
};

TEST_F(ConfigTest, DefaultsHoldWhenNothingIsGiven) {
  sources_.environment = {{"HOME", "/nonexistent-home"}};
  const Configuration configuration = loaded();
  EXPECT_EQ(configuration.listen().host, "127.0.0.1");
  EXPECT_EQ(configuration.listen().port, 4788);
  EXPECT_EQ(configuration.dataDir(), "/nonexistent-home/.executor");
  EXPECT_EQ(configuration.mode(), DeploymentMode::selfHosted);
  EXPECT_EQ(configuration.egress(), "private");
  EXPECT_EQ(configuration.publicUrl(), "");
  EXPECT_FALSE(configuration.encryptionKey());
  EXPECT_FALSE(configuration.mcpApiKeyTtl());
  EXPECT_FALSE(configuration.log().json);
  EXPECT_EQ(setting("EXECUTOR_LISTEN").origin, "default");
}

TEST_F(ConfigTest, TheStrongestSourceWinsAndIsNamed) {
  const auto level = [&] {
    const Setting found = setting("EXECUTOR_LOG_LEVEL");
    return found.value + " from " + found.origin;
  };
  const std::string yaml = dir_.write("config.yaml", "EXECUTOR_LOG_LEVEL: error\n");
  EXPECT_EQ(level(), "error from file " + yaml);
  const std::string env = dir_.write(".env", "EXECUTOR_LOG_LEVEL=warn\n");
  EXPECT_EQ(level(), "warn from file " + env);
  sources_.environment["EXECUTOR_LOG_LEVEL"] = "info";
  EXPECT_EQ(level(), "info from environment");
  sources_.flags["--log-level"] = "debug";
  EXPECT_EQ(level(), "debug from flag --log-level");
}

TEST_F(ConfigTest, AGivenEnvFileReplacesTheOneInTheDataDirectory) {
  dir_.write(".env", "EXECUTOR_LOG_LEVEL=warn\nEXECUTOR_LOG_FORMAT=json\n");
  sources_.envFile = dir_.write("other.env", "EXECUTOR_LOG_LEVEL=error\n");
  EXPECT_EQ(loaded().get("EXECUTOR_LOG_LEVEL"), "error");
  EXPECT_EQ(loaded().get("EXECUTOR_LOG_FORMAT"), "text");
}

TEST_F(ConfigTest, AnEnvFileMayNameTheDataDirectory) {
  const TempDir other;
  other.write("config.yaml", "EXECUTOR_LOG_LEVEL: error\n");
  sources_.environment.erase("EXECUTOR_DATA_DIR");
  sources_.envFile = dir_.write("x.env", "EXECUTOR_DATA_DIR=" + other.path().string() + "/\n");
  EXPECT_EQ(loaded().dataDir(), other.path().string());
  EXPECT_EQ(loaded().get("EXECUTOR_LOG_LEVEL"), "error");
}

// D29: an agent's client may start us inside a hostile checkout.
TEST_F(ConfigTest, TheWorkingDirectoryIsNeverRead) {
  const TempDir hostile;
  hostile.write(".env", "EXECUTOR_EGRESS=public\n");
  hostile.write("config.yaml", "EXECUTOR_EGRESS: public\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(hostile.path());
  EXPECT_EQ(loaded().egress(), "private");
  std::filesystem::current_path(before);
}

TEST_F(ConfigTest, EmptyValuesCountAsNotGiven) {
  sources_.environment["EXECUTOR_LISTEN"] = "";
  dir_.write("config.yaml", "EXECUTOR_LOG_LEVEL:\n");
  EXPECT_EQ(loaded().listen().port, 4788);
  EXPECT_EQ(loaded().get("EXECUTOR_LOG_LEVEL"), "info");
}

TEST_F(ConfigTest, YamlTakesNumbersFlagsAndLists) {
  dir_.write("config.yaml",
             "MCP_API_KEY_TTL_SECONDS: 3600\n"
             "EXECUTOR_ANONYMOUS: true\n"
             "EXECUTOR_ALLOWED_HOSTS: [a.example, 'b.example:80']\n");
  const Configuration configuration = loaded();
  EXPECT_EQ(configuration.mcpApiKeyTtl(), std::chrono::hours(1));
  EXPECT_TRUE(configuration.flag("EXECUTOR_ANONYMOUS"));
  EXPECT_EQ(configuration.list("EXECUTOR_ALLOWED_HOSTS"),
            (std::vector<std::string>{"a.example", "b.example:80"}));
}

TEST_F(ConfigTest, ABadValueNamesVariableValueOriginAndWhatIsExpected) {
  sources_.environment["EXECUTOR_LISTEN"] = "4788";
  const Error error = refused();
  EXPECT_EQ(error.message, "EXECUTOR_LISTEN (environment): \"4788\" is not valid.");
  EXPECT_EQ(error.hint, "Expected: an address and a port, such as 127.0.0.1:4788 or [::1]:0.");
}

TEST_F(ConfigTest, ABadSecretIsNotRepeated) {
  sources_.environment["EXECUTOR_ENCRYPTION_KEY"] = "my-short-key";
  const Error error = refused();
  EXPECT_EQ(error.message.find("my-short-key"), std::string::npos);
  EXPECT_NE(error.message.find("EXECUTOR_ENCRYPTION_KEY"), std::string::npos);
  EXPECT_NE(error.hint.find("openssl rand"), std::string::npos);
}

TEST_F(ConfigTest, ABadValueIsRefusedEvenWhenAStrongerOneHidesIt) {
  sources_.flags["--log-level"] = "info";
  sources_.environment["EXECUTOR_LOG_LEVEL"] = "loud";
  EXPECT_NE(refused().message.find("\"loud\""), std::string::npos);
}

TEST_F(ConfigTest, UnknownVariablesInFilesAreRefusedWithTheNearest) {
  dir_.write(".env", "# c\nEXECUTOR_LISTN=127.0.0.1:1\n");
  EXPECT_NE(refused().message.find(".env:2: there is no variable EXECUTOR_LISTN."),
            std::string::npos);
  EXPECT_EQ(refused().hint, "Did you mean EXECUTOR_LISTEN?");
  dir_.write(".env", "SOMEONE_ELSES=1\n");
  loaded();
  dir_.write("config.yaml", "SOMEONE_ELSES: 1\n");
  EXPECT_NE(refused().message.find("there is no variable SOMEONE_ELSES"), std::string::npos);
}

TEST_F(ConfigTest, UnknownOwnVariablesInTheEnvironmentAreWarnings) {
  sources_.environment["EXECUTOR_LISTN"] = "x";
  const auto warnings = loaded().warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("Did you mean EXECUTOR_LISTEN?"), std::string::npos);
}

TEST_F(ConfigTest, UnknownFlagsAreRefused) {
  sources_.flags["--no-such"] = "1";
  EXPECT_EQ(refused().message, "There is no flag --no-such.");
}

TEST_F(ConfigTest, FilesThatAVariableLeadsToCannotSetIt) {
  dir_.write(".env", "EXECUTOR_DATA_DIR=/elsewhere\n");
  EXPECT_NE(refused().message.find("cannot be set in a file that it leads to"), std::string::npos);
  dir_.write(".env", "");
  dir_.write("config.yaml", "EXECUTOR_CONFIG: /elsewhere\n");
  EXPECT_NE(refused().message.find("EXECUTOR_CONFIG cannot be set"), std::string::npos);
}

TEST_F(ConfigTest, NamedFilesMustExist) {
  sources_.envFile = dir_.path().string() + "/none.env";
  EXPECT_NE(refused().message.find("--env-file does not exist"), std::string::npos);
  sources_.envFile.clear();
  sources_.environment["EXECUTOR_CONFIG"] = dir_.path().string() + "/none.yaml";
  EXPECT_NE(refused().message.find("EXECUTOR_CONFIG does not exist"), std::string::npos);
}

TEST_F(ConfigTest, AConfigurationFileMayStandElsewhere) {
  const TempDir other;
  sources_.environment["EXECUTOR_CONFIG"] = other.write("x.yaml", "EXECUTOR_LOG_LEVEL: warn\n");
  dir_.write("config.yaml", "EXECUTOR_LOG_LEVEL: error\n");
  EXPECT_EQ(loaded().get("EXECUTOR_LOG_LEVEL"), "warn");
}

TEST_F(ConfigTest, BrokenFilesAreRefusedWithTheirPlace) {
  dir_.write("config.yaml", "EXECUTOR_LOG_LEVEL: [info\n");
  EXPECT_NE(refused().message.find("config.yaml: The YAML document at line 2"), std::string::npos)
      << refused().message;
  dir_.write("config.yaml", "- a list\n");
  EXPECT_NE(refused().message.find("a mapping of variables"), std::string::npos);
  dir_.write("config.yaml", "EXECUTOR_LISTEN: {port: 1}\n");
  EXPECT_NE(refused().message.find("a mapping is not valid"), std::string::npos);
}

TEST_F(ConfigTest, FilesAreRegularAndBounded) {
  dir_.write("config.yaml", std::string(kMaxConfigurationFileBytes + 1, '#'));
  EXPECT_NE(refused().message.find("has more than"), std::string::npos);
  std::filesystem::remove(dir_.path() / "config.yaml");
  std::filesystem::create_directory(dir_.path() / "config.yaml");
  EXPECT_NE(refused().message.find("cannot be read"), std::string::npos);
}

TEST_F(ConfigTest, AHomeIsNeededOnlyForTheDefault) {
  sources_.environment.erase("HOME");
  loaded();
  sources_.environment.erase("EXECUTOR_DATA_DIR");
  EXPECT_NE(refused().message.find("no home directory"), std::string::npos);
}

TEST_F(ConfigTest, RelativePathsAreForTheCommandLineOnly) {
  sources_.flags["--data-dir"] = "some/where";
  EXPECT_EQ(loaded().dataDir(), (std::filesystem::current_path() / "some/where").string());
  sources_.flags.clear();
  sources_.environment["EXECUTOR_DATA_DIR"] = "some/where";
  refused();
}

TEST_F(ConfigTest, SecretsAreMaskedAndRedacted) {
  sources_.environment["MCP_API_KEY_SECRET"] = "canary-of-the-config-test";
  sources_.environment["EXECUTOR_STORE_URL"] = "postgres://u:canary-password@h/db";
  const Configuration configuration = loaded();
  for (const Setting& each : configuration.all()) {
    EXPECT_EQ(each.value.find("canary"), std::string::npos) << each.name;
  }
  EXPECT_EQ(setting("MCP_API_KEY_SECRET").value, "***");
  EXPECT_TRUE(setting("MCP_API_KEY_SECRET").secret);
  EXPECT_EQ(setting("EXECUTOR_STORE_URL").value, "postgres://u:***@h/db");
  EXPECT_EQ(configuration.get("MCP_API_KEY_SECRET"), "canary-of-the-config-test");
  EXPECT_EQ(redact("x canary-of-the-config-test canary-password"), "x [secret] [secret]");
}

TEST_F(ConfigTest, TypedAccessorsReadTheirVariables) {
  sources_.environment.insert({{"EXECUTOR_PUBLIC_URL", "https://x.example/"},
                               {"EXECUTOR_LISTEN", "[::]:80"},
                               {"EXECUTOR_LOG_LEVEL", "warn"},
                               {"EXECUTOR_LOG_FORMAT", "json"},
                               {"EXECUTOR_EGRESS", "10.0.0.0/8"},
                               {"EXECUTOR_ENCRYPTION_KEY", base64Encode(std::string(32, 'k'))}});
  const Configuration configuration = loaded();
  EXPECT_EQ(configuration.publicUrl(), "https://x.example");
  EXPECT_EQ(configuration.listen().host, "::");
  EXPECT_EQ(configuration.log().level, LogLevel::warn);
  EXPECT_TRUE(configuration.log().json);
  EXPECT_EQ(configuration.egress(), "10.0.0.0/8");
  EXPECT_EQ(configuration.encryptionKey()->at(31), 'k');
  EXPECT_THROW(configuration.get("NO_SUCH"), std::logic_error);
}

TEST_F(ConfigTest, ModeAliasesMeanTheSame) {
  for (const std::string mode : {"cloud", "hosted", "PRODUCTION", "prod"}) {
    sources_.environment["EXECUTOR_DEPLOYMENT_MODE"] = mode;
    EXPECT_TRUE(loaded().isCloud()) << mode;
  }
  for (const std::string mode : {"self-hosted", "self_hosted", "SelfHosted"}) {
    sources_.environment["EXECUTOR_DEPLOYMENT_MODE"] = mode;
    EXPECT_FALSE(loaded().isCloud()) << mode;
  }
}

TEST_F(ConfigTest, CloudModeHasItsOwnDefaults) {
  sources_.environment["EXECUTOR_DEPLOYMENT_MODE"] = "cloud";
  EXPECT_EQ(loaded().egress(), "public");
  EXPECT_EQ(loaded().mcpApiKeyTtl(), kCloudKeyTtl);
  EXPECT_TRUE(loaded().enforcesMcpAuth());
}

TEST_F(ConfigTest, EnforcementGivesWayToAnExplicitMode) {
  sources_.environment["EXECUTOR_ENFORCE_MCP_AUTH"] = "1";
  EXPECT_TRUE(loaded().enforcesMcpAuth());
  EXPECT_FALSE(loaded().enforcesManagedCredentials());
  sources_.environment["EXECUTOR_DEPLOYMENT_MODE"] = "self-hosted";
  EXPECT_FALSE(loaded().enforcesMcpAuth());
}

TEST(CurrentEnvironment, HoldsWhatGetenvHolds) {
  setenv("EXECUTOR_CONFIG_TEST", "a=b", 1);
  EXPECT_EQ(currentEnvironment()["EXECUTOR_CONFIG_TEST"], "a=b");
  unsetenv("EXECUTOR_CONFIG_TEST");
}

}  // namespace
}  // namespace executor

// The files of configuration as others may leave them: pipes, links, bombs, halves, secrets.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/config.h"
#include "base/env-file.h"
#include "base/test-corpus.h"

namespace executor {
namespace {

class ConfigFilesTest : public testing::Test {
 protected:
  Result<Configuration> load() {
    ConfigurationSources sources;
    sources.environment = {{"HOME", dir_.path().string()},
                           {"EXECUTOR_DATA_DIR", dir_.path().string()}};
    sources.envFile = envFile_;
    return Configuration::load(sources);
  }

  std::string refusal() {
    const auto loaded = load();
    EXPECT_FALSE(loaded);
    if (loaded) return {};
    EXPECT_EQ(loaded.error().code, ErrorCode::invalid_configuration);
    return loaded.error().message + " " + loaded.error().hint;
  }

  std::string levelOf() {
    const auto loaded = load();
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? std::string(loaded->get("EXECUTOR_LOG_LEVEL")) : "";
  }

  TempDir dir_;
  std::string envFile_;
};

void expectPart(std::string_view text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string_view::npos) << text;
}

// Opening a pipe waits for its writer: whoever can make one there could keep the server from
// starting, without a word of why.
TEST_F(ConfigFilesTest, APipeIsRefusedAndNotWaitedFor) {
  for (const char* name : {"config.yaml", ".env"}) {
    const std::string path = (dir_.path() / name).string();
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    expectPart(refusal(), "cannot be read");
    std::filesystem::remove(path);
  }
  envFile_ = "/dev/zero";
  expectPart(refusal(), "must be a regular file");
}

TEST_F(ConfigFilesTest, ALinkIsReadAndABrokenOneIsNoFile) {
  const TempDir elsewhere;
  const std::string target = elsewhere.write("real.yaml", "EXECUTOR_LOG_LEVEL: warn\n");
  std::filesystem::create_symlink(target, dir_.path() / "config.yaml");
  EXPECT_EQ(levelOf(), "warn");
  std::filesystem::remove(target);
  EXPECT_EQ(levelOf(), "info");
}

TEST_F(ConfigFilesTest, AFileOfTheLargestSizeIsReadAndOneByteMoreIsNot) {
  std::string text = "EXECUTOR_LOG_LEVEL: warn\n#";
  text.resize(kMaxConfigurationFileBytes, '.');
  dir_.write("config.yaml", text);
  EXPECT_EQ(levelOf(), "warn");
  dir_.write("config.yaml", text + ".");
  expectPart(refusal(), "has more than 1048576 bytes");
}

TEST_F(ConfigFilesTest, EmptyFilesSayNothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "null\n", "{}\n"}) {
    dir_.write("config.yaml", text);
    EXPECT_EQ(levelOf(), "info") << text;
  }
  for (const char* text : {"", "\n\n", "# c", "# c\n"}) {
    dir_.write(".env", text);
    EXPECT_EQ(levelOf(), "info") << text;
  }
}

TEST_F(ConfigFilesTest, YamlOfOtherShapesIsRefused) {
  for (const char* text : {"text\n", "- a\n", "3\n", "[]\n", "true\n"}) {
    dir_.write("config.yaml", text);
    expectPart(refusal(), "a mapping of variables to values is expected");
  }
}

struct YamlValue {
  std::string_view yaml;
  std::string_view cause;
};

TEST_F(ConfigFilesTest, YamlValuesOfOtherKindsAreRefusedByName) {
  for (const auto& [yaml, cause] : std::initializer_list<YamlValue>{
           {"EXECUTOR_LISTEN: {host: 127.0.0.1}", "EXECUTOR_LISTEN"},
           {"EXECUTOR_ALLOWED_HOSTS: [[a]]", "EXECUTOR_ALLOWED_HOSTS"},
           {"EXECUTOR_ALLOWED_HOSTS: [a, 1]", "a list is not valid"},
           {"EXECUTOR_LOG_LEVEL: [warn, info]", "\"warn,info\" is not valid"},
           {"EXECUTOR_LISTEN: 4788", "\"4788\" is not valid"},
           {"EXECUTOR_LOG_LEVEL: yes", "\"yes\" is not valid"},
           {"MCP_API_KEY_TTL_SECONDS: 1.5", "\"1.5\" is not valid"},
           {"EXECUTOR_LOG_LEVEL: warn\nEXECUTOR_LOG_LEVEL: info", "occurs twice"},
           {"executor_log_level: warn", "Did you mean EXECUTOR_LOG_LEVEL?"},
           {"log-level: warn", "there is no variable log-level"},
           {"'': x", "there is no variable"},
           {"EXECUTOR_DATA_DIR: /x", "cannot be set in a file that it leads to"},
           {"EXECUTOR_CONFIG: /x", "cannot be set in a file that it leads to"},
       }) {
    dir_.write("config.yaml", std::string(yaml) + "\n");
    expectPart(refusal(), cause);
  }
}

TEST_F(ConfigFilesTest, ABombInTheConfigurationFileIsRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 8; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  dir_.write("config.yaml", bomb);
  expectPart(refusal(), "expand to more than");
}

// A value that stands where a name should is perhaps a secret whose name was forgotten.
TEST_F(ConfigFilesTest, NoValueOfAFileIsInItsError) {
  dir_.write("config.yaml", "EXECUTOR_INTERNAL_TOKN: canary-0123456789abcdef\n");
  EXPECT_EQ(refusal().find("canary"), std::string::npos);
  dir_.write("config.yaml", "EXECUTOR_INTERNAL_TOKEN: canary\n");
  EXPECT_EQ(refusal().find("canary"), std::string::npos);
  std::filesystem::remove(dir_.path() / "config.yaml");
  dir_.write(".env", "EXECUTOR_INTERNAL_TOKN=canary-0123456789abcdef\n");
  EXPECT_EQ(refusal().find("canary"), std::string::npos);
  dir_.write(".env", "EXECUTOR_INTERNAL_TOKEN='canary-without-end\n");
  EXPECT_EQ(refusal().find("canary"), std::string::npos);
}

TEST_F(ConfigFilesTest, SecretsOfFilesAreRedactedToo) {
  dir_.write(".env", "STRIPE_SECRET_KEY=canary-of-an-env-file\n");
  dir_.write("config.yaml", "WORKOS_API_KEY: canary-of-a-yaml-file\n");
  ASSERT_TRUE(load());
  EXPECT_EQ(redact("a canary-of-an-env-file b canary-of-a-yaml-file"), "a [secret] b [secret]");
}

// A secret that a stronger source hides is a secret still.
TEST_F(ConfigFilesTest, AHiddenSecretIsRedactedAsWell) {
  dir_.write(".env", "STRIPE_WEBHOOK_SECRET=stronger-webhook-secret\n");
  dir_.write("config.yaml", "STRIPE_WEBHOOK_SECRET: weaker-webhook-secret\n");
  ASSERT_TRUE(load());
  EXPECT_EQ(redact("weaker-webhook-secret stronger-webhook-secret"), "[secret] [secret]");
}

struct EnvLine {
  std::string_view text;
  std::string_view value;
};

TEST(EnvFileRows, ValuesReadAsWritten) {
  for (const auto& [text, value] : std::initializer_list<EnvLine>{
           {"A=", ""},
           {"A=''", ""},
           {"A=\"\"", ""},
           {"A=  x  ", "x"},
           {"A=x=y", "x=y"},
           {"A=x # c", "x"},
           {"A=x#c", "x#c"},
           {"A= # c", ""},
           {"A='x' # c", "x"},
           {"A=\"x\"#c", "x"},
           {"A=it's", "it's"},
           {"A=x \"y\"", "x \"y\""},
           {"A='\\n'", "\\n"},
           {"A=\\n", "\\n"},
           {"A=\"a\nb\"", "a\nb"},
           {"A=\"\\\\n\"", "\\n"},
           {"A=\"\\x\"", "\\x"},
           {"A=\"\\\"\"", "\""},
           {"A=ünï", "ünï"},
           {"export A=x", "x"},
           {"\tA=x", "x"},
           {"A=x\r\n", "x"},
           {"A=$(rm -rf /)", "$(rm -rf /)"},
       }) {
    const auto entries = parseEnvFile(text, "f");
    ASSERT_TRUE(entries) << text << "\n" << entries.error().message;
    ASSERT_EQ(entries->size(), 1u) << text;
    EXPECT_EQ(entries->front().name, "A");
    EXPECT_EQ(entries->front().value, value) << text;
  }
}

TEST(EnvFileRows, LinesThatAreNoneAreRefusedWithTheirNumber) {
  for (const std::string_view bad :
       {"A", "A B=1", "A =1", "=1", "1 2", "a-b=1", "A.B=1", "é=1", "export", "export =1", "A='x",
        "A=\"x", "A=\"x\\\"", "A='x'y", "A=\"x\" y", "- A=1", "A: 1", "{\"A\":1}"}) {
    const auto entries = parseEnvFile("OK=1\n" + std::string(bad), "dir/.env");
    ASSERT_FALSE(entries) << bad;
    EXPECT_EQ(entries.error().code, ErrorCode::invalid_configuration);
    EXPECT_TRUE(entries.error().message.starts_with("dir/.env:2: ")) << entries.error().message;
  }
}

TEST(EnvFileRows, ARepeatedNameIsTwoEntriesInOrder) {
  const auto entries = parseEnvFile("A=1\nA=2\n", "f");
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->at(0).value, "1");
  EXPECT_EQ(entries->at(1).line, 2u);
}

}  // namespace
}  // namespace executor

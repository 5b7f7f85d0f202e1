// Every variable with values it takes and values it does not, through the same door as at start.
#include <gtest/gtest.h>

#include <set>

#include "base/config-table.h"
#include "base/config.h"
#include "base/text.h"

namespace executor {
namespace {

using Values = std::vector<std::string>;

struct Row {
  std::string name;
  Values good;
  Values bad;
};

const Values kGoodFlags = {"1", "0", "true", "FALSE", "Yes", "no", "on", "Off"};
const Values kBadFlags = {"2", "y", "t", "enabled", " 1", "1 ", "null"};
const Values kGoodUrls = {"https://a.example", "http://127.0.0.1:1/x?y=z", "https://[::1]/"};
const Values kBadUrls = {"a.example",           "ftp://a.example",      "https://",
                         "javascript:alert(1)", "https://a.example/ x", "//a.example",
                         "file:///etc/passwd"};
const Values kGoodPaths = {"/", "/a b/c", "~/x"};
const Values kBadPaths = {"x", "./x", "../x", "~", "~root/x", "C:\\x", " /x"};
const Values kGoodTokens = {"0123456789abcdef", std::string(4'096, 'x'), "blanks are characters"};
const Values kBadTokens = {"x", "0123456789abcde"};
const Values kGoodCounts = {"1", "2147483647"};
const Values kBadCounts = {"0", "-1", "+1", "1.0", "1e3", "0x10", "2147483648", " 1", "1s", "one"};
const Values kGoodPems = {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"};
const Values kBadPems = {"AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA", "/etc/key.pem"};
const Values kGoodOrigins = {"https://a.example", "http://a.example:8080/"};
const Values kBadOrigins = {"a.example", "https://a.example/x", "https://u@a.example", "*",
                            "null",      "https://a.example#x"};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"EXECUTOR_DEPLOYMENT_MODE", {"cloud", "Self-Hosted", "prod"}, {"self hosted", "dev", "1"}},
      {"EXECUTOR_LISTEN", {"127.0.0.1:0", "[::]:443"}, {"80", "*:80", "a.example:80", "::1:80"}},
      {"EXECUTOR_PUBLIC_URL", kGoodOrigins, kBadOrigins},
      {"EXECUTOR_DATA_DIR", kGoodPaths, kBadPaths},
      {"EXECUTOR_STORE_URL",
       {"convex", "sqlite:///x.db", "postgres://u:p@h/db"},
       {"sqlite:x.db", "sqlite:///", "mysql://h/db", "postgres", "CONVEX"}},
      {"CONVEX_URL", kGoodUrls, kBadUrls},
      {"CONVEX_SITE_URL", kGoodUrls, kBadUrls},
      {"CONVEX_DEPLOY_KEY", kGoodTokens, kBadTokens},
      {"EXECUTOR_ENCRYPTION_KEY",
       {base64Encode(std::string(32, '\0')), base64Encode(std::string(32, '\xff'))},
       {"AAAA", base64Encode(std::string(16, 'k')), std::string(64, 'a'), std::string(44, '=')}},
      {"EXECUTOR_INTERNAL_TOKEN", kGoodTokens, kBadTokens},
      {"EXECUTOR_ALLOWED_HOSTS",
       {"a.example", "a.example:80, [::1]"},
       {"https://a.example", "a.example/x", "u@a.example", ","}},
      {"EXECUTOR_CORS_ORIGINS", {"https://a.example, http://b.example:1"}, kBadOrigins},
      {"EXECUTOR_TRUSTED_PROXIES",
       {"10.0.0.0/8", "::1,192.0.2.1"},
       {"proxy.example", "10.0.0.0/33", "10.0.0.0-10.0.0.9", "*", "private"}},
      {"EXECUTOR_TLS_CERT", kGoodPaths, kBadPaths},
      {"EXECUTOR_TLS_KEY", kGoodPaths, kBadPaths},
      {"EXECUTOR_EGRESS", {"public", "private", "10.0.0.0/8"}, {"all", "PUBLIC", "public,private"}},
      {"EXECUTOR_RATE_LIMIT",
       {"off", "1/second", "2147483647/hour"},
       {"0/second", "-1/hour", "1/day", "1", "/minute", "1/minute/", "Off", "1 / minute"}},
      {"EXECUTOR_WORKSPACE_RUNNING",
       {"1", "256", "1024"},
       {"0", "1025", "-1", "1.5", "many", " 1"}},
      {"EXECUTOR_SUSPEND_AFTER_MS", {"0", "250", "3600000"}, {"3600001", "-1", "5s", "1e3", " 1"}},
      {"EXECUTOR_WORKSPACE_QUEUED", {"0", "1", "10000"}, {"10001", "-1", "00", "none", "1e3"}},
      {"EXECUTOR_SANDBOX_REQUIRE", {"best", "full"}, {"none", "Best", "0"}},
      {"EXECUTOR_TYPE_CHECK", {"off", "warn", "error"}, {"on", "true", "errors"}},
      {"EXECUTOR_TSC", kGoodPaths, kBadPaths},
      {"EXECUTOR_LOG_LEVEL", {"debug", "info", "warn", "error"}, {"INFO", "warning", "0"}},
      {"EXECUTOR_LOG_FORMAT", {"text", "json"}, {"JSON", "logfmt"}},
      {"MCP_API_KEY_SECRET", kGoodTokens, kBadTokens},
      {"MCP_API_KEY_TTL_SECONDS", kGoodCounts, kBadCounts},
      {"MCP_AUTHORIZATION_SERVER", kGoodUrls, kBadUrls},
      {"MCP_OAUTH_AUDIENCE", {"any text", "https://a.example"}, {}},
      {"EXECUTOR_ENFORCE_MANAGED_CREDENTIALS", kGoodFlags, kBadFlags},
      {"EXECUTOR_ENFORCE_MCP_AUTH", kGoodFlags, kBadFlags},
      {"EXECUTOR_ANONYMOUS", kGoodFlags, kBadFlags},
      {"ANONYMOUS_AUTH_PRIVATE_KEY_PEM", kGoodPems, kBadPems},
      {"ANONYMOUS_AUTH_PUBLIC_KEY_PEM", kGoodPems, kBadPems},
      {"ANONYMOUS_AUTH_TOKEN_TTL_SECONDS", kGoodCounts, kBadCounts},
      {"DANGEROUSLY_ALLOW_LOCAL_VM", kGoodFlags, kBadFlags},
      {"CLOUDFLARE_SANDBOX_RUN_URL", kGoodUrls, kBadUrls},
      {"CLOUDFLARE_SANDBOX_AUTH_TOKEN", kGoodTokens, kBadTokens},
      {"CLOUDFLARE_SANDBOX_REQUEST_TIMEOUT_MS", kGoodCounts, kBadCounts},
      {"AGENT_STORAGE_PROVIDER", {"agentfs-local", "agentfs-cloudflare"}, {"s3", "local"}},
      {"AGENT_STORAGE_ROOT", kGoodPaths, kBadPaths},
      {"AGENT_STORAGE_TOUCH_ON_READ", kGoodFlags, kBadFlags},
      {"EXECUTOR_GENERATE_URL", kGoodUrls, kBadUrls},
      {"WORKOS_CLIENT_ID", {"client_01"}, {}},
      {"WORKOS_API_KEY", kGoodTokens, kBadTokens},
      {"WORKOS_COOKIE_PASSWORD", kGoodTokens, kBadTokens},
      {"WORKOS_WEBHOOK_SECRET", kGoodTokens, kBadTokens},
      {"STRIPE_SECRET_KEY", kGoodTokens, kBadTokens},
      {"STRIPE_WEBHOOK_SECRET", kGoodTokens, kBadTokens},
      {"STRIPE_PRICE_ID", {"price_1"}, {}},
      {"BILLING_SUCCESS_URL", kGoodUrls, kBadUrls},
      {"BILLING_CANCEL_URL", kGoodUrls, kBadUrls},
      {"BILLING_RETURN_URL", kGoodUrls, kBadUrls},
      {"SENTRY_DSN", kGoodUrls, kBadUrls},
      {"OTEL_EXPORTER_OTLP_ENDPOINT", kGoodUrls, kBadUrls},
  };
  return table;
}

Result<Configuration> loadWith(const std::string& name, const std::string& value) {
  ConfigurationSources sources;
  sources.environment = {{"HOME", "/nonexistent-home"}};
  sources.environment[name] = value;
  return Configuration::load(sources);
}

TEST(ConfigGrammar, EveryVariableTakesItsGoodValues) {
  for (const Row& row : rows()) {
    for (const std::string& value : row.good) {
      const auto loaded = loadWith(row.name, value);
      ASSERT_TRUE(loaded) << row.name << "=" << value << "\n" << loaded.error().message;
      EXPECT_EQ(loaded->get(row.name), value) << row.name;
      EXPECT_TRUE(loaded->isGiven(row.name));
    }
  }
}

TEST(ConfigGrammar, EveryVariableRefusesItsBadValuesByName) {
  for (const Row& row : rows()) {
    for (const std::string& value : row.bad) {
      const auto loaded = loadWith(row.name, value);
      ASSERT_FALSE(loaded) << row.name << "=" << value;
      EXPECT_EQ(loaded.error().code, ErrorCode::invalid_configuration);
      EXPECT_TRUE(loaded.error().message.starts_with(row.name + " (environment): "));
      EXPECT_TRUE(loaded.error().hint.starts_with("Expected: ")) << row.name;
    }
  }
}

// Invariant 1: whoever mistypes a secret does not find it in the terminal's history of errors.
TEST(ConfigGrammar, NoBadSecretIsRepeated) {
  for (const Row& row : rows()) {
    if (findVariable(row.name)->secrecy == Secrecy::open) continue;
    const auto loaded = loadWith(row.name, "§canary§");
    ASSERT_FALSE(loaded) << row.name;
    const Error& error = loaded.error();
    EXPECT_EQ((error.message + error.hint + error.detail).find("canary"), std::string::npos);
  }
}

// EXECUTOR_CONFIG is left out: a path given there must exist (config-files-test.cc).
TEST(ConfigGrammar, TheTableHasNoOtherVariables) {
  std::set<std::string_view> covered = {"EXECUTOR_CONFIG"};
  for (const Row& row : rows()) covered.insert(row.name);
  for (const Variable& variable : knownVariables()) {
    EXPECT_TRUE(covered.contains(variable.name)) << variable.name;
  }
  EXPECT_EQ(covered.size(), knownVariables().size());
}

TEST(ConfigGrammar, EveryFlagSetsItsVariable) {
  for (const Row& row : rows()) {
    const std::string flag(findVariable(row.name)->flag);
    if (flag.empty()) continue;
    ConfigurationSources sources;
    sources.environment = {{"HOME", "/nonexistent-home"}};
    sources.flags = {{flag, row.good.front()}};
    const auto loaded = Configuration::load(sources);
    ASSERT_TRUE(loaded) << flag << loaded.error().message;
    EXPECT_EQ(loaded->get(row.name), row.good.front()) << flag;
  }
}

// A long value is cut in the message: a whole file pasted into a variable must not fill the log.
TEST(ConfigGrammar, ALongBadValueIsCut) {
  const auto loaded = loadWith("EXECUTOR_LISTEN", std::string(10'000, 'x'));
  ASSERT_FALSE(loaded);
  EXPECT_LT(loaded.error().message.size(), 300u);
}

}  // namespace
}  // namespace executor

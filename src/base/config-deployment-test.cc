#include <gtest/gtest.h>

#include "base/config.h"
#include "base/text.h"

namespace executor {
namespace {

// A cloud deployment without problems; tests break one thing each.
NamedValues soundCloud() {
  return {{"HOME", "/nonexistent-home"},
          {"EXECUTOR_DEPLOYMENT_MODE", "cloud"},
          {"AGENT_STORAGE_PROVIDER", "agentfs-cloudflare"},
          {"EXECUTOR_ENCRYPTION_KEY", base64Encode(std::string(32, 'k'))}};
}

NamedValues selfHosted() { return {{"HOME", "/nonexistent-home"}}; }

std::vector<std::string> problems(const NamedValues& environment) {
  const auto configuration = Configuration::load({.environment = environment});
  EXPECT_TRUE(configuration) << configuration.error().message;
  std::vector<std::string> texts;
  if (!configuration) return texts;
  for (const Error& problem : deploymentProblems(*configuration)) {
    EXPECT_EQ(problem.code, ErrorCode::invalid_configuration);
    EXPECT_FALSE(problem.hint.empty()) << problem.message;
    texts.push_back(problem.message + " " + problem.hint);
  }
  return texts;
}

// The one problem of `environment` names `variable`.
void expectProblem(const NamedValues& environment, std::string_view variable) {
  const auto found = problems(environment);
  ASSERT_EQ(found.size(), 1u) << variable;
  EXPECT_NE(found[0].find(variable), std::string::npos) << found[0];
}

NamedValues with(NamedValues base, std::string name, std::string value) {
  base[std::move(name)] = std::move(value);
  return base;
}

TEST(Deployment, SoundOnesHaveNoProblem) {
  EXPECT_TRUE(problems(soundCloud()).empty());
  EXPECT_TRUE(problems(selfHosted()).empty());
}

TEST(Deployment, CloudRefusesLocalAgentStorage) {
  auto environment = soundCloud();
  environment.erase("AGENT_STORAGE_PROVIDER");
  expectProblem(environment, "AGENT_STORAGE_PROVIDER=agentfs-cloudflare");
  expectProblem(with(environment, "AGENT_STORAGE_PROVIDER", "agentfs-local"),
                "AGENT_STORAGE_PROVIDER=agentfs-cloudflare");
}

TEST(Deployment, CloudRefusesTheLocalVm) {
  expectProblem(with(soundCloud(), "DANGEROUSLY_ALLOW_LOCAL_VM", "1"),
                "DANGEROUSLY_ALLOW_LOCAL_VM");
  EXPECT_TRUE(problems(with(soundCloud(), "DANGEROUSLY_ALLOW_LOCAL_VM", "0")).empty());
  EXPECT_TRUE(problems(with(selfHosted(), "DANGEROUSLY_ALLOW_LOCAL_VM", "1")).empty());
  expectProblem(with(with(selfHosted(), "DANGEROUSLY_ALLOW_LOCAL_VM", "1"),
                     "EXECUTOR_SANDBOX_REQUIRE", "full"),
                "DANGEROUSLY_ALLOW_LOCAL_VM");
}

TEST(Deployment, CloudRefusesSecretsWithoutAManagedKey) {
  auto environment = soundCloud();
  environment.erase("EXECUTOR_ENCRYPTION_KEY");
  expectProblem(environment, "EXECUTOR_ENCRYPTION_KEY");
  EXPECT_TRUE(problems(with(environment, "WORKOS_API_KEY", "sk_0123456789abcdef")).empty());
  expectProblem(with(selfHosted(), "EXECUTOR_ENFORCE_MANAGED_CREDENTIALS", "true"),
                "EXECUTOR_ENCRYPTION_KEY");
}

TEST(Deployment, CloudRefusesEgressIntoPrivateNetworks) {
  expectProblem(with(soundCloud(), "EXECUTOR_EGRESS", "private"), "EXECUTOR_EGRESS");
  expectProblem(with(soundCloud(), "EXECUTOR_EGRESS", "10.0.0.0/8"), "EXECUTOR_EGRESS");
  EXPECT_TRUE(problems(with(soundCloud(), "EXECUTOR_EGRESS", "public")).empty());
}

TEST(Deployment, CloudRefusesWeakSecrets) {
  expectProblem(with(soundCloud(), "WORKOS_COOKIE_PASSWORD", std::string(31, 'x')),
                "WORKOS_COOKIE_PASSWORD");
  expectProblem(with(soundCloud(), "MCP_API_KEY_SECRET", std::string(31, 'x')),
                "MCP_API_KEY_SECRET");
  EXPECT_TRUE(problems(with(soundCloud(), "WORKOS_COOKIE_PASSWORD", std::string(32, 'x'))).empty());
  EXPECT_TRUE(problems(with(selfHosted(), "MCP_API_KEY_SECRET", std::string(16, 'x'))).empty());
}

TEST(Deployment, CloudRefusesPlaceholders) {
  expectProblem(with(soundCloud(), "EXECUTOR_INTERNAL_TOKEN", "Change-Me-please-change"),
                "EXECUTOR_INTERNAL_TOKEN holds a placeholder");
  expectProblem(with(soundCloud(), "EXECUTOR_STORE_URL", "postgres://u:changeme@h/db"),
                "EXECUTOR_STORE_URL");
  EXPECT_TRUE(
      problems(with(selfHosted(), "EXECUTOR_INTERNAL_TOKEN", "change-me-change-me")).empty());
}

TEST(Deployment, HalvesOfPairsAreRefusedEverywhere) {
  expectProblem(with(selfHosted(), "EXECUTOR_TLS_CERT", "/c.pem"), "EXECUTOR_TLS_KEY is not");
  expectProblem(with(selfHosted(), "EXECUTOR_TLS_KEY", "/k.pem"), "EXECUTOR_TLS_CERT is not");
  expectProblem(with(selfHosted(), "CLOUDFLARE_SANDBOX_RUN_URL", "https://x.example"),
                "CLOUDFLARE_SANDBOX_AUTH_TOKEN");
}

TEST(Deployment, ConvexNeedsItsAddressAndKey) {
  const auto found = problems(with(selfHosted(), "EXECUTOR_STORE_URL", "convex"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NE(found[0].find("CONVEX_URL"), std::string::npos);
  EXPECT_NE(found[1].find("CONVEX_DEPLOY_KEY"), std::string::npos);
}

TEST(Deployment, TheFirstProblemSaysHowManyFollow) {
  const auto configuration =
      Configuration::load({.environment = {{"HOME", "/x"}, {"EXECUTOR_DEPLOYMENT_MODE", "prod"}}});
  const Status status = checkDeployment(configuration.value());
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("managed key"), std::string::npos);
  EXPECT_NE(status.error().hint.find("1 more"), std::string::npos);
  EXPECT_TRUE(checkDeployment(Configuration::load({.environment = soundCloud()}).value()));
}

}  // namespace
}  // namespace executor

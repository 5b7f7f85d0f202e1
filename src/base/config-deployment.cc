// The rules that make a deployment safe to start (product.md section 2).
#include <fmt/format.h>

#include <array>

#include "base/config-table.h"
#include "base/config.h"
#include "base/text.h"

namespace executor {
namespace {

constexpr std::size_t kLeastCookiePassword = 32;
constexpr std::size_t kLeastCloudSecret = 32;

constexpr auto kPlaceholders =
    std::to_array<std::string_view>({"change-me", "changeme", "change_me", "placeholder"});

// Variables that mean nothing, or something dangerous, without each other.
struct Pair {
  std::string_view one, other;
};
constexpr auto kPairs = std::to_array<Pair>({
    {"EXECUTOR_TLS_CERT", "EXECUTOR_TLS_KEY"},
    {"ANONYMOUS_AUTH_PRIVATE_KEY_PEM", "ANONYMOUS_AUTH_PUBLIC_KEY_PEM"},
    {"CLOUDFLARE_SANDBOX_RUN_URL", "CLOUDFLARE_SANDBOX_AUTH_TOKEN"},
});

// Each rule looks at one thing and may find one problem; all are collected, since an operator would
// rather fix five at once than start five times.
class Rules {
 public:
  explicit Rules(const Configuration& configuration) : given_(configuration) {}

  std::vector<Error> problems() {
    pairs();
    jail();
    convex();
    if (given_.enforcesManagedCredentials()) secretsAtRest();
    if (given_.isCloud()) cloud();
    return std::move(problems_);
  }

 private:
  // Half a pair is never what was meant: a missing key would otherwise show as "no TLS".
  void pairs() {
    for (const auto& [one, other] : kPairs) {
      if (given_.isGiven(one) == given_.isGiven(other)) continue;
      const bool first = given_.isGiven(one);
      refuse(fmt::format("{} is set but {} is not.", first ? one : other, first ? other : one),
             "Set both or none.");
    }
  }

  // One says that no program runs without the whole jail, the other that some may.
  void jail() {
    if (given_.get("EXECUTOR_SANDBOX_REQUIRE") != "full") return;
    if (!given_.flag("DANGEROUSLY_ALLOW_LOCAL_VM")) return;
    refuse("EXECUTOR_SANDBOX_REQUIRE=full and DANGEROUSLY_ALLOW_LOCAL_VM contradict each other.",
           "Unset one of them.");
  }

  // The store could only say so much later, and in its own words.
  void convex() {
    if (given_.get("EXECUTOR_STORE_URL") != "convex") return;
    for (const std::string_view name : {"CONVEX_URL", "CONVEX_DEPLOY_KEY"}) {
      if (given_.isGiven(name)) continue;
      refuse(fmt::format("EXECUTOR_STORE_URL is convex but {} is not set.", name),
             fmt::format("Set {}.", name));
    }
  }

  // A key file made by itself is lost with the node's disk, and each node would make another.
  void secretsAtRest() {
    if (given_.isGiven("EXECUTOR_ENCRYPTION_KEY") || given_.isGiven("WORKOS_API_KEY")) return;
    refuse("Secrets would be stored without a managed key.",
           "Set EXECUTOR_ENCRYPTION_KEY (openssl rand -base64 32), or WORKOS_API_KEY for Vault.");
  }

  void cloud() {
    sharedStorage();
    runtime();
    egress();
    cookiePassword();
    signingSecret();
    for (const Variable& variable : knownVariables()) placeholder(variable);
  }

  void sharedStorage() {
    const std::string_view provider = given_.get("AGENT_STORAGE_PROVIDER");
    if (!provider.empty() && provider != "agentfs-local") return;
    refuse(
        "AGENT_STORAGE_PROVIDER is agentfs-local or unset: local file state is not shared "
        "between the nodes of a cloud deployment.",
        "Set AGENT_STORAGE_PROVIDER=agentfs-cloudflare.");
  }

  // Strangers' programs share these machines: the engine without its jail is one wall too few.
  void runtime() {
    if (!given_.flag("DANGEROUSLY_ALLOW_LOCAL_VM")) return;
    refuse(
        "DANGEROUSLY_ALLOW_LOCAL_VM is set in cloud mode, where only the Cloudflare runtime runs "
        "agent code.",
        "Unset DANGEROUSLY_ALLOW_LOCAL_VM.");
  }

  // D30.
  void egress() {
    if (given_.egress() == "public") return;
    refuse("EXECUTOR_EGRESS must be public in cloud mode.",
           "Unset EXECUTOR_EGRESS or set it to public.");
  }

  // What seals a session must be as hard to guess as the key it stands for.
  void cookiePassword() {
    const auto password = given_.get("WORKOS_COOKIE_PASSWORD");
    if (password.empty() || password.size() >= kLeastCookiePassword) return;
    refuse(
        fmt::format("WORKOS_COOKIE_PASSWORD has fewer than {} characters.", kLeastCookiePassword),
        "Set WORKOS_COOKIE_PASSWORD to a longer random text (openssl rand -base64 32).");
  }

  // RFC 7518 section 3.2: an HS256 key has at least 256 bits.
  void signingSecret() {
    const auto secret = given_.get("MCP_API_KEY_SECRET");
    if (secret.empty() || secret.size() >= kLeastCloudSecret) return;
    refuse(fmt::format("MCP_API_KEY_SECRET has fewer than {} characters.", kLeastCloudSecret),
           "Set MCP_API_KEY_SECRET to a longer random text (openssl rand -base64 32).");
  }

  // Examples are copied; a secret that stands in public documentation is none.
  void placeholder(const Variable& variable) {
    if (variable.secrecy == Secrecy::open) return;
    const std::string value = toLowerAscii(given_.get(variable.name));
    for (const std::string_view word : kPlaceholders) {
      if (value.find(word) == std::string::npos) continue;
      refuse(fmt::format("{} holds a placeholder ({}).", variable.name, word),
             fmt::format("Set {} to its real value.", variable.name));
      return;
    }
  }

  void refuse(std::string message, std::string hint) {
    problems_.push_back(
        {ErrorCode::invalid_configuration, std::move(message), std::move(hint), {}});
  }

  const Configuration& given_;
  std::vector<Error> problems_;
};

}  // namespace

std::vector<Error> deploymentProblems(const Configuration& configuration) {
  return Rules(configuration).problems();
}

Status checkDeployment(const Configuration& configuration) {
  std::vector<Error> problems = deploymentProblems(configuration);
  if (problems.empty()) return {};
  Error first = std::move(problems.front());
  if (problems.size() > 1) {
    first.hint += fmt::format(" ({} more; see executor doctor --production)", problems.size() - 1);
  }
  return std::unexpected(std::move(first));
}

}  // namespace executor

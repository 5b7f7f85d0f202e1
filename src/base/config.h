// The effective configuration: every value, and where it came from (D29).
//
// Order: flag, environment, `--env-file F` or else `<data dir>/.env`, configuration file
// (EXECUTOR_CONFIG, else `<data dir>/config.yaml`), default. The working directory is never read:
// an agent's client may start us inside a hostile checkout. An empty value counts as not given.
//
// A loaded configuration holds valid values only, knows each value's origin for `doctor`, and shows
// no secret: all() masks them, and each secret has been given to registerSecret(). Files may name
// only variables that exist: an unknown EXECUTOR_* name in an env file, and any unknown key of
// config.yaml, is an error with the nearest name. The environment belongs to others too, so there
// an unknown EXECUTOR_* name is a warning. Nothing is reloaded while the process runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config-values.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/log.h"

namespace executor {

using NamedValues = std::map<std::string, std::string, std::less<>>;

inline constexpr std::size_t kMaxConfigurationFileBytes = 1u << 20;
inline constexpr std::chrono::hours kCloudKeyTtl{24 * 90};  // D3

struct ConfigurationSources {
  NamedValues flags;        // by flag: {"--listen", "127.0.0.1:0"}
  NamedValues environment;  // by variable, see currentEnvironment()
  std::string envFile;      // of --env-file; empty: <data dir>/.env, if there
};

// A copy of the process's environment.
NamedValues currentEnvironment();

struct Setting {
  std::string name;
  std::string value;   // masked if secret
  std::string origin;  // "flag --listen", "environment", "file <path>", "default"
  bool secret = false;
};

enum class DeploymentMode : std::uint8_t { selfHosted, cloud };

class Configuration {
 public:
  // `invalid_configuration` names variable, origin and what was expected; never a secret's value.
  static Result<Configuration> load(const ConfigurationSources& sources);

  // The effective value, or empty if unset. `name` must be in the table: else a bug of ours,
  // throws.
  std::string_view get(std::string_view name) const;
  // True unless the value is the default or there is none.
  bool isGiven(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;

  // Every known variable in the order of the table; unset ones have an empty value.
  std::vector<Setting> all() const;
  const std::vector<std::string>& warnings() const { return warnings_; }

  DeploymentMode mode() const;
  bool isCloud() const { return mode() == DeploymentMode::cloud; }
  // Cloud rules for stored secrets and for /mcp; asked for by EXECUTOR_ENFORCE_* in self-hosted
  // mode unless that mode was named explicitly (reference MODE-1, CRED-12).
  bool enforcesManagedCredentials() const {
    return enforces("EXECUTOR_ENFORCE_MANAGED_CREDENTIALS");
  }
  bool enforcesMcpAuth() const { return enforces("EXECUTOR_ENFORCE_MCP_AUTH"); }

  config::HostAndPort listen() const;
  std::string dataDir() const;    // absolute, without slash at the end
  std::string publicUrl() const;  // without slash at the end; empty if unset
  std::string egress() const;     // for net::EgressPolicy::parse
  LogOptions log() const;
  std::optional<Key256> encryptionKey() const;
  std::optional<std::chrono::seconds> mcpApiKeyTtl() const;
  std::size_t workspaceRunning() const;
  std::size_t workspaceQueued() const;
  std::chrono::milliseconds suspendAfter() const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  friend class ConfigurationLoader;

  bool enforces(std::string_view name) const;

  std::map<std::string, Value, std::less<>> values_;  // given ones only
  std::string home_;
  std::vector<std::string> warnings_;
};

// The rules of product.md section 2 that can be judged at start. Each problem names the variable
// and the fix; empty: none.
std::vector<Error> deploymentProblems(const Configuration& configuration);

// The first problem; its hint says how many more there are.
Status checkDeployment(const Configuration& configuration);

}  // namespace executor

#include "base/config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/config-table.h"
#include "base/text.h"

namespace executor {
namespace {

constexpr std::string_view kMask = "***";

// Asking for a variable that is not in the table is a bug that every test run would meet.
const Variable& known(std::string_view name) {
  const Variable* variable = findVariable(name);
  if (!variable) throw std::logic_error(fmt::format("no such variable: {}", name));
  return *variable;
}

// The mask has one length, so that it says nothing about the secret's.
std::string shown(const Variable& variable, std::string_view value) {
  if (value.empty()) return {};
  switch (variable.secrecy) {
    case Secrecy::open: return std::string(value);
    case Secrecy::secret: return std::string(kMask);
    case Secrecy::url: return config::maskUrl(value);
  }
  std::unreachable();
}

// Paths and origins are joined with a slash by their users; two of them would make another URL.
std::string withoutSlash(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// The grammar admits these four words; `info` is the default, so it needs no line of its own.
LogLevel levelOf(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warn") return LogLevel::warn;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

}  // namespace

// Copied once at start: later changes of the process's environment, by whomever, change nothing. Of
// a name given twice the first counts, as with getenv.
NamedValues currentEnvironment() {
  NamedValues values;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry = *at;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    values.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return values;
}

std::string_view Configuration::get(std::string_view name) const {
  const Variable& variable = known(name);
  const auto found = values_.find(variable.name);
  return found == values_.end() ? variable.fallback : std::string_view(found->second.text);
}

// Whether somebody decided: rules that depend on the mode give way to what was given, not to a
// default that looks the same.
bool Configuration::isGiven(std::string_view name) const {
  return values_.contains(known(name).name);
}

// Unset flags are false; a set one has passed the grammar.
bool Configuration::flag(std::string_view name) const {
  return config::readFlag(get(name)).value_or(false);
}

std::vector<std::string> Configuration::list(std::string_view name) const {
  return config::readList(get(name));
}

// Also the unset ones: doctor shows what could be set, not only what is.
std::vector<Setting> Configuration::all() const {
  std::vector<Setting> settings;
  for (const Variable& variable : knownVariables()) {
    const auto found = values_.find(variable.name);
    const bool given = found != values_.end();
    settings.push_back({std::string(variable.name), shown(variable, get(variable.name)),
                        given ? found->second.origin : "default",
                        variable.secrecy == Secrecy::secret});
  }
  return settings;
}

// All spellings of self-hosted begin alike; the grammar admits no others.
DeploymentMode Configuration::mode() const {
  const bool selfHosted = toLowerAscii(get("EXECUTOR_DEPLOYMENT_MODE")).starts_with("self");
  return selfHosted ? DeploymentMode::selfHosted : DeploymentMode::cloud;
}

// Reference MODE-1: a mode that was named beats the flags.
bool Configuration::enforces(std::string_view name) const {
  return isCloud() || (flag(name) && !isGiven("EXECUTOR_DEPLOYMENT_MODE"));
}

// The table's default is valid, so there always is a value.
config::HostAndPort Configuration::listen() const {
  return config::readListen(get("EXECUTOR_LISTEN")).value();
}

// `~` is expanded here and not when loading, so that doctor shows what was written.
std::string Configuration::dataDir() const {
  std::string path(get("EXECUTOR_DATA_DIR"));
  if (path.starts_with("~/")) path.replace(0, 1, home_);
  return withoutSlash(std::move(path));
}

std::string Configuration::publicUrl() const {
  return withoutSlash(std::string(get("EXECUTOR_PUBLIC_URL")));
}

// The default depends on the mode (D30); a value given is judged by checkDeployment.
std::string Configuration::egress() const {
  if (isCloud() && !isGiven("EXECUTOR_EGRESS")) return "public";
  return std::string(get("EXECUTOR_EGRESS"));
}

// Applied before anything else starts, so that the first line already has the format.
LogOptions Configuration::log() const {
  return {levelOf(get("EXECUTOR_LOG_LEVEL")), get("EXECUTOR_LOG_FORMAT") == "json"};
}

// The grammar has checked that it is 32 bytes in base64.
std::optional<Key256> Configuration::encryptionKey() const {
  std::string bytes;
  if (!isGiven("EXECUTOR_ENCRYPTION_KEY")) return std::nullopt;
  base64Decode(get("EXECUTOR_ENCRYPTION_KEY"), bytes);
  Key256 key;
  std::ranges::copy(bytes, key.begin());
  return key;
}

// D3: self-hosted keys have no end unless one is set; strangers' keys always have one.
std::size_t Configuration::workspaceRunning() const {
  return static_cast<std::size_t>(config::readCount(get("EXECUTOR_WORKSPACE_RUNNING")).value());
}

// 0 is no count, and means none.
std::size_t Configuration::workspaceQueued() const {
  return static_cast<std::size_t>(config::readCount(get("EXECUTOR_WORKSPACE_QUEUED")).value_or(0));
}

std::chrono::milliseconds Configuration::suspendAfter() const {
  return std::chrono::milliseconds(config::readCount(get("EXECUTOR_SUSPEND_AFTER_MS")).value_or(0));
}

std::optional<std::chrono::seconds> Configuration::mcpApiKeyTtl() const {
  if (const auto seconds = config::readCount(get("MCP_API_KEY_TTL_SECONDS"))) {
    return std::chrono::seconds(*seconds);
  }
  return isCloud() ? std::optional<std::chrono::seconds>(kCloudKeyTtl) : std::nullopt;
}

}  // namespace executor

// Reading the sources of configuration, strongest first: the first that gives a value wins.
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/config-table.h"
#include "base/config.h"
#include "base/env-file.h"
#include "base/text.h"
#include "base/yaml.h"

namespace executor {
namespace {

constexpr std::string_view kDataDir = "EXECUTOR_DATA_DIR";
constexpr std::string_view kConfig = "EXECUTOR_CONFIG";
// Names with this prefix are ours to judge. Others in an env file or the environment (STRIPE_…,
// WORKOS_…) may be meant for another program.
constexpr std::string_view kOwnPrefix = "EXECUTOR_";

// All failures of loading have one code: what to do about each is in its hint, and a client never
// sees one, since the server does not start.
std::unexpected<Error> failConfiguration(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_configuration, std::move(message), std::move(hint));
}

// A misspelt name is the usual cause; where nothing is near, the list helps more than a guess.
std::string nearHint(std::string_view name) {
  const std::string_view near = nearestVariable(name);
  if (near.empty()) return "`executor doctor` lists all variables.";
  return fmt::format("Did you mean {}?", near);
}

// The name is shown, never the value: a misspelt variable may well hold a secret.
std::unexpected<Error> failUnknown(std::string_view origin, std::string_view name) {
  return failConfiguration(
      fmt::format("{}: there is no variable {}.", origin, truncateText(name, 80)), nearHint(name));
}

std::unexpected<Error> failUnreadable(const std::string& path) {
  return failConfiguration(fmt::format("The configuration file {} cannot be read.", path),
                           "It must be a regular file that this user may read.");
}

// The text, or nothing if there is no such file.
// A directory, a device or a pipe of that name is refused before it is opened: opening a pipe waits
// for its writer, which may never come, and reading a device may never end.
Result<std::optional<std::string>> readIfThere(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return std::nullopt;
  if (status.type() != std::filesystem::file_type::regular) return failUnreadable(path);
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return failUnreadable(path);
  if (size > kMaxConfigurationFileBytes) {
    return failConfiguration(fmt::format("The configuration file {} has more than {} bytes.", path,
                                         kMaxConfigurationFileBytes));
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A file that somebody named must be there; a file of the data directory need not.
Result<std::string> readNamed(const std::string& path, std::string_view namedBy) {
  EXECUTOR_TRY(auto text, readIfThere(path));
  if (text) return *std::move(text);
  return failConfiguration(fmt::format("The file {} of {} does not exist.", path, namedBy));
}

// A value of config.yaml as the text it would be in the environment.
std::optional<std::string> textOf(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool() || value.is_number()) return serializeJson(value);
  if (value.is_null()) return std::string();
  if (!value.is_array()) return std::nullopt;
  std::string joined;
  // A list of texts is written with commas, as in the environment. Numbers in it are refused: a
  // list variable never holds numbers, so whoever wrote one meant another variable.
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += std::string_view(item.get_string());
  }
  return joined;
}

}  // namespace

// Sources are taken strongest first and a value once taken stays, so each step may rely on what the
// stronger ones said: where the data directory is, then which files to read. Every value is judged
// even when a stronger one hides it: a broken file should not wait for the day the flag is dropped.
class ConfigurationLoader {
 public:
  explicit ConfigurationLoader(const ConfigurationSources& sources) : sources_(sources) {
    const auto home = sources.environment.find("HOME");
    if (home != sources.environment.end()) made_.home_ = home->second;
  }

  Result<Configuration> load() {
    // Strongest first. The home is checked before the configuration file is looked for, and not
    // earlier: the data directory may have been given by flag, environment or env file.
    EXECUTOR_CHECK(takeFlags());
    EXECUTOR_CHECK(takeEnvironment());
    EXECUTOR_CHECK(takeEnvFile());
    EXECUTOR_CHECK(checkHome());
    EXECUTOR_CHECK(takeConfigFile());
    return std::move(made_);
  }

 private:
  Status takeFlags() {
    for (const auto& [flag, value] : sources_.flags) {
      const Variable* variable = findFlag(flag);
      if (!variable) return failConfiguration(fmt::format("There is no flag {}.", flag));
      // A path on the command line is meant from where the person stands.
      const bool path = variable->valid == config::isPath && !value.empty() && value[0] != '~';
      const std::string meant = path ? std::filesystem::absolute(value).string() : value;
      EXECUTOR_CHECK(take(*variable, meant, "flag " + flag));
    }
    return {};
  }

  // The environment is shared with other programs and other versions: unknown names only warn.
  Status takeEnvironment() {
    for (const auto& [name, value] : sources_.environment) {
      if (const Variable* variable = findVariable(name)) {
        EXECUTOR_CHECK(take(*variable, value, "environment"));
      } else if (name.starts_with(kOwnPrefix)) {
        made_.warnings_.push_back(
            fmt::format("The environment sets {}, which is no variable. {}", name, nearHint(name)));
      }
    }
    return {};
  }

  // Either the named file or the one in the data directory, never both.
  Status takeEnvFile() {
    if (!sources_.envFile.empty()) {
      EXECUTOR_TRY(const std::string text, readNamed(sources_.envFile, "--env-file"));
      return takeEntries(text, sources_.envFile, false);
    }
    EXECUTOR_CHECK(checkHome());
    const std::string path = made_.dataDir() + "/.env";
    EXECUTOR_TRY(const auto text, readIfThere(path));
    return text ? takeEntries(*text, path, true) : Status();
  }

  Status takeEntries(std::string_view text, const std::string& path, bool inDataDir) {
    EXECUTOR_TRY(const auto entries, parseEnvFile(text, path));
    for (const EnvEntry& entry : entries) {
      const std::string origin = fmt::format("{}:{}", path, entry.line);
      const Variable* variable = findVariable(entry.name);
      // The same file may serve a compose project with other services in it, so only our own prefix
      // is judged; a misspelt one of ours would otherwise do nothing, silently.
      if (!variable && entry.name.starts_with(kOwnPrefix)) return failUnknown(origin, entry.name);
      if (!variable) continue;  // someone else's: env files are shared
      if (inDataDir && variable->name == kDataDir) return failInside(origin, kDataDir);
      EXECUTOR_CHECK(take(*variable, entry.value, "file " + path));
    }
    return {};
  }

  // Unlike env files, config.yaml is ours alone: every unknown key in it is a mistake.
  Status takeConfigFile() {
    std::string path(made_.get(kConfig));
    if (path.empty()) {
      path = made_.dataDir() + "/config.yaml";
      EXECUTOR_TRY(const auto text, readIfThere(path));
      return text ? takeYaml(*text, path) : Status();
    }
    if (path.starts_with("~/")) path.replace(0, 1, made_.home_);
    EXECUTOR_TRY(const std::string text, readNamed(path, kConfig));
    return takeYaml(text, path);
  }

  Status takeYaml(std::string_view text, const std::string& path) {
    auto document = parseYaml(text, {.maxBytes = kMaxConfigurationFileBytes});
    if (!document) return failConfiguration(path + ": " + document.error().message);
    if (document->is_null()) return {};
    if (!document->is_object()) {
      return failConfiguration(path + ": a mapping of variables to values is expected.");
    }
    for (const auto& [key, value] : document->get_object()) {
      EXECUTOR_CHECK(takeMember(key, value, path));
    }
    return {};
  }

  // Values may be written as YAML has them: numbers, flags and lists become the text they stand
  // for.
  Status takeMember(std::string_view key, const json::value& value, const std::string& path) {
    const Variable* variable = findVariable(key);
    if (!variable) return failUnknown(path, key);
    if (variable->name == kDataDir || variable->name == kConfig) {
      return failInside(path, variable->name);
    }
    const auto text = textOf(value);
    if (!text) return failValue(*variable, path, value.is_object() ? "a mapping" : "a list");
    return take(*variable, *text, "file " + path);
  }

  // The one door by which a value enters: judged, remembered as a secret where it is one, kept if
  // no stronger source gave it.
  Status take(const Variable& variable, const std::string& text, std::string origin) {
    // Compose files and CI set variables to nothing when they mean "not set" (D29).
    if (text.empty()) return {};
    if (!variable.valid(text)) return failValue(variable, origin, shownIn(variable, text));
    if (variable.secrecy == Secrecy::secret) registerSecret(text);
    if (variable.secrecy == Secrecy::url) registerSecret(config::urlPassword(text));
    made_.values_.try_emplace(std::string(variable.name), text, std::move(origin));
    return {};
  }

  // A secret is never repeated, and neither is a URL that may carry a password.
  static std::string shownIn(const Variable& variable, std::string_view text) {
    if (variable.secrecy != Secrecy::open) return "what is given";
    return "\"" + truncateText(text, 80) + "\"";
  }

  static std::unexpected<Error> failValue(const Variable& variable, std::string_view origin,
                                          std::string_view found) {
    return failConfiguration(fmt::format("{} ({}): {} is not valid.", variable.name, origin, found),
                             fmt::format("Expected: {}.", variable.expected));
  }

  // A file that moves the place it was read from would be read twice, or not at all next time.
  static std::unexpected<Error> failInside(std::string_view origin, std::string_view name) {
    return failConfiguration(
        fmt::format("{}: {} cannot be set in a file that it leads to.", origin, name),
        "Set it by flag or in the environment.");
  }

  // Without HOME the default data directory has no place; guessing one could mix two users.
  Status checkHome() const {
    if (made_.home_.starts_with('/') || !made_.get(kDataDir).starts_with("~/")) return {};
    return failConfiguration("EXECUTOR_DATA_DIR is not set and there is no home directory.",
                             "Set EXECUTOR_DATA_DIR to an absolute path, or HOME.");
  }

  // Outlives the loader, which lives for one call of load().
  const ConfigurationSources& sources_;
  // Grows source by source; handed out only when every source was sound.
  Configuration made_;
};

Result<Configuration> Configuration::load(const ConfigurationSources& sources) {
  return ConfigurationLoader(sources).load();
}

}  // namespace executor

#include "cli/configure.h"

namespace executor::cli {

// The one call in which flags, environment and files meet; what wins over what is base/config's.
Result<Configuration> loadConfiguration(const Context& context, NamedValues flags) {
  ConfigurationSources sources;
  sources.flags = std::move(flags);
  if (!context.dataDir.empty()) sources.flags["--data-dir"] = context.dataDir;
  sources.environment = currentEnvironment();
  sources.envFile = context.envFile;
  return Configuration::load(sources);
}

}  // namespace executor::cli

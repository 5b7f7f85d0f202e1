// No input may take more than its budget, and what is accepted must be writable as JSON.
#include <cstdint>
#include <cstdlib>

#include "base/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace executor;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto value = parseYaml(text, {.maxCopiedBytes = 1u << 20});
  if (value && !parseJson(serializeJson(*value))) std::abort();
  return 0;
}

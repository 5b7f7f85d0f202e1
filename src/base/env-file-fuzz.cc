// Any text is read or refused, and every name that comes out is a name.
#include <cstdint>
#include <cstdlib>

#include "base/env-file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto entries = executor::parseEnvFile(text, "fuzz");
  if (!entries) return 0;
  for (const auto& entry : *entries) {
    if (entry.name.empty() || entry.line == 0) std::abort();
  }
  return 0;
}

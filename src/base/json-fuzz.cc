// Whatever is accepted must write to a text that is accepted again and means the same.
#include <cstdint>
#include <cstdlib>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace executor;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto value = parseJson(text);
  if (parseJsonForProgram(text).has_value() < value.has_value()) std::abort();
  if (!value) return 0;
  const std::string written = serializeJson(*value);
  const auto again = parseJson(written);
  if (!again || serializeJson(*again) != written) std::abort();
  const std::string canonical = canonicalJson(*value);
  if (canonicalJson(*again) != canonical) std::abort();
  if (!parseJson(prettyJson(*value))) std::abort();
  return 0;
}

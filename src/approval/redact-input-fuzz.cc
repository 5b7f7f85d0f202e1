// Whatever an input holds, what people see of it is JSON, hides nothing more when hidden again, and
// keeps no password.
#include <cstdint>
#include <cstdlib>

#include "approval/approval.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace executor;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string shown = approval::redactInput(text);
  if (!parseJson(shown) || approval::redactInput(shown) != shown) std::abort();
  if (!parseJson(approval::redactInput(text, 16))) std::abort();
  const auto value = parseJson(text);
  if (!value) return 0;
  const std::string hiding =
      serializeJson(json::object{{"password", *value}, {"kept", json::array{nullptr}}});
  if (!parseJson(hiding)) return 0;  // one level too deep
  const std::string expected = R"({"password":"[redacted]","kept":[null]})";
  if (approval::redactInput(hiding) != expected) std::abort();
  return 0;
}

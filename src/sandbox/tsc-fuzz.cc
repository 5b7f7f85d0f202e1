// Any bytes the compiler's process may write: reading ends, and what is believed is within bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sandbox/tsc-frames.h"
#include "sandbox/tsc-messages.h"
#include "sandbox/tsc-process.h"

namespace {

constexpr std::uint32_t kUnits = 1000;

void readBody(std::string_view body) {
  using namespace executor::sandbox;
  (void)decodeWelcome(body);
  const auto message = readTscMessage(body);
  if (!message) return;
  const auto* answer = std::get_if<TscAnswer>(&*message);
  if (answer == nullptr) return;
  (void)readSnapshot(answer->result);
  std::vector<TypeDiagnostic> found;
  (void)readDiagnostics(answer->result, kUnits, found);
  if (found.size() > kMaxTypeDiagnostics) std::abort();
  for (const TypeDiagnostic& diagnostic : found) {
    if (diagnostic.start > kUnits || diagnostic.length > kUnits - diagnostic.start) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace executor::sandbox;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  readBody(bytes);
  TscFrameReader reader;
  for (std::size_t i = 0; i < size; i += 7) reader.append(bytes.substr(i, 7));
  for (;;) {
    const auto body = reader.next();
    if (!body || !*body) break;
    if ((*body)->size() > kMaxTscFrameBytes) std::abort();
    readBody(**body);
  }
  return 0;
}

// Whatever text is given as a document: an error, or a tool set that our own verifier takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "source/openapi/compiler.h"
#include "source/tool-set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace executor::source;
  auto bytes = openapi::compileOpenApi({reinterpret_cast<const char*>(data), size});
  if (bytes && !ToolSet::fromBytes(std::move(*bytes))) std::abort();
  return 0;
}

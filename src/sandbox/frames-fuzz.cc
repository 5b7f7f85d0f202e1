// Any bytes a hostile worker may write: decoding ends, within the limits, and what decodes encodes
// to the same bytes.
#include <algorithm>
#include <cstdlib>

#include "sandbox/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace executor::sandbox;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto frame = decodeFromWorker(bytes)) {
    std::string again;
    encodeFrame(*frame, again);
    if (std::string_view(again).substr(sizeof(std::uint32_t)) != bytes) std::abort();
  }
  (void)decodeToWorker(bytes);
  FrameBuffer buffer;
  std::copy(bytes.begin(), bytes.end(), buffer.prepare(size));
  buffer.committed(size);
  for (;;) {
    auto body = buffer.next();
    if (!body || !*body) break;
    (void)decodeFromWorker(**body);
  }
  return 0;
}

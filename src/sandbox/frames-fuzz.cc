// Any bytes on the wire between server and worker, in both directions, in any pieces: decoding
// ends, within the limits, and what decodes encodes to the same bytes. The worker's side matters as
// well: a worker that misreads its server would be confused, if not harmful.
#include <algorithm>
#include <cstdlib>

#include "sandbox/frames.h"

namespace {

using namespace executor::sandbox;

template <class Frame>
void expectSame(const Frame& frame, std::string_view bytes) {
  std::string again;
  encodeFrame(frame, again);
  if (std::string_view(again).substr(sizeof(std::uint32_t)) != bytes) std::abort();
}

void decodeBoth(std::string_view body) {
  const auto fromWorker = decodeFromWorker(body);
  const auto toWorker = decodeToWorker(body);
  if (fromWorker && toWorker) std::abort();  // a frame has one direction
  if (fromWorker) expectSame(*fromWorker, body);
  if (toWorker) expectSame(*toWorker, body);
}

// In pieces of a size that the input chooses: the buffer gives the same bodies.
std::string cut(std::string_view bytes, std::size_t piece) {
  std::string bodies;
  FrameBuffer buffer;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    std::ranges::copy(part, buffer.prepare(part.size()));
    buffer.committed(part.size());
    bytes.remove_prefix(part.size());
    for (;;) {
      const auto body = buffer.next();
      if (!body) return bodies + "refused";
      if (!*body) break;
      decodeBoth(**body);
      bodies += **body;
      bodies += '|';
    }
  }
  return bodies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  decodeBoth(bytes);
  if (cut(bytes, 1u + data[0]) != cut(bytes, size)) std::abort();
  return 0;
}

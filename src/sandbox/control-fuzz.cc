// What a zygote and a job's child send: its hello as text, reports with descriptors over the
// control socket, and errors of jobs. The zygote is ours, but it is the parent of everything
// hostile; the child of a job is hostile.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "sandbox/control.h"
#include "sandbox/job-child.h"

namespace {

using namespace executor::sandbox;

// What was understood is understood again in the same way.
void hello(std::string_view text) {
  const ZygoteHello once = decodeHello(text);
  const ZygoteHello again = decodeHello(encodeHello(once));
  const bool same = once.ok == again.ok && once.jobs == again.jobs &&
                    once.engineBuild == again.engineBuild &&
                    once.parts.size() == again.parts.size();
  if (!same) std::abort();
}

void jobError(std::string_view bytes) {
  const executor::Error error = decodeJobError(bytes);
  const executor::Error again = decodeJobError(encodeJobError(error));
  if (error.code != again.code || error.message != again.message) std::abort();
}

// A message of any size, one at a time: a report is whole or none.
void report(std::string_view bytes) {
  static int pair[2] = {-1, -1};
  if (pair[0] < 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) std::abort();
  if (send(pair[0], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return;
  ZygoteReport got;
  int descriptors[2];
  const bool whole = receiveReport(pair[1], got, descriptors);
  if (whole != (bytes.size() >= sizeof got) && bytes.size() <= sizeof got) std::abort();
  if (descriptors[0] != -1 || descriptors[1] != -1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 0) hello(bytes);
  if (data[0] % 3 == 1) jobError(bytes);
  if (data[0] % 3 == 2 && !bytes.empty()) report(bytes);
  return 0;
}

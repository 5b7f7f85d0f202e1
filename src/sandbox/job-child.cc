#include "sandbox/job-child.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <new>

#include "base/text.h"
#include "sandbox/jail.h"

namespace executor::sandbox {
namespace {

// False at the end of the stream: the server gave up on the job.
bool receiveAll(void* to, std::size_t count) {
  auto* at = static_cast<char*>(to);
  while (count > 0) {
    const ssize_t got = recv(kJailSocket, at, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool sendAll(const void* from, std::size_t count) {
  const auto* at = static_cast<const char*>(from);
  while (count > 0) {
    const ssize_t sent = send(kJailSocket, at, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

// Memory and time limits of a document read the same to a client: it is too complex.
std::unexpected<Error> tooComplex() {
  return fail(ErrorCode::document_too_complex, "The document needs more memory than allowed.",
              "Split it, or remove parts that are not needed.");
}

// Nothing a job throws may end the child without an answer.
// bad_alloc is what RLIMIT_DATA looks like from inside.
Result<std::string> answer(const Job& job, std::string_view input) {
  try {
    return job.run(input);
  } catch (const std::bad_alloc&) {
    return tooComplex();
  } catch (const std::exception& e) {
    return failInternal(std::string("job: ") + e.what());
  }
}

void reply(bool ok, std::string_view bytes) {
  const std::uint8_t flag = ok ? 1 : 0;
  const std::uint64_t size = bytes.size();
  if (sendAll(&flag, 1) && sendAll(&size, sizeof size)) (void)sendAll(bytes.data(), bytes.size());
}

}  // namespace

std::string encodeJobError(const Error& error) {
  std::string bytes;
  for (const std::string_view part :
       {error.codeName(), std::string_view(error.message), std::string_view(error.hint),
        std::string_view(error.detail)}) {
    bytes += part;
    bytes += '\0';
  }
  return bytes;
}

// The child is not trusted: an unknown code becomes worker_crashed. Its texts go no further than an
// error's own, which are never secret.
Error decodeJobError(std::string_view bytes) {
  Error error;
  const auto parts = splitText(bytes, '\0');
  if (parts.size() < 4 || !parseErrorCode(parts[0], error.code)) {
    return {ErrorCode::worker_crashed,
            "The document could not be processed.",
            {},
            "a job answered with garbage"};
  }
  error.message = parts[1];
  error.hint = parts[2];
  error.detail = parts[3];
  return error;
}

// The deadline is the server's business; here one only computes.
void runJob(const Job& job, std::uint64_t maxOutputBytes) {
  std::uint64_t size = 0;
  std::string input;
  if (!receiveAll(&size, sizeof size)) _exit(0);
  Result<std::string> output = tooComplex();
  try {
    input.resize(size);
    if (!receiveAll(input.data(), size)) _exit(0);
    output = answer(job, input);
  } catch (const std::bad_alloc&) {
  }
  if (output && output->size() > maxOutputBytes) {
    output = fail(ErrorCode::document_too_large, "The compiled document is too large.");
  }
  if (output) {
    reply(true, *output);
  } else {
    reply(false, encodeJobError(output.error()));
  }
  _exit(0);
}

}  // namespace executor::sandbox

// What the server and its zygote say to each other: fixed messages over a SOCK_SEQPACKET socket.
// Both ends are the same binary and trust each other; children never see this socket.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "sandbox/runtime.h"

namespace executor::sandbox {

inline constexpr int kControlSocket = 3;  // of the zygote
inline constexpr std::string_view kZygoteArgument = "sandbox-zygote";
// One that makes no jails. It cannot be turned into the other by anything it is asked.
inline constexpr std::string_view kOpenZygoteArgument = "sandbox-zygote-without-jail";
inline constexpr std::uint32_t kNoJob = UINT32_MAX;

// Server to zygote: make a child. `job` is kNoJob for a worker.
struct SpawnRequest {
  std::uint32_t job = kNoJob;
  std::uint32_t cpuSeconds = 0;
  std::uint64_t memoryBytes = 0;
  std::uint64_t maxOutputBytes = 0;
};

// Zygote to server. A spawned child comes with its socket and its pidfd as descriptors, in the
// order of the requests.
struct ZygoteReport {
  enum class Kind : std::uint32_t { spawned, exited };
  Kind kind = Kind::spawned;
  std::int32_t pid = 0;
  std::int32_t error = 0;   // errno when it could not be spawned
  std::int32_t status = 0;  // of exited, as from waitpid
};

// The first message: what the zygote found out, or why it cannot serve.
struct ZygoteHello {
  bool ok = false;
  std::string problem;
  std::string engineBuild;
  std::vector<std::string> jobs;
  std::vector<JailPart> parts;
};

// As text lines; it is sent once and read by people when something fails.
std::string encodeHello(const ZygoteHello& hello);
ZygoteHello decodeHello(std::string_view text);

// With up to two descriptors. False on failure, errno set.
bool sendReport(int socket, const ZygoteReport& report, const int* descriptors, int count);
// Descriptors are -1 where none came. False at the end of the stream or without a message (errno).
bool receiveReport(int socket, ZygoteReport& report, int (&descriptors)[2]);

}  // namespace executor::sandbox

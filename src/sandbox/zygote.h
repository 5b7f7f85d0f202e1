// Jailed child processes, forked in under a millisecond from a small zygote.
//
// The server executes its own binary once with the hidden argument `sandbox-zygote`. The zygote is
// single-threaded, prepares the engine's image and the type stripper, holds no secret, and forks a
// jailed child for each request: a program worker, or a job that parses an untrusted document
// (wall 2). Children get a socket as their only descriptor; the server gets the other end and a
// pidfd. When the zygote dies its children die with it (a jailed process never outlives the
// server), their runs are lost (Loss), and it is started again at the next need, without holding up
// the loop.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "sandbox/runtime.h"

namespace executor::sandbox {

// A function that turns untrusted input bytes into output bytes inside a jailed child. It may
// allocate, and must not touch files, network or time. What it throws becomes `internal`.
struct Job {
  std::string_view name;
  Result<std::string> (*run)(std::string_view input);
};

struct JobLimits {
  std::chrono::milliseconds deadline{60'000};
  std::size_t memoryBytes = std::size_t{2} << 30;
  std::size_t maxOutputBytes = std::size_t{512} << 20;
};

// To be called first thing in main() of every binary that starts sandboxes. If argv names the
// zygote or the type checker's launcher, runs it and exits; returns otherwise. `jobs` must be
// static.
void runZygoteIfAsked(int argc, char** argv, std::span<const Job> jobs);

// `none` makes no jail at all: children are what the runtime `local-vm` runs in, for kernels that
// forbid jails and operators who say DANGEROUSLY_ALLOW_LOCAL_VM.
enum class JailRequirement : std::uint8_t { best, full, none };

class Zygote {
 public:
  // Executes /proc/self/exe. `full` (EXECUTOR_SANDBOX_REQUIRE=full) fails with sandbox_unavailable
  // naming each missing part.
  static Result<std::unique_ptr<Zygote>> start(asio::io_context& loop, JailRequirement require);
  virtual ~Zygote() = default;

  virtual std::vector<JailPart> jail() const = 0;

  // Runs a job in a fresh jailed child. Errors: the job's own; document_too_complex when it hits
  // the memory or time limit; worker_crashed when it dies otherwise.
  virtual Task<Result<std::string>> run(std::string job, std::string input, JobLimits limits) = 0;
};

// The runtime `local` on a zygote, which must outlive it; `local-vm` on one that makes no jails.
// `memoryBytes` is for all workers together, 0 for the part of the machine that worker-memory.h
// says.
std::unique_ptr<Runtime> makeLocalRuntime(asio::io_context& loop, Zygote& zygote,
                                          std::uint64_t memoryBytes = 0);

}  // namespace executor::sandbox

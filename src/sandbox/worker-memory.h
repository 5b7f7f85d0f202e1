// How much memory the workers may have, all together and each.
//
// RLIMIT_DATA bounds a worker, and nothing in the kernel bounds their sum: sixteen workers of 3 GiB
// are more than most machines have, and then the kernel kills whom it likes, the server included.
// So the sum is chosen first, a part of what the machine or its control group has; places are
// as many as fit with the least that a worker needs, and each gets its equal part, up to the most
// it can use. With all places taken a tenant's runs queue, until a worker gives up its own
// (placement.h). What is deliberately missing is lending: a worker cannot use what others leave,
// because nobody could take it back in time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace executor::sandbox {

// The most a worker can use: kHotMachines full machines, the stripper and the frozen runs fit, what
// goes beyond is refused inside the worker as `overloaded`.
inline constexpr std::uint64_t kWorkerMemoryBytes = std::uint64_t{3} << 30;
// The least: a few full machines beside what a worker is by itself.
inline constexpr std::uint64_t kMinWorkerMemoryBytes = std::uint64_t{512} << 20;
// Of the machine's memory, for all workers: one half.
inline constexpr std::uint64_t kMachineMemoryPart = 2;
// One for a tenant and the spare: below that nothing runs, however small the machine.
inline constexpr std::size_t kMinWorkers = 2;

struct WorkerMemory {
  std::size_t workers = kMinWorkers;
  std::uint64_t bytesEach = kMinWorkerMemoryBytes;
};

// For a sum of `bytes`; at most kMaxWorkers.
WorkerMemory shareWorkerMemory(std::uint64_t bytes);

// What this process may use of the machine: its memory, or less if a control group says so. The
// folder is that of the control groups' file system.
std::uint64_t machineMemoryBytes(const std::string& controlGroups = "/sys/fs/cgroup");

}  // namespace executor::sandbox

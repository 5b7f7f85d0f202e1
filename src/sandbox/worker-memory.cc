#include "sandbox/worker-memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "sandbox/placement.h"

namespace executor::sandbox {
namespace {

// "max", an absent file and nonsense are no limit.
std::uint64_t readLimit(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  file >> text;
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && bytes > 0 ? bytes : UINT64_MAX;
}

}  // namespace

// Places first: a tenant more is worth more than memory that hardly any program uses.
WorkerMemory shareWorkerMemory(std::uint64_t bytes) {
  const auto fitting = static_cast<std::size_t>(bytes / kMinWorkerMemoryBytes);
  WorkerMemory memory;
  memory.workers = std::clamp(fitting, kMinWorkers, kMaxWorkers);
  memory.bytesEach =
      std::clamp(bytes / memory.workers, kMinWorkerMemoryBytes, kWorkerMemoryBytes);
  return memory;
}

// Version 2 of control groups, then version 1. A container sees its own group as the root.
std::uint64_t machineMemoryBytes(const std::string& controlGroups) {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return std::min({pages * page, readLimit(controlGroups + "/memory.max"),
                   readLimit(controlGroups + "/memory/memory.limit_in_bytes")});
}

}  // namespace executor::sandbox

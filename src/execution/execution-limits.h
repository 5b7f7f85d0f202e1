// What one execution was started under.
//
// A workspace may change its settings while programs run, wait for a human or come back after a
// restart. A program that is replayed under other limits would take another way than its journal
// (D8), so they are read once, at the start, and kept in the execution's record. A record without
// them has these defaults: most have, and pay nothing for it.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>

#include "approval/approval.h"
#include "net/client.h"
#include "sandbox/runtime.h"

namespace executor::execution {

inline constexpr std::uint32_t kDefaultWaitingDays = 30;  // then `cancelled`, reason `expired`
inline constexpr EpochMs kDayMs = EpochMs{24} * 3600 * 1000;

struct ExecutionLimits {
  std::uint32_t cpuMs = sandbox::kMaxCpuMs;
  std::uint64_t memoryBytes = sandbox::kMaxMemoryBytes;
  std::uint32_t calls = sandbox::kMaxCalls;
  std::uint32_t openCalls = sandbox::kMaxOpenCalls;
  std::uint64_t callInputBytes = sandbox::kMaxCallInputBytes;      // as canonical JSON
  std::uint64_t callOutputBytes = net::kDefaultResponseCap;        // of an upstream, decompressed
  std::uint64_t resultBytes = sandbox::kMaxResultBytes;            // as JSON
  std::uint32_t waitingDays = kDefaultWaitingDays;                 // age of the execution
  std::uint32_t approvalDays = approval::kDefaultMaxAge / kDayMs;  // age of one question

  bool operator==(const ExecutionLimits&) const = default;
};
BOOST_DESCRIBE_STRUCT(ExecutionLimits, (),
                      (cpuMs, memoryBytes, calls, openCalls, callInputBytes, callOutputBytes,
                       resultBytes, waitingDays, approvalDays))

}  // namespace executor::execution

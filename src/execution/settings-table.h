// The settings that exist: name, bounds, unit and meaning of each, in one table.
//
// Everything about a setting is a line of the table: REST, the command line, the stored form and
// the limits of executions are made from it, so that a new one cannot be forgotten in any of them.
// Values are integers; a setting of words is the index of its word. What the server allows is the
// most a workspace can have: its operator answers for the machine. A stored value that is beyond
// what the server allows today counts as the nearest that is allowed, so that a smaller server
// starts with the settings of a larger one.
#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "execution/admission.h"
#include "execution/execution-limits.h"
#include "execution/executions.h"

namespace executor::execution {

// Under this the engine itself does not fit.
inline constexpr std::int64_t kLeastMemoryBytes = 16 << 20;
inline constexpr std::int64_t kLeastCpuMs = 10;
inline constexpr std::int64_t kLeastBytes = 1 << 10;  // of inputs, answers and results
inline constexpr std::int64_t kMostDays = 3'650;
inline constexpr std::int64_t kMostWaitingDays = 365;
inline constexpr std::int64_t kDefaultKeepResultsDays = 30;
inline constexpr std::int64_t kDefaultKeepExecutionsDays = 90;

// The values in force for one workspace; as they stand here, the product's defaults.
struct WorkspaceSettings {
  std::int64_t typeCheck = static_cast<std::int64_t>(TypeCheckMode::error);
  std::int64_t running = kDefaultRunningPerWorkspace;
  std::int64_t queued = kDefaultQueuedPerWorkspace;
  std::int64_t waiting = kMaxWaitingPerWorkspace;
  std::int64_t timeoutMs = kDefaultTimeoutMs;
  std::int64_t maxTimeoutMs = kMaxTimeoutMs;
  std::int64_t cpuMs = ExecutionLimits().cpuMs;
  std::int64_t memoryBytes = ExecutionLimits().memoryBytes;
  std::int64_t calls = ExecutionLimits().calls;
  std::int64_t openCalls = ExecutionLimits().openCalls;
  std::int64_t callInputBytes = ExecutionLimits().callInputBytes;
  std::int64_t callOutputBytes = ExecutionLimits().callOutputBytes;
  std::int64_t resultBytes = ExecutionLimits().resultBytes;
  std::int64_t waitingDays = ExecutionLimits().waitingDays;
  std::int64_t approvalDays = ExecutionLimits().approvalDays;
  std::int64_t keepResultsDays = kDefaultKeepResultsDays;
  std::int64_t keepExecutionsDays = kDefaultKeepExecutionsDays;

  bool operator==(const WorkspaceSettings&) const = default;
  TypeCheckMode typeCheckMode() const { return static_cast<TypeCheckMode>(typeCheck); }
  // What an execution that starts now is started under.
  ExecutionLimits limits() const;
};

struct SettingSpec {
  std::string_view name;
  std::int64_t WorkspaceSettings::* value;
  std::int64_t lowest, most;
  std::string_view unit;  // ms, bytes, days, or empty: a number of things
  std::string_view meaning;
  // Not empty: the value is one of these.
  std::span<const std::string_view> words = {};
  // Its most is the server's own value, which its operator sets with this variable.
  std::string_view variable = {};

  std::int64_t mostOf(const WorkspaceSettings& server) const {
    return variable.empty() ? most : server.*value;
  }
  // The value as clients see it: a number or a word.
  json::value shown(std::int64_t number) const;
};

std::span<const SettingSpec> settingSpecs();
// nullptr if there is none.
const SettingSpec* findSetting(std::string_view name);

// `server`: its own values, the defaults of every workspace. `unknown_argument` names the nearest
// setting; `invalid_argument` says which values it takes.
Result<std::int64_t> readSetting(std::string_view name, const json::value& given,
                                 const WorkspaceSettings& server);

// What is in force where `stored` was set: names this program does not know are ignored, values are
// brought within bounds.
WorkspaceSettings settingsFrom(const json::object& stored, const WorkspaceSettings& server);

// Settings that contradict each other: a usual timeout over the longest one.
Status checkTogether(const json::object& stored, const WorkspaceSettings& server);

}  // namespace executor::execution

// The table, and what follows from a line of it.
#include "execution/settings-table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace executor::execution {
namespace {

using S = WorkspaceSettings;

// In the order of TypeCheckMode.
constexpr std::string_view kTypeCheckWords[] = {"off", "warn", "error"};

constexpr std::size_t kMaxNameInText = 60;

// Limits come before times, and what is kept comes last: the order in which they are shown.
constexpr auto kSpecs = std::to_array<SettingSpec>({
    {"typeCheck", &S::typeCheck, 0, 2, "", "types are checked before a program runs",
     kTypeCheckWords},
    {"running",
     &S::running,
     1,
     0,
     "",
     "executions that run at once",
     {},
     "EXECUTOR_WORKSPACE_RUNNING"},
    {"queued",
     &S::queued,
     0,
     0,
     "",
     "further ones that wait for a place",
     {},
     "EXECUTOR_WORKSPACE_QUEUED"},
    {"waiting", &S::waiting, 1, kMaxWaitingPerWorkspace, "", "executions that wait for a person"},
    {"timeoutMs", &S::timeoutMs, 1, kMaxTimeoutMs, "ms", "time of a program that asks for none"},
    {"maxTimeoutMs", &S::maxTimeoutMs, 1, kMaxTimeoutMs, "ms", "most that a program may ask for"},
    {"cpuMs", &S::cpuMs, kLeastCpuMs, sandbox::kMaxCpuMs, "ms", "CPU time of a program"},
    {"memoryBytes", &S::memoryBytes, kLeastMemoryBytes, sandbox::kMaxMemoryBytes, "bytes",
     "memory of a program"},
    {"calls", &S::calls, 0, sandbox::kMaxCalls, "", "calls that a program may make"},
    {"openCalls", &S::openCalls, 1, sandbox::kMaxOpenCalls, "",
     "of them under way at once; further ones wait"},
    {"callInputBytes", &S::callInputBytes, kLeastBytes, sandbox::kMaxCallInputBytes, "bytes",
     "input of a call"},
    {"callOutputBytes", &S::callOutputBytes, kLeastBytes, net::kDefaultResponseCap, "bytes",
     "answer to a call"},
    {"resultBytes", &S::resultBytes, kLeastBytes, sandbox::kMaxResultBytes, "bytes",
     "result of an execution"},
    {"waitingDays", &S::waitingDays, 1, kMostWaitingDays, "days",
     "age at which a waiting execution is cancelled"},
    {"approvalDays", &S::approvalDays, 1, kMostWaitingDays, "days",
     "age at which a question nobody answered expires"},
    {"keepResultsDays", &S::keepResultsDays, 1, kMostDays, "days", "results are kept"},
    {"keepExecutionsDays", &S::keepExecutionsDays, 1, kMostDays, "days",
     "executions and their journals are kept"},
});

// Every name there is: a misspelt setting must never look as if it were set.
std::unexpected<Error> unknownSetting(std::string_view name) {
  std::vector<std::string> names;
  for (const SettingSpec& spec : kSpecs) names.emplace_back(spec.name);
  const auto near = nearestNames(name, names, 1);
  return fail(ErrorCode::unknown_argument,
              fmt::format("There is no setting \"{}\".", truncateText(name, kMaxNameInText)),
              near.empty() ? fmt::format("Settings: {}.", fmt::join(names, ", "))
                           : fmt::format("Did you mean \"{}\"?", near.front()));
}

std::unexpected<Error> noSuchWord(const SettingSpec& spec) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be one of {}.", spec.name, fmt::join(spec.words, ", ")));
}

// The limit may be the machine's or its operator's; only the latter can be raised.
std::unexpected<Error> outOfBounds(const SettingSpec& spec, std::int64_t most) {
  const std::string unit = spec.unit.empty() ? "" : fmt::format(" ({})", spec.unit);
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("{} must be an integer from {} to {}{}.", spec.name, spec.lowest, most, unit),
      spec.variable.empty()
          ? fmt::format("{} is the most this server allows.", most)
          : fmt::format("{} is what this server has; its operator sets {}.", most, spec.variable));
}

Result<std::int64_t> readWord(const SettingSpec& spec, const json::value& given) {
  const json::string* text = given.if_string();
  if (text == nullptr) return noSuchWord(spec);
  const auto at = std::ranges::find(spec.words, std::string_view(*text));
  if (at == spec.words.end()) return noSuchWord(spec);
  return at - spec.words.begin();
}

// Of a stored value, which an older or a larger server may have written.
std::int64_t within(const SettingSpec& spec, const json::value& stored, const S& server) {
  if (!spec.words.empty()) return readWord(spec, stored).value_or(server.*spec.value);
  const std::int64_t* number = stored.if_int64();
  if (number == nullptr) return server.*spec.value;
  return std::clamp(*number, spec.lowest, std::max(spec.lowest, spec.mostOf(server)));
}

}  // namespace

ExecutionLimits WorkspaceSettings::limits() const {
  return {.cpuMs = static_cast<std::uint32_t>(cpuMs),
          .memoryBytes = static_cast<std::uint64_t>(memoryBytes),
          .calls = static_cast<std::uint32_t>(calls),
          .openCalls = static_cast<std::uint32_t>(openCalls),
          .callInputBytes = static_cast<std::uint64_t>(callInputBytes),
          .callOutputBytes = static_cast<std::uint64_t>(callOutputBytes),
          .resultBytes = static_cast<std::uint64_t>(resultBytes),
          .waitingDays = static_cast<std::uint32_t>(waitingDays),
          .approvalDays = static_cast<std::uint32_t>(approvalDays)};
}

json::value SettingSpec::shown(std::int64_t number) const {
  if (words.empty()) return number;
  return json::value(words[static_cast<std::size_t>(number)]);
}

std::span<const SettingSpec> settingSpecs() { return kSpecs; }

const SettingSpec* findSetting(std::string_view name) {
  const auto at = std::ranges::find(kSpecs, name, &SettingSpec::name);
  return at == kSpecs.end() ? nullptr : &*at;
}

// Nothing is coerced: "5" is no number, and 5.0 is none either.
Result<std::int64_t> readSetting(std::string_view name, const json::value& given,
                                 const WorkspaceSettings& server) {
  const SettingSpec* spec = findSetting(name);
  if (spec == nullptr) return unknownSetting(name);
  if (!spec->words.empty()) return readWord(*spec, given);
  const std::int64_t* number = given.if_int64();
  const std::int64_t most = spec->mostOf(server);
  if (number == nullptr || *number < spec->lowest || *number > most) {
    return outOfBounds(*spec, most);
  }
  return *number;
}

WorkspaceSettings settingsFrom(const json::object& stored, const WorkspaceSettings& server) {
  WorkspaceSettings settings = server;
  for (const auto& [name, value] : stored) {
    const SettingSpec* spec = findSetting({name.data(), name.size()});
    if (spec != nullptr) settings.*(spec->value) = within(*spec, value, server);
  }
  settings.timeoutMs = std::min(settings.timeoutMs, settings.maxTimeoutMs);
  return settings;
}

// Only what somebody has set can contradict: the default gives way to a smaller maximum.
Status checkTogether(const json::object& stored, const WorkspaceSettings& server) {
  const json::value* usual = stored.if_contains("timeoutMs");
  if (usual == nullptr) return {};
  const std::int64_t longest = settingsFrom(stored, server).maxTimeoutMs;
  if (usual->as_int64() <= longest) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("timeoutMs ({}) would be more than maxTimeoutMs ({}).", usual->as_int64(),
                          longest),
              "Set both in one request, or reset timeoutMs.");
}

}  // namespace executor::execution

#include "sandbox/program-costs.h"

#include <algorithm>
#include <functional>

namespace executor::sandbox {

bool ProgramCosts::computes(std::string_view tenant, std::size_t program) const {
  if (computing_.contains(program)) return true;
  if (quick_.contains(program)) return false;
  const auto habit = habits_.find(std::hash<std::string_view>()(tenant));
  return habit != habits_.end() && habit->second >= kQuickTurnMicros * kHabitRuns;
}

// What is known says nothing about the next unknown one.
void ProgramCosts::saw(std::string_view tenant, std::size_t program, std::uint64_t turnMicros) {
  if (!computing_.contains(program) && !quick_.contains(program)) {
    learnHabit(std::hash<std::string_view>()(tenant), turnMicros);
  }
  if (turnMicros >= kComputesMicros) computing_.remember(program);
  if (turnMicros < kQuickTurnMicros) quick_.remember(program);
}

// One run weighs at most what a long turn does: a single one of seconds says no more.
void ProgramCosts::learnHabit(std::size_t tenant, std::uint64_t turnMicros) {
  if (habits_.size() >= kMaxHabits && !habits_.contains(tenant)) habits_.clear();
  std::uint64_t& habit = habits_[tenant];
  habit += std::min(turnMicros, kComputesMicros);
  habit -= habit / (kHabitRuns + 1);
}

}  // namespace executor::sandbox

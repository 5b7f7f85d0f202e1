// Which programs have shown something about themselves: that they compute, or that they are quick.
//
// A program shows what it costs only by running. Agents repeat programs, and so does whoever wants
// to do harm: what computed once need not disturb others a second time, and what was quick need
// not wait behind what is unknown. Known by a hash over tenant and text, so one tenant's programs
// say nothing about another's. A wrong yes costs a run nothing but its turn on a loaded machine.
//
// Bounded, the oldest forgotten first. Deliberately missing: any memory beyond this process, and a
// judgement that changes; a program that computed on large input stays with the others until it is
// forgotten.
#pragma once

#include <cstddef>
#include <deque>
#include <string_view>
#include <unordered_set>

namespace executor::sandbox {

// The server's, over all tenants.
inline constexpr std::size_t kMaxComputingPrograms = 4'096;
// A worker's, which has one tenant.
inline constexpr std::size_t kMaxQuickPrograms = 1'024;

std::size_t programKey(std::string_view tenant, std::string_view code);

class RememberedPrograms {
 public:
  explicit RememberedPrograms(std::size_t most) : most_(most) {}

  void remember(std::size_t program);
  bool contains(std::size_t program) const { return known_.contains(program); }

 private:
  const std::size_t most_;
  std::unordered_set<std::size_t> known_;
  std::deque<std::size_t> order_;  // of known_, the oldest first
};

}  // namespace executor::sandbox

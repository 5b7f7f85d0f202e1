// Which programs have computed for long, so that they start among those that compute.
//
// A program shows that it computes only by computing. Agents repeat programs, and so does whoever
// wants to do harm: what has been seen once need not disturb others a second time. Known by a hash
// over tenant and text, so one tenant's programs say nothing about another's. A wrong yes costs a
// run nothing but its turn on a loaded machine.
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

inline constexpr std::size_t kMaxComputingPrograms = 4'096;

std::size_t programKey(std::string_view tenant, std::string_view code);

class ComputingPrograms {
 public:
  void remember(std::size_t program);
  bool contains(std::size_t program) const { return known_.contains(program); }

 private:
  std::unordered_set<std::size_t> known_;
  std::deque<std::size_t> order_;  // of known_, the oldest first
};

}  // namespace executor::sandbox

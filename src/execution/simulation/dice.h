// The choices of a simulated history, from its seed and from nothing else.
//
// A stream of its own, apart from the random bytes of Simulation: code under test that draws one
// id more must not change what happens to it.
#pragma once

#include <cstdint>
#include <vector>

namespace executor::execution::simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 0x632be59bd9b4e019) {}

  // 0 … sides-1; sides > 0.
  std::uint32_t roll(std::uint32_t sides) {
    return static_cast<std::uint32_t>((next() >> 32) * sides >> 32);
  }
  // `from` … `to`, both possible.
  std::uint32_t between(std::uint32_t from, std::uint32_t to) { return from + roll(to - from + 1); }
  bool percent(std::uint32_t chance) { return roll(100) < chance; }
  template <class T>
  T& pick(std::vector<T>& from) {
    return from[roll(static_cast<std::uint32_t>(from.size()))];
  }

 private:
  // SplitMix64.
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace executor::execution::simulation

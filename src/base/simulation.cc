#include "base/simulation.h"

#include <cstring>
#include <stdexcept>

namespace executor {
namespace {

// Later than zero, so that subtracting a span from "now" is as harmless as on a real machine.
constexpr std::chrono::hours kSteadyStart{24};
constexpr EpochMs kWallStart = 1'700'000'000'000;

}  // namespace

constinit thread_local Simulation* simulationOfThread = nullptr;

Simulation::Simulation(std::uint64_t seed) : steady_(kSteadyStart), state_(seed) {
  if (simulationOfThread != nullptr) throw std::logic_error("a thread has one Simulation");
  simulationOfThread = this;
}

Simulation::~Simulation() { simulationOfThread = nullptr; }

EpochMs Simulation::wall() const {
  const auto passed = steady_ - SteadyTime(kSteadyStart);
  return kWallStart + std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

std::uint64_t Simulation::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void Simulation::fill(void* out, std::size_t size) {
  auto* at = static_cast<unsigned char*>(out);
  while (size > 0) {
    const std::uint64_t word = next();
    const std::size_t part = std::min(size, sizeof word);
    std::memcpy(at, &word, part);
    at += part;
    size -= part;
  }
}

// Not inline: only a simulated thread comes here.
SteadyTime simulatedSteadyTime() { return simulationOfThread->steady(); }

}  // namespace executor

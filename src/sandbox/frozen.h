// A waiting run in little memory: what its machine differs in from the image.
//
// Between turns the engine's C stack is dead, so the blocks above the stack pointer that are not
// the image's are the whole state. A run that waited longer than kFreezeAfter (D35) is reduced to
// them and its machine goes to the next run; thawing is an image put back and the blocks over it.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "sandbox/machine.h"

namespace executor::sandbox {

inline constexpr std::chrono::milliseconds kFreezeAfter{10};

class Frozen {
 public:
  Frozen(Machine& machine, const Image& image);

  // Into a machine that has been restored from the same image. Throws std::bad_alloc if the memory
  // the run had grown to is not to be had.
  void thaw(Machine& machine) const;

  std::size_t bytes() const { return content_.capacity() + 4 * blocks_.capacity(); }

 private:
  static constexpr std::size_t kBlock = 512;

  void collect(const std::uint8_t* memory, const std::uint8_t* image, std::size_t from,
               std::size_t to);

  std::vector<std::uint32_t> blocks_;  // numbers, ascending
  std::vector<std::uint8_t> content_;  // kBlock bytes for each
  std::uint32_t pages_ = 0;
  std::uint32_t cap_ = 0;
  bool growthRefused_ = false;
};

}  // namespace executor::sandbox

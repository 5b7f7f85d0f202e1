// The instance behind the type stripper's imports.
#pragma once

#include "engine/swc.h"
#include "sandbox/linear-memory.h"
#include "sandbox/swc-values.h"

// Named by wasm2c: what the module's imports get.
struct Z___wbindgen_placeholder___instance_t {
  Z_swc_instance_t instance{};
  executor::sandbox::SwcValues values;

  // Bounds-checked access; a bad address is a trap.
  // Where every pointer of the module is checked, in 64-bit arithmetic.
  std::uint8_t* at(std::uint32_t address, std::uint64_t count);
  std::uint32_t word(std::uint32_t address);
  void setWord(std::uint32_t address, std::uint32_t value);
};

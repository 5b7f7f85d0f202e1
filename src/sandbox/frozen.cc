#include "sandbox/frozen.h"

#include <cstring>
#include <new>

namespace executor::sandbox {
namespace {

constexpr std::uint8_t kZeros[512] = {};

}  // namespace

// Comparing costs about as much as copying, and leaves a tenth to keep.
Frozen::Frozen(Machine& machine, const Image& image) {
  const wasm_rt_memory_t& memory = machine.memory();
  pages_ = memory.pages;
  cap_ = bookkeeping(memory).maxPages;
  growthRefused_ = bookkeeping(memory).growthRefused;
  collect(memory.data, image.bytes.data(), image.stackPointer, image.bytes.size());
  collect(memory.data, nullptr, image.bytes.size(), memory.size);
  blocks_.shrink_to_fit();
  content_.shrink_to_fit();
}

// Without an image the memory is compared to zeros: that is what grown memory starts as.
void Frozen::collect(const std::uint8_t* memory, const std::uint8_t* image, std::size_t from,
                     std::size_t to) {
  for (std::size_t at = from / kBlock * kBlock; at < to; at += kBlock) {
    if (std::memcmp(memory + at, image == nullptr ? kZeros : image + at, kBlock) == 0) continue;
    blocks_.push_back(static_cast<std::uint32_t>(at / kBlock));
    content_.insert(content_.end(), memory + at, memory + at + kBlock);
  }
}

void Frozen::thaw(Machine& machine) const {
  wasm_rt_memory_t& memory = machine.memory();
  MemoryBookkeeping& book = bookkeeping(memory);
  book.maxPages = cap_;
  if (pages_ > memory.pages && wasm_rt_grow_memory(&memory, pages_ - memory.pages) == UINT32_MAX) {
    throw std::bad_alloc();
  }
  book.growthRefused = growthRefused_;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    std::memcpy(memory.data + std::size_t{blocks_[i]} * kBlock, content_.data() + i * kBlock,
                kBlock);
  }
}

}  // namespace executor::sandbox

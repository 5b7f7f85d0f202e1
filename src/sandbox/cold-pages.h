// Restoring only what runs write.
//
// A machine is put back to its image after every run, and copying the whole image was a third of a
// worker's CPU. An ordinary run writes a few dozen of its pages; the others are the engine's
// constants, the harness's code and the builtins nobody touched. Those are kept write-protected.
// The first write to one faults, the handler admits it (makes the page writable and remembers
// that), and the next restore copies back exactly the pages that were writable.
//
// Guarantee: after restorePages() every byte of the image's range equals the image. A page is
// skipped only if the kernel refused writes to it ever since it was copied. The guest cannot tell:
// it has no clock, and a protected page reads as always.
//
// Which pages are worth protecting is learned per process: one that was admitted in kWritesToBeHot
// runs stays writable and is simply copied. A program that writes everything costs its tenant's
// worker what each restore cost before.
//
// Off until enableColdPages(): without the fault handler a protected page would be a trap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace executor::sandbox {

inline constexpr std::size_t kHostPage = 4096;
// Pages of an image that can be protected (4 MiB); later ones are always copied.
inline constexpr std::size_t kMaxColdPages = 1024;
inline constexpr std::uint8_t kWritesToBeHot = 2;
// Pages admitted with one fault, aligned: neighbours are usually written together.
inline constexpr std::size_t kAdmittedTogether = 4;

// Of one memory; lives in its bookkeeping page.
struct ColdPages {
  std::array<std::uint64_t, kMaxColdPages / 64> readOnly{};  // a bit for each page of the memory
  const std::uint8_t* image = nullptr;                       // whose bytes the protected pages hold

  bool has(std::size_t page) const {
    return page < kMaxColdPages && (readOnly[page / 64] >> (page % 64) & 1) != 0;
  }
  void set(std::size_t page, bool protect) {
    const std::uint64_t bit = std::uint64_t{1} << (page % 64);
    protect ? readOnly[page / 64] |= bit : readOnly[page / 64] &= ~bit;
  }
};

// From now on restores protect pages. The caller's SIGSEGV handler calls admitWrite() first.
void enableColdPages();

// Puts bytes [from, image.size()) back; `from` is a multiple of kHostPage and the range is
// committed. Throws std::bad_alloc if the kernel gives no more mappings.
void restorePages(std::uint8_t* memory, ColdPages& cold, std::span<const std::uint8_t> image,
                  std::size_t from);

// In the fault handler: true if `fault` is a protected page of this memory that is writable now.
// Async-signal-safe.
bool admitWrite(std::uint8_t* memory, ColdPages& cold, const void* fault);

}  // namespace executor::sandbox

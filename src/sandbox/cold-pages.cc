#include "sandbox/cold-pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace executor::sandbox {
namespace {

bool enabled = false;

// Runs in which a page was written after having been protected. One image per process.
std::array<std::uint8_t, kMaxColdPages> writes{};

bool mayBeCold(std::size_t page) {
  return enabled && page < kMaxColdPages && writes[page] < kWritesToBeHot;
}

// Collects neighbouring pages, so that each run of them costs one call.
template <class Act>
class Ranges {
 public:
  explicit Ranges(Act act) : act_(std::move(act)) {}
  void add(std::size_t page) {
    if (page != end_) flush(page);
    end_ = page + 1;
  }
  void flush(std::size_t next = 0) {
    if (end_ > begin_) act_(begin_ * kHostPage, (end_ - begin_) * kHostPage);
    begin_ = end_ = next;
  }

 private:
  Act act_;
  std::size_t begin_ = 0, end_ = 0;
};

void allow(std::uint8_t* at, std::size_t bytes, int access) {
  if (mprotect(at, bytes, access) != 0) throw std::bad_alloc();
}

// What was protected for another image does not hold this one's bytes.
void adopt(std::uint8_t* memory, ColdPages& cold, std::span<const std::uint8_t> image,
           std::size_t from) {
  if (cold.image == image.data()) return;
  if (cold.image != nullptr) allow(memory + from, image.size() - from, PROT_READ | PROT_WRITE);
  cold = {.image = image.data()};
}

}  // namespace

void enableColdPages() { enabled = true; }

// Copies come before protections: a page is marked read-only only while it equals the image.
void restorePages(std::uint8_t* memory, ColdPages& cold, std::span<const std::uint8_t> image,
                  std::size_t from) {
  adopt(memory, cold, image, from);
  Ranges copies([&](std::size_t at, std::size_t bytes) {
    std::memcpy(memory + at, image.data() + at, bytes);
  });
  Ranges protections([&](std::size_t at, std::size_t bytes) {
    allow(memory + at, bytes, PROT_READ);
    for (std::size_t p = at / kHostPage; p < (at + bytes) / kHostPage; ++p) cold.set(p, true);
  });
  const std::size_t end = image.size() / kHostPage;
  for (std::size_t page = from / kHostPage; page < end; ++page) {
    if (!cold.has(page)) copies.add(page);
  }
  copies.flush();
  for (std::size_t page = from / kHostPage; page < end; ++page) {
    if (!cold.has(page) && mayBeCold(page)) protections.add(page);
  }
  protections.flush();
}

// The heat counts the page that was asked for, not the neighbours that came along.
bool admitWrite(std::uint8_t* memory, ColdPages& cold, const void* fault) {
  const auto* at = static_cast<const std::uint8_t*>(fault);
  if (at < memory || at >= memory + kMaxColdPages * kHostPage) return false;
  const std::size_t page = static_cast<std::size_t>(at - memory) / kHostPage;
  if (!cold.has(page)) return false;
  if (writes[page] < kWritesToBeHot) ++writes[page];
  const std::size_t first = page / kAdmittedTogether * kAdmittedTogether;
  std::size_t from = page, to = page + 1;
  while (from > first && cold.has(from - 1)) --from;
  while (to < first + kAdmittedTogether && cold.has(to)) ++to;
  if (mprotect(memory + from * kHostPage, (to - from) * kHostPage, PROT_READ | PROT_WRITE) != 0) {
    return false;
  }
  for (std::size_t p = from; p < to; ++p) cold.set(p, false);
  return true;
}

}  // namespace executor::sandbox

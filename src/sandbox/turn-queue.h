// Whose turn is next in a worker.
//
// One thread serves all runs of a tenant, and what is in native code cannot be set aside for
// milliseconds. So the order decides what a program waits: first what is known to be quick, then
// what is new, then what was set aside because it computes. Sixteen programs that compute a
// millisecond each, over and over, then delay an ordinary one by one of them and not by sixteen.
//
// Nothing starves: after kMostInARow of one kind the next kind that waits gets one turn. Within a
// kind, first come first served. Deliberately missing: anything but the kind; how long a turn will
// be is not known.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace executor::sandbox {

enum class TurnKind : std::uint8_t { quick, fresh, setAside, count };

// Turns of a kind that go before a later kind gets one.
inline constexpr int kMostInARow = 16;

template <class Guest>
class TurnQueue {
 public:
  void push(Guest guest, TurnKind kind) { of(kind).push_back(guest); }

  bool empty() const {
    return std::ranges::all_of(queues_, [](const auto& queue) { return queue.empty(); });
  }

  // To be called when not empty.
  Guest take() {
    std::size_t kind = 0;
    while (queues_[kind].empty() || (inARow_[kind] >= kMostInARow && laterWaits(kind))) ++kind;
    for (std::size_t k = 0; k < kind; ++k) inARow_[k] = 0;
    ++inARow_[kind];
    Guest next = queues_[kind].front();
    queues_[kind].pop_front();
    return next;
  }

  void erase(Guest guest) {
    for (auto& queue : queues_) std::erase(queue, guest);
  }

 private:
  static constexpr std::size_t kKinds = static_cast<std::size_t>(TurnKind::count);

  std::deque<Guest>& of(TurnKind kind) { return queues_[static_cast<std::size_t>(kind)]; }
  bool laterWaits(std::size_t kind) const {
    return std::any_of(queues_.begin() + static_cast<std::ptrdiff_t>(kind) + 1, queues_.end(),
                       [](const auto& queue) { return !queue.empty(); });
  }

  std::array<std::deque<Guest>, kKinds> queues_;
  std::array<int, kKinds> inARow_{};  // turns of the kind since a later one had its own
};

}  // namespace executor::sandbox

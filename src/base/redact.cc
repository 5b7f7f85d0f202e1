// The register of secrets. A text is scanned once: at each position the next eight bytes are looked
// up in a filter of bits and only then compared, so the cost does not grow with the secrets.
#include <array>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/text.h"

namespace executor {
namespace {

// Shorter ones would blank out ordinary words; product rules keep real secrets far longer.
constexpr std::size_t kShortestSecret = 8;
constexpr std::string_view kReplacement = "[secret]";

// The first eight bytes as a number; the order of bytes does not matter for equality.
std::uint64_t headOf(const char* bytes) {
  std::uint64_t head;
  std::memcpy(&head, bytes, sizeof head);
  return head;
}

class Secrets {
 public:
  void add(std::string_view value) {
    if (value.size() < kShortestSecret) return;
    const std::scoped_lock lock(mutex_);
    auto& sharing = byHead_[headOf(value.data())];
    if (std::ranges::find(sharing, value) != sharing.end()) return;
    sharing.emplace_back(value);
    // Longest first: of two secrets with a common beginning the whole of the longer one goes.
    std::ranges::sort(sharing, std::ranges::greater(), &std::string::size);
    filter_.set(slotOf(headOf(value.data())));
  }

  // Texts without a secret, nearly all, are returned as they came, without a copy.
  std::string redact(std::string text) const {
    const std::shared_lock lock(mutex_);
    if (byHead_.empty() || text.size() < kShortestSecret) return text;
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i + kShortestSecret <= text.size();) {
      const std::size_t length = secretAt(std::string_view(text).substr(i));
      if (length == 0) {
        ++i;
        continue;
      }
      out.append(text, done, i - done).append(kReplacement);
      i += length;
      done = i;
    }
    if (done == 0) return text;
    return out.append(text, done);
  }

 private:
  // Fibonacci hashing: the upper bits depend on all bytes.
  static std::size_t slotOf(std::uint64_t head) { return head * 0x9E3779B97F4A7C15u >> 48; }

  // The length of the secret that begins here, or 0.
  std::size_t secretAt(std::string_view text) const {
    const std::uint64_t head = headOf(text.data());
    if (!filter_.test(slotOf(head))) return 0;
    const auto found = byHead_.find(head);
    if (found == byHead_.end()) return 0;
    for (const std::string& secret : found->second) {
      if (text.starts_with(secret)) return secret.size();
    }
    return 0;
  }

  // Many threads redact at once; registering is rare, and waits for them.
  mutable std::shared_mutex mutex_;
  // Nothing is ever taken out: a secret that was replaced may still come back in an upstream's
  // text.
  std::unordered_map<std::uint64_t, std::vector<std::string>> byHead_;
  // 8 KiB that stay in the cache; with a thousand secrets one position in 65 is looked up in vain.
  std::bitset<1 << 16> filter_;
};

// Never destroyed: threads may log while the process exits.
Secrets& secrets() {
  static auto& instance = *new Secrets;
  return instance;
}

}  // namespace

// Also as it would stand in a URL. Other encodings (base64 of user and password) are registered by
// whoever makes them.
void registerSecret(std::string_view value) {
  secrets().add(value);
  secrets().add(percentEncode(value));
}

std::string redact(std::string text) { return secrets().redact(std::move(text)); }

}  // namespace executor

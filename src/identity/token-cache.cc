#include "identity/token-cache.h"

namespace executor::identity {

std::optional<Principal> TokenCache::find(const std::string& tokenHash, EpochMs now) const {
  const auto found = entries_.find(tokenHash);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = found->second;
  const auto age = now - entry.checkedAt;
  if (age < 0 || age >= kRecheckMs) return std::nullopt;  // also when the clock was set back
  if (entry.expiresAt != 0 && entry.expiresAt <= now) return std::nullopt;
  return entry.principal;
}

void TokenCache::put(std::string tokenHash, Principal principal, EpochMs expiresAt, EpochMs now,
                     std::uint64_t generation) {
  if (generation != generation_) return;
  if (entries_.size() >= capacity_ && !entries_.contains(tokenHash)) entries_.clear();
  entries_.insert_or_assign(std::move(tokenHash), Entry{std::move(principal), expiresAt, now});
}

void TokenCache::forgetKey(std::string_view keyId) {
  ++generation_;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.principal.keyId == keyId; });
}

}  // namespace executor::identity

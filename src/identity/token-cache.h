// Credentials that were verified a moment ago, so that a check costs a hash and a look-up.
//
// An entry answers for kRecheckMs; then the record is read again, which bounds how long another
// server of the same store can revoke without us noticing (the same floor as store::Watch, D10). A
// revocation here takes effect at once: forget() removes the entry, and a check that had read the
// record before the revocation cannot put it back, because its generation is over. Keys of the map
// are SHA-256 of the token: the memory of the server holds no credential.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/principal.h"
#include "base/time.h"

namespace executor::identity {

inline constexpr EpochMs kRecheckMs = 1'000;

// Used on the loop's thread only; there is no lock.
class TokenCache {
 public:
  explicit TokenCache(std::size_t capacity) : capacity_(capacity) {}

  // The principal if the entry is fresh and the credential has not expired.
  std::optional<Principal> find(const std::string& tokenHash, EpochMs now) const;

  std::uint64_t generation() const { return generation_; }
  // Does nothing if something was forgotten since `generation`. A full cache is emptied first.
  void put(std::string tokenHash, Principal principal, EpochMs expiresAt, EpochMs now,
           std::uint64_t generation);
  // By the key's id, because a revocation does not know the token.
  void forgetKey(std::string_view keyId);
  std::size_t size() const { return entries_.size(); }

 private:
  // `expiresAt` is the credential's own end (0: none), `checkedAt` when its record was read.
  struct Entry {
    Principal principal;
    EpochMs expiresAt, checkedAt;
  };
  std::size_t capacity_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace executor::identity

// Sealed fields: what is secret in a record is unreadable in the database file (invariant 1).
//
// A sealed field's JSON text is encrypted under a key derived from the master key for the record's
// workspace; workspace, table, key and field are the associated data, so a sealed value that was
// moved elsewhere does not open. Whether an optional field is present is not hidden. Rotating the
// master key means rewriting the records; it is not done here.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/crypto.h"
#include "base/error.h"
#include "base/json.h"
#include "store/record.h"

namespace executor::store {

// Bodies nest one level deeper than what callers were allowed to put into them.
inline constexpr JsonLimits kBodyLimits{.maxBytes = 64u << 20, .maxDepth = 1'024};

// Safe from any thread.
class Sealer {
 public:
  explicit Sealer(const Key256& masterKey) : masterKey_(masterKey) {}

  // Encrypts the sealed fields of `record` in place.
  Status sealFields(const RecordType& type, std::string_view key, json::object& record) const;
  // Decrypts them; `store_corrupt` names the record and the field that does not open.
  Status openFields(const RecordType& type, std::string_view key, json::object& record) const;

  // Blobs of one workspace.
  std::string sealBytes(std::string_view workspaceId, std::string_view associated,
                        std::string_view bytes) const;
  Result<std::string> openBytes(std::string_view workspaceId, std::string_view associated,
                                std::string_view sealed) const;
  // A name for `bytes` that tells nobody without the key whether two workspaces hold the same.
  std::string keyedHash(std::string_view workspaceId, std::string_view bytes) const;

 private:
  Key256 workspaceKey(std::string_view workspaceId) const;

  Key256 masterKey_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Key256> keys_;
};

}  // namespace executor::store

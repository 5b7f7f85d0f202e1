// Bytes too large for a record: tool sets, results, snapshots (D25).
//
// A blob is named by the SHA-256 of its bytes; equal bytes are stored once. It is cut into chunks
// of kBlobChunkBytes, each compressed by itself, so that a range costs its chunks only. Owners keep
// a blob alive: an owner is any text (a record's id), added with the put or inside the transaction
// that refers to it (addBlobOwner). sweep() removes blobs that no owner holds and that are older
// than kBlobGraceMs; that grace lets a put come before the record that will own it.
//
// Given a workspace, chunks are sealed with its key and the name is a keyed hash: such a blob is
// found and opened only with the same workspace id.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/error.h"
#include "base/time.h"
#include "store/txn.h"

namespace executor::store {

class Store;

inline constexpr std::size_t kBlobChunkBytes = 256u << 10;
inline constexpr std::size_t kMaxBlobBytes = 256u << 20;
inline constexpr EpochMs kBlobGraceMs = 3'600'000;

struct BlobPut {
  std::string bytes;
  std::string owner = {};        // empty: owned later, within the grace
  std::string workspaceId = {};  // empty: shared between workspaces and not sealed
};

struct BlobRange {
  std::uint64_t offset = 0;
  std::uint64_t length = kMaxBlobBytes;  // cut at the end of the blob
};

class Blobs {
 public:
  Blobs(Store& store, const Sealer& sealer, const Clock& clock)
      : store_(store), sealer_(sealer), clock_(clock) {}

  // The blob's hash, 64 hex digits, once it is durable. `payload_too_large` over kMaxBlobBytes.
  Task<Result<std::string>> put(BlobPut blob);
  // `not_found`; `invalid_argument` if the offset lies beyond the end.
  Task<Result<std::string>> get(std::string hash, BlobRange range = {},
                                std::string workspaceId = {});
  Task<Result<bool>> has(std::string hash);
  // How many blobs were removed.
  Task<Result<std::size_t>> sweep();

 private:
  // nullopt: swept away meanwhile, put again.
  Task<Result<std::optional<std::string>>> putOnce(std::shared_ptr<const BlobPut> blob);

  Store& store_;
  const Sealer& sealer_;
  const Clock& clock_;
};

// Inside a transaction. `not_found` if there is no such blob.
Status addBlobOwner(Txn& txn, std::string_view hash, std::string_view owner);
Status removeBlobOwner(Txn& txn, std::string_view hash, std::string_view owner);
// Lets go of up to `limit` blobs of an owner that goes away; how many. Zero: it owns none any more.
Result<std::size_t> releaseBlobs(Txn& txn, const std::string& owner, std::size_t limit);

// The record types of blobs; the store adds them to every schema.
Schema blobSchema();

}  // namespace executor::store

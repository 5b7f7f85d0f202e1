#include "store/blob.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "store/blob-chunk.h"
#include "store/blob-rows.h"
#include "store/store.h"

namespace executor::store {
namespace {

// Three packed chunks stay under kMaxTransactionBytes, so other writers wait for little.
constexpr std::size_t kChunksPerWrite = 3;
constexpr std::size_t kRemovedPerWrite = 100;
constexpr std::size_t kSweepPage = 200;
// A put that finds its blob swept away under it starts again; twice in a row means a fault.
constexpr int kPutAttempts = 3;

struct PreparedBlob {
  std::string hash;
  bool stored = false;  // complete in the store already; then there are no chunks
  std::vector<std::string> chunks;
};

std::unexpected<Error> noSuchBlob(std::string_view hash) {
  return fail(ErrorCode::not_found, "There is no stored content " + truncateText(hash, 80) + ".",
              "It may have been removed with what it belonged to.");
}

std::string chunkAbout(std::string_view hash, std::size_t number) {
  return blobChunkKey(hash, number);
}

Result<std::string> makeChunk(const Sealer& sealer, const BlobPut& blob, std::string_view hash,
                              std::size_t number) {
  const std::string_view bytes = blob.bytes;
  EXECUTOR_TRY(std::string frame,
               packChunk(bytes.substr(number * kBlobChunkBytes, kBlobChunkBytes)));
  if (blob.workspaceId.empty()) return frame;
  return sealer.sealBytes(blob.workspaceId, chunkAbout(hash, number), frame);
}

Result<PreparedBlob> prepare(Txn& txn, const Sealer& sealer, const BlobPut& blob) {
  PreparedBlob prepared;
  prepared.hash = blob.workspaceId.empty() ? sha256Hex(blob.bytes)
                                           : sealer.keyedHash(blob.workspaceId, blob.bytes);
  EXECUTOR_TRY(const std::optional<BlobHead> head, txn.get<BlobHead>(prepared.hash));
  prepared.stored = head && head->complete;
  if (prepared.stored) return prepared;
  for (std::size_t at = 0; at < blob.bytes.size(); at += kBlobChunkBytes) {
    EXECUTOR_TRY(std::string chunk, makeChunk(sealer, blob, prepared.hash, prepared.chunks.size()));
    prepared.chunks.push_back(std::move(chunk));
  }
  return prepared;
}

Status writeChunk(Txn& txn, std::string_view hash, std::size_t number, const std::string& body) {
  const std::string key = blobChunkKey(hash, number);
  const RowImage row{key, body, {}};
  EXECUTOR_TRY(const std::optional<Row> known, txn.engine().get(blobChunkType(), key));
  return known ? txn.engine().replace(blobChunkType(), row)
               : txn.engine().insert(blobChunkType(), row);
}

Task<Status> writeChunks(Store& store, std::shared_ptr<const PreparedBlob> prepared) {
  for (std::size_t first = 0; first < prepared->chunks.size(); first += kChunksPerWrite) {
    EXECUTOR_CO_CHECK(co_await store.write([prepared, first](Txn& txn) -> Status {
      const std::size_t end = std::min(first + kChunksPerWrite, prepared->chunks.size());
      for (std::size_t i = first; i < end; ++i) {
        EXECUTOR_CHECK(writeChunk(txn, prepared->hash, i, prepared->chunks[i]));
      }
      return {};
    }));
  }
  co_return Status();
}

Status putOwner(Txn& txn, std::string_view hash, std::string_view owner) {
  return txn.put(BlobOwner{blobOwnerId(hash, owner), std::string(hash), std::string(owner)});
}

// Guards the chunks to come against sweep(); a put of the same bytes that was faster stays.
Status announce(Txn& txn, const BlobHead& head) {
  EXECUTOR_TRY(const std::optional<BlobHead> known, txn.get<BlobHead>(head.hash));
  if (known && known->complete) return {};
  return txn.put(head);
}

// The last step of a put; false if the blob has been swept meanwhile.
Result<bool> finish(Txn& txn, const BlobHead& head, bool stored, const std::string& owner) {
  EXECUTOR_TRY(const std::optional<BlobHead> now, txn.get<BlobHead>(head.hash));
  if (!now || (stored && !now->complete)) return false;
  EXECUTOR_CHECK(txn.put(head));
  if (!owner.empty()) EXECUTOR_CHECK(putOwner(txn, head.hash, owner));
  return true;
}

// Which chunks a range touches and which of their bytes.
struct Slice {
  std::uint64_t offset;
  std::uint64_t end;
};

Result<Slice> sliceOf(const BlobHead& head, const BlobRange& range) {
  const auto size = static_cast<std::uint64_t>(head.size);
  if (range.offset > size) {
    return fail(ErrorCode::invalid_argument, "The offset " + std::to_string(range.offset) +
                                                 " lies beyond the content's " +
                                                 std::to_string(size) + " bytes.");
  }
  return Slice{range.offset, range.offset + std::min(range.length, size - range.offset)};
}

Result<std::string> readChunk(Txn& txn, const Sealer& sealer, const BlobHead& head,
                              std::size_t number, const std::string& workspaceId) {
  EXECUTOR_TRY(std::optional<Row> row,
               txn.engine().get(blobChunkType(), blobChunkKey(head.hash, number)));
  if (!row) {
    return fail(ErrorCode::store_corrupt, "Stored content is damaged.",
                "Restore the database from a backup, or refresh the source it belongs to.",
                "missing chunk " + blobChunkKey(head.hash, number));
  }
  if (!head.sealed) return unpackChunk(row->body);
  EXECUTOR_TRY(const std::string frame,
               sealer.openBytes(workspaceId, chunkAbout(head.hash, number), row->body));
  return unpackChunk(frame);
}

Result<std::string> readRange(Txn& txn, const Sealer& sealer, const std::string& hash,
                              const BlobRange& range, const std::string& workspaceId) {
  EXECUTOR_TRY(const std::optional<BlobHead> head, txn.get<BlobHead>(hash));
  // A sealed blob does not exist for another workspace.
  if (!head || !head->complete || head->sealed == workspaceId.empty()) return noSuchBlob(hash);
  EXECUTOR_TRY(const Slice slice, sliceOf(*head, range));
  std::string bytes;
  bytes.reserve(slice.end - slice.offset);
  for (std::uint64_t at = slice.offset; at < slice.end;) {
    const std::uint64_t number = at / kBlobChunkBytes;
    EXECUTOR_TRY(const std::string chunk, readChunk(txn, sealer, *head, number, workspaceId));
    const std::uint64_t begin = at - number * kBlobChunkBytes;
    const std::uint64_t take = std::min<std::uint64_t>(slice.end - at, kBlobChunkBytes - begin);
    if (chunk.size() < begin + take) return failInternal("a blob chunk is too short");
    bytes.append(chunk, begin, take);
    at += take;
  }
  return bytes;
}

bool isSweepable(const BlobHead& head, EpochMs before) { return head.createdAt < before; }

Result<bool> hasOwner(Txn& txn, std::string_view hash) {
  EXECUTOR_TRY(const Page<BlobOwner> owners,
               txn.scan<BlobOwner>("byHash", {.prefix = {hash}, .limit = 1}));
  return !owners.items.empty();
}

// The old blobs without an owner of one page; `after` becomes the cursor of the next, or empty.
Result<std::vector<std::string>> unownedBlobs(Txn& txn, EpochMs before, std::string& after) {
  EXECUTOR_TRY(
      Page<BlobHead> page,
      txn.scan<BlobHead>("byCreated", {.to = before, .limit = kSweepPage, .after = after}));
  after = page.nextCursor;
  std::vector<std::string> hashes;
  for (const BlobHead& head : page.items) {
    EXECUTOR_TRY(const bool owned, hasOwner(txn, head.hash));
    if (!owned) hashes.push_back(head.hash);
  }
  return hashes;
}

enum class Swept { kept, partly, gone };

// One bounded step of removing a blob. From the first step on nobody finds it; a put that comes
// between makes it young again and ends the removal.
Result<Swept> sweepStep(Txn& txn, const std::string& hash, EpochMs before) {
  EXECUTOR_TRY(std::optional<BlobHead> head, txn.get<BlobHead>(hash));
  if (!head || !isSweepable(*head, before)) return Swept::kept;
  EXECUTOR_TRY(const bool owned, hasOwner(txn, hash));
  if (owned) return Swept::kept;
  head->complete = false;
  EXECUTOR_CHECK(txn.replace(*head));
  const Range chunks{.from = hash + "/", .to = hash + "0", .limit = kRemovedPerWrite};
  EXECUTOR_TRY(const Rows found, txn.engine().range(blobChunkType(), chunks));
  for (const Row& row : found.rows) {
    EXECUTOR_CHECK(txn.engine().remove(blobChunkType(), row.key));
  }
  if (found.more) return Swept::partly;
  EXECUTOR_CHECK(txn.remove<BlobHead>(hash));
  return Swept::gone;
}

Task<Result<bool>> sweepOne(Store& store, std::string hash, EpochMs before) {
  Swept swept = Swept::partly;
  while (swept == Swept::partly) {
    EXECUTOR_CO_TRY(swept, co_await store.write(
                               [hash, before](Txn& txn) { return sweepStep(txn, hash, before); }));
  }
  co_return swept == Swept::gone;
}

}  // namespace

std::string blobOwnerId(std::string_view hash, std::string_view owner) {
  return std::string(hash) + "/" + sha256Hex(owner).substr(0, 32);
}

std::string blobChunkKey(std::string_view hash, std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(hash) + "/" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') +
         digits;
}

const RecordType& blobChunkType() {
  static const RecordType type{.table = "blob_chunk", .keyField = "key", .binary = true};
  return type;
}

Schema blobSchema() {
  Schema schema = Schema::of<BlobHead, BlobOwner>();
  schema.types.push_back(&blobChunkType());
  return schema;
}

Status addBlobOwner(Txn& txn, std::string_view hash, std::string_view owner) {
  EXECUTOR_TRY(const std::optional<BlobHead> head, txn.get<BlobHead>(hash));
  if (!head || !head->complete) return noSuchBlob(hash);
  return putOwner(txn, hash, owner);
}

Status removeBlobOwner(Txn& txn, std::string_view hash, std::string_view owner) {
  return txn.remove<BlobOwner>(blobOwnerId(hash, owner));
}

Result<std::size_t> releaseBlobs(Txn& txn, const std::string& owner, std::size_t limit) {
  EXECUTOR_TRY(const Page<BlobOwner> owned,
               txn.scan<BlobOwner>("byOwner", {.prefix = {owner}, .limit = limit}));
  for (const BlobOwner& one : owned.items) EXECUTOR_CHECK(txn.remove<BlobOwner>(one.id));
  return owned.items.size();
}

Task<Result<std::string>> Blobs::put(BlobPut given) {
  if (given.bytes.size() > kMaxBlobBytes) {
    co_return fail(ErrorCode::payload_too_large,
                   "Stored content may have " + std::to_string(kMaxBlobBytes >> 20) + " MiB.");
  }
  const auto blob = std::make_shared<const BlobPut>(std::move(given));
  for (int attempt = 0; attempt < kPutAttempts; ++attempt) {
    EXECUTOR_CO_TRY(const std::optional<std::string> hash, co_await putOnce(blob));
    if (hash) co_return *hash;
  }
  co_return failInternal("a blob was swept during each of several puts");
}

Task<Result<std::optional<std::string>>> Blobs::putOnce(std::shared_ptr<const BlobPut> blob) {
  EXECUTOR_CO_TRY(PreparedBlob made, co_await store_.read([blob, &sealer = sealer_](Txn& txn) {
    return prepare(txn, sealer, *blob);
  }));
  const auto prepared = std::make_shared<const PreparedBlob>(std::move(made));
  BlobHead head{prepared->hash, static_cast<std::int64_t>(blob->bytes.size()), false,
                !blob->workspaceId.empty(), clock_.now()};
  if (!prepared->stored) {
    EXECUTOR_CO_CHECK(co_await store_.write([head](Txn& txn) { return announce(txn, head); }));
    EXECUTOR_CO_CHECK(co_await writeChunks(store_, prepared));
  }
  head.complete = true;
  EXECUTOR_CO_TRY(const bool finished,
                  co_await store_.write([head, prepared, blob](Txn& txn) -> Result<bool> {
                    return finish(txn, head, prepared->stored, blob->owner);
                  }));
  if (!finished) co_return std::nullopt;
  co_return prepared->hash;
}

Task<Result<std::string>> Blobs::get(std::string hash, BlobRange range, std::string workspaceId) {
  return store_.read([hash, range, workspaceId, &sealer = sealer_](Txn& txn) {
    return readRange(txn, sealer, hash, range, workspaceId);
  });
}

Task<Result<bool>> Blobs::has(std::string hash) {
  return store_.read([hash](Txn& txn) -> Result<bool> {
    EXECUTOR_TRY(const std::optional<BlobHead> head, txn.get<BlobHead>(hash));
    return head && head->complete;
  });
}

Task<Result<std::size_t>> Blobs::sweep() {
  const EpochMs before = clock_.now() - kBlobGraceMs;
  std::size_t removed = 0;
  std::string after;
  do {
    using Found = std::pair<std::vector<std::string>, std::string>;
    EXECUTOR_CO_TRY(Found found, co_await store_.read([before, after](Txn& txn) -> Result<Found> {
      std::string next = after;
      EXECUTOR_TRY(std::vector<std::string> hashes, unownedBlobs(txn, before, next));
      return Found{std::move(hashes), next};
    }));
    for (const std::string& hash : found.first) {
      EXECUTOR_CO_TRY(const bool gone, co_await sweepOne(store_, hash, before));
      removed += gone ? 1 : 0;
    }
    after = found.second;
  } while (!after.empty());
  co_return removed;
}

}  // namespace executor::store

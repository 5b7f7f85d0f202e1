// The records that blobs are made of; only blob.cc and its tests look at them.
//
// `blob` names a blob and says whether all of its chunks are there. `blob_owner` holds it alive.
// `blob_chunk` is a table of bytes, not JSON: key `<hash>/<number>`, body one compressed and
// perhaps sealed chunk.
#pragma once

#include <string>

#include "base/time.h"
#include "store/codec.h"
#include "store/record.h"

namespace executor::store {

struct BlobHead {
  std::string hash;
  std::int64_t size = 0;
  bool complete = false;
  bool sealed = false;
  EpochMs createdAt = 0;  // of the last put; the grace of sweep() counts from here
};
RECORD(BlobHead, "blob", FIELDS(hash, size, complete, sealed, createdAt), KEY(hash),
       INDEX(byCreated, createdAt));

struct BlobOwner {
  std::string id;  // blobOwnerId()
  std::string hash;
  std::string owner;
};
RECORD(BlobOwner, "blob_owner", FIELDS(id, hash, owner), KEY(id), INDEX(byHash, hash),
       INDEX(byOwner, owner));

std::string blobOwnerId(std::string_view hash, std::string_view owner);
std::string blobChunkKey(std::string_view hash, std::size_t number);
const RecordType& blobChunkType();

}  // namespace executor::store

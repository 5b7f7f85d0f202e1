// Blobs on every engine (D25).
#include "store/blob.h"

#include "store/blob-chunk.h"
#include "store/blob-rows.h"
#include "store/blob-sweeper.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class BlobTest : public StoreTest {
 protected:
  std::string put(BlobPut blob) {
    return await(loop_, store_->blobs().put(std::move(blob))).value();
  }
  Result<std::string> get(std::string hash, BlobRange range = {}, std::string workspace = {}) {
    return await(loop_, store_->blobs().get(std::move(hash), range, std::move(workspace)));
  }
  bool has(std::string hash) { return await(loop_, store_->blobs().has(std::move(hash))).value(); }
  std::size_t sweep() { return await(loop_, store_->blobs().sweep()).value(); }
  std::size_t chunkRows() {
    return read([](Txn& txn) -> Result<std::size_t> {
             EXECUTOR_TRY(const Rows rows, txn.engine().range(blobChunkType(), {.limit = 1000}));
             return rows.rows.size();
           })
        .value();
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, BlobTest, ::testing::ValuesIn(engines()), caseName);

// Not compressible, so that chunks have their full size.
std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 88172645463325252ull;
  for (char& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state);
  }
  return bytes;
}

TEST_P(BlobTest, IsNamedByTheHashOfItsBytes) {
  EXPECT_EQ(put({.bytes = "hello", .owner = "o"}), sha256Hex("hello"));
  EXPECT_EQ(get(sha256Hex("hello")).value(), "hello");
}

TEST_P(BlobTest, EverySizeReadsBackEqual) {
  const std::string bytes = noise(3 * kBlobChunkBytes + 1);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kBlobChunkBytes - 1, kBlobChunkBytes, kBlobChunkBytes + 1,
        2 * kBlobChunkBytes, bytes.size()}) {
    const std::string hash = put({.bytes = bytes.substr(0, size), .owner = "o"});
    EXPECT_TRUE(get(hash).value() == bytes.substr(0, size)) << size;
  }
}

TEST_P(BlobTest, RangesCrossChunks) {
  const std::string bytes = noise(2 * kBlobChunkBytes + 100);
  const std::string hash = put({.bytes = bytes, .owner = "o"});
  const auto range = [&](std::uint64_t offset, std::uint64_t length) {
    return get(hash, {offset, length}).value() == bytes.substr(offset, length);
  };
  EXPECT_TRUE(range(0, 10));
  EXPECT_TRUE(range(kBlobChunkBytes - 5, 10));
  EXPECT_TRUE(range(10, 2 * kBlobChunkBytes));
  EXPECT_TRUE(range(bytes.size() - 1, 100));
  EXPECT_EQ(get(hash, {bytes.size(), 1}).value(), "");
  EXPECT_EQ(codeOf(get(hash, {bytes.size() + 1, 1})), "invalid_argument");
}

TEST_P(BlobTest, EqualBytesAreStoredOnce) {
  const std::string bytes = noise(kBlobChunkBytes + 1);
  EXPECT_EQ(put({.bytes = bytes, .owner = "a"}), put({.bytes = bytes, .owner = "b"}));
  EXPECT_EQ(chunkRows(), 2u);
}

TEST_P(BlobTest, AnUnknownHashIsNotFound) {
  EXPECT_EQ(codeOf(get(sha256Hex("nothing"))), "not_found");
  EXPECT_FALSE(has(sha256Hex("nothing")));
}

TEST_P(BlobTest, TooManyBytesAreRefused) {
  EXPECT_EQ(
      codeOf(await(loop_, store_->blobs().put({.bytes = std::string(kMaxBlobBytes + 1, 'x')}))),
      "payload_too_large");
}

TEST_P(BlobTest, TheSweeperSweepsByItselfAsLongAsItLives) {
  const std::string kept = put({.bytes = "kept", .owner = "a"});
  const std::string loose = put({.bytes = "loose"});
  clock_.advance(kBlobGraceMs + 1);
  auto sweeper = std::make_unique<BlobSweeper>(*store_, loop_, std::chrono::milliseconds(1));
  const Deadline end = deadlineAfter(std::chrono::seconds(30));
  while (has(loose) && SteadyClock::now() < end) {
  }
  EXPECT_FALSE(has(loose));
  EXPECT_TRUE(has(kept));
  sweeper.reset();
  const std::string after = put({.bytes = "after"});
  clock_.advance(kBlobGraceMs + 1);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(has(after));
}

TEST_P(BlobTest, SweepRemovesWhatNobodyOwnsAfterTheGrace) {
  const std::string kept = put({.bytes = "kept", .owner = "a"});
  const std::string loose = put({.bytes = noise(3 * kBlobChunkBytes)});
  EXPECT_EQ(sweep(), 0u);
  clock_.advance(kBlobGraceMs + 1);
  EXPECT_EQ(sweep(), 1u);
  EXPECT_TRUE(has(kept));
  EXPECT_FALSE(has(loose));
  EXPECT_EQ(chunkRows(), 1u);
}

TEST_P(BlobTest, TheLastOwnerKeepsABlobAlive) {
  const std::string hash = put({.bytes = "shared", .owner = "a"});
  put({.bytes = "shared", .owner = "b"});
  const auto release = [&](std::string owner) {
    ASSERT_TRUE(write([=](Txn& txn) { return removeBlobOwner(txn, hash, owner); }));
    clock_.advance(kBlobGraceMs + 1);
  };
  release("a");
  EXPECT_EQ(sweep(), 0u);
  release("b");
  EXPECT_EQ(sweep(), 1u);
  EXPECT_EQ(codeOf(get(hash)), "not_found");
}

TEST_P(BlobTest, PuttingAgainStartsTheGraceAgain) {
  put({.bytes = "again"});
  clock_.advance(kBlobGraceMs);
  put({.bytes = "again"});
  clock_.advance(2);
  EXPECT_EQ(sweep(), 0u);
}

TEST_P(BlobTest, OnlyABlobThatIsThereTakesAnOwner) {
  const std::string hash = put({.bytes = "there"});
  const auto own = [this](std::string blob) {
    return write([blob](Txn& txn) { return addBlobOwner(txn, blob, "o"); });
  };
  EXPECT_TRUE(own(hash));
  EXPECT_EQ(codeOf(own(sha256Hex("not there"))), "not_found");
}

TEST_P(BlobTest, ABlobWhoseChunksNeverCameIsSweptAndNotFound) {
  ASSERT_TRUE(write([now = clock_.now()](Txn& txn) {
    return txn.insert(BlobHead{sha256Hex("lost"), 4, false, false, now});
  }));
  EXPECT_EQ(codeOf(get(sha256Hex("lost"))), "not_found");
  clock_.advance(kBlobGraceMs + 1);
  EXPECT_EQ(sweep(), 1u);
}

TEST_P(BlobTest, ASealedBlobOpensOnlyForItsWorkspace) {
  const std::string hash = put({.bytes = "private", .owner = "o", .workspaceId = "ws_1"});
  EXPECT_NE(hash, sha256Hex("private"));
  EXPECT_NE(hash, put({.bytes = "private", .owner = "o", .workspaceId = "ws_2"}));
  EXPECT_EQ(get(hash, {}, "ws_1").value(), "private");
  EXPECT_EQ(codeOf(get(hash)), "not_found");
  EXPECT_EQ(codeOf(get(hash, {}, "ws_2")), "store_corrupt");
}

TEST_P(BlobTest, BlobsSurviveReopening) {
  const std::string hash = put({.bytes = "durable", .owner = "o"});
  open();
  EXPECT_EQ(get(hash).value(), "durable");
}

TEST(BlobChunk, DamageIsFound) {
  std::string frame = packChunk(noise(1000)).value();
  frame[frame.size() / 2] = static_cast<char>(frame[frame.size() / 2] ^ 1);
  EXPECT_EQ(codeOf(unpackChunk(frame)), "store_corrupt");
  EXPECT_EQ(codeOf(unpackChunk("no frame")), "store_corrupt");
  EXPECT_EQ(codeOf(unpackChunk({})), "store_corrupt");
}

TEST(BlobChunk, AFrameThatGrowsBeyondAChunkIsRefused) {
  const std::string frame = packChunk(std::string(kBlobChunkBytes + 1, 'x')).value();
  EXPECT_EQ(codeOf(unpackChunk(frame)), "store_corrupt");
}

}  // namespace
}  // namespace executor::store::testing

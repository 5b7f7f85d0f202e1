#include "net/body-decoder.h"

#include <gtest/gtest.h>
#include "net/test-compress.h"

namespace executor::net {
namespace {

using test::compress;

constexpr std::size_t kNoCap = SIZE_MAX;
constexpr const char* kCodings[] = {"gzip", "deflate", "raw-deflate", "br", "zstd"};

// Servers call both forms `deflate`.
std::string_view nameOf(std::string_view coding) {
  return coding == "raw-deflate" ? "deflate" : coding;
}

Result<std::string> decode(std::string_view coding, std::string_view bytes, std::size_t cap,
                           std::size_t step = SIZE_MAX) {
  auto decoder = *BodyDecoder::make(coding);
  std::string out;
  while (!bytes.empty()) {
    auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    EXECUTOR_CHECK(decoder->feed(piece, out, cap));
  }
  if (!decoder->complete()) return fail(ErrorCode::upstream_invalid, "cut off");
  return out;
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

TEST(BodyDecoder, UndoesEveryCodingInOnePiece) {
  auto text = sample();
  for (auto coding : kCodings) {
    auto out = decode(nameOf(coding), compress(coding, text), kNoCap);
    ASSERT_TRUE(out) << coding << ": " << out.error().message;
    EXPECT_EQ(*out, text) << coding;
  }
}

TEST(BodyDecoder, UndoesEveryCodingByteByByte) {
  std::string text = sample().substr(0, 5000);
  for (auto coding : kCodings) {
    auto out = decode(nameOf(coding), compress(coding, text), kNoCap, 1);
    ASSERT_TRUE(out) << coding << ": " << out.error().message;
    EXPECT_EQ(*out, text) << coding;
  }
}

TEST(BodyDecoder, StopsABombAtTheCap) {
  std::string bomb(50u << 20, '\0');
  for (auto coding : kCodings) {
    auto out = decode(nameOf(coding), compress(coding, bomb), 1u << 20);
    ASSERT_FALSE(out) << coding;
    EXPECT_EQ(out.error().code, ErrorCode::upstream_too_large) << coding;
  }
}

TEST(BodyDecoder, TakesExactlyTheCap) {
  std::string text(100'000, 'x');
  for (auto coding : kCodings) {
    EXPECT_TRUE(decode(nameOf(coding), compress(coding, text), text.size())) << coding;
    EXPECT_FALSE(decode(nameOf(coding), compress(coding, text), text.size() - 1)) << coding;
  }
}

TEST(BodyDecoder, CutOffStreamsAreNotComplete) {
  for (auto coding : kCodings) {
    auto bytes = compress(coding, sample());
    bytes.resize(bytes.size() / 2);
    EXPECT_FALSE(decode(nameOf(coding), bytes, kNoCap)) << coding;
  }
}

TEST(BodyDecoder, EmptyBodiesAreComplete) {
  for (auto coding : kCodings) EXPECT_TRUE(decode(nameOf(coding), "", kNoCap)) << coding;
}

TEST(BodyDecoder, GarbageIsInvalid) {
  for (auto coding : {"gzip", "br", "zstd"}) {
    auto out = decode(coding, "\x01\x02\x03 this is no compressed text at all", kNoCap);
    ASSERT_FALSE(out) << coding;
    EXPECT_EQ(out.error().code, ErrorCode::upstream_invalid) << coding;
  }
}

TEST(BodyDecoder, BytesBehindTheEndAreInvalid) {
  for (auto coding : {"gzip", "deflate", "br"}) {
    EXPECT_FALSE(decode(coding, compress(coding, "text") + "garbage", kNoCap)) << coding;
  }
}

TEST(BodyDecoder, GzipMembersFollowOneAnother) {
  auto out = decode("gzip", compress("gzip", "one ") + compress("gzip", "two"), kNoCap);
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, "one two");
}

TEST(BodyDecoder, ZstdWindowsAboveEightMebibytesAreRefused) {
  auto bytes = compress("zstd-long", sample() + std::string(20u << 20, 'x'));
  auto out = decode("zstd", bytes, kNoCap);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::upstream_invalid);
}

TEST(BodyDecoder, KnowsItsNames) {
  EXPECT_EQ(*BodyDecoder::make(""), nullptr);
  EXPECT_EQ(*BodyDecoder::make("Identity"), nullptr);
  EXPECT_NE(*BodyDecoder::make(" GZIP "), nullptr);
  for (auto coding : {"compress", "gzip, br", "x"}) {
    auto made = BodyDecoder::make(coding);
    ASSERT_FALSE(made) << coding;
    EXPECT_EQ(made.error().code, ErrorCode::upstream_invalid);
  }
}

}  // namespace
}  // namespace executor::net

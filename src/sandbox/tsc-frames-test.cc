#include "sandbox/tsc-frames.h"

#include <gtest/gtest.h>

#include <vector>

namespace executor::sandbox {
namespace {

// All frames that `bytes` hold, or nullopt if the reader refuses them somewhere.
std::optional<std::vector<std::string>> framesOf(TscFrameReader& reader, std::string_view bytes) {
  std::vector<std::string> frames;
  reader.append(bytes);
  for (;;) {
    auto next = reader.next();
    if (!next) return std::nullopt;
    if (!*next) return frames;
    frames.push_back(**next);
  }
}

bool refused(std::string_view bytes) {
  TscFrameReader reader;
  return !framesOf(reader, bytes);
}

TEST(TscFrames, WhatIsEncodedIsRead) {
  for (const std::size_t size : {1u, 2u, 9u, 10u, 4096u, 300'000u}) {
    TscFrameReader reader;
    const std::string body(size, 'x');
    EXPECT_EQ(framesOf(reader, encodeTscFrame(body)), std::vector{body});
    EXPECT_EQ(reader.pending(), 0u);
  }
}

TEST(TscFrames, SeveralAtOnceAreReadInOrder) {
  TscFrameReader reader;
  const std::string bytes = encodeTscFrame("one") + encodeTscFrame("two") + encodeTscFrame("3");
  EXPECT_EQ(framesOf(reader, bytes), (std::vector<std::string>{"one", "two", "3"}));
}

TEST(TscFrames, AnyCutGivesTheSameFrames) {
  const std::string bytes = encodeTscFrame("{\"a\":1}") + encodeTscFrame("\r\n\r\nContent-Length");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    TscFrameReader reader;
    auto frames = framesOf(reader, bytes.substr(0, cut));
    ASSERT_TRUE(frames) << cut;
    auto rest = framesOf(reader, bytes.substr(cut));
    ASSERT_TRUE(rest) << cut;
    frames->insert(frames->end(), rest->begin(), rest->end());
    EXPECT_EQ(*frames, (std::vector<std::string>{"{\"a\":1}", "\r\n\r\nContent-Length"})) << cut;
  }
}

TEST(TscFrames, ByteByByteIsRead) {
  TscFrameReader reader;
  const std::string bytes = encodeTscFrame("slow");
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    EXPECT_EQ(framesOf(reader, bytes.substr(i, 1)), std::vector<std::string>{});
  }
  EXPECT_EQ(framesOf(reader, bytes.substr(bytes.size() - 1)), std::vector<std::string>{"slow"});
}

TEST(TscFrames, ManyFramesDoNotGrowTheBuffer) {
  TscFrameReader reader;
  const std::string frame = encodeTscFrame(std::string(1000, 'y'));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(framesOf(reader, frame));
  EXPECT_EQ(reader.pending(), 0u);
}

TEST(TscFrames, OtherHeadersAreRefused) {
  EXPECT_TRUE(refused("Content-Type: x\r\n\r\n"));
  EXPECT_TRUE(refused("content-length: 1\r\n\r\nx"));
  EXPECT_TRUE(refused("\r\n\r\n"));
  EXPECT_TRUE(refused("{\"jsonrpc\":\"2.0\"}"));
  EXPECT_TRUE(refused("Content-Length: 1\r\nContent-Type: x\r\n\r\nx"));
  EXPECT_TRUE(refused(std::string("\0\0\0\0", 4)));
}

TEST(TscFrames, LengthsThatAreNoNumberAreRefused) {
  for (const char* length :
       {"", "-1", "+1", "0", "01", " 1", "1 ", "0x10", "1e3", "1.0", "x", "99999999999999999999"}) {
    EXPECT_TRUE(refused(std::string("Content-Length: ") + length + "\r\n\r\nx")) << length;
  }
}

TEST(TscFrames, AHeaderWithoutEndIsRefused) {
  EXPECT_FALSE(refused("Content-Length: 123"));
  EXPECT_TRUE(refused("Content-Length: " + std::string(kMaxTscHeaderBytes, '1')));
}

TEST(TscFrames, BodiesBeyondTheLimitAreRefusedBeforeTheyCome) {
  EXPECT_FALSE(refused("Content-Length: " + std::to_string(kMaxTscFrameBytes) + "\r\n\r\n"));
  EXPECT_TRUE(refused("Content-Length: " + std::to_string(kMaxTscFrameBytes + 1) + "\r\n\r\n"));
  TscFrameReader small(3);
  EXPECT_EQ(framesOf(small, encodeTscFrame("abc")), std::vector<std::string>{"abc"});
  EXPECT_EQ(framesOf(small, encodeTscFrame("abcd")), std::nullopt);
}

TEST(TscFrames, AfterNonsenseNothingIsRead) {
  TscFrameReader reader;
  EXPECT_EQ(framesOf(reader, "nonsense"), std::nullopt);
  EXPECT_EQ(framesOf(reader, encodeTscFrame("good")), std::nullopt);
}

}  // namespace
}  // namespace executor::sandbox

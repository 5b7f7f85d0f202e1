#include "sandbox/frames.h"

#include <gtest/gtest.h>

#include <random>

namespace executor::sandbox {
namespace {

std::string bodyOf(const FromWorker& frame) {
  std::string bytes;
  encodeFrame(frame, bytes);
  return bytes.substr(4);
}

std::string bodyOf(const ToWorker& frame) {
  std::string bytes;
  encodeFrame(frame, bytes);
  return bytes.substr(4);
}

EndFrame fullEnd() {
  return {.run = 9,
          .ok = false,
          .code = "program_error",
          .message = "m",
          .hint = "h",
          .detail = "d",
          .errorName = "E",
          .stack = "at 1:2",
          .line = 1,
          .column = 2,
          .hostErrorCall = 3,
          .cpuMicros = 4,
          .tainted = true};
}

TEST(Frames, ReadWhatTheyWrote) {
  const auto end = decodeFromWorker(bodyOf(FromWorker(fullEnd())));
  ASSERT_TRUE(end);
  const auto& e = std::get<EndFrame>(*end);
  EXPECT_EQ(e.run, 9u);
  EXPECT_EQ(e.stack, "at 1:2");
  EXPECT_EQ(e.hostErrorCall, 3u);
  EXPECT_EQ(e.cpuMicros, 4u);
  EXPECT_TRUE(e.tainted);
  const auto start = decodeToWorker(bodyOf(ToWorker(StartFrame{
      .run = 1, .code = "x", .stripped = true, .seed = ~0ull, .clock = -5, .cpuMs = 7})));
  ASSERT_TRUE(start);
  const auto& s = std::get<StartFrame>(*start);
  EXPECT_EQ(s.seed, ~0ull);
  EXPECT_EQ(s.clock, -5);
  EXPECT_TRUE(s.stripped);
}

TEST(Frames, RefuseEveryCutLength) {
  const std::string body = bodyOf(FromWorker(fullEnd()));
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(decodeFromWorker(std::string_view(body).substr(0, size))) << size;
  }
  EXPECT_FALSE(decodeFromWorker(body + "x"));
}

TEST(Frames, RefuseUnknownTypesAndDirections) {
  for (int type = 0; type < 256; ++type) {
    const std::string body = std::string(1, static_cast<char>(type)) + std::string(4, '\0');
    const bool known = type == ReadyFrame::kType || type == StoppedFrame::kType;
    EXPECT_EQ(decodeFromWorker(body).has_value(), known) << type;
  }
  EXPECT_FALSE(decodeFromWorker(bodyOf(ToWorker(StopFrame{}))));
  EXPECT_FALSE(decodeToWorker(bodyOf(FromWorker(ReadyFrame{}))));
}

TEST(Frames, RefuseTextsOverTheirLimit) {
  std::string body = bodyOf(FromWorker(CallFrame{.n = 1, .path = "p"}));
  // The length of `path` stands after type, run and n.
  const std::uint32_t length = kMaxPathBytes + 1;
  std::memcpy(body.data() + 9, &length, sizeof length);
  body += std::string(length, 'x');
  EXPECT_FALSE(decodeFromWorker(body));
}

TEST(Frames, RefuseFlagsAndLevelsOutOfRange) {
  std::string end = bodyOf(FromWorker(EndFrame{}));
  end[5] = 2;
  EXPECT_FALSE(decodeFromWorker(end));
  EXPECT_FALSE(decodeFromWorker(bodyOf(FromWorker(ConsoleFrame{.level = 5}))));
}

TEST(Frames, SurviveRandomBytes) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string body = bodyOf(FromWorker(fullEnd()));
    for (int k = 0; k < 3; ++k) body[random() % body.size()] = static_cast<char>(random());
    (void)decodeFromWorker(body);
    (void)decodeToWorker(body);
  }
}

TEST(FrameBuffer, CutsAStreamAnywhere) {
  std::string stream;
  for (std::uint32_t i = 0; i < 50; ++i) encodeFrame(FromWorker(TurnEndFrame{.run = i}), stream);
  for (std::size_t step : {1u, 3u, 7u, 64u, 10'000u}) {
    FrameBuffer buffer;
    std::uint32_t seen = 0;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      const std::string_view part = std::string_view(stream).substr(at, step);
      std::copy(part.begin(), part.end(), buffer.prepare(part.size()));
      buffer.committed(part.size());
      for (auto body = buffer.next(); body && *body; body = buffer.next()) {
        EXPECT_EQ(std::get<TurnEndFrame>(*decodeFromWorker(**body)).run, seen++);
      }
    }
    EXPECT_EQ(seen, 50u) << step;
  }
}

TEST(FrameBuffer, RefusesAFrameOverTheLimit) {
  FrameBuffer buffer;
  const std::uint32_t length = kMaxFrameBytes + 1;
  std::memcpy(buffer.prepare(4), &length, 4);
  buffer.committed(4);
  EXPECT_FALSE(buffer.next());
  EXPECT_FALSE(buffer.next());
}

}  // namespace
}  // namespace executor::sandbox

// Every field of every frame: what was written is read, at its limit it passes, over it the frame
// is refused, and cut anywhere it is refused.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "sandbox/frames.h"

namespace executor::sandbox {
namespace {

std::string bodyOf(const auto& frame) {
  std::string bytes;
  encodeFrame(frame, bytes);
  return bytes.substr(4);
}

// A frame with one text in one field. Written by hand: the encoder cuts what is too long.
struct TextField {
  const char* what;
  bool fromWorker;
  std::uint8_t type;
  std::size_t before;  // bytes of fields in front of the text, all zero
  std::size_t after;   // bytes of fields behind it, all zero
  std::size_t limit;
};

std::string withText(const TextField& field, std::size_t size) {
  std::string body(1, static_cast<char>(field.type));
  body.append(4 + field.before, '\0');
  const auto length = static_cast<std::uint32_t>(size);
  body.append(reinterpret_cast<const char*>(&length), 4);
  body.append(size, 'x');
  body.append(field.after, '\0');
  return body;
}

bool decodes(const TextField& field, std::string_view body) {
  return field.fromWorker ? decodeFromWorker(body).has_value() : decodeToWorker(body).has_value();
}

// Texts are four bytes when empty.
constexpr TextField kTextFields[] = {
    {"start code", false, 1, 0, 1 + 8 + 8 + 4 + 8 + 4 + 4 + 1 + 1, kMaxCodeBytes},
    {"deliver value", false, 2, 4 + 8 + 1, 4 + 4 + 4 + 4 + 4 + 4, kMaxDeliveryBytes},
    {"deliver message", false, 2, 4 + 8 + 1 + 4, 4 + 4 + 4 + 4 + 4, kMaxErrorTextBytes},
    {"deliver code", false, 2, 4 + 8 + 1 + 8, 4 + 4 + 4 + 4, kMaxPathBytes},
    {"deliver body", false, 2, 4 + 8 + 1 + 12 + 4, 4 + 4, kMaxDeliveryBytes},
    {"deliver path", false, 2, 4 + 8 + 1 + 16 + 4, 4, kMaxPathBytes},
    {"deliver hint", false, 2, 4 + 8 + 1 + 20 + 4, 0, kMaxErrorTextBytes},
    {"started code", true, 17, 0, 0, 4 * kMaxCodeBytes},
    {"call path", true, 18, 4, 4 + 4, kMaxPathBytes},
    {"call input", true, 18, 4 + 4, 4, kMaxCallInputBytes},
    {"call options", true, 18, 4 + 4 + 4, 0, kMaxOptionsBytes},
    {"console text", true, 21, 1, 0, kMaxConsoleLineBytes + 64},
    {"end result", true, 23, 1, 24 + 12 + 8 + 1, kMaxResultBytes},
    {"end code", true, 23, 1 + 4, 20 + 12 + 8 + 1, 64},
    {"end message", true, 23, 1 + 8, 16 + 12 + 8 + 1, kMaxErrorTextBytes},
    {"end hint", true, 23, 1 + 12, 12 + 12 + 8 + 1, kMaxErrorTextBytes},
    {"end detail", true, 23, 1 + 16, 8 + 12 + 8 + 1, kMaxErrorTextBytes},
    {"end name", true, 23, 1 + 20, 4 + 12 + 8 + 1, kMaxPathBytes},
    {"end stack", true, 23, 1 + 24, 12 + 8 + 1, kMaxErrorTextBytes},
};

TEST(WireLimits, EveryTextPassesAtItsLimitAndNoFurther) {
  for (const TextField& field : kTextFields) {
    EXPECT_TRUE(decodes(field, withText(field, 0))) << field.what;
    EXPECT_TRUE(decodes(field, withText(field, 1))) << field.what;
    EXPECT_TRUE(decodes(field, withText(field, field.limit))) << field.what;
    EXPECT_FALSE(decodes(field, withText(field, field.limit + 1))) << field.what;
  }
}

TEST(WireLimits, NoTextReachesBeyondItsFrame) {
  for (const TextField& field : kTextFields) {
    std::string body = withText(field, 10);
    const std::size_t at = 5 + field.before;
    for (const std::uint32_t length :
         {11u + static_cast<unsigned>(field.after), 0x7FFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFF0u}) {
      std::memcpy(body.data() + at, &length, 4);
      EXPECT_FALSE(decodes(field, body)) << field.what << " " << length;
    }
  }
}

TEST(WireLimits, EncodingCutsInsteadOfBreakingTheFrame) {
  CallFrame call{.n = 1, .path = std::string(kMaxPathBytes + 50, 'p'), .inputJson = "{}"};
  const auto again = decodeFromWorker(bodyOf(FromWorker(call)));
  ASSERT_TRUE(again);
  EXPECT_EQ(std::get<CallFrame>(*again).path.size(), kMaxPathBytes);
  EXPECT_EQ(std::get<CallFrame>(*again).inputJson, "{}");
}

DeliverFrame fullDelivery() {
  return {.run = 1,
          .n = 2,
          .clock = -3,
          .ok = true,
          .valueJson = "[4]",
          .message = "five",
          .code = "six",
          .status = -7,
          .bodyJson = "8",
          .toolPath = "nine",
          .hint = "ten"};
}

TEST(WireLimits, ADeliveryIsReadAsItWasWritten) {
  const auto decoded = decodeToWorker(bodyOf(ToWorker(fullDelivery())));
  ASSERT_TRUE(decoded);
  const auto& d = std::get<DeliverFrame>(*decoded);
  EXPECT_EQ(d.run, 1u);
  EXPECT_EQ(d.n, 2u);
  EXPECT_EQ(d.clock, -3);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.valueJson, "[4]");
  EXPECT_EQ(d.message, "five");
  EXPECT_EQ(d.code, "six");
  EXPECT_EQ(d.status, -7);
  EXPECT_EQ(d.bodyJson, "8");
  EXPECT_EQ(d.toolPath, "nine");
  EXPECT_EQ(d.hint, "ten");
}

TEST(WireLimits, TextsMayHoldAnyByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  DeliverFrame frame = fullDelivery();
  frame.valueJson = all;
  frame.toolPath = all;
  const auto decoded = decodeToWorker(bodyOf(ToWorker(frame)));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::get<DeliverFrame>(*decoded).valueJson, all);
  EXPECT_EQ(std::get<DeliverFrame>(*decoded).toolPath, all);
}

TEST(WireLimits, NumbersKeepTheirExtremes) {
  const auto timer = decodeToWorker(
      bodyOf(ToWorker(TimerFrame{.run = UINT32_MAX, .id = UINT32_MAX, .clock = INT64_MIN})));
  ASSERT_TRUE(timer);
  EXPECT_EQ(std::get<TimerFrame>(*timer).run, UINT32_MAX);
  EXPECT_EQ(std::get<TimerFrame>(*timer).id, UINT32_MAX);
  EXPECT_EQ(std::get<TimerFrame>(*timer).clock, INT64_MIN);
  const auto set =
      decodeFromWorker(bodyOf(FromWorker(TimerSetFrame{.run = 0, .id = 0, .delayMs = UINT32_MAX})));
  ASSERT_TRUE(set);
  EXPECT_EQ(std::get<TimerSetFrame>(*set).delayMs, UINT32_MAX);
}

TEST(WireLimits, EveryCutOfEveryFrameIsRefused) {
  const ToWorker down[] = {StartFrame{.code = "c"}, fullDelivery(), TimerFrame{}, StopFrame{}};
  for (const ToWorker& frame : down) {
    const std::string body = bodyOf(frame);
    EXPECT_TRUE(decodeToWorker(body));
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(decodeToWorker(std::string_view(body).substr(0, size))) << size;
    }
    EXPECT_FALSE(decodeToWorker(body + '\0'));
  }
  const FromWorker up[] = {ReadyFrame{},
                           StartedFrame{.code = "c"},
                           CallFrame{.n = 1, .path = "p", .inputJson = "{}", .optionsJson = "{}"},
                           TimerSetFrame{},
                           TimerClearedFrame{},
                           ConsoleFrame{.level = 4, .text = "t"},
                           EmitFrame{.emission = {"file", "a/b", "n", "t", "ZA=="}},
                           TurnEndFrame{},
                           EndFrame{.message = "m"},
                           StoppedFrame{},
                           LastWordFrame{},
                           LongTurnFrame{}};
  for (const FromWorker& frame : up) {
    const std::string body = bodyOf(frame);
    EXPECT_TRUE(decodeFromWorker(body));
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(decodeFromWorker(std::string_view(body).substr(0, size))) << size;
    }
    EXPECT_FALSE(decodeFromWorker(body + '\0'));
  }
}

TEST(WireLimits, ARefusalSaysTypeAndReasonInTheLogOnly) {
  struct Row {
    std::string body;
    const char* detail;
  };
  const Row rows[] = {
      {"", "frame of type 0: empty"},
      {std::string("\x63\0\0\0\0", 5), "frame of type 99: unknown type"},
      {std::string("\x16\0", 2), "frame of type 22: a number is cut off"},
      {std::string("\x16\0\0\0\0\0\0\0\0\0", 10), "frame of type 22: bytes are left over"},
      {std::string("\x11\0\0\0\0\x05\0\0\0x", 10), "frame of type 17: a text is cut off"},
      {std::string("\x15\0\0\0\0\x09\0\0\0\0", 10), "frame of type 21: unknown console level"},
  };
  for (const Row& row : rows) {
    const auto frame = decodeFromWorker(row.body);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(frame.error().message, "A sandbox frame is malformed.");
    EXPECT_EQ(frame.error().detail, row.detail);
  }
}

TEST(FrameBufferLimits, AFrameAtTheLimitIsTakenWhole) {
  FrameBuffer buffer;
  const auto length = static_cast<std::uint32_t>(kMaxFrameBytes);
  std::memcpy(buffer.prepare(4), &length, 4);
  buffer.committed(4);
  const auto none = buffer.next();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  for (std::size_t left = length; left > 0;) {
    const std::size_t part = std::min<std::size_t>(left, 1u << 20);
    std::memset(buffer.prepare(part), 'x', part);
    buffer.committed(part);
    left -= part;
  }
  const auto body = buffer.next();
  ASSERT_TRUE(body && *body);
  EXPECT_EQ((*body)->size(), kMaxFrameBytes);
  EXPECT_FALSE(*buffer.next());
}

TEST(FrameBufferLimits, RandomCutsNeverChangeTheFrames) {
  std::mt19937 random(17);
  for (int round = 0; round < 50; ++round) {
    std::string stream;
    std::vector<std::string> texts;
    for (int i = 0; i < 30; ++i) {
      texts.emplace_back(random() % 3'000, static_cast<char>('a' + i % 26));
      encodeFrame(FromWorker(ConsoleFrame{.level = 1, .text = texts.back()}), stream);
    }
    FrameBuffer buffer;
    std::size_t seen = 0;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t part = std::min<std::size_t>(1 + random() % 5'000, stream.size() - at);
      std::memcpy(buffer.prepare(part), stream.data() + at, part);
      buffer.committed(part);
      at += part;
      for (auto body = buffer.next(); body && *body; body = buffer.next()) {
        ASSERT_LT(seen, texts.size());
        EXPECT_EQ(std::get<ConsoleFrame>(*decodeFromWorker(**body)).text, texts[seen++]);
      }
    }
    EXPECT_EQ(seen, texts.size());
  }
}

}  // namespace
}  // namespace executor::sandbox

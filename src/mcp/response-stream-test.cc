// What a request hears before its answer: only what it asked for, and the answer always.
#include "mcp/response-stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace executor::mcp {
namespace {

Message asking(std::string_view metaText) {
  Message message;
  message.id = 1;
  message.params = {{"_meta", *parseJson(metaText)}};
  return message;
}
constexpr std::string_view kLevel = R"({"io.modelcontextprotocol/logLevel":"warning"})";

class KeptSink : public net::Sink {
 public:
  Task<Status> write(std::string bytes) override {
    if (gone) co_return fail(ErrorCode::cancelled, "gone");
    text += bytes;
    co_return Status{};
  }
  std::string text;
  bool gone = false;
};

// Carries the whole stream, while `speak` uses it on the same loop.
std::string carried(const std::shared_ptr<ResponseStream>& stream,
                    const std::function<void()>& speak = {}) {
  asio::io_context loop;
  auto sink = std::make_shared<KeptSink>();
  asio::co_spawn(loop, ResponseStream::carry(stream, sink), asio::detached);
  if (speak) asio::post(loop, speak);
  loop.run();
  return sink->text;
}

bool answeredAtOnce(ResponseStream& stream, const std::function<void()>& speak = {}) {
  asio::io_context loop;
  bool alone = false;
  asio::co_spawn(loop, stream.answeredAtOnce(),
                 [&](const std::exception_ptr&, bool value) { alone = value; });
  if (speak) asio::post(loop, speak);
  loop.run();
  return alone;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++at) ++found;
  return found;
}

TEST(ResponseStream, IsOnlyForRequestsThatAskAndClientsThatCanTakeOne) {
  constexpr std::string_view kBoth = "application/json, text/event-stream";
  EXPECT_TRUE(ResponseStream::wantsStream(asking(R"({"progressToken":"a"})"), kBoth));
  EXPECT_TRUE(ResponseStream::wantsStream(asking(R"({"progressToken":7})"), kBoth));
  EXPECT_TRUE(ResponseStream::wantsStream(asking(kLevel), kBoth));
  EXPECT_FALSE(ResponseStream::wantsStream(asking("{}"), kBoth));
  EXPECT_FALSE(ResponseStream::wantsStream(asking(R"({"progressToken":"a"})"), "application/json"));
  for (const char* bad : {R"({"progressToken":{}})", R"({"progressToken":1.5})",
                          R"({"io.modelcontextprotocol/logLevel":"loud"})"}) {
    EXPECT_FALSE(ResponseStream::wantsStream(asking(bad), kBoth)) << bad;
  }
}

TEST(ResponseStream, WithoutAnythingToSayTheAnswerIsAlone) {
  ResponseStream stream(asking(R"({"progressToken":"a"})"));
  EXPECT_TRUE(answeredAtOnce(stream, [&] { stream.answer("{}", 404); }));
  EXPECT_EQ(stream.message(), "{}");
  EXPECT_EQ(stream.status(), 404);
}

TEST(ResponseStream, TheFirstThingToSayOpensTheStream) {
  ResponseStream stream(asking(R"({"progressToken":"a"})"));
  EXPECT_FALSE(answeredAtOnce(stream, [&] { stream.progress(1, 2, "one"); }));
}

TEST(ResponseStream, ProgressRisesAndCarriesItsToken) {
  auto stream = std::make_shared<ResponseStream>(asking(R"({"progressToken":"a"})"));
  stream->progress(1, 3, "one");
  stream->progress(1, 3, "again");
  stream->progress(0.5, 3, "back");
  auto text = carried(stream, [&] {
    stream->progress(2, std::nullopt, "");
    stream->answer(R"({"last":1})", 200);
  });
  EXPECT_EQ(count(text, "notifications/progress"), 2u) << text;
  EXPECT_EQ(count(text, R"("progressToken":"a")"), 2u);
  EXPECT_NE(text.find(R"("total":3)"), std::string::npos);
  EXPECT_TRUE(text.ends_with("data: {\"last\":1}\n\n")) << text;
}

TEST(ResponseStream, NothingFollowsTheAnswer) {
  auto stream = std::make_shared<ResponseStream>(asking(R"({"progressToken":"a"})"));
  stream->answer("{}", 200);
  stream->progress(1, 1, "late");
  EXPECT_EQ(count(carried(stream), "data:"), 1u);
}

TEST(ResponseStream, LogsAreSentFromTheLevelThatWasAskedFor) {
  auto stream = std::make_shared<ResponseStream>(asking(kLevel));
  stream->log(LogLevel::info, "program", R"("quiet")");
  stream->log(LogLevel::error, "program", R"("loud")");
  stream->progress(1, 1, "no token");
  stream->answer("{}", 200);
  auto text = carried(stream);
  EXPECT_EQ(count(text, "notifications/message"), 1u);
  EXPECT_NE(text.find(R"("level":"error","logger":"program","data":"loud")"), std::string::npos);
  EXPECT_EQ(count(text, "notifications/progress"), 0u) << "no token was given";
}

TEST(ResponseStream, WithoutALevelNoLogIsEverSent) {
  auto stream = std::make_shared<ResponseStream>(asking(R"({"progressToken":"a"})"));
  stream->log(LogLevel::emergency, "program", R"("fire")");
  EXPECT_FALSE(stream->wantsLog(LogLevel::emergency));
  stream->answer("{}", 200);
  EXPECT_EQ(count(carried(stream), "notifications/message"), 0u);
}

TEST(ResponseStream, WhatIsHeldIsBoundedAndTheAnswerIsNotLost) {
  auto stream = std::make_shared<ResponseStream>(asking(kLevel));
  const std::string big = '"' + std::string(kMaxHeldBytes / 4, 'x') + '"';
  for (int i = 0; i < 8; ++i) stream->log(LogLevel::error, "", big);
  stream->answer(R"({"last":1})", 200);
  auto text = carried(stream);
  EXPECT_LE(text.size(), kMaxHeldBytes + 1'000);
  EXPECT_TRUE(text.ends_with("data: {\"last\":1}\n\n"));
}

TEST(ResponseStream, LogLinesOfOneAnswerAreBounded) {
  auto stream = std::make_shared<ResponseStream>(asking(kLevel));
  for (std::size_t i = 0; i < kMaxLogMessagesPerAnswer + 5; ++i) {
    stream->log(LogLevel::error, "", "1");
  }
  stream->answer("{}", 200);
  EXPECT_EQ(count(carried(stream), "notifications/message"), kMaxLogMessagesPerAnswer);
}

TEST(ResponseStream, AsksNothing) {
  ResponseStream stream(asking(kLevel));
  for (auto what : {Ask::ping, Ask::elicitForm, Ask::elicitUrl, Ask::sampling, Ask::roots}) {
    EXPECT_FALSE(stream.canAsk(what));
  }
}

TEST(ResponseStream, AClientThatIsGoneEndsTheCarrying) {
  auto stream = std::make_shared<ResponseStream>(asking(R"({"progressToken":"a"})"));
  stream->progress(1, 1, "x");
  asio::io_context loop;
  auto sink = std::make_shared<KeptSink>();
  sink->gone = true;
  asio::co_spawn(loop, ResponseStream::carry(stream, sink), asio::detached);
  loop.run();  // returns
  EXPECT_EQ(sink->text, "");
}

}  // namespace
}  // namespace executor::mcp

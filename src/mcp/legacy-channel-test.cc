// What a channel puts on its stream, without HTTP around it.
#include "mcp/legacy-channel.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/text.h"

namespace executor::mcp {
namespace {

class TakesAll : public net::Sink {
 public:
  Task<Status> write(std::string bytes) override {
    text += bytes;
    co_return Status{};
  }
  std::string text;
};

class McpLegacyChannel : public testing::Test {
 protected:
  McpLegacyChannel() {
    session_->version = "2025-11-25";
    session_->capabilities = {.elicitationForm = true, .elicitationUrl = true, .roots = true};
    asio::co_spawn(loop_, EventStream::carry(stream_, {.sink = sink_}), asio::detached);
  }
  ~McpLegacyChannel() override { session_->end(); }

  LegacyChannel channel(json::value token = nullptr) { return {stream_, session_, token}; }
  std::vector<json::value> sent() {
    settle();
    std::vector<json::value> out;
    for (auto line : splitText(sink_->text, '\n')) {
      if (line.starts_with("data: {")) out.push_back(*parseJson(line.substr(6)));
    }
    return out;
  }
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }
  using Asked = std::shared_ptr<std::optional<Result<json::value>>>;
  Asked ask(LegacyChannel& channel, Ask what = Ask::ping, Deadline deadline = Deadline::max(),
            std::shared_ptr<Withdrawal> withdrawal = nullptr) {
    auto out = std::make_shared<std::optional<Result<json::value>>>();
    asio::co_spawn(
        loop_, channel.ask(what, "ping", "", deadline, std::move(withdrawal)),
        [out](const std::exception_ptr&, Result<json::value> answer) { *out = std::move(answer); });
    settle();
    return out;
  }
  static std::string errorOf(const Asked& asked) {
    return asked->has_value() && !asked->value() ? std::string(asked->value().error().codeName())
                                                 : "no error";
  }

  asio::io_context loop_;
  std::shared_ptr<TakesAll> sink_ = std::make_shared<TakesAll>();
  std::shared_ptr<EventStream> stream_ =
      std::make_shared<EventStream>(1, EventStream::Form{}, std::make_shared<EventBudget>());
  std::shared_ptr<Session> session_ = std::make_shared<Session>();
};

TEST_F(McpLegacyChannel, ProgressRisesAndCarriesTheTokenAsItCame) {
  for (json::value token : {json::value("a"), json::value(7)}) {
    auto to = channel(token);
    to.progress(0, 10, "begun");
    to.progress(0, 10, "again");
    to.progress(-1, 10, "back");
    to.progress(0.5, std::nullopt, "");
    auto notes = sent();
    ASSERT_EQ(notes.size(), 2u);
    const auto& first = *findObject(notes[0], "params");
    EXPECT_EQ(*find(first, "progressToken"), token);
    EXPECT_EQ(findInteger(first, "total"), 10);
    EXPECT_FALSE(find(*findObject(notes[1], "params"), "total"));
    EXPECT_FALSE(find(*findObject(notes[1], "params"), "message"));
    sink_->text.clear();
  }
}

TEST_F(McpLegacyChannel, LogMessagesNeedALevelThatWasSet) {
  auto to = channel();
  EXPECT_FALSE(to.wantsLog(LogLevel::emergency));
  session_->logLevel = LogLevel::warning;
  EXPECT_FALSE(to.wantsLog(LogLevel::notice));
  EXPECT_TRUE(to.wantsLog(LogLevel::warning));
  to.log(LogLevel::error, "x", R"({"a":[1]})");
  auto notes = sent();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(serializeJson(*find(notes[0], "params")),
            R"({"level":"error","logger":"x","data":{"a":[1]}})");
}

TEST_F(McpLegacyChannel, AnyoneMayBePingedAndTheAnswerCounts) {
  auto to = channel();
  auto asked = ask(to);
  auto requests = sent();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(findString(requests[0], "method"), "ping");
  Message response{.kind = Message::Kind::response, .id = *find(requests[0], "id")};
  response.response = {{"result", json::object{}}};
  EXPECT_TRUE(session_->questions.answer(response));
  settle();
  ASSERT_TRUE(asked->has_value());
  EXPECT_TRUE(asked->value().has_value());
}

TEST_F(McpLegacyChannel, AQuestionThatNobodyAnswersInTimeIsTakenBack) {
  auto to = channel();
  auto asked = ask(to, Ask::ping, deadlineAfter(std::chrono::milliseconds(1)));
  while (!asked->has_value()) loop_.run_one();
  EXPECT_EQ(errorOf(asked), "timed_out");
  auto last = sent().back();
  EXPECT_EQ(findString(last, "method"), "notifications/cancelled");
  EXPECT_EQ(session_->questions.size(), 0u);
}

TEST_F(McpLegacyChannel, AWithdrawnQuestionSaysWhy) {
  auto to = channel();
  auto withdrawal = std::make_shared<Withdrawal>();
  auto asked = ask(to, Ask::ping, Deadline::max(), withdrawal);
  withdrawal->withdraw("decided elsewhere");
  settle();
  EXPECT_EQ(errorOf(asked), "cancelled");
  EXPECT_EQ(findString(*findObject(sent().back(), "params"), "reason"), "decided elsewhere");
}

TEST_F(McpLegacyChannel, AQuestionThatWasWithdrawnBeforeIsTakenBackAtOnce) {
  auto to = channel();
  auto withdrawal = std::make_shared<Withdrawal>();
  withdrawal->withdraw("too late");
  EXPECT_EQ(errorOf(ask(to, Ask::ping, Deadline::max(), withdrawal)), "cancelled");
}

TEST_F(McpLegacyChannel, TheEndOfTheSessionEndsItsQuestions) {
  auto to = channel();
  auto asked = ask(to);
  session_->end();
  settle();
  EXPECT_EQ(errorOf(asked), "cancelled");
  EXPECT_EQ(errorOf(ask(to)), "unavailable");
}

TEST_F(McpLegacyChannel, AsksOnlyWhatTheClientDeclared) {
  auto to = channel();
  EXPECT_TRUE(to.canAsk(Ask::elicitForm) && to.canAsk(Ask::elicitUrl) && to.canAsk(Ask::roots));
  EXPECT_FALSE(to.canAsk(Ask::sampling));
  EXPECT_EQ(errorOf(ask(to, Ask::sampling)), "unavailable");
  EXPECT_EQ(sent().size(), 0u);
}

TEST_F(McpLegacyChannel, WithoutASessionNobodyIsAsked) {
  LegacyChannel to(stream_, nullptr, "t");
  EXPECT_FALSE(to.canAsk(Ask::ping));
  EXPECT_FALSE(to.wantsLog(LogLevel::emergency));
  EXPECT_TRUE(to.wantsProgress());
}

TEST_F(McpLegacyChannel, AFullTableOfQuestionsAsksNoMore) {
  auto to = channel();
  for (std::size_t i = 0; i < kMaxOpenQuestions; ++i) ask(to);
  EXPECT_EQ(errorOf(ask(to)), "unavailable");
}

TEST(McpProgressToken, IsAStringOrAnInteger) {
  auto token = [](const char* meta) {
    Message message;
    message.params = {{"_meta", *parseJson(meta)}};
    return progressTokenOf(message);
  };
  EXPECT_EQ(token(R"({"progressToken":"a"})"), json::value("a"));
  EXPECT_EQ(token(R"({"progressToken":0})"), json::value(0));
  for (const char* meta : {"{}", "[]", "null", R"({"progressToken":1.5})",
                           R"({"progressToken":null})", R"({"progressToken":{}})"}) {
    EXPECT_TRUE(token(meta).is_null()) << meta;
  }
  EXPECT_TRUE(progressTokenOf(Message{}).is_null());
}

}  // namespace
}  // namespace executor::mcp

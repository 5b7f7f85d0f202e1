// An answer counts once, for an open question, in its own session.
#include "mcp/server-requests.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

Message response(std::string_view text) { return *readMessage(*parseJson(text)); }

Message answerTo(std::int64_t id) {
  return response(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
                  R"(,"result":{"action":"decline"}})");
}

TEST(McpServerRequests, AnAnswerReachesItsQuestion) {
  ServerRequests requests;
  auto one = requests.open();
  auto two = requests.open();
  EXPECT_NE(one->id, two->id);
  EXPECT_TRUE(requests.answer(answerTo(two->id)));
  EXPECT_FALSE(one->answer);
  ASSERT_TRUE(two->answer && two->answer->has_value());
  EXPECT_EQ(findString(**two->answer, "action"), "decline");
  EXPECT_EQ(requests.size(), 1u);
}

TEST(McpServerRequests, AnAnswerCountsOnce) {
  ServerRequests requests;
  auto question = requests.open();
  EXPECT_TRUE(requests.answer(answerTo(question->id)));
  auto other = response(R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept"}})");
  EXPECT_FALSE(requests.answer(other));
  EXPECT_EQ(findString(**question->answer, "action"), "decline");
}

TEST(McpServerRequests, AnswersToQuestionsNeverAskedAreDropped) {
  ServerRequests requests;
  auto question = requests.open();
  for (const char* text :
       {R"({"jsonrpc":"2.0","id":99,"result":{}})", R"({"jsonrpc":"2.0","id":"1","result":{}})",
        R"({"jsonrpc":"2.0","id":1.5,"result":{}})", R"({"jsonrpc":"2.0","id":null,"result":{}})",
        R"({"jsonrpc":"2.0","result":{}})", R"({"jsonrpc":"2.0","id":[1],"result":{}})",
        R"({"jsonrpc":"2.0","id":-1,"error":{}})"}) {
    EXPECT_FALSE(requests.answer(response(text))) << text;
  }
  EXPECT_FALSE(question->answer);
}

TEST(McpServerRequests, AnAnswerOfAnotherSessionDoesNotCount) {
  ServerRequests mine, foreign;
  auto question = mine.open();
  EXPECT_FALSE(foreign.answer(answerTo(question->id)));
  EXPECT_FALSE(question->answer);
}

TEST(McpServerRequests, AnAnswerAfterTheQuestionWasClosedIsDropped) {
  ServerRequests requests;
  auto question = requests.open();
  requests.close(question->id);
  EXPECT_FALSE(requests.answer(answerTo(question->id)));
  EXPECT_FALSE(question->answer);
}

TEST(McpServerRequests, AnErrorOfTheClientIsAnErrorWithItsWordsBounded) {
  ServerRequests requests;
  auto question = requests.open();
  const std::string words(10'000, 'w');
  EXPECT_TRUE(requests.answer(
      response(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":")" + words + R"("}})")));
  ASSERT_TRUE(question->answer);
  ASSERT_FALSE(question->answer->has_value());
  EXPECT_EQ(question->answer->error().code, ErrorCode::unavailable);
  EXPECT_LT(question->answer->error().message.size(), 500u);
}

TEST(McpServerRequests, AResultThatIsNoObjectIsRefused) {
  ServerRequests requests;
  auto question = requests.open();
  EXPECT_TRUE(requests.answer(response(R"({"jsonrpc":"2.0","id":1,"result":"approve"})")));
  EXPECT_EQ(question->answer->error().code, ErrorCode::invalid_argument);
}

TEST(McpServerRequests, AreBounded) {
  ServerRequests requests;
  for (std::size_t i = 0; i < kMaxOpenQuestions; ++i) EXPECT_TRUE(requests.open());
  EXPECT_FALSE(requests.open());
  EXPECT_TRUE(requests.answer(answerTo(1)));
  EXPECT_TRUE(requests.open());
}

TEST(McpServerRequests, EndWithTheirSession) {
  ServerRequests requests;
  auto question = requests.open();
  requests.end();
  ASSERT_TRUE(question->answer);
  EXPECT_EQ(question->answer->error().code, ErrorCode::cancelled);
  EXPECT_FALSE(requests.open());
  EXPECT_FALSE(requests.answer(answerTo(question->id)));
}

}  // namespace
}  // namespace executor::mcp

#include "mcp/client-channel.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

namespace executor::mcp {
namespace {

TEST(McpLogLevel, IsOneOfEightInOrderOfSeverity) {
  const char* names[] = {"debug", "info",     "notice", "warning",
                         "error", "critical", "alert",  "emergency"};
  for (int i = 0; i < 8; ++i) {
    auto level = parseLogLevel(names[i]);
    ASSERT_TRUE(level) << names[i];
    EXPECT_EQ(static_cast<int>(*level), i);
    EXPECT_EQ(name(*level), names[i]);
  }
}

TEST(McpLogLevel, OfAnotherNameDoesNotExist) {
  for (const char* text : {"", "INFO", "warn", "fatal", "emergencyy"}) {
    EXPECT_FALSE(parseLogLevel(text)) << text;
  }
}

TEST(McpWithdrawal, RunsItsCallbackOnceAndKeepsTheFirstReason) {
  Withdrawal withdrawal;
  int runs = 0;
  withdrawal.onWithdraw([&] { ++runs; });
  EXPECT_FALSE(withdrawal.withdrawn());
  withdrawal.withdraw("decided elsewhere");
  withdrawal.withdraw("too late");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(withdrawal.reason(), "decided elsewhere");
}

TEST(McpWithdrawal, ThatCameFirstRunsTheCallbackAtOnce) {
  Withdrawal withdrawal;
  withdrawal.withdraw("gone");
  int runs = 0;
  withdrawal.onWithdraw([&] { ++runs; });
  EXPECT_EQ(runs, 1);
}

TEST(McpWithdrawal, ForgetsACallbackThatWasTakenAway) {
  Withdrawal withdrawal;
  withdrawal.onWithdraw([] { FAIL(); });
  withdrawal.onWithdraw(nullptr);
  withdrawal.withdraw("gone");
  withdrawal.onWithdraw(nullptr);  // also when it is over
}

TEST(McpSilentChannel, WantsNothingAndAsksNobody) {
  auto channel = silentChannel();
  EXPECT_FALSE(channel->wantsProgress());
  EXPECT_FALSE(channel->wantsLog(LogLevel::emergency));
  for (auto what : {Ask::ping, Ask::elicitForm, Ask::elicitUrl, Ask::sampling, Ask::roots}) {
    EXPECT_FALSE(channel->canAsk(what));
  }
  channel->progress(1, 2, "x");
  channel->log(LogLevel::error, "a", "{}");
  channel->notify("notifications/x", "");
  channel->pause();
}

TEST(McpSilentChannel, AnswersAQuestionWithAnErrorAtOnce) {
  asio::io_context loop;
  std::optional<Error> error;
  asio::co_spawn(loop, silentChannel()->ask(Ask::ping, "ping", "{}", Deadline::max(), nullptr),
                 [&](std::exception_ptr, Result<json::value> got) { error = got.error(); });
  loop.run();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace executor::mcp

#include "mcp/sessions.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <set>

namespace executor::mcp {
namespace {

Principal holder(std::string key = "key_a", std::string workspace = "ws_a") {
  return {.accountId = "acct_a", .workspaceId = std::move(workspace), .keyId = std::move(key)};
}

class McpSessions : public testing::Test {
 protected:
  std::string open(const Principal& principal) {
    return sessions_.open(principal, {.version = "2025-06-18", .clientName = "client"})->id;
  }

  ManualClock clock_{1'000'000};
  Sessions sessions_{clock_, 3};
};

TEST_F(McpSessions, KeepWhatInitializeNegotiated) {
  auto id = open(holder());
  auto found = sessions_.find(id, holder());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, "2025-06-18");
  EXPECT_EQ(found->clientName, "client");
}

TEST_F(McpSessions, HaveIdsThatCannotBeGuessed) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(open(holder()));
  EXPECT_EQ(seen.size(), 100u);
  for (const auto& id : seen) {
    EXPECT_GE(id.size(), 32u);
    // MCP, session management: visible ASCII only.
    for (char c : id) EXPECT_TRUE(c > 0x20 && c < 0x7f);
  }
}

TEST_F(McpSessions, OfAnotherPrincipalAreUnknown) {
  auto id = open(holder());
  EXPECT_FALSE(sessions_.find(id, holder("key_b")));
  EXPECT_FALSE(sessions_.find(id, holder("key_a", "ws_b")));
  EXPECT_FALSE(sessions_.close(id, holder("key_b")));
  EXPECT_TRUE(sessions_.find(id, holder()));
}

TEST_F(McpSessions, UnknownIdsAreUnknown) {
  for (const char* id : {"", "guess", "../x"}) EXPECT_FALSE(sessions_.find(id, holder())) << id;
}

TEST_F(McpSessions, EndWhenClosed) {
  auto id = open(holder());
  EXPECT_TRUE(sessions_.close(id, holder()));
  EXPECT_FALSE(sessions_.find(id, holder()));
  EXPECT_FALSE(sessions_.close(id, holder()));
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(McpSessions, ExpireWhenIdle) {
  auto id = open(holder());
  clock_.advance(kSessionIdleMs);
  EXPECT_TRUE(sessions_.find(id, holder())) << "use keeps it alive";
  clock_.advance(kSessionIdleMs + 1);
  EXPECT_FALSE(sessions_.find(id, holder()));
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(McpSessions, AFullTableDropsTheLongestUnused) {
  auto first = open(holder());
  auto second = open(holder());
  auto third = open(holder());
  EXPECT_TRUE(sessions_.find(first, holder()));  // now the most recently used
  auto fourth = open(holder());
  EXPECT_EQ(sessions_.size(), 3u);
  EXPECT_FALSE(sessions_.find(second, holder()));
  for (const auto& id : {first, third, fourth}) EXPECT_TRUE(sessions_.find(id, holder()));
}

TEST_F(McpSessions, OpeningOneDropsTheExpired) {
  open(holder());
  open(holder());
  clock_.advance(kSessionIdleMs + 1);
  open(holder());
  EXPECT_EQ(sessions_.size(), 1u);
}

TEST_F(McpSessions, ARequestInFlightOutlivesItsSession) {
  auto session = sessions_.open(holder(), {.version = "2025-06-18"});
  session->requests["1"] = std::make_shared<RequestCancel>();
  EXPECT_TRUE(sessions_.close(session->id, holder()));
  EXPECT_EQ(session->requests.count("1"), 1u);
}

TEST_F(McpSessions, EndTheirStreamsAndQuestionsHoweverTheyEnd) {
  auto closed = sessions_.open(holder(), {.version = "2025-11-25"});
  auto expired = sessions_.open(holder(), {.version = "2025-11-25"});
  auto question = closed->questions.open();
  auto stream = closed->events.open();
  sessions_.close(closed->id, holder());
  EXPECT_TRUE(closed->ended && stream->finished() && question->answer);
  clock_.advance(kSessionIdleMs + 1);
  EXPECT_FALSE(sessions_.find(expired->id, holder()));
  EXPECT_TRUE(expired->ended);
}

TEST_F(McpSessions, OneThatIsEvictedEndsToo) {
  auto first = sessions_.open(holder(), {.version = "2025-11-25"});
  for (int i = 0; i < 3; ++i) open(holder());
  EXPECT_TRUE(first->ended);
}

TEST_F(McpSessions, UseWithoutARequestKeepsThemToo) {
  auto session = sessions_.open(holder(), {.version = "2025-11-25"});
  clock_.advance(kSessionIdleMs);
  sessions_.touch(*session);
  clock_.advance(kSessionIdleMs);
  EXPECT_TRUE(sessions_.find(session->id, holder()));
}

TEST_F(McpSessions, AskOnlyWhatWasDeclaredAndNothingAfterTheirEnd) {
  auto session = sessions_.open(
      holder(), {.version = "2025-11-25", .capabilities = {.elicitationUrl = true, .roots = true}});
  EXPECT_TRUE(session->canAsk(Ask::ping) && session->canAsk(Ask::elicitUrl));
  EXPECT_TRUE(session->canAsk(Ask::roots));
  EXPECT_FALSE(session->canAsk(Ask::elicitForm) || session->canAsk(Ask::sampling));
  session->end();
  EXPECT_FALSE(session->canAsk(Ask::ping));
}

TEST_F(McpSessions, BeginTheirStreamsAsTheirRevisionKnows) {
  auto carried = [](Session& session) {
    asio::io_context loop;
    struct Sink : net::Sink {
      Task<Status> write(std::string bytes) override {
        text += bytes;
        co_return Status{};
      }
      std::string text;
    };
    auto sink = std::make_shared<Sink>();
    auto stream = session.events.open();
    stream->finish();
    asio::co_spawn(loop, EventStream::carry(stream, {.sink = sink}), asio::detached);
    loop.run();
    return sink->text;
  };
  auto young = sessions_.open(holder(), {.version = "2025-11-25"});
  auto old = sessions_.open(holder(), {.version = "2025-06-18"});
  EXPECT_EQ(carried(*young), "id: 1-0\nretry: 1000\ndata: \n\n");
  EXPECT_EQ(carried(*old), ":\n\n") << "older clients would try to read an empty message";
}

}  // namespace
}  // namespace executor::mcp

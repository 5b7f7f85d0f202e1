#include "mcp/sessions.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace executor::mcp

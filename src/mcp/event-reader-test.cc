#include "mcp/event-reader.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

using Texts = std::vector<std::string>;

TEST(McpEventReader, GivesEachMessageOnceItIsComplete) {
  EventReader reader;
  EXPECT_EQ(reader.take("id: 1-1\nevent: message\ndata: {\"a\""), Texts{});
  EXPECT_EQ(reader.take(":1}\n\ndata: {}\n"), Texts{R"({"a":1})"});
  EXPECT_EQ(reader.take("\n"), Texts{"{}"});
}

TEST(McpEventReader, ReadsTheSameHoweverItIsCut) {
  const std::string text =
      ":\n\nid: 1-0\nretry: 1000\ndata: \n\nid: 1-1\ndata: one\n\nid: 1-2\ndata: two\n\n";
  for (std::size_t size = 1; size < text.size(); ++size) {
    EventReader reader;
    Texts got;
    for (std::size_t at = 0; at < text.size(); at += size) {
      for (auto& message : reader.take(std::string_view(text).substr(at, size))) {
        got.push_back(std::move(message));
      }
    }
    EXPECT_EQ(got, (Texts{"one", "two"})) << size;
    EXPECT_EQ(reader.lastId(), "1-2");
  }
}

TEST(McpEventReader, RemembersTheIdOfAnEmptyEvent) {
  EventReader reader;
  EXPECT_EQ(reader.take("id: 4-0\nretry: 1000\ndata: \n\n"), Texts{});
  EXPECT_EQ(reader.lastId(), "4-0");
}

TEST(McpEventReader, KeepsAPlainBodyAsItIs) {
  EventReader reader;
  EXPECT_EQ(reader.take("{\"a\":\n\n"), Texts{});
  EXPECT_EQ(reader.take("1}"), Texts{});
  EXPECT_EQ(reader.rest(), "{\"a\":\n\n1}");
}

TEST(McpEventReader, JoinsTheLinesOfAMessage) {
  EventReader reader;
  EXPECT_EQ(reader.take("data: {\ndata: }\n\n"), Texts{"{ }"});
}

TEST(McpEventReader, ForgetsHalfAnEventOfTheFormerConnection) {
  EventReader reader;
  reader.take("id: 1-1\ndata: {}\n\nid: 1-2\ndata: {\"half");
  reader.restart();
  EXPECT_EQ(reader.take("id: 1-2\ndata: {}\n\n"), Texts{"{}"});
}

}  // namespace
}  // namespace executor::mcp

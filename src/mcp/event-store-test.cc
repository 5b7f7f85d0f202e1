// Which streams of a session can be found again, and by which ids.
#include "mcp/event-store.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

class McpEventStore : public testing::Test {
 protected:
  std::shared_ptr<EventStream> answered(std::size_t bytes = 10) {
    auto stream = store_.open();
    stream->push(std::string(bytes, 'x'));
    stream->finish();
    return stream;
  }
  bool finds(const EventStream& stream) {
    return store_.locate(std::to_string(stream.number()) + "-0").has_value();
  }

  EventStore store_{std::make_shared<EventBudget>()};
};

TEST_F(McpEventStore, FindsAStreamAndAPlaceByTheIdItGaveOut) {
  auto one = store_.open();
  auto two = store_.open();
  two->push("a");
  two->push("b");
  auto found = store_.locate("2-1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stream, two);
  EXPECT_EQ(found->after, 1u);
  EXPECT_EQ(store_.locate("1-0")->stream, one);
}

TEST_F(McpEventStore, RefusesIdsItNeverGaveOut) {
  store_.open()->push("a");
  for (const char* id : {"",
                         "-",
                         "1",
                         "1-",
                         "-1",
                         "1-2",
                         "2-0",
                         "0-0",
                         "1-1 ",
                         " 1-1",
                         "1-+1",
                         "+1-1",
                         "01-1",
                         "1-01",
                         "1--1",
                         "1-1-1",
                         "a-b",
                         "99999999999999999999999-1",
                         "1-18446744073709551616",
                         "1-1\n"}) {
    auto found = store_.locate(id);
    ASSERT_FALSE(found) << id;
    EXPECT_EQ(found.error().code, ErrorCode::invalid_argument) << id;
    EXPECT_NE(found.error().hint.find("resume"), std::string::npos);
  }
}

TEST_F(McpEventStore, HasOneStreamThatBelongsToNoRequest) {
  EXPECT_EQ(store_.standalone(), store_.standalone());
  EXPECT_EQ(store_.locate("0-0")->stream, store_.standalone());
}

TEST_F(McpEventStore, KeepsTheNewestAnsweredStreams) {
  auto first = answered();
  for (std::size_t i = 1; i < kMaxAnsweredStreams; ++i) answered();
  store_.open();
  EXPECT_TRUE(finds(*first));
  answered();
  store_.open();
  EXPECT_FALSE(finds(*first)) << "one more than it may keep";
}

TEST_F(McpEventStore, KeepsAnsweredStreamsUpToTheirBytes) {
  auto first = answered(kMaxAnsweredBytes / 2);
  auto second = answered(kMaxAnsweredBytes / 2);
  store_.open();
  EXPECT_TRUE(finds(*first));
  auto third = answered(1);
  store_.open();
  EXPECT_FALSE(finds(*first));
  EXPECT_TRUE(finds(*second));
  EXPECT_TRUE(finds(*third));
}

TEST_F(McpEventStore, KeepsNoStreamThatWasAnsweredWithoutEvents) {
  auto silent = store_.open();
  silent->finish();
  store_.open();
  EXPECT_FALSE(finds(*silent));
}

TEST_F(McpEventStore, NeverForgetsAStreamThatIsNotAnswered) {
  auto open = store_.open();
  open->push("x");
  for (int i = 0; i < 100; ++i) answered();
  EXPECT_TRUE(finds(*open));
}

TEST_F(McpEventStore, OpensABoundedNumberOfStreams) {
  std::vector<std::shared_ptr<EventStream>> streams;
  for (std::size_t i = 0; i < kMaxOpenStreams + kMaxAnsweredStreams; ++i) {
    streams.push_back(store_.open());
    ASSERT_TRUE(streams.back());
  }
  EXPECT_FALSE(store_.open());
  streams.front()->finish();
  EXPECT_TRUE(store_.open());
}

TEST_F(McpEventStore, EndsAllStreamsWhenItCloses) {
  auto request = store_.open();
  auto own = store_.standalone();
  store_.close();
  EXPECT_TRUE(request->finished());
  EXPECT_TRUE(own->finished());
}

}  // namespace
}  // namespace executor::mcp

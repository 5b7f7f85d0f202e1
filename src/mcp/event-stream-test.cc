// One stream on several connections, one after the other.
#include "mcp/event-stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace executor::mcp {
namespace {

// Collects what is written; a broken one fails from then on.
class FakeSink : public net::Sink {
 public:
  Task<Status> write(std::string bytes) override {
    if (broken) co_return fail(ErrorCode::cancelled, "gone");
    text += bytes;
    co_return Status{};
  }
  std::string text;
  bool broken = false;
};

class McpEventStream : public testing::Test {
 protected:
  struct Connection {
    std::shared_ptr<FakeSink> sink = std::make_shared<FakeSink>();
    std::shared_ptr<net::Disconnect> disconnected = std::make_shared<net::Disconnect>();
    bool over = false;
  };
  std::shared_ptr<EventStream> make(EventStream::Form form = {}) {
    return std::make_shared<EventStream>(3, form, budget_);
  }
  std::shared_ptr<Connection> carry(const std::shared_ptr<EventStream>& stream,
                                    EventStream::Carriage carriage = {}) {
    auto connection = std::make_shared<Connection>();
    carriage.sink = connection->sink;
    carriage.disconnected = connection->disconnected;
    asio::co_spawn(loop_, EventStream::carry(stream, std::move(carriage)),
                   [connection](const std::exception_ptr&) { connection->over = true; });
    settle();
    return connection;
  }
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }

  asio::io_context loop_;
  std::shared_ptr<EventBudget> budget_ = std::make_shared<EventBudget>();
};

TEST_F(McpEventStream, SendsWhatIsPushedUnderRisingIdsAndEndsWhenFinished) {
  auto stream = make();
  auto client = carry(stream);
  stream->push("one");
  settle();
  stream->push("two");
  stream->finish();
  settle();
  EXPECT_EQ(client->sink->text,
            ":\n\nid: 3-1\nevent: message\ndata: one\n\nid: 3-2\nevent: message\ndata: two\n\n");
  EXPECT_TRUE(client->over);
}

TEST_F(McpEventStream, SendsWhatCameBeforeTheConnection) {
  auto stream = make();
  stream->push("early");
  auto client = carry(stream);
  EXPECT_NE(client->sink->text.find("early"), std::string::npos);
  EXPECT_FALSE(client->over);
}

TEST_F(McpEventStream, BeginsWithAnEmptyEventWhereTheRevisionPrimes) {
  auto client = carry(make({.ids = true, .primed = true}));
  EXPECT_EQ(client->sink->text, "id: 3-0\nretry: 1000\ndata: \n\n");
}

TEST_F(McpEventStream, HasNoIdsWhereNobodyCanComeBack) {
  auto stream = make({.ids = false});
  stream->push("one");
  EXPECT_EQ(carry(stream)->sink->text, ":\n\nevent: message\ndata: one\n\n");
}

TEST_F(McpEventStream, GoesOnBehindTheLastIdOnANewConnection) {
  auto stream = make();
  for (const char* text : {"one", "two", "three"}) stream->push(text);
  auto first = carry(stream);
  first->disconnected->fire();
  settle();
  EXPECT_TRUE(first->over);
  stream->push("four");
  stream->finish();
  auto second = carry(stream, {.after = 2});
  EXPECT_EQ(second->sink->text.find("two"), std::string::npos);
  for (const char* text : {"three", "four"}) {
    EXPECT_NE(second->sink->text.find(text), std::string::npos) << text;
  }
  EXPECT_TRUE(second->over);
}

TEST_F(McpEventStream, IsCarriedByTheNewestConnectionAlone) {
  auto stream = make();
  auto old = carry(stream);
  auto young = carry(stream);
  EXPECT_TRUE(old->over);
  stream->push("once");
  settle();
  EXPECT_EQ(old->sink->text.find("once"), std::string::npos);
  EXPECT_NE(young->sink->text.find("once"), std::string::npos);
}

TEST_F(McpEventStream, KeepsWhatABrokenConnectionDidNotTake) {
  auto stream = make();
  auto client = carry(stream);
  client->sink->broken = true;
  stream->push("lost?");
  settle();
  EXPECT_TRUE(client->over);
  EXPECT_EQ(stream->sent(), 0u);
  auto again = carry(stream, {.after = stream->sent()});
  EXPECT_NE(again->sink->text.find("lost?"), std::string::npos);
  EXPECT_EQ(stream->sent(), 1u);
}

TEST_F(McpEventStream, EndsAConnectionAndGoesOnWhenInterrupted) {
  auto stream = make();
  auto client = carry(stream);
  stream->interrupt();
  settle();
  EXPECT_TRUE(client->over);
  EXPECT_FALSE(stream->finished());
  stream->push("later");
  EXPECT_NE(carry(stream)->sink->text.find("later"), std::string::npos);
}

TEST_F(McpEventStream, TakesNothingAfterItsEnd) {
  auto stream = make();
  stream->push("answer");
  stream->finish();
  stream->push("late");
  EXPECT_EQ(stream->last(), 1u);
}

TEST_F(McpEventStream, KeepsAsManyEventsAsItMay) {
  auto stream = make();
  for (std::size_t i = 0; i < kMaxStreamEvents; ++i) stream->push("x");
  EXPECT_EQ(stream->kept(), kMaxStreamEvents);
  stream->push("x");
  EXPECT_EQ(stream->kept(), kMaxStreamEvents) << "the oldest makes room";
  EXPECT_EQ(stream->last(), kMaxStreamEvents + 1);
}

TEST_F(McpEventStream, KeepsAsManyBytesAsItMayAndAlwaysTheLast) {
  auto stream = make();
  for (int i = 0; i < 8; ++i) stream->push(std::string(kMaxStreamBytes / 8, 'x'));
  EXPECT_EQ(stream->kept(), 8u);
  stream->push("y");
  EXPECT_EQ(stream->kept(), 8u);
  stream->push(std::string(2 * kMaxStreamBytes, 'z'));
  EXPECT_EQ(stream->kept(), 1u) << "the answer stays, whatever its size";
}

TEST_F(McpEventStream, SharesABudgetWithAllOthers) {
  budget_->limit = 100;
  auto hoarder = make();
  hoarder->push(std::string(90, 'x'));
  {
    auto other = make();
    auto client = carry(other);
    other->push(std::string(20, 'y'));
    settle();
    other->push(std::string(20, 'z'));
    EXPECT_EQ(other->kept(), 1u) << "what was sent makes room";
    EXPECT_EQ(hoarder->kept(), 1u);
    client->disconnected->fire();
    settle();
  }
  EXPECT_EQ(budget_->used, 90u) << "what ends gives back";
}

TEST_F(McpEventStream, LosesWhatWasNotSentOnlyWhenTheBudgetIsPassedTwice) {
  budget_->limit = 100;
  auto hoarder = make();
  hoarder->push(std::string(150, 'x'));
  auto other = make();
  for (int i = 0; i < 5; ++i) other->push(std::string(10, 'y'));
  EXPECT_EQ(other->kept(), 5u) << "a question is not lost to another's hoard";
  other->push(std::string(10, 'y'));
  EXPECT_EQ(other->kept(), 5u);
}

TEST_F(McpEventStream, EndsWhenTheServerStops) {
  bool stopped = false;
  auto client =
      carry(make(), {.stopped = [&] { return stopped; }, .interval = std::chrono::milliseconds(1)});
  EXPECT_FALSE(client->over);
  stopped = true;
  while (!client->over) loop_.run_one();
}

TEST_F(McpEventStream, RunsItsTickBeforeItWaits) {
  auto stream = make();
  auto client = carry(stream, {.tick = [&]() -> Task<void> {
                        if (stream->last() == 0) stream->push("found by the tick");
                        co_return;
                      }});
  EXPECT_NE(client->sink->text.find("found by the tick"), std::string::npos);
}

TEST_F(McpEventStream, NeverLetsAMessageBreakOutOfItsEvent) {
  auto stream = make();
  stream->push("a\n\nid: 9-9\ndata: forged");
  EXPECT_EQ(carry(stream)->sink->text.find("\nid: 9-9"), std::string::npos);
}

}  // namespace
}  // namespace executor::mcp

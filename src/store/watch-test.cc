#include "store/watch.h"

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

Deadline passed() { return SteadyClock::now(); }

TEST(Watch, WakesTheWaiter) {
  asio::io_context loop;
  WatchBoard board;
  Watch watch = board.watch("t");
  asio::post(loop, [&] { board.notify("t"); });
  EXPECT_TRUE(await(loop, watch.wait()));
}

TEST(Watch, ATouchBeforeWaitingIsNotLost) {
  asio::io_context loop;
  WatchBoard board;
  Watch watch = board.watch("t");
  board.notify("t");
  EXPECT_TRUE(await(loop, watch.wait()));
}

TEST(Watch, ManyTouchesAreOneWake) {
  asio::io_context loop;
  WatchBoard board;
  Watch watch = board.watch("t");
  for (int i = 0; i < 3; ++i) board.notify("t");
  EXPECT_TRUE(await(loop, watch.wait()));
  EXPECT_FALSE(await(loop, watch.wait(passed())));
}

TEST(Watch, OtherTopicsDoNotWake) {
  asio::io_context loop;
  WatchBoard board;
  Watch watch = board.watch("t");
  board.notify("other");
  EXPECT_FALSE(await(loop, watch.wait(passed())));
}

TEST(Watch, EveryWatcherOfATopicWakes) {
  asio::io_context loop;
  WatchBoard board;
  Watch first = board.watch("t");
  Watch second = board.watch("t");
  board.notifyAll();
  EXPECT_TRUE(await(loop, first.wait()));
  EXPECT_TRUE(await(loop, second.wait()));
}

TEST(Watch, TheDeadlineEndsTheWait) {
  asio::io_context loop;
  WatchBoard board;
  Watch watch = board.watch("t");
  EXPECT_FALSE(await(loop, watch.wait(deadlineAfter(std::chrono::milliseconds(1)))));
}

TEST(Watch, TopicsThatNobodyWatchesAreForgotten) {
  WatchBoard board;
  for (int i = 0; i < 10'000; ++i) board.watch("topic" + std::to_string(i));
  EXPECT_LT(board.size(), 200u);
}

}  // namespace
}  // namespace executor::store::testing

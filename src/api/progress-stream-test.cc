// A slow, absent or leaving reader, and work that reports from another thread.
#include "api/progress-stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "base/json.h"
#include "base/signal.h"

namespace executor::api {
namespace {

// Keeps what was written; `gate`, while set, holds the first write back.
class FakeSink final : public net::Sink {
 public:
  Task<Status> write(std::string bytes) override {
    if (gate != nullptr) (void)co_await std::exchange(gate, nullptr)->wait(Deadline::max());
    if (left) co_return fail(ErrorCode::cancelled, "The client has left.");
    events.push_back(std::move(bytes));
    co_return Status{};
  }

  std::vector<std::string> events;
  Signal* gate = nullptr;
  bool left = false;
};

class ProgressStream : public testing::Test {
 protected:
  // Starts the stream; `ended_` is set when the connection's side is over.
  void start(SourceWork work) {
    response_ = streamProgress(std::move(work), "req_1");
    asio::co_spawn(loop_, response_.stream(sink_), [this](const std::exception_ptr& thrown) {
      EXPECT_FALSE(thrown);
      ended_ = true;
    });
  }

  asio::io_context loop_;
  std::shared_ptr<FakeSink> sink_ = std::make_shared<FakeSink>();
  net::Response response_;
  bool ended_ = false;
};

TEST_F(ProgressStream, DropsTheOldestProgressForASlowReaderAndNeverTheEnd) {
  Signal gate;
  sink_->gate = &gate;
  start([&](catalog::Progress progress) -> Task<Result<catalog::SourceView>> {
    for (std::size_t i = 0; i < 10 * kMaxQueuedProgress; ++i) progress("step", i, 0);
    gate.notify();
    co_return catalog::SourceView{.id = "src_1"};
  });
  loop_.run();
  ASSERT_TRUE(ended_);
  EXPECT_LE(sink_->events.size(), kMaxQueuedProgress + 2);
  EXPECT_TRUE(sink_->events.back().starts_with("event: done\n")) << sink_->events.back();
  const auto last = std::to_string(10 * kMaxQueuedProgress - 1);
  EXPECT_TRUE(sink_->events.at(sink_->events.size() - 2).contains("\"done\":" + last));
}

TEST_F(ProgressStream, FinishesTheWorkOfAReaderThatLeft) {
  bool finished = false;
  sink_->left = true;
  start([&](catalog::Progress progress) -> Task<Result<catalog::SourceView>> {
    progress("step", 1, 2);
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    finished = true;
    co_return catalog::SourceView{};
  });
  loop_.run();
  EXPECT_TRUE(ended_ && finished);
  EXPECT_TRUE(sink_->events.empty());
}

TEST_F(ProgressStream, TakesProgressFromAnotherThreadInItsOrder) {
  start([](catalog::Progress progress) -> Task<Result<catalog::SourceView>> {
    std::thread([progress] {
      for (std::size_t i = 1; i <= 20; ++i) progress("compiling", i, 20);
    }).join();
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    co_return catalog::SourceView{};
  });
  loop_.run();
  ASSERT_EQ(sink_->events.size(), 21u);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(sink_->events[i].contains("\"done\":" + std::to_string(i + 1) + ","));
  }
}

TEST_F(ProgressStream, EndsOnceAlsoByAnExceptionAndTellsNothingOfIt) {
  start([](catalog::Progress progress) -> Task<Result<catalog::SourceView>> {
    progress("step", 1, 2);
    throw std::runtime_error("a bug in /private/path");
    co_return catalog::SourceView{};
  });
  loop_.run();
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(sink_->events.back().starts_with("event: error\n"));
  EXPECT_TRUE(sink_->events.back().contains("req_1"));
  EXPECT_FALSE(sink_->events.back().contains("private"));
}

TEST_F(ProgressStream, DoesNothingUntilItIsSent) {
  bool began = false;
  const auto response = streamProgress(
      [&](const catalog::Progress&) -> Task<Result<catalog::SourceView>> {
        began = true;
        co_return catalog::SourceView{};
      },
      "req_1");
  loop_.run();
  EXPECT_FALSE(began);
  EXPECT_EQ(response.headers.get("content-type"), "text/event-stream");
}

TEST(WantsEventStream, IsAskedForByName) {
  const std::pair<const char*, bool> cases[] = {
      {"text/event-stream", true},     {"application/json, text/event-stream", true},
      {"text/event-stream;q=1", true}, {"*/*", false},
      {"application/json", false},     {"", false}};
  for (const auto& [accept, wanted] : cases) {
    net::Request request;
    request.headers.set("accept", accept);
    EXPECT_EQ(wantsEventStream(request), wanted) << accept;
  }
}

}  // namespace
}  // namespace executor::api

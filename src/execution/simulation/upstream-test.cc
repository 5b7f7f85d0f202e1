#include "execution/simulation/upstream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/simulation.h"

namespace executor::execution::simulation {
namespace {

using namespace std::chrono_literals;

class UpstreamTest : public ::testing::Test {
 protected:
  // The result of a request, once there is one.
  using Answer = std::shared_ptr<std::optional<Result<net::ClientResponse>>>;

  static net::ClientRequest post(std::string token) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = "https://shop.example/items";
    request.body = R"({"name":")" + token + R"("})";
    return request;
  }
  Answer send(net::ClientRequest request, std::shared_ptr<net::ClientCancel> cancel = nullptr) {
    const auto answer = std::make_shared<std::optional<Result<net::ClientResponse>>>();
    asio::co_spawn(
        loop_,
        [](net::Sender& sender, net::ClientRequest request, Answer answer,
           std::shared_ptr<net::ClientCancel> cancel) -> Task<void> {
          *answer = co_await sender.send(std::move(request), std::move(cancel));
        }(*sender_, std::move(request), answer, std::move(cancel)),
        asio::detached);
    poll();
    return answer;
  }
  void poll() {
    loop_.restart();
    loop_.poll();
  }
  // Draws until the upstream does what is wanted, which every kind of it does now and then.
  template <class Wanted>
  bool happens(Wanted wanted) {
    for (int i = 0; i < 500; ++i) {
      auto request = post(callToken(1, ++requests_));
      request.deadline = deadlineAfter(1s);
      const Answer answer = send(std::move(request));
      simulation_.advance(1s);
      poll();
      if (answer->has_value() && wanted(**answer)) return true;
    }
    return false;
  }
  bool failsWith(ErrorCode code, std::string_view detail) {
    return happens([&](const Result<net::ClientResponse>& answer) {
      return !answer && answer.error().code == code && answer.error().detail.starts_with(detail);
    });
  }

  Simulation simulation_{1};
  Dice dice_{1};
  asio::io_context loop_;
  std::vector<std::string> seen_;
  Upstream upstream_{
      dice_, [this](const net::ClientRequest& request) { seen_.push_back(tokenOf(request)); }};
  std::uint32_t requests_ = 0;
  bool alive_ = true;
  std::unique_ptr<net::Sender> sender_ = upstream_.connect(alive_);
};

TEST_F(UpstreamTest, ARequestIsKnownByItsTokenAndItsTool) {
  net::ClientRequest get;
  get.url = "https://shop.example/check?q=3.4";
  EXPECT_EQ(tokenOf(get), "3.4");
  EXPECT_EQ(toolOf(get).path, "shop.items.check");
  EXPECT_EQ(tokenOf(post("5.6")), "5.6");
  EXPECT_EQ(toolOf(post("5.6")).path, "shop.items.create");
}

TEST_F(UpstreamTest, WhenItIsCalmEveryRequestIsCountedAndAnswered) {
  upstream_.calmDown();
  const Answer answer = send(post("1.1"));
  poll();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((**answer)->status, 200);
  EXPECT_EQ(upstream_.sent("1.1"), 1u);
  EXPECT_EQ(upstream_.sent("1.2"), 0u);
  EXPECT_TRUE(upstream_.answered("1.1"));
  EXPECT_EQ(seen_, std::vector<std::string>{"1.1"});
}

TEST_F(UpstreamTest, ItFailsInEveryWayAnUpstreamFails) {
  EXPECT_TRUE(failsWith(ErrorCode::upstream_unreachable, "unsent"));
  EXPECT_TRUE(failsWith(ErrorCode::upstream_unreachable, "sent"));
  EXPECT_TRUE(failsWith(ErrorCode::upstream_timeout, "sent"));
  EXPECT_TRUE(happens([](const auto& answer) { return answer && answer->status == 500; }));
  EXPECT_TRUE(happens([](const auto& answer) { return answer && answer->status == 200; }));
}

TEST_F(UpstreamTest, ARefusedRequestWasNotSent) {
  EXPECT_TRUE(happens([&](const Result<net::ClientResponse>& answer) {
    return !answer && answer.error().detail.starts_with("unsent");
  }));
  // The last of the requests is the one that was refused: each before it has been counted or not.
  const std::uint32_t last = requests_;
  EXPECT_EQ(upstream_.sent(callToken(1, last)), 0u);
}

TEST_F(UpstreamTest, ACancelledRequestEndsWhenTheWorldNoticesAndOneCancelledBeforeIsNotSent) {
  const auto cancel = std::make_shared<net::ClientCancel>();
  Answer answer;
  for (int i = 1; !answer || answer->has_value(); ++i) answer = send(post(callToken(2, i)), cancel);
  cancel->cancel();
  upstream_.noticeCancels();
  poll();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->error().code, ErrorCode::cancelled);
  EXPECT_EQ((*answer)->error().detail, "sent: cancelled");
  const std::size_t before = seen_.size();
  EXPECT_EQ((*send(post("2.99"), cancel))->error().detail, "unsent: cancelled");
  EXPECT_EQ(seen_.size(), before);
}

TEST_F(UpstreamTest, NothingLeavesADeadNode) {
  alive_ = false;
  const Answer answer = send(post("1.1"));
  simulation_.advance(24h);
  poll();
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(upstream_.sent("1.1"), 0u);
}

}  // namespace
}  // namespace executor::execution::simulation

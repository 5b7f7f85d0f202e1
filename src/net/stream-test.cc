// Streaming responses, clients that go away, and the orderly end of a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/signal.h"
#include "net/connection.h"
#include "net/server.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using test::RawPeer;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGetStream = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kGetWait = "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n";

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    // Waits until told or until the client is gone.
    router_.add("GET", "/wait", [this](Request request) -> Task<Response> {
      request.disconnected->onFire([this] {
        gone_ = true;
        release_.notify();
      });
      waiting_ = true;
      co_await release_.wait(Deadline::max());
      co_return Response::text(200, "waited");
    });
    router_.add("GET", "/ok",
                [](Request) -> Task<Response> { co_return Response::text(200, "ok"); });
    server_ = std::make_unique<HttpServer>(loop_, router_, ServerOptions{});
    EXPECT_TRUE(server_->listen().has_value());
  }

  void stream(std::function<Task<void>(std::shared_ptr<Sink>)> body) {
    router_.add("GET", "/stream", [body](Request) -> Task<Response> {
      Response response{.stream = body};
      response.headers.set("Content-Type", "text/event-stream");
      co_return response;
    });
  }

  template <class Body>
  void serveWhile(Body body) {
    test::runWhile(loop_, body);
  }

  static void until(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
  }

  asio::io_context loop_{1};
  Router router_;
  std::unique_ptr<HttpServer> server_;
  Signal release_;
  std::atomic<bool> waiting_ = false;
  std::atomic<bool> gone_ = false;
};

TEST_F(StreamTest, SendsChunksAsTheyAreWrittenAndKeepsTheConnection) {
  stream([](std::shared_ptr<Sink> sink) -> Task<void> {
    EXPECT_TRUE(co_await sink->write(formatSse("1")));
    EXPECT_TRUE(co_await sink->write(""));
    EXPECT_TRUE(co_await sink->write(formatSse("2")));
  });
  serveWhile([&] {
    RawPeer peer(server_->port());
    auto head = peer.send(kGetStream).readUntil("\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(peer.readUntil("0\r\n\r\n"), "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    peer.send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(peer.readUntil("ok"), StartsWith("HTTP/1.1 200 "));
  });
}

TEST_F(StreamTest, Http10StreamEndsWithTheConnection) {
  stream([](std::shared_ptr<Sink> sink) -> Task<void> { co_await sink->write("abc"); });
  serveWhile([&] {
    auto answer =
        RawPeer(server_->port()).send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n").readAll();
    EXPECT_THAT(answer, Not(HasSubstr("chunked")));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nabc"));
  });
}

TEST_F(StreamTest, AFailedStreamDoesNotLookComplete) {
  stream([](std::shared_ptr<Sink> sink) -> Task<void> {
    co_await sink->write("abc");
    throw std::runtime_error("broken");
  });
  serveWhile([&] {
    auto answer = RawPeer(server_->port()).send(kGetStream).readAll();
    EXPECT_THAT(answer, EndsWith("3\r\nabc\r\n"));
  });
}

TEST_F(StreamTest, WritesOfTwoCoroutinesStayWhole) {
  std::string a(300'000, 'a');
  std::string b(300'000, 'b');
  stream([&, this](std::shared_ptr<Sink> sink) -> Task<void> {
    Signal done;
    bool ended = false;
    auto other = [&]() -> Task<void> {
      EXPECT_TRUE(co_await sink->write(b));
      ended = true;
      done.notify();
    };
    asio::co_spawn(loop_, other(), asio::detached);
    EXPECT_TRUE(co_await sink->write(a));
    while (!ended) co_await done.wait(Deadline::max());
  });
  serveWhile([&] {
    auto answer = RawPeer(server_->port()).send(kGetStream).readUntil("\r\n0\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("493e0\r\n" + a + "\r\n"));
    EXPECT_THAT(answer, HasSubstr("493e0\r\n" + b + "\r\n"));
  });
}

TEST_F(StreamTest, ASinkKeptBeyondTheResponseRefuses) {
  std::shared_ptr<Sink> kept;
  stream([&](std::shared_ptr<Sink> sink) -> Task<void> {
    kept = sink;
    co_await sink->write("x");
  });
  serveWhile([&] { RawPeer(server_->port()).send(kGetStream).readUntil("0\r\n\r\n"); });
  auto status = test::run(loop_, kept->write("late"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

TEST_F(StreamTest, WriteFailsWhenTheClientIsGone) {
  std::atomic<bool> failed = false;
  stream([&](std::shared_ptr<Sink> sink) -> Task<void> {
    while (co_await sink->write(std::string(100'000, 'x'))) {
    }
    failed = true;
  });
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetStream).readUntil("\r\n\r\n");
    peer.reset();
    until(failed);
  });
}

TEST_F(StreamTest, CloseWhileAHandlerRunsIsSeen) {
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetWait);
    until(waiting_);
    peer.close();
    until(gone_);
  });
}

TEST_F(StreamTest, ResetWhileAHandlerRunsIsSeen) {
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetWait);
    until(waiting_);
    peer.reset();
    until(gone_);
  });
}

TEST_F(StreamTest, CloseBehindAPipelinedRequestIsSeen) {
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(std::string(kGetWait) + "GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    until(waiting_);
    peer.close();
    until(gone_);
  });
}

TEST_F(StreamTest, AHalfClosedClientCountsAsGoneButIsAnswered) {
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetWait).halfClose();
    EXPECT_THAT(peer.readAll(), EndsWith("waited"));
    EXPECT_TRUE(gone_);
  });
}

TEST_F(StreamTest, RequestsPipelinedWhileAHandlerRunsAreServedAfterIt) {
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetWait);
    until(waiting_);
    peer.send("GET /ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    asio::post(loop_, [&] { release_.notify(); });
    auto answer = peer.readAll();
    EXPECT_THAT(answer, HasSubstr("waited"));
    EXPECT_THAT(answer, EndsWith("ok"));
    EXPECT_FALSE(gone_);
  });
}

TEST_F(StreamTest, ReadAheadIsBounded) {
  constexpr std::size_t kFlood = 64u << 20;
  static_assert(kMaxReadAhead < kFlood);
  serveWhile([&] {
    RawPeer peer(server_->port());
    peer.send(kGetWait);
    until(waiting_);
    // Full kernel buffers, also after the loop had every chance to read on, mean that it stopped.
    std::size_t sent = 0;
    for (int refusals = 0; refusals < 100 && sent < kFlood;) {
      auto count = peer.sendNow(std::string(1u << 16, 'x'));
      sent += count;
      refusals = count > 0 ? 0 : refusals + 1;
      std::promise<void> turned;
      asio::post(loop_, [&] { turned.set_value(); });
      turned.get_future().wait();
    }
    EXPECT_LT(sent, kFlood);
    asio::post(loop_, [&] { release_.notify(); });
    EXPECT_THAT(peer.readUntil("waited"), StartsWith("HTTP/1.1 200 "));
  });
}

TEST_F(StreamTest, StopClosesIdleConnectionsAndLetsOpenRequestsFinish) {
  std::atomic<bool> stopped = false;
  serveWhile([&] {
    RawPeer idle(server_->port());
    idle.send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("ok");
    RawPeer busy(server_->port());
    busy.send(kGetWait);
    until(waiting_);
    asio::co_spawn(loop_, server_->stop(10min), [&](std::exception_ptr) { stopped = true; });
    EXPECT_TRUE(idle.closed());
    EXPECT_FALSE(stopped);
    EXPECT_THROW(RawPeer(server_->port()), boost::system::system_error);
    asio::post(loop_, [&] { release_.notify(); });
    auto answer = busy.readAll();
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
    EXPECT_THAT(answer, EndsWith("waited"));
    until(stopped);
  });
  EXPECT_EQ(server_->openConnections(), 0u);
}

TEST_F(StreamTest, StopCutsOffWhatOutlastsTheGrace) {
  std::atomic<bool> stopped = false;
  serveWhile([&] {
    RawPeer busy(server_->port());
    busy.send(kGetWait);
    until(waiting_);
    asio::co_spawn(loop_, server_->stop(1ms), [&](std::exception_ptr) { stopped = true; });
    EXPECT_TRUE(busy.closed());
    until(stopped);
    EXPECT_TRUE(gone_);
  });
}

TEST_F(StreamTest, DestroyingTheServerEndsItsConnections) {
  serveWhile([&] {
    RawPeer busy(server_->port());
    busy.send(kGetWait);
    until(waiting_);
    asio::post(loop_, [&] { server_.reset(); });
    EXPECT_TRUE(busy.closed());
  });
}

}  // namespace
}  // namespace executor::net

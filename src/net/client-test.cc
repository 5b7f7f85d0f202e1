#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/signal.h"
#include "net/test-compress.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using test::RawUpstream;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    router_.add("GET", "/hello", [](Request request) -> Task<Response> {
      co_return Response::text(200, "hello " + std::string(request.headers.get("X-Name")));
    });
    router_.add("POST", "/echo", [](Request request) -> Task<Response> {
      co_return Response::text(200, request.body);
    });
    // Answers when told; counts who waits.
    router_.add("GET", "/hold", [this](Request) -> Task<Response> {
      ++holding_;
      arrived_.notify();
      while (!released_) co_await release_.wait(Deadline::max());
      co_return Response::text(200, "held");
    });
    server_ = std::make_unique<HttpServer>(loop_, router_, ServerOptions{});
    EXPECT_TRUE(server_->listen().has_value());
  }

  std::string url(std::string_view path) { return server_->url() + std::string(path); }

  HttpClient& client() {
    if (!client_) client_ = std::make_unique<HttpClient>(loop_, options_);
    return *client_;
  }

  Result<ClientResponse> send(ClientRequest request,
                              std::shared_ptr<ClientCancel> cancel = nullptr) {
    return test::run(loop_, client().send(std::move(request), std::move(cancel)));
  }

  Result<ClientResponse> get(std::string url) { return send({.url = std::move(url)}); }

  // The error of a request that must fail.
  Error failure(ClientRequest request) {
    auto response = send(std::move(request));
    EXPECT_FALSE(response);
    return response ? Error{} : response.error();
  }

  // What one hand-written answer makes of a GET.
  Result<ClientResponse> answered(std::string bytes) {
    RawUpstream upstream({RawUpstream::answering(std::move(bytes))});
    return get(upstream.url());
  }

  Task<void> untilHolding(int count) {
    while (holding_ < count) co_await arrived_.wait(Deadline::max());
  }

  void release() {
    released_ = true;
    release_.notify();
  }

  asio::io_context loop_{1};
  Router router_;
  Signal arrived_;
  Signal release_;
  int holding_ = 0;
  bool released_ = false;
  std::unique_ptr<HttpServer> server_;
  ClientOptions options_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SendsAndReceives) {
  ClientRequest request{.url = url("/hello")};
  request.headers.set("X-Name", "you");
  auto response = send(std::move(request));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello you");
  EXPECT_EQ(response->url, url("/hello"));
}

TEST_F(HttpClientTest, SendsLargeBodiesWhole) {
  std::string body(3u << 20, 'x');
  auto response = send({.method = "POST", .url = url("/echo"), .body = body});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, body);
}

TEST_F(HttpClientTest, HeadHasLengthAndNoBody) {
  auto response = send({.method = "HEAD", .url = url("/hello")});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->headers.get("Content-Length"), "6");
  EXPECT_EQ(response->body, "");
  EXPECT_TRUE(get(url("/hello")));
  EXPECT_EQ(server_->openConnections(), 1u);
}

TEST_F(HttpClientTest, FramingAndHostAreNotTheCallers) {
  std::promise<std::string> seen;
  RawUpstream upstream({[&](auto& socket) {
    seen.set_value(RawUpstream::readRequest(socket));
    asio::write(socket, asio::buffer(std::string_view(kOk)));
  }});
  ClientRequest request{.method = "POST", .url = upstream.url("/p?q=1")};
  for (auto name : {"Host", "Content-Length", "Transfer-Encoding", "Connection"}) {
    request.headers.set(name, "evil");
  }
  ASSERT_TRUE(send(std::move(request)));
  auto head = seen.get_future().get();
  EXPECT_THAT(head, StartsWith("POST /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nUser-Agent: executor/"));
  EXPECT_THAT(head, Not(HasSubstr("evil")));
}

TEST_F(HttpClientTest, RefusesUnusableUrlsAndMethodsUnsent) {
  for (ClientRequest request : {ClientRequest{.url = "ftp://a/"}, ClientRequest{.url = ""},
                                ClientRequest{.url = "http://a/\r\nX: y"},
                                ClientRequest{.method = "GET / HTTP/1.1\r\nX:", .url = "http://a/"},
                                ClientRequest{.method = "", .url = "http://a/"}}) {
    auto error = failure(request);
    EXPECT_EQ(error.code, ErrorCode::invalid_argument) << request.url;
    EXPECT_THAT(error.detail, StartsWith("unsent"));
  }
}

// ---- Connections ----

TEST_F(HttpClientTest, ReusesTheConnection) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(url("/hello")));
  EXPECT_EQ(server_->openConnections(), 1u);
}

TEST_F(HttpClientTest, RefusedConnectionIsUnreachableAndUnsent) {
  auto target = url("/hello");
  server_.reset();
  auto error = failure({.url = target});
  EXPECT_EQ(error.code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(error.detail, StartsWith("unsent"));
}

TEST_F(HttpClientTest, DeadPooledConnectionIsReplacedUnnoticed) {
  // Each connection is closed by the upstream after one answer that promised to keep it.
  RawUpstream upstream({RawUpstream::answering(kOk), RawUpstream::answering(kOk)});
  ASSERT_TRUE(get(upstream.url()));
  upstream.awaitClosed(1);  // a POST sent before that could not be repeated
  auto second = send({.method = "POST", .url = upstream.url(), .body = "x"});
  ASSERT_TRUE(second) << second.error().message;
}

TEST_F(HttpClientTest, CloseAfterSendingIsNotRepeated) {
  int served = 0;
  RawUpstream upstream({[&](auto& socket) {
    RawUpstream::readRequest(socket);
    ++served;
  }});
  auto error = failure({.url = upstream.url()});
  EXPECT_EQ(error.code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(error.detail, StartsWith("sent"));
  EXPECT_EQ(served, 1);
}

TEST_F(HttpClientTest, ConnectionCloseIsObeyed) {
  std::string once = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  RawUpstream upstream({RawUpstream::answering(once), RawUpstream::answering(once)});
  EXPECT_TRUE(get(upstream.url()));
  EXPECT_TRUE(get(upstream.url()));
}

TEST_F(HttpClientTest, AtMostTheNamedNumberOfConnectionsPerOrigin) {
  constexpr int kTotal = kMaxConnectionsPerOrigin + 10;
  int done = 0;
  Signal ended;
  auto one = [&]() -> Task<void> {
    auto response = co_await client().send({.url = url("/hold")});
    EXPECT_TRUE(response);
    ++done;
    ended.notify();
  };
  test::run(loop_, [&]() -> Task<void> {
    for (int i = 0; i < kTotal; ++i) asio::co_spawn(loop_, one(), asio::detached);
    co_await untilHolding(kMaxConnectionsPerOrigin);
    EXPECT_EQ(server_->openConnections(), kMaxConnectionsPerOrigin);
    release();
    while (done < kTotal) co_await ended.wait(Deadline::max());
  }());
  EXPECT_EQ(holding_, kTotal);
  EXPECT_LE(server_->openConnections(), kMaxConnectionsPerOrigin);
}

TEST_F(HttpClientTest, AWaiterThatIsCancelledLeavesTheQueue) {
  auto cancel = std::make_shared<ClientCancel>();
  int ended = 0;
  Signal more;
  auto one = [&](std::shared_ptr<ClientCancel> with, bool good) -> Task<void> {
    auto response = co_await client().send({.url = url("/hold")}, with);
    EXPECT_EQ(response.has_value(), good);
    if (!good) EXPECT_THAT(response.error().detail, StartsWith("unsent"));
    ++ended;
    more.notify();
  };
  test::run(loop_, [&]() -> Task<void> {
    int total = kMaxConnectionsPerOrigin;
    for (int i = 0; i < total; ++i) asio::co_spawn(loop_, one(nullptr, true), asio::detached);
    co_await untilHolding(total);
    asio::co_spawn(loop_, one(cancel, false), asio::detached);
    asio::post(loop_, [&] { cancel->cancel(); });
    while (ended < 1) co_await more.wait(Deadline::max());
    release();
    while (ended < total + 1) co_await more.wait(Deadline::max());
  }());
}

TEST_F(HttpClientTest, UpstreamThatAnswersBeforeItReadTheBodyIsHeard) {
  RawUpstream upstream({[](auto& socket) {
    RawUpstream::readRequest(socket);
    asio::write(socket, asio::buffer(std::string_view("HTTP/1.1 413 Too Large\r\n"
                                                      "Content-Length: 2\r\n\r\nno")));
    // Closing with most of the body unread resets the connection under the client's writing.
  }});
  auto response =
      send({.method = "POST", .url = upstream.url(), .body = std::string(8u << 20, 'x')});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 413);
}

// ---- Bounds ----

TEST_F(HttpClientTest, DeadlineEndsTheRequestAndSaysWhetherItWasSent) {
  auto sent = failure({.url = url("/hold"), .deadline = deadlineAfter(20ms)});
  EXPECT_EQ(sent.code, ErrorCode::upstream_timeout);
  EXPECT_THAT(sent.detail, StartsWith("sent"));
}

TEST_F(HttpClientTest, PassedDeadlineSendsNothing) {
  auto error = failure({.url = url("/hold"), .deadline = std::chrono::steady_clock::now() - 1s});
  EXPECT_EQ(error.code, ErrorCode::upstream_timeout);
  EXPECT_THAT(error.detail, StartsWith("unsent"));
  EXPECT_EQ(holding_, 0);
}

TEST_F(HttpClientTest, CancelEndsTheRequest) {
  auto cancel = std::make_shared<ClientCancel>();
  test::run(loop_, [&]() -> Task<void> {
    asio::co_spawn(
        loop_,
        [&]() -> Task<void> {
          co_await untilHolding(1);
          cancel->cancel();
        },
        asio::detached);
    auto response = co_await client().send({.url = url("/hold")}, cancel);
    EXPECT_EQ(response.error().code, ErrorCode::cancelled);
    EXPECT_THAT(response.error().detail, StartsWith("sent"));
  }());
}

TEST_F(HttpClientTest, CancelledBeforehandSendsNothing) {
  auto cancel = std::make_shared<ClientCancel>();
  cancel->cancel();
  auto response = send({.url = url("/hold")}, cancel);
  EXPECT_EQ(response.error().code, ErrorCode::cancelled);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
  EXPECT_EQ(holding_, 0);
}

TEST_F(HttpClientTest, DestroyingTheClientCancels) {
  test::run(loop_, [&]() -> Task<void> {
    asio::co_spawn(
        loop_,
        [&]() -> Task<void> {
          co_await untilHolding(1);
          client_.reset();
        },
        asio::detached);
    auto response = co_await client().send({.url = url("/hold")});
    EXPECT_EQ(response.error().code, ErrorCode::cancelled);
  }());
}

TEST_F(HttpClientTest, ResponseOverTheCapIsTooLarge) {
  for (std::string framing :
       {"Content-Length: 101\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n", "\r\n"}) {
    RawUpstream upstream(
        {RawUpstream::answering("HTTP/1.1 200 OK\r\n" + framing + std::string(101, 'x'))});
    auto error = failure({.url = upstream.url(), .responseCap = 100});
    EXPECT_EQ(error.code, ErrorCode::upstream_too_large) << framing;
    EXPECT_THAT(error.detail, StartsWith("sent"));
  }
}

TEST_F(HttpClientTest, CompressedBombIsTooLarge) {
  auto bomb = test::compress("gzip", std::string(10u << 20, 'x'));
  RawUpstream upstream(
      {RawUpstream::answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                              std::to_string(bomb.size()) + "\r\n\r\n" + bomb)});
  EXPECT_EQ(failure({.url = upstream.url(), .responseCap = 1u << 20}).code,
            ErrorCode::upstream_too_large);
}

TEST_F(HttpClientTest, DecompressesAndDropsTheCodingsHeaders) {
  for (auto coding : {"gzip", "deflate", "br", "zstd"}) {
    auto body = test::compress(coding, "plain text");
    auto response =
        answered("HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding) +
                 "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    ASSERT_TRUE(response) << coding << " " << response.error().message;
    EXPECT_EQ(response->body, "plain text");
    EXPECT_FALSE(response->headers.has("Content-Encoding"));
    EXPECT_FALSE(response->headers.has("Content-Length"));
  }
}

TEST_F(HttpClientTest, AnnouncedLengthAllocatesNothing) {
  auto response = answered("HTTP/1.1 200 OK\r\nContent-Length: 67000000\r\n\r\nabc");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_invalid);
}

// ---- Answers ----

TEST_F(HttpClientTest, ReadsChunkedAndUnframedBodies) {
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n"
                     "0\r\n\r\n")
                ->body,
            "abc");
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\nabc")->body, "abc");
  EXPECT_EQ(answered("HTTP/1.1 204 No Content\r\n\r\n")->status, 204);
}

TEST_F(HttpClientTest, ReadsOverInterimAnswers) {
  auto response =
      answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
               std::string(kOk));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "ok");
}

TEST_F(HttpClientTest, GarbageIsInvalid) {
  for (std::string bytes :
       {"garbage\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nX\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 O"}) {
    auto response = answered(bytes);
    ASSERT_FALSE(response) << bytes;
    EXPECT_EQ(response.error().code, ErrorCode::upstream_invalid) << bytes;
    EXPECT_THAT(response.error().detail, StartsWith("sent")) << bytes;
  }
}

TEST_F(HttpClientTest, LargeResponseHeadersAreInvalid) {
  auto response =
      answered("HTTP/1.1 200 OK\r\nX: " + std::string(kMaxResponseHeaderBytes, 'x') + "\r\n\r\n");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_invalid);
}

TEST_F(HttpClientTest, ASecondAnswerOnTheConnectionIsNotTakenForTheNextRequests) {
  auto poisoned = std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  RawUpstream upstream({RawUpstream::answering(poisoned), RawUpstream::answering(kOk)});
  EXPECT_EQ(get(upstream.url())->body, "ok");
  EXPECT_EQ(get(upstream.url())->body, "ok");
}

// ---- beforeSend ----

TEST_F(HttpClientTest, BeforeSendRunsOnceAndBeforeTheFirstByte) {
  int calls = 0;
  ClientRequest request{.url = url("/hold")};
  request.beforeSend = [&]() -> Task<Status> {
    ++calls;
    EXPECT_EQ(holding_, 0);
    release();
    co_return Status{};
  };
  ASSERT_TRUE(send(std::move(request)));
  EXPECT_EQ(calls, 1);
}

TEST_F(HttpClientTest, BeforeSendsErrorStopsUnsent) {
  ClientRequest request{.url = url("/hold")};
  request.beforeSend = []() -> Task<Status> {
    co_return fail(ErrorCode::store_full, "The disk is full.");
  };
  auto error = failure(std::move(request));
  EXPECT_EQ(error.code, ErrorCode::store_full);
  EXPECT_THAT(error.detail, StartsWith("unsent"));
  EXPECT_EQ(holding_, 0);
}

TEST_F(HttpClientTest, CancelDuringBeforeSendSendsNothing) {
  auto cancel = std::make_shared<ClientCancel>();
  ClientRequest request{.url = url("/hold")};
  request.beforeSend = [&]() -> Task<Status> {
    cancel->cancel();
    co_return Status{};
  };
  auto response = send(std::move(request), cancel);
  EXPECT_EQ(response.error().code, ErrorCode::cancelled);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
  EXPECT_EQ(holding_, 0);
}

TEST_F(HttpClientTest, OnHeadSeesStatusBeforeTheBodyAndMayRefuse) {
  ClientRequest request{.url = url("/hello")};
  request.onHead = [](const ClientResponse& head) -> Status {
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    return fail(ErrorCode::upstream_invalid, "Not what was asked for.");
  };
  EXPECT_EQ(failure(std::move(request)).message, "Not what was asked for.");
}

// ---- Streams ----

TEST_F(HttpClientTest, StreamsPiecesAsTheyCome) {
  router_.add("GET", "/events", [this](Request) -> Task<Response> {
    Response response;
    response.stream = [this](std::shared_ptr<Sink> sink) -> Task<void> {
      co_await sink->write(formatSse("1"));
      // The second comes only after the first was seen.
      while (!released_) co_await release_.wait(Deadline::max());
      co_await sink->write(formatSse("2"));
    };
    co_return response;
  });
  std::string seen;
  auto response = test::run(
      loop_, client().stream({.url = url("/events")}, [&](std::string piece) -> Task<Status> {
        seen += piece;
        release();
        co_return Status{};
      }));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(seen, "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(response->body, "");
}

TEST_F(HttpClientTest, StreamOfAnErrorIsCollected) {
  auto response =
      test::run(loop_, client().stream({.url = url("/nothing")}, [&](std::string) -> Task<Status> {
        ADD_FAILURE();
        co_return Status{};
      }));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  EXPECT_THAT(response->body, HasSubstr("not_found"));
}

TEST_F(HttpClientTest, OnChunksErrorEndsTheStream) {
  auto response =
      test::run(loop_, client().stream({.url = url("/hello")}, [&](std::string) -> Task<Status> {
        co_return fail(ErrorCode::limit_exceeded, "Enough.");
      }));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace executor::net

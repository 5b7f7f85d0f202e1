#include "net/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "net/connection.h"
#include "net/request-parser.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using test::RawPeer;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kHost = "Host: localhost\r\n";

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    router_.add("GET", "/hello", [](Request request) -> Task<Response> {
      co_return Response::text(200, "hello " + request.queryParameter("name"));
    });
    router_.add(
        "POST", "/echo",
        [](Request request) -> Task<Response> { co_return Response::text(200, request.body); },
        {.maxBodyBytes = 1000});
    router_.add("GET", "/throws", [](Request) -> Task<Response> {
      throw std::runtime_error("secret cause");
      co_return Response{};
    });
    router_.add("GET", "/info", [](Request request) -> Task<Response> {
      co_return Response::text(200, request.origin + " " + request.peer + " " + request.path);
    });
  }

  HttpServer& serve(ServerOptions options = {}) {
    server_ = std::make_unique<HttpServer>(loop_, router_, std::move(options));
    EXPECT_TRUE(server_->listen().has_value());
    return *server_;
  }

  // Sends the bytes and returns all that comes until the server closes.
  std::string exchange(std::string bytes) {
    if (!server_) serve();
    std::string out;
    test::runWhile(loop_, [&] { out = RawPeer(server_->port()).send(bytes).readAll(); });
    return out;
  }

  // One request that asks for the close.
  std::string get(std::string_view target, std::string_view headers = kHost) {
    return exchange("GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(headers) +
                    "Connection: close\r\n\r\n");
  }

  std::string post(std::string_view headers, std::string_view body) {
    return exchange("POST /echo HTTP/1.1\r\n" + std::string(kHost) + std::string(headers) + "\r\n" +
                    std::string(body));
  }

  asio::io_context loop_{1};
  Router router_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersWithLengthDateAndRequestId) {
  auto answer = get("/hello?name=a%20b");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 9\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Request-Id: req_"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nhello a b"));
}

TEST_F(HttpServerTest, UnknownPathIs404InTheErrorForm) {
  auto answer = get("/nothing");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(answer, HasSubstr(R"({"error":{"code":"not_found","message":)"));
  EXPECT_THAT(answer, HasSubstr(R"("requestId":"req_)"));
}

TEST_F(HttpServerTest, KnownPathWithAnotherMethodIs405WithAllow) {
  auto answer = get("/echo");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: POST\r\n"));
}

TEST_F(HttpServerTest, HeadIsGetWithoutBody) {
  auto answer =
      exchange("HEAD /hello?name=x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 7\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  auto one = "GET /hello?name=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  auto two = "\r\nGET /hello?name=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  auto answer = exchange(std::string(one) + two);
  auto first = answer.find("hello 1");
  auto second = answer.find("hello 2");
  EXPECT_NE(first, std::string::npos);
  EXPECT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

TEST_F(HttpServerTest, ClosesAfterHttp10) {
  auto answer = exchange("GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(HttpServerTest, ReadsABodyByLength) {
  EXPECT_THAT(post("Content-Length: 5\r\nConnection: close\r\n", "12345"),
              EndsWith("\r\n\r\n12345"));
}

// The client sends the head and waits: an answer without a byte of the body proves the order.
TEST_F(HttpServerTest, AStrangersLargeBodyIsRefusedByItsHead) {
  std::size_t asked = 0;
  const auto check = [&asked](Request head) -> Task<Status> {
    ++asked;
    if (head.headers.get("x-api-key") == "throw") throw std::runtime_error("secret cause");
    if (head.headers.get("x-api-key") == "good") co_return Status();
    co_return fail(ErrorCode::unauthorized, "No.");
  };
  router_.add("POST", "/large",
              [](Request request) -> Task<Response> {
                co_return Response::text(200, std::to_string(request.body.size()));
              },
              {.maxBodyBytes = 1u << 20, .headCheck = std::make_shared<HeadCheck>(check)});
  const auto large = [this](std::string headers, const std::string& body) {
    return exchange("POST /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
                    "\r\n" + body);
  };
  const auto length = [](std::size_t bytes) {
    return "Content-Length: " + std::to_string(bytes) + "\r\n";
  };
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string expect = "Expect: 100-continue\r\n";
  const std::string whole(kUncheckedBodyBytes + 1, 'x');
  for (const auto& head : {length(whole.size()), length(1u << 20), chunked,
                           expect + length(whole.size()), "X-Api-Key: bad\r\n" + chunked}) {
    EXPECT_THAT(large(head, ""), StartsWith("HTTP/1.1 401 ")) << head;
  }
  EXPECT_EQ(asked, 5u);
  const auto thrown = large("X-Api-Key: throw\r\n" + length(whole.size()), "");
  EXPECT_THAT(thrown, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(thrown, Not(HasSubstr("secret")));
  EXPECT_THAT(large("X-Api-Key: good\r\n" + length(whole.size()), whole), EndsWith("65537"));
  EXPECT_EQ(asked, 7u);
  EXPECT_THAT(large(length(3), "abc"), EndsWith("\r\n3")) << "small ones are the handler's";
  EXPECT_EQ(asked, 7u);
}

TEST_F(HttpServerTest, ReadsAChunkedBodyAndDropsTrailers) {
  auto answer = post("Transfer-Encoding: chunked\r\nConnection: close\r\n",
                     "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nHost: evil.example\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nabcde"));
}

TEST_F(HttpServerTest, RefusesABodyOverTheRoutesLimit) {
  auto answer = post("Content-Length: 1001\r\n", std::string(1001, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("payload_too_large"));
}

TEST_F(HttpServerTest, TakesABodyOfExactlyTheLimit) {
  auto answer = post("Content-Length: 1000\r\nConnection: close\r\n", std::string(1000, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, RefusesAChunkedBodyOverTheLimit) {
  std::string body;
  for (int i = 0; i < 6; ++i) body += "c8\r\n" + std::string(200, 'x') + "\r\n";
  EXPECT_THAT(post("Transfer-Encoding: chunked\r\n", body + "0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, DefaultBodyLimitHolds) {
  router_.add("POST", "/big", [](Request request) -> Task<Response> {
    co_return Response::text(200, std::to_string(request.body.size()));
  });
  auto length = std::to_string(kDefaultMaxBodyBytes + 1);
  auto answer =
      exchange("POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesLargeHeaders) {
  auto fields = std::string(kHost) + "X: " + std::string(kMaxHeaderBytes, 'x') + "\r\n";
  auto answer = get("/hello", fields);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer, HasSubstr("headers_too_large"));
}

TEST_F(HttpServerTest, RefusesHeadersThatNeverEnd) {
  auto endless =
      "GET /hello HTTP/1.1\r\nX: " + std::string(kMaxHeaderBytes + kMaxTargetBytes + 100, 'x');
  EXPECT_THAT(exchange(endless), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, RefusesTooManyHeaders) {
  std::string fields(kHost);
  for (std::size_t i = 0; i < kMaxHeaderCount; ++i) fields += "X: y\r\n";
  EXPECT_THAT(get("/hello", fields), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, TakesHeadersJustBelowTheLimits) {
  std::string fields(kHost);
  for (std::size_t i = 0; i < kMaxHeaderCount - 2; ++i)
    fields += "X: " + std::string(300, 'x') + "\r\n";
  EXPECT_THAT(get("/hello", fields), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, RefusesALongTarget) {
  EXPECT_THAT(get("/hello?name=" + std::string(kMaxTargetBytes, 'x')), StartsWith("HTTP/1.1 414 "));
}

TEST_F(HttpServerTest, RefusesATargetThatNeverEnds) {
  EXPECT_THAT(exchange("GET /" + std::string(2 * kMaxTargetBytes, 'x')),
              StartsWith("HTTP/1.1 414 "));
}

TEST_F(HttpServerTest, LateHeadersAre408) {
  serve({.headerTimeout = 30ms});
  auto answer = exchange("GET /hello HTTP/1.1\r\nHost: loc");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(answer, HasSubstr("request_timeout"));
}

TEST_F(HttpServerTest, LateBodyIs408) {
  serve({.bodyTimeout = 30ms});
  EXPECT_THAT(post("Content-Length: 5\r\n", "123"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, IdleConnectionIsClosedSilently) {
  serve({.idleTimeout = 30ms});
  EXPECT_EQ(exchange(""), "");
}

TEST_F(HttpServerTest, ClientThatDoesNotReadIsClosed) {
  auto gone = std::make_shared<std::atomic<bool>>(false);
  router_.add("GET", "/flood", [gone](Request) -> Task<Response> {
    Response response;
    response.stream = [gone](std::shared_ptr<Sink> sink) -> Task<void> {
      while (co_await sink->write(std::string(1 << 20, 'x'))) {
      }
      *gone = true;
    };
    co_return response;
  });
  serve({.writeTimeout = 30ms});
  test::runWhile(loop_, [&] {
    RawPeer peer(server_->port());
    peer.send("GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (!*gone) std::this_thread::yield();
  });
}

TEST_F(HttpServerTest, DefaultTimeLimitsAreTheNamedOnes) {
  ServerOptions options;
  EXPECT_EQ(options.headerTimeout, kHeaderTimeout);
  EXPECT_EQ(options.bodyTimeout, kBodyTimeout);
  EXPECT_EQ(options.writeTimeout, kWriteTimeout);
  EXPECT_EQ(options.idleTimeout, kIdleTimeout);
  EXPECT_EQ(options.maxConnections, kMaxConnections);
}

TEST_F(HttpServerTest, SendsContinueWhenAskedAndOnlyAfterTheChecks) {
  serve();
  test::runWhile(loop_, [&] {
    RawPeer peer(server_->port());
    peer.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(peer.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(peer.send("ok").readAll(), EndsWith("\r\n\r\nok"));
    RawPeer refused(server_->port());
    refused.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Length: 5000\r\n\r\n");
    EXPECT_THAT(refused.readUntil("\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  });
}

TEST_F(HttpServerTest, HandlerExceptionIs500WithoutItsCause) {
  auto answer = get("/throws");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr(R"("code":"internal")"));
  EXPECT_THAT(answer, Not(HasSubstr("secret cause")));
}

TEST_F(HttpServerTest, ConnectionsOverTheCapAre503) {
  serve({.maxConnections = 1});
  test::runWhile(loop_, [&] {
    RawPeer first(server_->port());
    first.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("hello ");
    auto answer = RawPeer(server_->port()).readAll();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("overloaded"));
  });
}

TEST_F(HttpServerTest, PortTakenIsAddressInUse) {
  serve();
  HttpServer second(loop_, router_, {.port = server_->port()});
  auto status = second.listen();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::address_in_use);
  EXPECT_THAT(status.error().message, HasSubstr(std::to_string(server_->port())));
}

TEST_F(HttpServerTest, AddressThatIsNoneIsRefused) {
  for (auto address : {"not-an-address", "203.0.113.7"}) {
    HttpServer server(loop_, router_, {.address = address});
    auto status = server.listen();
    ASSERT_FALSE(status) << address;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_configuration);
  }
}

TEST_F(HttpServerTest, TrustedProxyThatIsNoNetworkIsRefused) {
  HttpServer server(loop_, router_, {.trustedProxies = {"10.0.0.0/99"}});
  EXPECT_EQ(server.listen().error().code, ErrorCode::invalid_configuration);
}

TEST_F(HttpServerTest, UrlNamesTheListener) {
  serve();
  EXPECT_EQ(server_->url(), "http://127.0.0.1:" + std::to_string(server_->port()));
}

TEST_F(HttpServerTest, OriginIsTheHostUsedOrThePublicUrl) {
  EXPECT_THAT(get("/info", "Host: localhost:99\r\n"),
              HasSubstr("http://localhost:99 127.0.0.1 /info"));
  serve({.publicUrl = "https://ex.example/"});
  EXPECT_THAT(get("/info", "Host: ex.example\r\n"), HasSubstr("https://ex.example 127.0.0.1"));
}

TEST_F(HttpServerTest, AbsoluteFormMustAgreeWithHost) {
  EXPECT_THAT(get("http://localhost/hello?name=x"), HasSubstr("hello x"));
  EXPECT_THAT(get("http://evil.example/hello", "Host: localhost\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(get("http://evil.example/hello", "Host: evil.example\r\n"),
              StartsWith("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace executor::net

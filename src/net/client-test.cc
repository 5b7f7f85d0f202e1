#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using test::RawUpstream;
using ::testing::HasSubstr;
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
    server_ = std::make_unique<HttpServer>(loop_, router_, ServerOptions{});
    EXPECT_TRUE(server_->listen().has_value());
  }

  std::string url(std::string_view path) { return server_->url() + std::string(path); }

  Result<ClientResponse> send(ClientRequest request,
                              std::shared_ptr<ClientCancel> cancel = nullptr) {
    if (!client_) client_ = std::make_unique<HttpClient>(loop_, options_);
    return test::run(loop_, client_->send(std::move(request), std::move(cancel)));
  }

  Result<ClientResponse> get(std::string url) { return send({.url = std::move(url)}); }

  asio::io_context loop_{1};
  Router router_;
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

TEST_F(HttpClientTest, ReusesTheConnection) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(url("/hello")));
  EXPECT_EQ(server_->openConnections(), 1u);
}

TEST_F(HttpClientTest, RefusedConnectionIsUnreachableAndUnsent) {
  auto port = server_->port();
  server_.reset();
  auto response = get("http://127.0.0.1:" + std::to_string(port) + "/");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::upstream_unreachable);
  EXPECT_THAT(response.error().detail, StartsWith("unsent"));
}

}  // namespace
}  // namespace executor::net

#include "net/host-guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/forwarded.h"
#include "net/server.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace ip = boost::asio::ip;

bool admits(const ServerOptions& options, std::string_view host, const char* local = "127.0.0.1") {
  return HostGuard(options).checkHost(host, ip::make_address(local)).has_value();
}

TEST(HostGuard, BoundToLoopbackTakesLoopbackNamesWithAnyPort) {
  for (auto host : {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:4788", "[::1]:4788",
                    "[::1]", "127.1.2.3"}) {
    EXPECT_TRUE(admits({}, host)) << host;
  }
}

TEST(HostGuard, RefusesForeignNames) {
  for (auto host : {"evil.example", "localhost.evil.example", "evil.example:4788", "192.168.0.1",
                    "localhost.", "127.0.0.1.evil.example", "2130706433", "0x7f.1", "[::2]"}) {
    EXPECT_FALSE(admits({}, host)) << host;
  }
}

TEST(HostGuard, WhatIsNoHostIsAnInvalidRequest) {
  for (auto host : {"", "a b", "localhost/x", "u@localhost", "localhost, evil.example"}) {
    auto status = HostGuard(ServerOptions{}).checkHost(host, ip::address_v4::loopback());
    ASSERT_FALSE(status) << host;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_request);
  }
}

TEST(HostGuard, BoundToAnAddressTakesThatAddressOnly) {
  ServerOptions options{.address = "192.168.1.5"};
  EXPECT_TRUE(admits(options, "192.168.1.5:80", "192.168.1.5"));
  EXPECT_FALSE(admits(options, "localhost", "192.168.1.5"));
  EXPECT_FALSE(admits(options, "192.168.1.6", "192.168.1.5"));
}

TEST(HostGuard, BoundToEverythingTakesLoopbackAndTheAddressReached) {
  ServerOptions options{.address = "0.0.0.0"};
  EXPECT_TRUE(admits(options, "localhost"));
  EXPECT_TRUE(admits(options, "10.0.0.7:1", "10.0.0.7"));
  EXPECT_FALSE(admits(options, "10.0.0.8", "10.0.0.7"));
  EXPECT_FALSE(admits(options, "evil.example", "10.0.0.7"));
}

TEST(HostGuard, TakesAllowedHostsAndThePublicUrl) {
  ServerOptions options{.publicUrl = "https://ex.example", .allowedHosts = {"A.example", "b:99"}};
  EXPECT_TRUE(admits(options, "ex.example"));
  EXPECT_TRUE(admits(options, "a.example:1"));
  EXPECT_TRUE(admits(options, "b:99"));
  EXPECT_FALSE(admits(options, "b:98"));
}

TEST(HostGuard, OriginMustBeSamePublicOrConfigured) {
  HostGuard guard({.publicUrl = "https://ex.example", .corsOrigins = {"https://app.example/"}});
  auto admitted = [&](std::string_view origin) {
    return guard.checkOrigin(origin, "http://localhost:4788").has_value();
  };
  EXPECT_TRUE(admitted("http://localhost:4788"));
  EXPECT_TRUE(admitted("https://ex.example"));
  EXPECT_TRUE(admitted("https://APP.example"));
  for (auto origin :
       {"null", "http://localhost:4789", "https://localhost:4788", "http://app.example",
        "https://app.example.evil", "", "https://evil.example"}) {
    EXPECT_FALSE(admitted(origin)) << origin;
  }
  EXPECT_TRUE(guard.isCorsOrigin("https://app.example"));
  EXPECT_FALSE(guard.isCorsOrigin("https://ex.example"));
}

TEST(TrustedProxies, ForwardedHeadersCountOnlyFromTrustedPeers) {
  auto proxies = *TrustedProxies::parse({"10.0.0.0/8"});
  Headers headers;
  headers.set("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.0.0.9");
  headers.set("X-Forwarded-Proto", "https");
  EXPECT_EQ(proxies.client(headers, ip::make_address("10.0.0.1")), "2.2.2.2");
  EXPECT_EQ(proxies.scheme(headers, ip::make_address("10.0.0.1")), "https");
  EXPECT_EQ(proxies.client(headers, ip::make_address("9.9.9.9")), "9.9.9.9");
  EXPECT_EQ(proxies.scheme(headers, ip::make_address("9.9.9.9")), "http");
}

TEST(TrustedProxies, GarbageEndsTheChain) {
  auto proxies = *TrustedProxies::parse({"10.0.0.0/8"});
  Headers headers;
  headers.set("X-Forwarded-For", "1.1.1.1, what, 10.0.0.9");
  EXPECT_EQ(proxies.client(headers, ip::make_address("10.0.0.1")), "10.0.0.9");
}

class GuardedServerTest : public ::testing::Test {
 protected:
  std::string exchange(std::string bytes, ServerOptions options = {}) {
    router_.add("GET", "/", [this](Request request) -> Task<Response> {
      ++served_;
      co_return Response::text(200, request.peer);
    });
    HttpServer server(loop_, router_, std::move(options));
    EXPECT_TRUE(server.listen().has_value());
    std::string out;
    test::runWhile(loop_, [&] { out = test::RawPeer(server.port()).send(bytes).readAll(); });
    return out;
  }

  static std::string get(std::string_view fields, std::string_view method = "GET") {
    return std::string(method) + " / HTTP/1.1\r\nConnection: close\r\n" + std::string(fields) +
           "\r\n";
  }

  asio::io_context loop_{1};
  Router router_;
  int served_ = 0;
};

TEST_F(GuardedServerTest, ForeignHostNeverReachesAHandler) {
  auto answer = exchange(get("Host: evil.example\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("host_not_allowed"));
  EXPECT_EQ(served_, 0);
}

TEST_F(GuardedServerTest, ForeignOriginNeverReachesAHandler) {
  for (auto origin : {"https://evil.example", "null", ""}) {
    auto answer = exchange(get("Host: localhost\r\nOrigin: " + std::string(origin) + "\r\n"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 ")) << origin;
    EXPECT_THAT(answer, HasSubstr("origin_not_allowed"));
  }
  EXPECT_EQ(served_, 0);
}

TEST_F(GuardedServerTest, SameOriginIsServedWithoutCorsHeaders) {
  auto answer = exchange(get("Host: localhost:1\r\nOrigin: http://localhost:1\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, Not(HasSubstr("Access-Control")));
}

TEST_F(GuardedServerTest, ConfiguredOriginMayReadTheAnswer) {
  auto answer = exchange(get("Host: localhost\r\nOrigin: https://app.example\r\n"),
                         {.corsOrigins = {"https://app.example"}});
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nVary: Origin\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Allow-Credentials")));
}

TEST_F(GuardedServerTest, PreflightIsAnsweredForConfiguredOriginsOnly) {
  auto preflight = [](std::string_view origin) {
    return get(
        "Host: localhost\r\nAccess-Control-Request-Method: POST\r\n"
        "Access-Control-Request-Headers: x-api-key\r\nOrigin: " +
            std::string(origin) + "\r\n",
        "OPTIONS");
  };
  ServerOptions options{.corsOrigins = {"https://app.example"}};
  auto granted = exchange(preflight("https://app.example"), options);
  EXPECT_THAT(granted, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(granted, HasSubstr("\r\nAccess-Control-Allow-Headers: x-api-key\r\n"));
  EXPECT_THAT(granted, HasSubstr("\r\nAccess-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(exchange(preflight("https://evil.example"), options), StartsWith("HTTP/1.1 403 "));
}

TEST_F(GuardedServerTest, PeerIsTheForwardedClientBehindATrustedProxy) {
  auto request = get("Host: localhost\r\nX-Forwarded-For: 1.2.3.4\r\n");
  EXPECT_THAT(exchange(request, {.trustedProxies = {"127.0.0.0/8"}}), HasSubstr("\r\n\r\n1.2.3.4"));
  EXPECT_THAT(exchange(request), HasSubstr("\r\n\r\n127.0.0.1"));
}

}  // namespace
}  // namespace executor::net

// Requests that two readers could understand differently must be refused, and the connection
// closed: what follows on it could be the smuggled request (RFC 9112 section 11.2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/raw-head.h"
#include "net/request-parser.h"
#include "net/server.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SmugglingTest : public ::testing::Test {
 protected:
  SmugglingTest() : server_(loop_, router_, {}) {
    router_.add("POST", "/", [this](Request request) -> Task<Response> {
      ++served_;
      co_return Response::text(200, request.body);
    });
    router_.add("GET", "/smuggled", [this](Request) -> Task<Response> {
      smuggled_ = true;
      co_return Response{};
    });
    EXPECT_TRUE(server_.listen().has_value());
  }

  std::string exchange(std::string bytes) {
    std::string out;
    test::runWhile(loop_, [&] { out = test::RawPeer(server_.port()).send(bytes).readAll(); });
    return out;
  }

  // Fields and body of a POST that must not be served, with a second request behind it.
  void expectRefused(std::string fields, std::string body = {}) {
    auto answer = exchange("POST / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body +
                           "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << fields;
    EXPECT_THAT(answer, HasSubstr("Connection: close")) << fields;
    EXPECT_EQ(served_, 0) << fields;
    EXPECT_FALSE(smuggled_) << fields;
  }

  asio::io_context loop_{1};
  Router router_;
  HttpServer server_;
  int served_ = 0;
  bool smuggled_ = false;
};

TEST_F(SmugglingTest, RefusesLengthTogetherWithChunked) {
  expectRefused("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
  expectRefused("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n");
}

TEST_F(SmugglingTest, RefusesRepeatedLengths) {
  expectRefused("Content-Length: 3\r\nContent-Length: 4\r\n", "abc");
  expectRefused("Content-Length: 3\r\nContent-Length: 3\r\n", "abc");
  expectRefused("Content-Length: 3, 3\r\n", "abc");
}

TEST_F(SmugglingTest, RefusesLengthsThatAreNoPlainNumber) {
  for (auto length : {"-1", "+3", "0x3", "3 ", "1e1", "", "99999999999999999999999", "3;"}) {
    if (std::string_view(length) == "3 ") continue;  // trailing space is optional whitespace
    expectRefused("Content-Length: " + std::string(length) + "\r\n", "abc");
  }
}

TEST_F(SmugglingTest, RefusesOtherTransferCodings) {
  for (auto coding : {"gzip", "chunked, gzip", "gzip, chunked", "xchunked", "chunked, chunked",
                      "\"chunked\"", "chunked;x", "identity", ""}) {
    expectRefused("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n");
  }
  expectRefused("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
}

TEST_F(SmugglingTest, RefusesSpacesAroundFieldNames) {
  expectRefused("Transfer-Encoding : chunked\r\n", "0\r\n\r\n");
  expectRefused("Content-Length\t: 3\r\n", "abc");
  expectRefused(" Content-Length: 3\r\n", "abc");
}

TEST_F(SmugglingTest, RefusesFoldedLines) {
  expectRefused("X: a\r\n b\r\n");
  expectRefused("X: a\r\n\tTransfer-Encoding: chunked\r\n");
}

TEST_F(SmugglingTest, RefusesBareLineEndsAndNul) {
  expectRefused("X: a\nContent-Length: 3\r\n", "abc");
  expectRefused("X: a\rContent-Length: 3\r\n", "abc");
  expectRefused(std::string("X: a\0b\r\n", 8));
  expectRefused("X\r\n");
  expectRefused(": x\r\n");
}

TEST_F(SmugglingTest, RefusesRepeatedOrMissingHost) {
  expectRefused("Host: localhost\r\n");
  auto answer = exchange("POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(served_, 0);
}

TEST_F(SmugglingTest, RefusesBadChunks) {
  for (auto body : {"x\r\nabc\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
                    "3\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n",
                    "fffffffffffffffff\r\na\r\n0\r\n\r\n", "\r\n\r\n"}) {
    auto answer = exchange(
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "\r\n" +
        std::string(body));
    EXPECT_THAT(answer, Not(StartsWith("HTTP/1.1 2"))) << body;
    EXPECT_EQ(served_, 0) << body;
  }
}

TEST_F(SmugglingTest, RefusesEndlessChunkHeadersAndTrailers) {
  for (std::string start : {"3;x=", "0\r\nX: "}) {
    auto answer = exchange(
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "\r\n" +
        start + std::string(400'000, 'y'));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 4"));
    EXPECT_EQ(served_, 0);
  }
}

TEST_F(SmugglingTest, RefusesChunkedInHttp10) {
  auto answer = exchange(
      "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
}

TEST_F(SmugglingTest, RefusesRequestLinesThatAreNone) {
  for (std::string line : {"GET", "GET /", "GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9",
                           "GET  / HTTP/1.1", "G@T / HTTP/1.1", "GET / x HTTP/1.1", "\x16\x03\x01",
                           "GET /\x01 HTTP/1.1", "GET / http/1.1"}) {
    auto answer = exchange(line + "\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << line;
  }
}

TEST_F(SmugglingTest, RefusesUnknownExpectations) { expectRefused("Expect: miracles\r\n"); }

TEST_F(SmugglingTest, BodyLeftByARefusedRequestIsNotARequest) {
  auto answer = exchange(
      "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 49\r\n\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  EXPECT_FALSE(smuggled_);
}

TEST(RawHead, CountsFieldsNotTheFirstLine) {
  EXPECT_TRUE(checkRawHead("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n", 2));
  auto status = checkRawHead("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n", 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::headers_too_large);
}

TEST(RequestParser, AsksForMoreUntilTheBodyIsWhole) {
  RequestParser parser;
  auto head = parser.head("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->contentLength, 4u);
  EXPECT_TRUE(head->hasBody());
  ASSERT_TRUE(parser.limitBody(4, 10));
  EXPECT_EQ(*parser.body("ab"), 2u);
  EXPECT_FALSE(parser.done());
  EXPECT_EQ(*parser.body("cdGET /"), 2u);
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.takeBody(), "abcd");
}

}  // namespace
}  // namespace executor::net

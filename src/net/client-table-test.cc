// What the client puts on the wire and what it takes from it, row by row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "net/client.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using test::RawUpstream;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientTableTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request) {
    return test::run(loop_, client_.send(std::move(request)));
  }

  // The answer to a request, of an upstream that writes these bytes and closes.
  Result<ClientResponse> answered(std::string bytes, std::string method = "GET") {
    RawUpstream upstream({RawUpstream::answering(std::move(bytes))});
    return send({.method = std::move(method), .url = upstream.url()});
  }

  // The head that a request becomes.
  std::string headOf(ClientRequest request, std::string_view path = "/") {
    std::string head;
    RawUpstream upstream({[&head](asio::ip::tcp::socket& socket) {
      head = RawUpstream::readRequest(socket);
      boost::system::error_code ignored;
      asio::write(socket, asio::buffer(std::string("HTTP/1.1 204 No Content\r\n\r\n")), ignored);
    }});
    request.url = upstream.url(path);
    EXPECT_TRUE(send(std::move(request)));
    return head;
  }

  asio::io_context loop_{1};
  HttpClient client_{loop_, {}};
};

struct Answer {
  std::string bytes;
  std::string outcome;  // "status body", or the code of the error
};

std::string outcomeOf(const Result<ClientResponse>& response) {
  if (!response) return std::string(response.error().codeName());
  return std::to_string(response->status) + " " + response->body;
}

// RFC 9112 section 6.3: how long an answer is. Where two rules speak, the answer is refused: the
// next request's answer could hide in the difference.
TEST_F(ClientTableTest, AnAnswersLengthIsUnambiguous) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::vector<Answer> rows = {
      {ok + "Content-Length: 2\r\n\r\nhi", "200 hi"},
      {ok + "Content-Length: 0\r\n\r\n", "200 "},
      {ok + "\r\nuntil the end", "200 until the end"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "200 hi"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nX-T: 1\r\n\r\n", "200 hi"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200 "},
      {"HTTP/1.0 200 OK\r\n\r\nold", "200 old"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 "},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 "},
      {ok + "Content-Length: 5\r\n\r\nhi", "upstream_invalid"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "upstream_invalid"},
      {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n", "upstream_invalid"},
      {ok + "Content-Length: -1\r\n\r\n", "upstream_invalid"},
      {ok + "Content-Length: 2x\r\n\r\nhi", "upstream_invalid"},
      {ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", "upstream_invalid"},
      {ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
       "upstream_invalid"}};
  for (const Answer& row : rows)
    EXPECT_EQ(outcomeOf(answered(row.bytes)), row.outcome) << row.bytes;
}

TEST_F(ClientTableTest, WhatIsNoAnswerIsTheUpstreamsFault) {
  const std::vector<Answer> rows = {{"", "upstream_unreachable"},
                                    {"HTTP/1.1 200", "upstream_invalid"},
                                    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/1.1 20 OK\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/1.1 2000 OK\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/2 200 OK\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "upstream_invalid"},
                                    {"HTTP/1.1 101 Switching\r\n\r\n", "upstream_invalid"},
                                    {std::string(16, '\0'), "upstream_invalid"}};
  for (const Answer& row : rows) {
    const auto response = answered(row.bytes);
    EXPECT_EQ(outcomeOf(response), row.outcome) << row.bytes;
    if (!response) EXPECT_TRUE(response.error().detail.starts_with("sent")) << row.bytes;
  }
}

TEST_F(ClientTableTest, AnAnswerToHeadHasNoBodyWhateverItAnnounces) {
  for (const char* length : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""})
    EXPECT_EQ(outcomeOf(answered("HTTP/1.1 200 OK\r\n" + std::string(length) + "\r\n", "HEAD")),
              "200 ")
        << length;
}

// The request line and framing are the client's own; a caller's field could only contradict them.
TEST_F(ClientTableTest, TheHeadIsCompleteAndSaysEverythingOnce) {
  ClientRequest request{.method = "POST", .body = "12345"};
  for (const char* name : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "TE",
                           "Expect", "Upgrade", "Keep-Alive", "Proxy-Connection", "Trailer"})
    request.headers.set(name, "mine");
  request.headers.set("X-Own", "kept");
  const std::string head = headOf(std::move(request), "/a/b?q=1");
  EXPECT_TRUE(head.starts_with("POST /a/b?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << head;
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Own: kept\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("mine")));
}

struct Length {
  std::string method, body, field;
};

// RFC 9110 section 8.6: a method that could have a body says that there is none.
TEST_F(ClientTableTest, ALengthIsSentWhereABodyIsExpected) {
  const std::vector<Length> rows = {{"GET", "", ""},        {"DELETE", "", ""}, {"HEAD", "", ""},
                                    {"POST", "", "0"},      {"PUT", "", "0"},   {"PATCH", "", "0"},
                                    {"DELETE", "abc", "3"}, {"GET", "abc", "3"}};
  for (const Length& row : rows) {
    const std::string head = headOf({.method = row.method, .body = row.body});
    const auto at = head.find("Content-Length: ");
    const std::string found =
        at == head.npos ? "" : head.substr(at + 16, head.find("\r\n", at) - at - 16);
    EXPECT_EQ(found, row.field) << row.method << " " << row.body;
  }
}

TEST_F(ClientTableTest, DefaultsGiveWayToTheCallersOwn) {
  const std::string plain = headOf({});
  EXPECT_THAT(plain, HasSubstr("\r\nAccept: */*\r\n"));
  EXPECT_THAT(plain, HasSubstr("\r\nUser-Agent: "));
  EXPECT_THAT(plain, HasSubstr("\r\nAccept-Encoding: "));
  ClientRequest request;
  request.headers.set("accept", "text/csv");
  request.headers.set("USER-AGENT", "me");
  request.headers.set("Accept-Encoding", "identity");
  const std::string own = toLowerAscii(headOf(std::move(request)));
  EXPECT_EQ(own.find("accept: "), own.rfind("accept: "));
  EXPECT_THAT(own, HasSubstr("user-agent: me\r\n"));
  EXPECT_THAT(own, HasSubstr("accept-encoding: identity\r\n"));
}

// Nothing that cannot be sent exactly leaves at all (D11: such a call has failed, not `unknown`).
TEST_F(ClientTableTest, WhatCannotBeSentIsRefusedUnsent) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"GET", "ftp://127.0.0.1/"},        {"GET", "http://u:p@127.0.0.1/"},
      {"GET", "http://127.0.0.1/a b"},    {"GET", "http://127.0.0.1/../x"},
      {"GET", "http://127.0.0.1:0/"},     {"GET", ""},
      {"get", "http://127.0.0.1:1/"},     {"GE T", "http://127.0.0.1:1/"},
      {"GET\r\n", "http://127.0.0.1:1/"}, {"", "http://127.0.0.1:1/"}};
  for (const auto& [method, url] : rows) {
    const auto response = send({.method = method, .url = url});
    ASSERT_FALSE(response) << method << " " << url;
    EXPECT_EQ(response.error().codeName(), "invalid_argument") << method << " " << url;
    EXPECT_TRUE(response.error().detail.starts_with("unsent")) << response.error().detail;
    EXPECT_THAT(response.error().message, Not(HasSubstr("u:p"))) << "a URL may hold a secret";
  }
}

TEST_F(ClientTableTest, AFieldThatCouldNotBeSentIsLeftOutOfTheAnswer) {
  const auto response = answered(
      "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-B:  spaced \t\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.count("X-A"), 2u);
  EXPECT_EQ(response->headers.get("X-B"), "spaced");
}

TEST_F(ClientTableTest, TheCapIsTheLastByteThatIsTaken) {
  for (const std::size_t cap : {4u, 5u, 6u}) {
    for (const char* framing : {"Content-Length: 5\r\n", ""}) {
      RawUpstream upstream(
          {RawUpstream::answering("HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n12345")});
      const auto response = send({.url = upstream.url(), .responseCap = cap});
      EXPECT_EQ(outcomeOf(response), cap < 5 ? "upstream_too_large" : "200 12345") << cap;
    }
  }
}

}  // namespace
}  // namespace executor::net

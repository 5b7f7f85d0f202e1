#include <gtest/gtest.h>

#include "source/operation.h"

namespace executor::source {
namespace {

std::string bodyOf(std::string contentType, std::string body, int status = 200) {
  net::ClientResponse response;
  response.status = status;
  if (!contentType.empty()) response.headers.set("Content-Type", std::move(contentType));
  response.body = std::move(body);
  const auto reply = readReply(std::move(response));
  return reply ? reply->bodyJson : std::string(reply.error().codeName());
}

TEST(ReadReply, JsonPassesThroughByteForByte) {
  const std::string text = "{ \"id\": 12345678901234567890123, \"x\": 0.1000 }";
  EXPECT_EQ(bodyOf("application/json; charset=utf-8", text), text);
  EXPECT_EQ(bodyOf("application/problem+json", text), text);
}

TEST(ReadReply, EmptyIsNull) {
  EXPECT_EQ(bodyOf("application/json", ""), "null");
  EXPECT_EQ(bodyOf("application/json", " \n"), "null");
  EXPECT_EQ(bodyOf("text/plain", ""), "null");
  EXPECT_EQ(bodyOf("", "", 204), "null");
}

TEST(ReadReply, TextIsAString) {
  EXPECT_EQ(bodyOf("text/plain", "a\n\"b\""), R"("a\n\"b\"")");
  EXPECT_EQ(bodyOf("application/xml", "<a/>"), R"("<a/>")");
  EXPECT_EQ(bodyOf("application/x-ndjson", "{}\n{}\n"), R"("{}\n{}\n")");
}

TEST(ReadReply, TextOfOtherCharsetsBecomesUtf8) {
  EXPECT_EQ(bodyOf("text/plain; charset=ISO-8859-1", "caf\xe9 \x80"), "\"café €\"");
  EXPECT_EQ(bodyOf("text/plain; charset=\"utf-16le\"", std::string("h\0i\0", 4)), R"("hi")");
}

TEST(ReadReply, BytesAreBase64WithTheirType) {
  EXPECT_EQ(bodyOf("image/png", "\x89PNG"), R"({"base64":"iVBORw==","contentType":"image/png"})");
  EXPECT_EQ(bodyOf("text/plain", "\xff\xfe\xff"),
            R"({"base64":"//7/","contentType":"text/plain"})");
}

TEST(ReadReply, WithoutATypeItGoesByTheContent) {
  EXPECT_EQ(bodyOf("", "{\"a\":1}"), "{\"a\":1}");
  EXPECT_EQ(bodyOf("", "{a}"), R"("{a}")");
  EXPECT_EQ(bodyOf("", "\xff"), R"({"base64":"/w==","contentType":""})");
}

TEST(ReadReply, JsonThatIsNoneIsTheUpstreamsFault) {
  EXPECT_EQ(bodyOf("application/json", "<html>oops</html>"), "upstream_invalid");
  EXPECT_EQ(bodyOf("application/json", "{\"a\":1} trailing"), "upstream_invalid");
  EXPECT_EQ(bodyOf("application/json", "\xff\xff"), "upstream_invalid");
}

// The status says what happened; its text must reach the program, whatever its type claims.
TEST(ReadReply, AnErrorsBodyIsNeverLost) {
  EXPECT_EQ(bodyOf("application/json", "Bad gateway", 502), R"("Bad gateway")");
}

TEST(ReadReply, AByteOrderMarkIsRemoved) {
  EXPECT_EQ(bodyOf("application/json", "\xef\xbb\xbf[1]"), "[1]");
}

TEST(ReadReply, HeadersAreLowerCaseAndJoined) {
  net::ClientResponse response;
  response.status = 404;
  response.headers.add("Link", "<a>");
  response.headers.add("link", "<b>");
  response.headers.add("X-Name", "caf\xe9");
  const auto reply = readReply(std::move(response)).value();
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(serializeJson(reply.headers), R"({"link":"<a>, <b>","x-name":"café"})");
}

}  // namespace
}  // namespace executor::source

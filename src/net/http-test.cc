#include "net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace executor::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Headers, NamesCompareWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  EXPECT_EQ(headers.get("content-TYPE"), "a");
  EXPECT_TRUE(headers.has("CONTENT-type"));
  EXPECT_EQ(headers.get("Content-Typ"), "");
  EXPECT_FALSE(headers.has("Content@Type"));
}

TEST(Headers, OnlyLettersDifferInCase) {
  Headers headers;
  headers.add("a^b", "1");
  EXPECT_FALSE(headers.has("a~b"));
}

TEST(Headers, SetReplacesAllAndAddAppends) {
  Headers headers;
  headers.add("A", "1");
  headers.add("a", "2");
  EXPECT_EQ(headers.count("A"), 2u);
  EXPECT_EQ(headers.get("A"), "1");
  headers.set("A", "3");
  EXPECT_EQ(headers.count("A"), 1u);
  EXPECT_EQ(headers.get("A"), "3");
  headers.remove("a");
  EXPECT_FALSE(headers.has("A"));
}

TEST(Headers, RefusesValuesThatWouldStartAnotherHeader) {
  Headers headers;
  for (std::string value : {"a\r\nX: y", "a\nb", "a\rb", "a\x7f", "\x01"}) {
    EXPECT_FALSE(headers.set("A", value));
    EXPECT_FALSE(headers.add("A", value));
  }
  EXPECT_FALSE(headers.add("A", std::string("a\0b", 3)));
  EXPECT_TRUE(headers.all().empty());
}

TEST(Headers, RefusesNamesThatAreNoTokens) {
  Headers headers;
  for (std::string_view name : {"", "a b", "a:", "a\r\n", "\xc3\xa4", "a(b)"}) {
    EXPECT_FALSE(headers.add(name, "x")) << name;
  }
  EXPECT_TRUE(headers.all().empty());
}

TEST(Headers, RefusedSetKeepsTheOldValue) {
  Headers headers;
  headers.set("A", "old");
  EXPECT_FALSE(headers.set("A", "new\r\n"));
  EXPECT_EQ(headers.get("A"), "old");
}

TEST(Headers, TakesTabsAndBytesAbove127) {
  Headers headers;
  EXPECT_TRUE(headers.set("A", "a\tb \xc3\xa4"));
}

TEST(Disconnect, RunsCallbacksOnceAndAtOnceWhenLate) {
  Disconnect disconnect;
  int count = 0;
  disconnect.onFire([&] { ++count; });
  disconnect.fire();
  disconnect.fire();
  EXPECT_EQ(count, 1);
  disconnect.onFire([&] { ++count; });
  EXPECT_EQ(count, 2);
  EXPECT_TRUE(disconnect.fired());
}

TEST(Disconnect, AsksForTheWatchAtTheFirstQuestionOnly) {
  struct CountingWatch : PeerWatch {
    int count = 0;
    void watchPeer() override { ++count; }
  };
  auto watch = std::make_shared<CountingWatch>();
  Disconnect disconnect(watch);
  EXPECT_EQ(watch->count, 0);
  EXPECT_FALSE(disconnect.fired());
  disconnect.onFire([] {});
  EXPECT_EQ(watch->count, 1);
}

TEST(Request, DecodesQueryParameters) {
  Request request{.query = "a=1&b=x%20y+z&c&d=%zz&a=2&e%3D=f"};
  EXPECT_EQ(request.queryParameter("a"), "1");
  EXPECT_EQ(request.queryParameter("b"), "x y z");
  EXPECT_EQ(request.queryParameter("c"), "");
  EXPECT_EQ(request.queryParameter("d"), "%zz");
  EXPECT_EQ(request.queryParameter("e="), "f");
  EXPECT_EQ(request.queryParameter("missing"), "");
}

TEST(Request, FindsACookieInAnyCookieHeader) {
  Request request;
  request.headers.add("Cookie", "a=1; session=x=y");
  request.headers.add("cookie", "b=2");
  EXPECT_EQ(request.cookie("session"), "x=y");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_EQ(request.cookie("A"), "");
}

TEST(Response, ErrorHasTheProductsForm) {
  Error error{ErrorCode::not_found, "No \"x\".", "Try y.", "secret detail"};
  auto response = Response::error(error, "req_1");
  EXPECT_EQ(response.status, 404);
  auto body = parseJson(response.body);
  ASSERT_TRUE(body);
  const auto* form = findObject(*body, "error");
  ASSERT_NE(form, nullptr);
  EXPECT_EQ(form->at("code").as_string(), "not_found");
  EXPECT_EQ(form->at("message").as_string(), "No \"x\".");
  EXPECT_EQ(form->at("hint").as_string(), "Try y.");
  EXPECT_EQ(form->at("requestId").as_string(), "req_1");
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
}

TEST(Response, WhatMayHaveRoomSoonSaysWhenToTryAgain) {
  const auto after = [](ErrorCode code) {
    return Response::error(Error{code, "x"}, "r").headers.get("Retry-After");
  };
  const auto seconds = std::to_string(kRetryAfterSeconds);
  EXPECT_EQ(after(ErrorCode::overloaded), seconds);
  EXPECT_EQ(after(ErrorCode::limit_exceeded), seconds);
  EXPECT_EQ(after(ErrorCode::not_configured), "") << "time alone does not help";
  EXPECT_EQ(after(ErrorCode::conflict), "");
}

TEST(Response, ErrorWithoutHintHasNoHintMember) {
  EXPECT_THAT(Response::error(Error{ErrorCode::internal, "x"}, "r").body, Not(HasSubstr("hint")));
}

TEST(Response, KindsSetTheirType) {
  EXPECT_EQ(Response::json(200, "{}").headers.get("Content-Type"), "application/json");
  EXPECT_THAT(std::string(Response::html(200, "").headers.get("Content-Type")),
              HasSubstr("text/html"));
  EXPECT_THAT(std::string(Response::text(200, "").headers.get("Content-Type")),
              HasSubstr("text/plain"));
  EXPECT_EQ(Response::redirect("/x").status, 303);
  EXPECT_EQ(Response::redirect("/x").headers.get("Location"), "/x");
}

TEST(FormatSse, SplitsDataAtEveryKindOfLineEnd) {
  EXPECT_EQ(formatSse("a"), "data: a\n\n");
  EXPECT_EQ(formatSse("a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(formatSse(""), "data: \n\n");
  EXPECT_EQ(formatSse("a\n"), "data: a\ndata: \n\n");
}

TEST(FormatSse, NamesCannotBreakTheFrame) {
  EXPECT_EQ(formatSse("x", "ev\ndata: y", "1\r\n2"), "id: 1\nevent: ev\ndata: x\n\n");
}

TEST(ReasonPhrase, KnowsEveryStatusOfTheErrorTable) {
  for (int status : {400, 401, 403, 404, 405, 406, 408, 409, 413, 414, 415,
                     422, 424, 429, 431, 499, 500, 502, 503, 504, 507}) {
    EXPECT_NE(reasonPhrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reasonPhrase(299), "Unknown");
}

}  // namespace
}  // namespace executor::net

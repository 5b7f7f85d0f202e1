#include "credential/connection-draft.h"

#include <gtest/gtest.h>

namespace executor::credential {
namespace {

using Kind = source::Authorization::Kind;
using Schemes = std::vector<source::SecurityScheme>;

const Schemes kKeyInQuery{{"q", "apiKey", "query", "api_key"}};
const Schemes kKeyInHeader{{"h", "apiKey", "header", "X-Token"}};

ConnectionDraft completed(ConnectionDraft draft, const Schemes& schemes = {}) {
  auto out = completeDraft(std::move(draft), schemes);
  if (out) return *std::move(out);
  ADD_FAILURE() << out.error().message;
  return {};
}

std::string codeOf(ConnectionDraft draft, const Schemes& schemes = {}) {
  const auto out = completeDraft(std::move(draft), schemes);
  return out ? "ok" : std::string(out.error().codeName());
}

TEST(ConnectionDraft, NameDefaultsToDefault) {
  EXPECT_EQ(completed({.kind = "bearer", .secret = "t"}).name, "default");
}

TEST(ConnectionDraft, KindComesFromTheDocument) {
  EXPECT_EQ(completed({.secret = "t"}, {{"a", "oauth2", "", ""}}).kind, "bearer");
  EXPECT_EQ(
      completed({.secret = "t"}, {{"a", "unsupported", "", ""}, {"b", "apiKey", "header", "X-K"}})
          .kind,
      "apiKey");
  EXPECT_EQ(codeOf({.secret = "t"}), "invalid_argument");
}

TEST(ConnectionDraft, PlaceOfAKeyComesFromTheDocument) {
  const ConnectionDraft query = completed({.kind = "apiKey", .secret = "k"}, kKeyInQuery);
  EXPECT_EQ(query.in, "query");
  EXPECT_EQ(query.parameter, "api_key");
  const ConnectionDraft header = completed({.kind = "apiKey", .secret = "k"}, kKeyInHeader);
  EXPECT_EQ(header.in, "header");
  EXPECT_EQ(header.parameter, "X-Token");
}

TEST(ConnectionDraft, WithoutADeclarationTheKeyGoesInXApiKey) {
  const ConnectionDraft draft = completed({.kind = "apiKey", .secret = "k"});
  EXPECT_EQ(draft.in, "header");
  EXPECT_EQ(draft.parameter, "x-api-key");
}

TEST(ConnectionDraft, WhatThePersonSaysWins) {
  const ConnectionDraft other =
      completed({.kind = "apiKey", .parameter = "X-Other", .secret = "k"}, kKeyInQuery);
  EXPECT_EQ(other.in, "header");
  EXPECT_EQ(other.parameter, "X-Other");
  EXPECT_EQ(completed({.kind = "apiKey", .in = "header", .secret = "k"}, kKeyInQuery).parameter,
            "x-api-key");
}

TEST(ConnectionDraft, QueryAndCookieNeedAParameterName) {
  EXPECT_EQ(codeOf({.kind = "apiKey", .in = "query", .secret = "k"}), "invalid_argument");
  EXPECT_EQ(codeOf({.kind = "apiKey", .in = "cookie", .secret = "k"}), "invalid_argument");
}

struct BadDraft {
  const char* what;
  ConnectionDraft draft;
};

TEST(ConnectionDraft, BadOnesAreRefused) {
  const BadDraft kBad[] = {
      {"another kind", {.kind = "digest", .secret = "t"}},
      {"empty secret", {.kind = "bearer"}},
      {"long secret", {.kind = "bearer", .secret = std::string(kMaxSecretBytes + 1, 'a')}},
      {"line feed", {.kind = "bearer", .secret = "a\nb"}},
      {"carriage return", {.kind = "apiKey", .secret = "a\rb"}},
      {"zero byte", {.kind = "apiKey", .secret = std::string("a\0b", 3)}},
      {"bad UTF-8", {.kind = "basic", .secret = "a:\xff"}},
      {"space around", {.kind = "bearer", .secret = " t"}},
      {"space after", {.kind = "apiKey", .secret = "t "}},
      {"Bearer in front", {.kind = "bearer", .secret = "Bearer t"}},
      {"non-ASCII in a header", {.kind = "apiKey", .secret = "schlüssel"}},
      {"semicolon in a cookie",
       {.kind = "apiKey", .in = "cookie", .parameter = "sid", .secret = "a;b"}},
      {"basic without colon", {.kind = "basic", .secret = "user"}},
      {"place for a bearer", {.kind = "bearer", .in = "query", .secret = "t"}},
      {"unknown place", {.kind = "apiKey", .in = "body", .secret = "t"}},
      {"header name with space", {.kind = "apiKey", .parameter = "X Y", .secret = "t"}},
      {"header name with colon", {.kind = "apiKey", .parameter = "X:Y", .secret = "t"}},
      {"header name with line feed", {.kind = "apiKey", .parameter = "X\nY", .secret = "t"}},
      {"long parameter",
       {.kind = "apiKey", .parameter = std::string(kMaxParameterBytes + 1, 'x'), .secret = "t"}},
      {"the Host header", {.kind = "apiKey", .parameter = "Host", .secret = "t"}},
      {"the Cookie header", {.kind = "apiKey", .parameter = "cookie", .secret = "t"}},
      {"long name",
       {.name = std::string(kMaxConnectionNameBytes + 1, 'n'), .kind = "bearer", .secret = "t"}},
      {"slash in the name", {.name = "a/b", .kind = "bearer", .secret = "t"}},
      {"line feed in the name", {.name = "a\nb", .kind = "bearer", .secret = "t"}},
  };
  for (const BadDraft& bad : kBad) EXPECT_EQ(codeOf(bad.draft), "invalid_argument") << bad.what;
}

TEST(ConnectionDraft, UnusualButRightOnesAreTaken) {
  EXPECT_EQ(codeOf({.kind = "basic", .secret = "user:"}), "ok");
  EXPECT_EQ(codeOf({.kind = "basic", .secret = ":pass"}), "ok");
  EXPECT_EQ(codeOf({.kind = "basic", .secret = "jürgen:geheim: mit Leerzeichen"}), "ok");
  EXPECT_EQ(codeOf({.kind = "apiKey", .parameter = "Authorization", .secret = "Token abc"}), "ok");
  EXPECT_EQ(codeOf({.kind = "apiKey", .in = "query", .parameter = "key", .secret = "schlüssel"}),
            "ok");
  EXPECT_EQ(codeOf({.kind = "bearer", .secret = std::string(kMaxSecretBytes, 'a')}), "ok");
}

TEST(Authorization, SaysHowTheSecretEntersTheRequest) {
  EXPECT_EQ(authorizationOf("bearer", "", "", "t").kind, Kind::bearer);
  EXPECT_EQ(authorizationOf("basic", "", "", "u:p").kind, Kind::basic);
  EXPECT_EQ(authorizationOf("apiKey", "header", "X-K", "k").kind, Kind::apiKeyHeader);
  EXPECT_EQ(authorizationOf("apiKey", "query", "k", "k").kind, Kind::apiKeyQuery);
  const source::Authorization cookie = authorizationOf("apiKey", "cookie", "sid", "k");
  EXPECT_EQ(cookie.kind, Kind::apiKeyCookie);
  EXPECT_EQ(cookie.name, "sid");
  EXPECT_EQ(cookie.value, "k");
}

}  // namespace
}  // namespace executor::credential

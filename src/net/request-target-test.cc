#include "net/request-target.h"

#include <gtest/gtest.h>

namespace executor::net {
namespace {

TEST(RequestTarget, DecodesThePathAndKeepsTheQueryRaw) {
  auto target = parseRequestTarget("/a%20b/c?d=%20");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/c");
  EXPECT_EQ(target->query, "d=%20");
}

TEST(RequestTarget, TakesAbsoluteForm) {
  auto target = parseRequestTarget("HTTP://host:1/p?q");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "host:1");
  EXPECT_EQ(target->path, "/p");
  EXPECT_EQ(parseRequestTarget("http://host")->path, "/");
}

TEST(RequestTarget, DotsInsideASegmentAreNoDotSegments) {
  for (auto text : {"/.well-known/x", "/a..b", "/...", "/a.", "/%2ea"}) {
    EXPECT_TRUE(parseRequestTarget(text)) << text;
  }
}

TEST(RequestTarget, RefusesDotSegmentsInEverySpelling) {
  for (auto text : {"/.", "/..", "/a/../b", "/a/./b", "/%2e", "/%2E%2e/x", "/.%2e", "/a/%2e."}) {
    EXPECT_FALSE(parseRequestTarget(text)) << text;
  }
}

TEST(RequestTarget, RefusesWhatTwoReadersCouldSplitDifferently) {
  for (auto text : {"/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/a%00b", "/a%0ab", "/a%7f", "/%zz",
                    "/%4", "/a#b", "/%ff", "/%c0%af"}) {
    auto target = parseRequestTarget(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, ErrorCode::invalid_request);
  }
}

TEST(RequestTarget, RefusesOtherForms) {
  for (auto text : {"", "*", "host:443", "a/b", "https://x/", "http:///x", "ftp://x/"}) {
    EXPECT_FALSE(parseRequestTarget(text)) << text;
  }
}

}  // namespace
}  // namespace executor::net

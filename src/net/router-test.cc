#include "net/router.h"

#include <gtest/gtest.h>

namespace executor::net {
namespace {

using Names = std::vector<std::string>;

class RouterTest : public ::testing::Test {
 protected:
  // A route whose options carry a number, so that a match can be told from another.
  void add(std::string_view method, std::string_view pattern, std::size_t mark) {
    router_.add(method, pattern, [](Request) -> Task<Response> { co_return Response{}; },
                {.maxBodyBytes = mark});
  }
  std::size_t mark(std::string_view method, std::string_view path) {
    auto match = router_.match(method, path);
    return match.handler == nullptr ? 0 : match.options.maxBodyBytes;
  }
  Router router_;
};

TEST_F(RouterTest, MatchesLiterals) {
  add("GET", "/", 1);
  add("GET", "/api/v1/sources", 2);
  EXPECT_EQ(mark("GET", "/"), 1u);
  EXPECT_EQ(mark("GET", "/api/v1/sources"), 2u);
  EXPECT_EQ(mark("GET", "/api/v1"), 0u);
  EXPECT_EQ(mark("GET", "/api/v1/sources/x"), 0u);
}

TEST_F(RouterTest, StarIsExactlyOneSegmentAndNotEmpty) {
  add("GET", "/a/*/c", 1);
  EXPECT_EQ(mark("GET", "/a/b/c"), 1u);
  EXPECT_EQ(router_.match("GET", "/a/b/c").parameters, Names{"b"});
  EXPECT_EQ(mark("GET", "/a//c"), 0u);
  EXPECT_EQ(mark("GET", "/a/b/b/c"), 0u);
}

TEST_F(RouterTest, LiteralWinsOverStarAndStarOverRest) {
  add("GET", "/a/**", 1);
  add("GET", "/a/*", 2);
  add("GET", "/a/b", 3);
  EXPECT_EQ(mark("GET", "/a/b"), 3u);
  EXPECT_EQ(mark("GET", "/a/x"), 2u);
  EXPECT_EQ(mark("GET", "/a/x/y"), 1u);
}

TEST_F(RouterTest, GoesBackWhenALiteralLeadsNowhere) {
  add("GET", "/a/b/c", 1);
  add("GET", "/*/b/d", 2);
  EXPECT_EQ(mark("GET", "/a/b/d"), 2u);
  EXPECT_EQ(router_.match("GET", "/a/b/d").parameters, Names{"a"});
}

TEST_F(RouterTest, RestTakesEverythingThatFollows) {
  add("GET", "/files/**", 1);
  EXPECT_EQ(router_.match("GET", "/files/a/b/c").parameters, Names{"a/b/c"});
  EXPECT_EQ(router_.match("GET", "/files").parameters, Names{""});
}

TEST_F(RouterTest, HeadIsAnsweredByGetUnlessItHasItsOwn) {
  add("GET", "/a", 1);
  EXPECT_EQ(mark("HEAD", "/a"), 1u);
  add("HEAD", "/a", 2);
  EXPECT_EQ(mark("HEAD", "/a"), 2u);
}

TEST_F(RouterTest, AllowNamesTheMethodsOfThePath) {
  add("GET", "/a", 1);
  add("POST", "/a", 2);
  add("DELETE", "/*", 3);
  EXPECT_EQ(router_.match("PUT", "/a").allow, "DELETE, GET, HEAD, POST");
  EXPECT_EQ(router_.match("PUT", "/b").allow, "DELETE");
  EXPECT_EQ(router_.match("PUT", "/a/b").allow, "");
}

TEST_F(RouterTest, AnotherMethodOfALessExactRouteIsFound) {
  add("GET", "/a", 1);
  add("DELETE", "/*", 2);
  EXPECT_EQ(mark("DELETE", "/a"), 2u);
}

TEST_F(RouterTest, TheSameRouteAgainReplaces) {
  add("GET", "/a", 1);
  add("GET", "/a", 2);
  EXPECT_EQ(mark("GET", "/a"), 2u);
}

TEST_F(RouterTest, FailedBranchesLeaveNoParameters) {
  add("GET", "/*/x/*", 1);
  add("GET", "/**", 2);
  EXPECT_EQ(router_.match("GET", "/a/y/b").parameters, Names{"a/y/b"});
}

TEST_F(RouterTest, DefaultBodyLimitIsTheNamedOne) {
  EXPECT_EQ(RouteOptions{}.maxBodyBytes, kDefaultMaxBodyBytes);
}

}  // namespace
}  // namespace executor::net

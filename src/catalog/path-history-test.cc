#include "catalog/path-history.h"

#include <gtest/gtest.h>

#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::trackerDocument;

TEST(PathHistory, HoldsThePathOfEveryOperation) {
  const PathMap paths = pathsOf(*compileSet(trackerDocument()));
  EXPECT_EQ(paths, (PathMap{{"DELETE /repos/{owner}/issues/{n}", "issues.delete"},
                            {"GET /labels", "labels.list"},
                            {"GET /repos/{owner}/issues", "issues.list"},
                            {"POST /repos/{owner}/issues", "issues.create"}}));
}

TEST(PathHistory, KeepsOnlyWhatIsGone) {
  const auto set = compileSet(trackerDocument());
  PathMap earlier = pathsOf(*set);
  EXPECT_TRUE(vanished(earlier, *set).empty());
  earlier.emplace("GET /old", "old.get");
  EXPECT_EQ(vanished(earlier, *set), (PathMap{{"GET /old", "old.get"}}));
}

// The key is the operation, not the path: an operation under another path is another operation's
// past.
TEST(PathHistory, AnOperationThatIsBackIsNoLongerHistory) {
  const auto set = compileSet(trackerDocument());
  EXPECT_TRUE(vanished({{"GET /labels", "labels.list_2"}}, *set).empty());
}

TEST(PathHistory, ReadsBackWhatItWrote) {
  const PathMap paths{{"GET /a b/{x}", "a.b"}, {"POST /\"quoted\"", "q.c"}, {"GET /ü", "d"}};
  EXPECT_EQ(decodePaths(encodePaths(paths)).value(), paths);
  EXPECT_TRUE(decodePaths(encodePaths({})).value().empty());
}

TEST(PathHistory, DamageIsAnErrorAndNoEmptyHistory) {
  for (const char* bytes : {"", "garbage", "[]", "{\"a\":", "null"}) {
    const auto decoded = decodePaths(bytes);
    ASSERT_FALSE(decoded) << bytes;
    EXPECT_EQ(decoded.error().code, ErrorCode::store_corrupt);
    EXPECT_FALSE(decoded.error().hint.empty());
  }
}

}  // namespace
}  // namespace executor::catalog

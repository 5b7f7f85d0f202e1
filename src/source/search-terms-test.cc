#include <gtest/gtest.h>

#include "base/text.h"
#include "source/tool-set.h"

namespace executor::source {
namespace {

using Terms = std::vector<std::string>;

TEST(SearchTerms, SplitsWordsAndStemsThem) {
  EXPECT_EQ(searchTerms("Creating issues, repository's labels"),
            (Terms{"creat", "issu", "repositori", "s", "label"}));
}

TEST(SearchTerms, SplitsSnakeCaseAndPaths) {
  EXPECT_EQ(searchTerms("get_user/{user_id}"), (Terms{"get", "user", "user", "id"}));
}

TEST(SearchTerms, KeepsCamelCaseWholeAndSplit) {
  EXPECT_EQ(searchTerms("createIssue"), (Terms{"creat", "issu", "createissu"}));
  EXPECT_EQ(searchTerms("HTTPServer"), (Terms{"http", "server", "httpserver"}));
  EXPECT_EQ(searchTerms("oauth2Token"), (Terms{"oauth2", "token", "oauth2token"}));
}

TEST(SearchTerms, AQuestionAndANameMeet) {
  const Terms name = searchTerms("listPullRequests");
  for (const auto& term : searchTerms("list the pull requests"))
    EXPECT_NE(std::ranges::find(name, term), name.end()) << term;
}

TEST(SearchTerms, LeavesOutWordsThatFindEverything) {
  EXPECT_EQ(searchTerms("the list of an organization"), searchTerms("list organization"));
}

TEST(SearchTerms, KeepsOtherScriptsTogether) {
  EXPECT_EQ(searchTerms("größe 日本"), (Terms{"größe", "日本"}));
}

TEST(SearchTerms, CutsWhatIsNoWord) {
  EXPECT_EQ(searchTerms(std::string(5000, 'x')).at(0).size(), 64u);
  EXPECT_TRUE(searchTerms(" .,;{}() ").empty());
}

// Found by Stripe's document: half a character made the whole tool set invalid.
TEST(SearchTerms, NeverCutsACharacterInTwo) {
  std::string word = "x";
  for (int i = 0; i < 50; ++i) word += "é";
  EXPECT_TRUE(isValidUtf8(searchTerms(word).at(0)));
}

}  // namespace
}  // namespace executor::source

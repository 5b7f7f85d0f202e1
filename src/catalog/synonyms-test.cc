#include "catalog/synonyms.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace executor::catalog {
namespace {

// The weight with which `other` stands for `word`; 0 if it does not.
float weightOf(std::string_view word, std::string_view other) {
  const auto& all = synonymsOf(stemOf(word));
  const auto at = std::ranges::find(all, stemOf(other), &Alternative::term);
  return at == all.end() ? 0 : at->weight;
}

TEST(Synonyms, AbbreviationsWeighAlmostAsMuchAsTheWord) {
  for (const auto& [a, b] : {std::pair{"repository", "repo"},
                             {"organization", "org"},
                             {"delete", "remove"},
                             {"database", "db"}}) {
    EXPECT_EQ(weightOf(a, b), kSameWordWeight) << a;
    EXPECT_EQ(weightOf(b, a), kSameWordWeight) << b;
  }
}

TEST(Synonyms, RelatedWordsWeighLess) {
  EXPECT_EQ(weightOf("create", "add"), kSynonymWeight);
  EXPECT_EQ(weightOf("list", "show"), kSynonymWeight);
  EXPECT_EQ(weightOf("ticket", "issue"), kSynonymWeight);
}

TEST(Synonyms, ImpliedWordsDoNotImplyBack) {
  EXPECT_EQ(weightOf("run", "create"), kImpliedWeight);
  EXPECT_EQ(weightOf("create", "run"), 0);
  EXPECT_EQ(weightOf("close", "update"), kSynonymWeight);
  EXPECT_EQ(weightOf("archive", "update"), kImpliedWeight);
}

TEST(Synonyms, AreFoundForEveryFormOfAWord) {
  EXPECT_EQ(weightOf("repositories", "repos"), kSameWordWeight);
  EXPECT_EQ(weightOf("updating", "edited"), kSynonymWeight);
}

TEST(Synonyms, NoWordStandsForItself) {
  for (const char* word : {"create", "list", "repo", "user", "run", "authenticated"}) {
    EXPECT_EQ(weightOf(word, word), 0) << word;
  }
}

TEST(Synonyms, UnknownWordsHaveNone) {
  EXPECT_TRUE(synonymsOf("xyzzy").empty());
  EXPECT_TRUE(synonymsOf("").empty());
  EXPECT_EQ(stemOf("the"), "");
}

}  // namespace
}  // namespace executor::catalog

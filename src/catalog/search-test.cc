#include "catalog/search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::githubSet;
using testing::SharedSet;
using testing::snapshotOf;
using testing::trackerDocument;

std::vector<std::string> found(const Snapshot& snapshot, std::string_view text) {
  std::vector<std::string> paths;
  for (const Hit& hit : search(snapshot.searched(), parseQuery(text, snapshot.sourceNames()))) {
    paths.push_back(snapshot.ref(hit.source, hit.tool).path);
  }
  return paths;
}

// 1 for the first place; 0 if it is not among the results.
std::size_t placeOf(const std::vector<std::string>& paths, std::string_view wanted) {
  const auto at = std::ranges::find(paths, wanted);
  return at == paths.end() ? 0 : static_cast<std::size_t>(at - paths.begin()) + 1;
}

struct Question {
  const char* text;
  const char* tool;
};

// What people type. Written before the ranking was tuned; a change of the ranking may not edit
// them.
constexpr Question kQuestions[] = {
    {"create an issue", "github.issues.create"},
    {"open a new bug ticket in a repo", "github.issues.create"},
    {"create a repository for me", "github.repos.create_for_authenticated_user"},
    {"list pull requests", "github.pulls.list"},
    {"merge a PR", "github.pulls.merge"},
    {"comment on an issue", "github.issues.create_comment"},
    {"add labels to an issue", "github.issues.add_labels"},
    {"who am I", "github.users.get_authenticated"},
    {"star a repository", "github.activity.star_repo_for_authenticated_user"},
    {"read the contents of a file", "github.repos.get_content"},
    {"list branches of a repo", "github.repos.list_branches"},
    {"run a workflow", "github.actions.create_workflow_dispatch"},
    {"remove a repository", "github.repos.delete"},
    {"search code", "github.search.code"},
    {"invite a member to an organization", "github.orgs.create_invitation"},
    {"get latest release", "github.repos.get_latest_release"},
    {"list members of a team", "github.teams.list_members_in_org"},
    {"create gist", "github.gists.create"},
    {"rate limit status", "github.rate_limit.get"},
    {"fork a repo", "github.repos.create_fork"},
};

TEST(Search, FindsGithubToolsForNaturalQuestionsAmongTheFirstFive) {
  ASSERT_NE(githubSet(), nullptr);
  const auto snapshot = snapshotOf({{"github", githubSet()}});
  double reciprocal = 0;
  for (const Question& question : kQuestions) {
    ASSERT_TRUE(snapshot->find(question.tool)) << question.tool;
    const auto paths = found(*snapshot, question.text);
    const std::size_t place = placeOf(paths, question.tool);
    reciprocal += place > 0 ? 1.0 / static_cast<double>(place) : 0;
    EXPECT_TRUE(place >= 1 && place <= 5)
        << question.text << ": " << question.tool << " is at " << place << ", first is "
        << (paths.empty() ? "nothing" : paths.front());
  }
  const double mrr = reciprocal / static_cast<double>(std::size(kQuestions));
  fmt::print("search quality: MRR {:.3f} over {} questions\n", mrr, std::size(kQuestions));
  EXPECT_GE(mrr, 0.75);
}

TEST(Search, OperationWhoseNameIsTheQuestionComesFirst) {
  ASSERT_NE(githubSet(), nullptr);
  const auto snapshot = snapshotOf({{"github", githubSet()}});
  for (const char* path :
       {"github.issues.create", "github.pulls.list_files", "github.repos.get_latest_release"}) {
    ASSERT_TRUE(snapshot->find(path));
    EXPECT_EQ(found(*snapshot, std::string_view(path).substr(7)).front(), path);
  }
}

TEST(Search, ForgivesASlipOfTheKeyboard) {
  ASSERT_NE(githubSet(), nullptr);
  const auto snapshot = snapshotOf({{"github", githubSet()}});
  const std::size_t place =
      placeOf(found(*snapshot, "list repositroy branchs"), "github.repos.list_branches");
  EXPECT_TRUE(place >= 1 && place <= 5) << place;
}

TEST(Search, CompletesAWordThatIsOnlyBegun) {
  const auto snapshot = snapshotOf({{"hub", compileSet(trackerDocument())}});
  EXPECT_EQ(found(*snapshot, "lab").front(), "hub.labels.list");
}

TEST(Search, KnowsOtherWordsForTheSameAct) {
  const auto snapshot = snapshotOf({{"hub", compileSet(trackerDocument())}});
  EXPECT_EQ(found(*snapshot, "erase ticket").front(), "hub.issues.delete");
  EXPECT_EQ(found(*snapshot, "show me all labels").front(), "hub.labels.list");
}

TEST(Search, NamedSourceIsPreferred) {
  const SharedSet set = compileSet(trackerDocument());
  const auto snapshot = snapshotOf({{"alpha", set}, {"beta", set}});
  EXPECT_EQ(found(*snapshot, "beta create issue").front(), "beta.issues.create");
  EXPECT_EQ(found(*snapshot, "alpha create issue").front(), "alpha.issues.create");
}

TEST(Search, EqualScoresHaveAFixedOrder) {
  const SharedSet set = compileSet(trackerDocument());
  const auto snapshot = snapshotOf({{"beta", set}, {"alpha", set}});
  const auto paths = found(*snapshot, "create issue");
  EXPECT_EQ(paths, found(*snapshot, "create issue"));
  EXPECT_EQ(paths.front(), "alpha.issues.create");
}

TEST(Search, NothingIsFoundForWordsNobodyHas) {
  const auto snapshot = snapshotOf({{"hub", compileSet(trackerDocument())}});
  EXPECT_TRUE(found(*snapshot, "zzz qqqq").empty());
  EXPECT_TRUE(found(*snapshot, "the of and").empty());
  EXPECT_TRUE(found(*snapshot, "").empty());
  EXPECT_TRUE(found(*snapshotOf({}), "create issue").empty());
}

TEST(Search, NearSpellingsNeedFourLetters) {
  const SharedSet set = compileSet(trackerDocument());
  EXPECT_TRUE(nearSpellings(*set, "lab").empty());
  EXPECT_FALSE(nearSpellings(*set, "labl").empty());
  EXPECT_TRUE(nearSpellings(*set, "completelydifferent").empty());
}

TEST(Query, DropsWordsThatSayNothingAndRepetitions) {
  const Query query = parseQuery("Please show me the labels of this repo, labels!", {});
  ASSERT_EQ(query.terms.size(), 3u);
  EXPECT_EQ(query.terms[0].alternatives.front().term, "show");
  EXPECT_EQ(query.terms[1].alternatives.front().term, "label");
  EXPECT_EQ(query.terms[2].alternatives.front().term, "repo");
}

TEST(Query, SynonymsWeighLessThanTheWordItself) {
  const Query query = parseQuery("create", {});
  ASSERT_EQ(query.terms.size(), 1u);
  const auto& alternatives = query.terms[0].alternatives;
  EXPECT_EQ(alternatives.front().weight, 1.0f);
  ASSERT_GT(alternatives.size(), 1u);
  for (std::size_t i = 1; i < alternatives.size(); ++i) {
    EXPECT_LE(alternatives[i].weight, kSameWordWeight);
  }
}

TEST(Query, ALeadingVerbTellsReadingFromChanging) {
  EXPECT_EQ(parseQuery("please list the labels", {}).intent, Intent::read);
  EXPECT_EQ(parseQuery("delete a label", {}).intent, Intent::write);
  EXPECT_EQ(parseQuery("github delete a label", {"github"}).intent, Intent::write);
  EXPECT_EQ(parseQuery("labels", {}).intent, Intent::any);
}

TEST(Query, MeIsTheAuthenticatedUserButNotInShowMe) {
  const Query query = parseQuery("create a repo for me", {});
  ASSERT_EQ(query.terms.size(), 3u);
  EXPECT_EQ(query.terms[2].importance, kPronounImportance);
  EXPECT_EQ(parseQuery("show me labels", {}).terms.size(), 2u);
}

TEST(Query, PhrasesAreRewrittenBetweenWordBoundariesOnly) {
  EXPECT_EQ(parseQuery("Who am I?", {}).terms.back().alternatives.front().term, "user");
  const Query blog = parseQuery("blog in use", {});
  ASSERT_EQ(blog.terms.size(), 1u);
  EXPECT_EQ(blog.terms[0].alternatives.front().term, "blog");
}

TEST(Query, ASourcesNameIsAWishUnlessItIsTheWholeQuestion) {
  const Query query = parseQuery("github issues", {"github_rest", "gitlab"});
  EXPECT_EQ(query.wishedSources, std::vector<std::string>{"github_rest"});
  EXPECT_EQ(query.terms.size(), 1u);
  EXPECT_EQ(parseQuery("github", {"github_rest"}).terms.size(), 1u);
}

TEST(Query, LengthIsBounded) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += fmt::format("word{} ", i);
  EXPECT_LE(parseQuery(text, {}).terms.size(), kMaxQueryTerms);
  EXPECT_TRUE(parseQuery(std::string(kMaxQueryBytes, ' ') + "label", {}).terms.empty());
}

}  // namespace
}  // namespace executor::catalog

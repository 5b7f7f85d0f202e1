#include "catalog/answers.h"

#include <gtest/gtest.h>

#include <set>

#include "catalog/system-tools.h"
#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::githubSet;
using testing::SharedSet;
using testing::snapshotOf;
using testing::trackerDocument;

std::string_view byMethod(const ToolRef& ref) { return ref.safe() ? "auto" : "required"; }

class Answers : public ::testing::Test {
 protected:
  Result<json::value> ask(SystemTool tool, std::string_view input) const {
    const auto parsed = parseJson(input);
    return snapshot_->answer(tool, parsed.value().as_object(), approvalOf_);
  }
  json::value good(SystemTool tool, std::string_view input) const {
    auto answer = ask(tool, input);
    if (answer) return std::move(*answer);
    ADD_FAILURE() << answer.error().message;
    return json::object();
  }
  Error refused(SystemTool tool, std::string_view input) const {
    auto answer = ask(tool, input);
    if (!answer) return answer.error();
    ADD_FAILURE() << "accepted " << input;
    return {};
  }
  static std::vector<std::string> paths(const json::value& answer, std::string_view list) {
    std::vector<std::string> out;
    for (const auto& entry : answer.at(list).as_array()) {
      out.emplace_back(entry.at("path").as_string());
    }
    return out;
  }

  std::shared_ptr<const Snapshot> snapshot_ = snapshotOf({{"hub", compileSet(trackerDocument())}});
  Catalog::ApprovalOf approvalOf_ = byMethod;
};

using Discover = Answers;
using Namespaces = Answers;
using Tools = Answers;
using Describe = Answers;

TEST_F(Discover, GivesPathTypeApprovalAndExample) {
  const json::value answer = good(SystemTool::discover, R"({"query":"create an issue"})");
  EXPECT_EQ(answer.at("bestPath"), "hub.issues.create");
  const json::value& first = answer.at("results").at(0);
  EXPECT_EQ(first.at("path"), "hub.issues.create");
  EXPECT_EQ(first.at("description"), "Create an issue");
  EXPECT_EQ(first.at("approval"), "required");
  EXPECT_TRUE(first.at("input").as_string().starts_with("{ owner: string; title: string;"));
  EXPECT_EQ(first.at("example"), R"(await tools.hub.issues.create({ owner: "…", title: "…" }))");
  EXPECT_EQ(answer.at("total"), answer.at("results").as_array().size());
}

TEST_F(Discover, ExactAddressAndOperationIdComeFirst) {
  for (const char* query :
       {"hub.issues.delete", "tools.hub.issues.delete", "issues.delete", "issues/delete"}) {
    const std::string input = R"({"query":")" + std::string(query) + "\"}";
    EXPECT_EQ(good(SystemTool::discover, input).at("bestPath"), "hub.issues.delete") << query;
  }
}

// The address of one tool may be the beginning of another's, or both halves may be common words.
TEST_F(Discover, AnAddressIsFoundWhateverTheRankingSays) {
  ASSERT_NE(githubSet(), nullptr);
  snapshot_ = snapshotOf({{"github", githubSet()}});
  for (std::uint32_t i = 0; i < githubSet()->toolCount(); i += 7) {
    const std::string path = snapshot_->ref(0, i).path;
    const std::string input = R"({"limit":1,"compact":true,"query":")" + path + "\"}";
    EXPECT_EQ(good(SystemTool::discover, input).at("bestPath"), json::value(path));
  }
}

TEST_F(Discover, DeniedToolsAreHiddenAndNotCounted) {
  approvalOf_ = [](const ToolRef& ref) -> std::string_view {
    return ref.path == "hub.issues.create" ? "denied" : "auto";
  };
  const json::value answer = good(SystemTool::discover, R"({"query":"create issue"})");
  for (const std::string& path : paths(answer, "results")) EXPECT_NE(path, "hub.issues.create");
  EXPECT_EQ(good(SystemTool::catalogTools, "{}").at("total"), 3);
  EXPECT_EQ(good(SystemTool::catalogNamespaces, "{}").at("namespaces").at(0).at("tools"), 3);
  EXPECT_EQ(refused(SystemTool::catalogDescribe, R"({"path":"hub.issues.create"})").code,
            ErrorCode::policy_denied);
}

TEST_F(Discover, NothingFoundSaysWhereToLook) {
  const json::value answer = good(SystemTool::discover, R"({"query":"xyzzy"})");
  EXPECT_TRUE(answer.at("bestPath").is_null());
  EXPECT_EQ(answer.at("total"), 0);
  EXPECT_TRUE(answer.as_object().contains("hint"));
}

TEST_F(Discover, WithoutAQueryListsWithoutABest) {
  const json::value answer = good(SystemTool::discover, "{}");
  EXPECT_TRUE(answer.at("bestPath").is_null());
  EXPECT_EQ(answer.at("total"), 4);
}

TEST_F(Discover, CompactLeavesTypesOut) {
  const json::value answer =
      good(SystemTool::discover, R"({"query":"issue","compact":true,"limit":2})");
  ASSERT_EQ(answer.at("results").as_array().size(), 2u);
  EXPECT_FALSE(answer.at("results").at(0).as_object().contains("input"));
  EXPECT_EQ(answer.at("total"), 3);
}

TEST_F(Discover, NamespaceRestrictsAndAnUnknownOneIsNamed) {
  snapshot_ = snapshotOf(
      {{"alpha", compileSet(trackerDocument())}, {"beta", compileSet(trackerDocument())}});
  const json::value answer =
      good(SystemTool::discover, R"({"query":"create issue","namespace":"beta"})");
  for (const std::string& path : paths(answer, "results")) EXPECT_TRUE(path.starts_with("beta."));
  const Error error = refused(SystemTool::discover, R"({"query":"x","namespace":"betta"})");
  EXPECT_EQ(error.code, ErrorCode::invalid_input);
  EXPECT_EQ(error.hint, "Did you mean beta?");
}

TEST_F(Discover, AnswerHasABudget) {
  ASSERT_NE(githubSet(), nullptr);
  snapshot_ = snapshotOf({{"github", githubSet()}});
  const json::value answer = good(SystemTool::discover, R"({"query":"repository","limit":50})");
  EXPECT_EQ(answer.at("results").as_array().size(), kMaxDiscoverLimit);
  // Paths and descriptions of those behind the budget still stand.
  EXPECT_LT(serializeJson(answer).size(), kDiscoverBytes + 50 * (kMaxDescriptionBytes + 140));
  EXPECT_FALSE(answer.at("results").at(49).as_object().contains("input"));
  EXPECT_LT(serializeJson(good(SystemTool::discover, R"({"query":"create an issue"})")).size(),
            6'000u);
}

TEST_F(Namespaces, ListSourcesWithTitleAndCount) {
  const json::value answer = good(SystemTool::catalogNamespaces, "{}");
  EXPECT_EQ(serializeJson(answer),
            R"({"namespaces":[{"name":"hub","title":"Shop","tools":4}],"total":1})");
}

TEST_F(Tools, PagesThroughEverythingOnceInOrder) {
  ASSERT_NE(githubSet(), nullptr);
  snapshot_ = snapshotOf({{"github", githubSet()}, {"hub", compileSet(trackerDocument())}});
  std::vector<std::string> all;
  std::string cursor;
  do {
    const std::string input =
        R"({"limit":200)" + (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}";
    const json::value page = good(SystemTool::catalogTools, input);
    EXPECT_EQ(page.at("total"), snapshot_->toolCount());
    for (std::string& path : paths(page, "tools")) all.push_back(std::move(path));
    const json::value& next = page.at("nextCursor");
    cursor = next.is_string() ? std::string(next.get_string()) : std::string();
  } while (!cursor.empty() && all.size() <= snapshot_->toolCount());
  EXPECT_EQ(all.size(), snapshot_->toolCount());
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST_F(Tools, RankedListsPageToo) {
  const json::value first = good(SystemTool::catalogTools, R"({"query":"issue","limit":2})");
  EXPECT_EQ(first.at("total"), 3);
  const std::string cursor(first.at("nextCursor").as_string());
  const json::value second =
      good(SystemTool::catalogTools, R"({"query":"issue","limit":2,"cursor":")" + cursor + "\"}");
  EXPECT_EQ(second.at("tools").as_array().size(), 1u);
  EXPECT_TRUE(second.at("nextCursor").is_null());
}

TEST_F(Tools, CursorOfAnotherQuestionIsRefused) {
  const json::value first = good(SystemTool::catalogTools, R"({"limit":1})");
  const std::string cursor(first.at("nextCursor").as_string());
  for (const std::string& input :
       {R"({"query":"issue","cursor":")" + cursor + "\"}", std::string(R"({"cursor":"zz"})"),
        std::string(R"({"cursor":""})")}) {
    EXPECT_EQ(refused(SystemTool::catalogTools, input).code, ErrorCode::invalid_input) << input;
  }
}

TEST_F(Describe, GivesSignatureRequestLineAndTypes) {
  const json::value answer = good(SystemTool::catalogDescribe, R"({"path":"hub.issues.create"})");
  EXPECT_EQ(answer.at("method"), "POST");
  EXPECT_EQ(answer.at("pathTemplate"), "/repos/{owner}/issues");
  EXPECT_EQ(answer.at("approval"), "required");
  const std::string signature(answer.at("signature").as_string());
  EXPECT_TRUE(signature.starts_with("tools.hub.issues.create(input: {\n  owner: string;\n"));
  EXPECT_TRUE(signature.ends_with("}): Promise<Issue>")) << signature;
  EXPECT_NE(answer.at("types").as_string().find("interface Issue {"), std::string::npos);
}

TEST_F(Describe, DeclaresSharedTypesOnceForSeveralTools) {
  const json::value answer =
      good(SystemTool::catalogDescribe,
           R"({"paths":["hub.issues.create","tools.hub.issues.list","hub.nope","discover"]})");
  ASSERT_EQ(answer.at("tools").as_array().size(), 4u);
  const std::string types(answer.at("types").as_string());
  EXPECT_EQ(types.find("interface Issue"), types.rfind("interface Issue"));
  EXPECT_EQ(answer.at("tools").at(2).at("error").at("code"), "unknown_tool");
  EXPECT_EQ(answer.at("tools").at(3).at("approval"), "auto");
}

TEST_F(Describe, BuiltInToolsAreDescribedToo) {
  const json::value answer = good(SystemTool::catalogDescribe, R"({"path":"discover"})");
  const std::string signature(answer.at("signature").as_string());
  EXPECT_TRUE(signature.starts_with("tools.discover(input: {\n  query?: string;")) << signature;
}

TEST_F(Describe, UnknownToolNamesTheNearest) {
  const Error error = refused(SystemTool::catalogDescribe, R"({"path":"hub.issues.crate"})");
  EXPECT_EQ(error.code, ErrorCode::unknown_tool);
  EXPECT_NE(error.hint.find("hub.issues.create"), std::string::npos);
}

TEST_F(Describe, NeedsAPathOrPaths) {
  EXPECT_EQ(refused(SystemTool::catalogDescribe, "{}").code, ErrorCode::missing_input);
  EXPECT_EQ(refused(SystemTool::catalogDescribe, R"({"path":"a","paths":["b"]})").code,
            ErrorCode::invalid_input);
}

TEST_F(Describe, StaysBoundedOnGithubsLargestTypes) {
  ASSERT_NE(githubSet(), nullptr);
  snapshot_ = snapshotOf({{"github", githubSet()}});
  const json::value answer = good(SystemTool::catalogDescribe, R"({"path":"github.pulls.get"})");
  EXPECT_LT(serializeJson(answer).size(), 20'000u);
  const auto& omitted = answer.at("omittedTypes").as_array();
  ASSERT_FALSE(omitted.empty());
  const std::string name(omitted.front().as_string());
  const json::value more =
      good(SystemTool::catalogDescribe, R"({"path":"github.pulls.get","types":[")" + name + "\"]}");
  EXPECT_NE(more.at("types").as_string().find(" " + name + " "), std::string::npos);
}

struct BadInput {
  SystemTool tool;
  const char* input;
  const char* message;
};

TEST_F(Answers, BadInputNamesTheMemberAndWhatWasExpected) {
  constexpr BadInput kBad[] = {
      {SystemTool::discover, R"({"qery":"x"})", "discover takes no \"qery\"."},
      {SystemTool::discover, R"({"query":1})",
       "query of discover must be a string of at most 1000 bytes, not 1."},
      {SystemTool::discover, R"({"limit":"5"})",
       "limit of discover must be an integer from 1 to 50, not \"5\"."},
      {SystemTool::discover, R"({"limit":0})",
       "limit of discover must be an integer from 1 to 50, not 0."},
      {SystemTool::discover, R"({"limit":51})",
       "limit of discover must be an integer from 1 to 50, not 51."},
      {SystemTool::discover, R"({"compact":"yes"})",
       "compact of discover must be true or false, not \"yes\"."},
      {SystemTool::catalogNamespaces, R"({"limit":1})", "catalog.namespaces takes no \"limit\"."},
      {SystemTool::catalogTools, R"({"limit":201})",
       "limit of catalog.tools must be an integer from 1 to 200, not 201."},
      {SystemTool::catalogDescribe, R"({"paths":[]})",
       "paths of catalog.describe must be an array of 1 to 20 strings, not []."},
      {SystemTool::catalogDescribe, R"({"paths":[1]})",
       "paths of catalog.describe must be an array of 1 to 20 strings, not [1]."},
  };
  for (const BadInput& bad : kBad) {
    const Error error = refused(bad.tool, bad.input);
    EXPECT_EQ(error.code, ErrorCode::invalid_input) << bad.input;
    EXPECT_EQ(error.message, bad.message);
  }
}

TEST_F(Answers, UnknownMemberNamesTheNearest) {
  EXPECT_EQ(refused(SystemTool::discover, R"({"qery":"x"})").hint,
            "Did you mean query? It takes query, limit, namespace, compact.");
}

TEST_F(Answers, TooLongTextsAndTooManyPathsAreRefused) {
  const std::string text(kMaxArgumentBytes + 1, 'x');
  EXPECT_EQ(refused(SystemTool::discover, R"({"query":")" + text + "\"}").code,
            ErrorCode::invalid_input);
  std::string paths = "\"a\"";
  for (std::size_t i = 0; i < kMaxDescribePaths; ++i) paths += ",\"a\"";
  EXPECT_EQ(refused(SystemTool::catalogDescribe, R"({"paths":[)" + paths + "]}").code,
            ErrorCode::invalid_input);
}

TEST_F(Answers, EveryBuiltInToolIsFoundByItsPath) {
  for (const SystemToolEntry& entry : systemTools()) {
    const auto found = snapshot_->find(entry.path);
    ASSERT_TRUE(found) << entry.path;
    EXPECT_EQ(found->system, entry.tool);
    EXPECT_EQ(&systemTool(entry.tool), &entry);
  }
}

}  // namespace
}  // namespace executor::catalog

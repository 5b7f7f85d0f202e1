#include "source/openapi/tool-path.h"

#include <gtest/gtest.h>

#include <vector>

namespace executor::source::openapi {
namespace {

// Reference OAS-40 and SRC-010.
TEST(ToolPath, SegmentsFollowTheVectors) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors = {
      {"GitHub REST", "github_rest"},
      {"123abc", "_123abc"},
      {"---", "default"},
      {"foo__bar_", "foo_bar"},
      {"Ünïcode", "n_code"},
      {"My API", "my_api"},
      {"Ünï", "n"},
      {"a.b", "a_b"},
      {"", "default"},
      {"compiled-api", "compiled_api"}};
  for (const auto& [text, segment] : vectors) EXPECT_EQ(pathSegment(text), segment) << text;
}

// Reference OAS-40 and SRC-011.
TEST(ToolPath, SnakeFollowsTheVectors) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors = {
      {"getUserByID", "get_user_by_id"},   {"oauth2Token", "oauth_2_token"},
      {"HTTPServer", "http_server"},       {"createIPv4", "create_i_pv_4"},
      {"get_/users/{id}", "get_users_id"}, {"0start", "_0_start"},
      {"OAuth2Token", "o_auth_2_token"},   {"listV2Things", "list_v_2_things"}};
  for (const auto& [text, segment] : vectors) EXPECT_EQ(snakeSegment(text), segment) << text;
}

struct PathVector {
  std::string_view tag, operationId, method, pathTemplate, path;
};

// Reference OAS-39, without the source's name.
TEST(ToolPath, PathsFollowTheVectors) {
  const std::vector<PathVector> vectors = {
      {"activity", "activity/delete-repo-subscription", "DELETE", "/",
       "activity.delete_repo_subscription"},
      {"", "GetForwardingRequestsId", "GET", "/", "get_forwarding_requests_id"},
      {"Batch", "createBatch", "POST", "/", "batch.create_batch"},
      {"Access Groups", "create-an-access-group", "POST", "/",
       "access_groups.create_an_access_group"},
      {"Api20100401Account", "FetchAccount", "GET", "/", "account.fetch_account"},
      {"v2_users", "listUsers", "GET", "/", "v_2_users.list_users"},
      {"health", "healthCheck", "GET", "/", "health.check"},
      {"dns", "", "GET", "/v4/domains/{domain}/records", "dns.get_v_4_domains_domain_records"},
      {"default", "users", "GET", "/", "users"}};
  for (const auto& v : vectors)
    EXPECT_EQ(toolPath(v.tag, v.operationId, v.method, v.pathTemplate), v.path);
}

TEST(ToolPath, CollisionsAreNumberedInDocumentOrder) {
  const PathHistory none;
  PathAssigner assigner(none);
  std::vector<std::string> paths;
  for (const auto id : {"users", "users_", "usersList", "users_list", "USERS-LIST"})
    paths.push_back(assigner.assign("users", id, "GET", id));
  EXPECT_EQ(paths, (std::vector<std::string>{"users.users", "users.users_2", "users.list",
                                             "users.list_2", "users.list_3"}));
}

TEST(ToolPath, ANumberThatIsTakenIsSkipped) {
  const PathHistory none;
  PathAssigner assigner(none);
  EXPECT_EQ(assigner.assign("", "list_2", "GET", "/a"), "list_2");
  EXPECT_EQ(assigner.assign("", "list", "GET", "/b"), "list");
  EXPECT_EQ(assigner.assign("", "list", "GET", "/c"), "list_3");
}

// D20: the proxy or JavaScript itself would catch these names.
TEST(ToolPath, ReservedSegmentsGetAnUnderscore) {
  for (const std::string name :
       {"then", "pages", "call", "apply", "bind", "constructor", "prototype"}) {
    EXPECT_EQ(toolPath("", name, "GET", "/"), name + "_");
    EXPECT_EQ(toolPath(name, "list", "GET", "/"), name + "_.list");
  }
  EXPECT_EQ(toolPath("repos", "repos/get-pages", "GET", "/"), "repos.get_pages");
}

bool isSegment(std::string_view text) {
  const bool start = !text.empty() && !(text[0] >= '0' && text[0] <= '9');
  return start && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

// Whatever a document calls its operations, the path is one a program can write after `tools.`.
TEST(ToolPath, EveryNameBecomesAPathOfSegments) {
  for (const std::string_view tag : {"", "A", "日本", "a.b", "../x", "__proto__", "9", "v2", "api"})
    for (const std::string_view id : {"", "x", "é", "a.b.c", "<script>", "0", "$", "then", "_"}) {
      const std::string path = toolPath(tag, id, "GET", "/a/{id}");
      const auto dot = path.find('.');
      EXPECT_TRUE(isSegment(path.substr(0, dot))) << tag << " " << id << " " << path;
      if (dot != path.npos) EXPECT_TRUE(isSegment(path.substr(dot + 1))) << path;
    }
}

TEST(ToolPath, ASegmentIsItsOwnSegment) {
  for (const std::string_view text : {"GitHub REST", "123abc", "---", "a__b", "Ünï", "x_", "_y"}) {
    EXPECT_EQ(pathSegment(pathSegment(text)), pathSegment(text));
    EXPECT_EQ(snakeSegment(snakeSegment(text)), snakeSegment(text));
  }
}

// OAS-38: only a whole prefix goes, and never the whole name.
TEST(ToolPath, TheTagsNameIsNotRepeated) {
  const std::vector<PathVector> vectors = {{"user", "userList", "GET", "/", "user.list"},
                                           {"user", "users_list", "GET", "/", "user.users_list"},
                                           {"user", "user", "GET", "/", "user.user"},
                                           {"user", "user_", "GET", "/", "user.user"},
                                           {"user", "user_user", "GET", "/", "user.user"},
                                           {"user", "user_then", "GET", "/", "user.then_"},
                                           {"api_20200101_x", "go", "GET", "/", "x.go"},
                                           {"api20200101", "go", "GET", "/", "go"}};
  for (const auto& v : vectors)
    EXPECT_EQ(toolPath(v.tag, v.operationId, v.method, v.pathTemplate), v.path)
        << v.tag << " " << v.operationId;
}

// Ten thousand operations of one name are an attack on whoever counts from one each time.
TEST(ToolPath, ManyCollisionsStayUnique) {
  const PathHistory none;
  PathAssigner assigner(none);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i)
    ASSERT_TRUE(seen.insert(assigner.assign("t", "x", "GET", "/" + std::to_string(i))).second);
  EXPECT_TRUE(seen.contains("t.x_10000"));
}

// D14.
TEST(ToolPath, AnAssignedPathStaysWithItsOperation) {
  PathHistory history;
  history.assigned = {{"GET /b", "list"}, {"GET /gone", "list_2"}};
  PathAssigner assigner(history);
  EXPECT_EQ(assigner.assign("", "list", "GET", "/a"), "list_3");
  EXPECT_EQ(assigner.assign("", "list", "GET", "/b"), "list");
  EXPECT_EQ(assigner.assign("", "renamed", "GET", "/b"), "list");
}

// D14.
TEST(ToolPath, ARetiredPathIsGivenToNoOther) {
  PathHistory history;
  history.retired = {"list"};
  PathAssigner assigner(history);
  EXPECT_EQ(assigner.assign("", "list", "GET", "/new"), "list_2");
}

}  // namespace
}  // namespace executor::source::openapi

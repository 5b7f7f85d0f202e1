// The compiler on the document that most users try first. Numbers are counted here independently of
// the compiler, by a walk over the JSON.
#include <gtest/gtest.h>

#include <boost/json/monotonic_resource.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "source/openapi/compile-job.h"
#include "source/tool-set.h"

namespace executor::source::openapi {
namespace {

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

const std::string& githubDocument() {
  static const std::string text =
      readFile(EXECUTOR_SOURCE_DIR "/node_modules/@octokit/openapi/generated/api.github.com.json");
  return text;
}

const ToolSet& github() {
  static const auto set = [] {
    const auto start = std::chrono::steady_clock::now();
    auto bytes = compileOpenApi(githubDocument(), {});
    const auto middle = std::chrono::steady_clock::now();
    auto opened = ToolSet::fromBytes(std::move(bytes).value()).value();
    const auto end = std::chrono::steady_clock::now();
    using Ms = std::chrono::duration<double, std::milli>;
    std::cout << "[ measured ] GitHub: compile " << Ms(middle - start).count() << " ms, open "
              << Ms(end - middle).count() << " ms, " << opened->byteSize() << " bytes, "
              << opened->schemaCount() << " schemas\n";
    return opened;
  }();
  return *set;
}

std::size_t countOperations(const json::value& document) {
  static const std::set<std::string_view> methods = {"get",  "put",     "post",  "delete",
                                                     "head", "options", "patch", "trace"};
  std::size_t count = 0;
  for (const auto& [path, item] : document.at("paths").as_object())
    for (const auto& [key, value] : item.as_object())
      if (methods.contains(key) && value.is_object()) ++count;
  return count;
}

TEST(GitHub, HasOneToolForEachOperation) {
  const auto parsed = parseJson(githubDocument()).value();
  const std::size_t operations = countOperations(parsed);
  EXPECT_GT(operations, 1000u);
  EXPECT_EQ(github().toolCount(), operations);
}

TEST(GitHub, HasUniquePaths) {
  std::set<std::string_view> paths;
  for (std::uint32_t i = 0; i < github().toolCount(); ++i) paths.insert(github().toolPath(i));
  EXPECT_EQ(paths.size(), github().toolCount());
}

std::set<std::string> requiredInputs(std::string_view path) {
  const auto index = github().findTool(path);
  if (!index) return {"no tool " + std::string(path)};
  std::set<std::string> out;
  for (const auto& parameter : github().tool(*index).parameters)
    if (parameter.required) out.emplace(parameter.flatName);
  return out;
}

// Reference SRC-039 and OAS-67.
TEST(GitHub, KeepsThePinnedPaths) {
  EXPECT_TRUE(github().findTool("actions.create_hosted_runner_for_org"));
  EXPECT_EQ(requiredInputs("actions.add_custom_labels_to_self_hosted_runner_for_repo"),
            (std::set<std::string>{"owner", "repo", "runner_id", "labels"}));
  EXPECT_EQ(requiredInputs("activity.delete_repo_subscription"),
            (std::set<std::string>{"owner", "repo"}));
}

TEST(GitHub, ListsPublicEventsAsAnArrayOfObjects) {
  const auto tool = github().tool(github().findTool("activity.list_public_events").value());
  const auto output = github().schema(tool.outputSchema);
  EXPECT_EQ(output.types, kTypeArray);
  const auto item = github().schema(output.items);
  std::map<std::string_view, std::uint16_t> types;
  for (const auto& property : item.properties)
    types[property.name] = github().schema(property.schema).types;
  EXPECT_EQ(types["id"], kTypeString);
  EXPECT_EQ(types["actor"], kTypeObject);
}

std::string collisions() {
  std::ostringstream out;
  for (std::uint32_t i = 0; i < github().toolCount(); ++i) {
    const auto tool = github().tool(i);
    for (const auto& parameter : tool.parameters)
      if (parameter.flatName != parameter.wireName)
        out << tool.path << ": " << parameter.wireName << " of the "
            << (parameter.location == Location::body ? "body" : "request") << " is "
            << parameter.flatName << "\n";
  }
  return std::move(out).str();
}

TEST(GitHub, ResolvesItsFiveNameCollisions) {
  EXPECT_EQ(collisions(),
            readFile(EXECUTOR_SOURCE_DIR "/src/source/openapi/testdata/github-collisions.txt"));
}

TEST(GitHub, CompilesToTheSameBytesTwice) {
  const auto again = compileOpenApi(githubDocument(), {});
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(*again == github().bytes());
}

TEST(GitHub, CompilesTheSameAsAJob) {
  const auto bytes = compileOpenApiJob(encodeCompileJob({}, githubDocument()));
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(*bytes == github().bytes());
}

TEST(GitHub, IsStoredInAThirdOfItsSize) {
  EXPECT_LT(github().byteSize() * 3, githubDocument().size());
}

TEST(GitHub, FindsTheToolThatCreatesIssues) {
  std::map<std::uint32_t, unsigned> scores;
  for (const auto& term : searchTerms("create an issue"))
    github().postings(term,
                      [&](std::uint32_t tool, std::uint8_t weight) { scores[tool] += weight; });
  const auto index = github().findTool("issues.create").value();
  EXPECT_GE(scores[index], 20u);
}

}  // namespace
}  // namespace executor::source::openapi

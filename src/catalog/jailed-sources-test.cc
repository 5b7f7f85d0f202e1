// Adding a source the way the server does it: the document is compiled in a jailed child.
#include <fmt/format.h>

#include <chrono>

#include "catalog/test-workspace.h"
#include "sandbox/zygote.h"

namespace executor::catalog {
namespace {

using testing::codeOf;
using testing::githubDocument;

class JailedSources : public testing::WorkspaceTest {
 protected:
  JailedSources() {
    auto zygote = sandbox::Zygote::start(loop_, sandbox::JailRequirement::best);
    if (!zygote) {
      ADD_FAILURE() << zygote.error().message << " " << zygote.error().detail;
      return;
    }
    zygote_ = *std::move(zygote);
    sources_ = catalog::makeSources(*store_, *client_, *zygote_, clock_, directory_ + "/jailed");
  }
  ~JailedSources() override { sources_.reset(); }

  std::unique_ptr<sandbox::Zygote> zygote_;
};

TEST_F(JailedSources, AddADocument) {
  const auto added = addTracker();
  ASSERT_TRUE(added) << added.error().message << " " << added.error().detail;
  EXPECT_TRUE(catalog()->find("hub.issues.create"));
}

TEST_F(JailedSources, TheCompilersErrorArrivesWhole) {
  const auto added = add({.name = "hub", .document = R"({"swagger":"2.0"})"});
  EXPECT_EQ(codeOf(added), "unsupported_document");
  EXPECT_NE(added.error().message.find("Swagger"), std::string::npos) << added.error().message;
  EXPECT_EQ(sourceCount(), 0u);
}

// The time is printed for the bar of 0.4 s; a loaded machine may not fail the test.
TEST_F(JailedSources, AddGithubsDocumentByUrl) {
  const std::string document = githubDocument();
  ASSERT_FALSE(document.empty()) << "npm package @octokit/openapi is not installed";
  documents_["/api.github.com.json"] = {.body = document};
  const auto start = std::chrono::steady_clock::now();
  std::string steps;
  const auto note = [&](std::string_view step, std::size_t, std::size_t) {
    const std::chrono::duration<double, std::milli> at = std::chrono::steady_clock::now() - start;
    steps += fmt::format(" {} at {:.0f}", step, at.count());
  };
  const auto added =
      run(sources_->add(person(), {.name = "github", .url = urlOf("/api.github.com.json")}, note));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(added) << added.error().message << " " << added.error().detail;
  fmt::print("GitHub's document added in {:.0f} ms (bar 400):{}\n", took.count(), steps);
  EXPECT_GT(added->toolCount, 1'000u);
  EXPECT_TRUE(catalog()->find("github.issues.create"));
}

}  // namespace
}  // namespace executor::catalog

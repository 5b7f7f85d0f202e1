#include "catalog/snapshot.h"

#include <gtest/gtest.h>

#include "catalog/near-tools.h"
#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::githubSet;
using testing::snapshotOf;
using testing::trackerDocument;

std::shared_ptr<const Snapshot> tracker() {
  return snapshotOf({{"hub", compileSet(trackerDocument())}});
}

TEST(Snapshot, FindsToolsByTheirAddressOnly) {
  const auto snapshot = tracker();
  const auto found = snapshot->find("hub.issues.create");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, "hub.issues.create");
  EXPECT_EQ(found->sourceId, "src_hub");
  EXPECT_EQ(found->view().method, "POST");
  for (const char* path : {"", "hub", "hub.", "hub.issues", ".issues.create", "issues.create",
                           "HUB.issues.create", "hub.issues.create.", "other.issues.create"}) {
    EXPECT_FALSE(snapshot->find(path)) << path;
  }
}

TEST(Snapshot, ReadsAndBuiltInToolsAreSafe) {
  const auto snapshot = tracker();
  EXPECT_TRUE(snapshot->find("hub.issues.list")->safe());
  EXPECT_FALSE(snapshot->find("hub.issues.create")->safe());
  EXPECT_TRUE(snapshot->find("discover")->safe());
  EXPECT_EQ(snapshot->find("catalog.describe")->system, SystemTool::catalogDescribe);
}

TEST(Snapshot, CountsToolsAndListsSourcesByName) {
  const auto set = compileSet(trackerDocument());
  const auto snapshot = snapshotOf({{"b", set}, {"a", set}});
  EXPECT_EQ(snapshot->toolCount(), 2 * set->toolCount());
  const auto names = snapshot->namespaces();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].name, "a");
  EXPECT_EQ(names[1].tools, set->toolCount());
}

TEST(Snapshot, VersionIsNeverUsedTwice) { EXPECT_NE(tracker()->version(), tracker()->version()); }

TEST(Snapshot, OutlivesItsSuccessor) {
  auto first = tracker();
  const auto ref = *first->find("hub.issues.create");
  first.reset();
  EXPECT_EQ(ref.view().operationId, "issues/create");
}

TEST(NearTools, WrongOperationNamesTheRightOne) {
  const auto snapshot = tracker();
  EXPECT_EQ(nearTools(*snapshot, "hub.issues.crate").front(), "hub.issues.create");
  EXPECT_EQ(nearTools(*snapshot, "hub.issue.create").front(), "hub.issues.create");
  EXPECT_EQ(nearTools(*snapshot, "hub.issues.add").front(), "hub.issues.create");
}

TEST(NearTools, WrongSourceNamesTheRightOne) {
  EXPECT_EQ(nearTools(*tracker(), "hubb.issues.create").front(), "hub.issues.create");
}

TEST(NearTools, MissingSourceIsAdded) {
  EXPECT_EQ(nearTools(*tracker(), "issues.create").front(), "hub.issues.create");
}

TEST(NearTools, BuiltInToolsAreNamedToo) {
  EXPECT_EQ(nearTools(*tracker(), "discovr").front(), "discover");
  EXPECT_EQ(nearTools(*tracker(), "catalog.descibe").front(), "catalog.describe");
}

TEST(NearTools, AreFoundInGithubsCatalogue) {
  ASSERT_NE(githubSet(), nullptr);
  const auto snapshot = snapshotOf({{"github", githubSet()}});
  EXPECT_EQ(nearTools(*snapshot, "github.issues.crate").front(), "github.issues.create");
  EXPECT_EQ(nearTools(*snapshot, "github.repo.get").front(), "github.repos.get");
  const auto near = nearTools(*snapshot, "github.pulls.lst");
  EXPECT_NE(std::ranges::find(near, "github.pulls.list"), near.end());
}

TEST(UnknownTool, SaysWhatIsWrongAndWhatToDo) {
  const auto snapshot = tracker();
  const Error wrong = snapshot->unknownTool("hub.issues.crate");
  EXPECT_EQ(wrong.code, ErrorCode::unknown_tool);
  EXPECT_EQ(wrong.message, "There is no tool hub.issues.crate.");
  EXPECT_TRUE(wrong.hint.starts_with("Did you mean hub.issues.create")) << wrong.hint;
  EXPECT_EQ(snapshot->unknownTool("hub.issues").message,
            "hub.issues is a group of tools, not a tool.");
  EXPECT_EQ(snapshot->unknownTool("nope.x").message,
            "There is no tool nope.x: no source is named nope.");
}

TEST(UnknownTool, EmptyWorkspaceSaysSo) {
  const Error error = snapshotOf({})->unknownTool("github.issues.create");
  EXPECT_TRUE(error.hint.starts_with("This workspace has no source yet.")) << error.hint;
}

TEST(UnknownTool, HostilePathsAreCutAndCostLittle) {
  const auto snapshot = tracker();
  const Error error = snapshot->unknownTool(std::string(1u << 20, 'x'));
  EXPECT_LT(error.message.size() + error.hint.size(), 1'000u);
  EXPECT_EQ(snapshot->unknownTool(std::string("\0..\xff", 4)).code, ErrorCode::unknown_tool);
}

}  // namespace
}  // namespace executor::catalog

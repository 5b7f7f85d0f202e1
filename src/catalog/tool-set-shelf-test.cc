#include "catalog/tool-set-shelf.h"

#include <fmt/format.h>

#include "catalog/test-workspace.h"

namespace executor::catalog {
namespace {

using testing::codeOf;
using testing::compileSet;
using testing::SharedSet;
using testing::trackerDocument;

class Shelf : public testing::WorkspaceTest {
 protected:
  std::string dir_ = directory_ + "/shelf";
  ThreadPool pool_{1};
  std::unique_ptr<ToolSetShelf> shelf_ = fresh();

  // As after a restart: nothing in memory.
  std::unique_ptr<ToolSetShelf> fresh() {
    return std::make_unique<ToolSetShelf>(*store_, pool_, dir_);
  }
  std::string fileOf(const source::ToolSet& set) const {
    return fmt::format("{}/{}.toolset", dir_, set.hash());
  }
  std::size_t filesInDir() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(dir_)) ++count;
    return count;
  }
};

TEST_F(Shelf, BytesThatAreNoToolSetAreRefused) {
  EXPECT_EQ(codeOf(run(shelf_->verify("garbage"))), "store_corrupt");
  EXPECT_EQ(codeOf(run(shelf_->verify(""))), "store_corrupt");
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(Shelf, OneSetPerHashWhileSomebodyHoldsIt) {
  const SharedSet first = run(shelf_->mapped(compileSet(trackerDocument())));
  const SharedSet second = run(shelf_->mapped(compileSet(trackerDocument())));
  EXPECT_EQ(first, second);
  EXPECT_EQ(run(shelf_->open(std::string(first->hash()))).value(), first);
  EXPECT_EQ(filesInDir(), 1u);
}

TEST_F(Shelf, MappedSetHasTheSameBytes) {
  const SharedSet original = compileSet(trackerDocument());
  const SharedSet mapped = run(shelf_->mapped(original));
  EXPECT_NE(mapped, original);
  EXPECT_EQ(mapped->bytes(), original->bytes());
}

// The reason may be a full or read-only disk; tests run as root, so a file stands in the way.
TEST_F(Shelf, WithoutAFileTheSetWorksFromMemory) {
  std::ofstream(dir_) << "not a directory";
  const SharedSet original = compileSet(trackerDocument());
  EXPECT_EQ(run(shelf_->mapped(original)), original);
}

TEST_F(Shelf, OpensFromTheBlobWhenTheFileIsGoneOrWrong) {
  const SharedSet set = compileSet(trackerDocument());
  const std::string hash(set->hash());
  ASSERT_TRUE(run(shelf_->keep(set)));
  for (const char* damage : {"none", "missing", "wrong"}) {
    shelf_ = fresh();
    if (damage == std::string_view("missing")) std::filesystem::remove(fileOf(*set));
    if (damage == std::string_view("wrong")) {
      std::ofstream(fileOf(*set), std::ios::trunc) << "garbage";
    }
    const auto opened = run(shelf_->open(hash));
    ASSERT_TRUE(opened) << damage << ": " << opened.error().message;
    EXPECT_EQ((*opened)->bytes(), set->bytes());
    EXPECT_EQ(filesInDir(), 1u) << "drafts are left behind";
  }
}

TEST_F(Shelf, AHashThatNobodyKeptIsNotFound) {
  EXPECT_EQ(codeOf(run(shelf_->open(std::string(64, '0')))), "not_found");
}

TEST_F(Shelf, DropsTheFileOnlyWhenNobodyHoldsTheSet) {
  SharedSet set = run(shelf_->mapped(compileSet(trackerDocument())));
  const std::string hash(set->hash());
  const std::string file = fileOf(*set);
  const auto done = [](Task<void> task) -> Task<bool> {
    co_await std::move(task);
    co_return true;
  };
  EXPECT_TRUE(run(done(shelf_->drop(hash))));
  EXPECT_TRUE(std::filesystem::exists(file));
  set.reset();
  EXPECT_TRUE(run(done(shelf_->drop(hash))));
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace executor::catalog

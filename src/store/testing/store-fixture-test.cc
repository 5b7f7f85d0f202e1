#include <cstdlib>
#include <fstream>
#include <sstream>

#include "store/sqlite/sqlite-engine.h"
#include "store/testing/memory-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {

TempDirectory::TempDirectory() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/executor-store-XXXXXX";
  path_ = mkdtemp(pattern.data());
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

// A directory's database, for as long as the tests run: what a reopened engine finds again.
MemoryDatabase& memoryOf(const std::string& directory) {
  static std::map<std::string, MemoryDatabase> databases;
  return databases[directory];
}

// All bytes of all files of the store.
std::string filesOf(const std::string& directory) {
  std::stringstream all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  }
  return all.str();
}

}  // namespace

std::vector<EngineCase> engines() {
  const EngineCase sqlite{
      "Sqlite",
      [](const std::string& directory, Schema schema, asio::any_io_executor loop) {
        return openSqlite({.path = directory + "/store.db"}, std::move(schema), loop);
      },
      filesOf};
  const EngineCase memory{"Memory",
                          [](const std::string& directory, Schema schema,
                             asio::any_io_executor loop) -> Result<std::unique_ptr<Engine>> {
                            memoryOf(directory).use(std::move(schema));
                            return std::make_unique<MemoryEngine>(memoryOf(directory), loop);
                          },
                          [](const std::string& path) { return memoryOf(path).rawBytes(); }};
  return {sqlite, memory};
}

Key256 testKey(unsigned char fill) {
  Key256 key;
  key.fill(fill);
  return key;
}

void StoreTest::open(Schema schema, unsigned char key) {
  store_.reset();
  schema += blobSchema();
  auto engine = GetParam().open(directory_.root(), std::move(schema), loop_.get_executor());
  ASSERT_TRUE(engine) << engine.error().message << " " << engine.error().detail;
  store_ = std::make_unique<Store>(std::move(*engine), loop_.get_executor(), testKey(key), clock_);
}

std::vector<std::string> StoreTest::ids(IndexRef<Item> index, ScanOptions options) {
  const Result<Page<Item>> page =
      read([index, options](Txn& txn) { return txn.scan<Item>(index, options); });
  if (!page) return {codeOf(page)};
  std::vector<std::string> found;
  for (const Item& item : page->items) found.push_back(item.id);
  return found;
}

}  // namespace executor::store::testing

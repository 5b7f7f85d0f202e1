#include <cstdlib>

#include "store/sqlite/sqlite-engine.h"
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

std::vector<EngineCase> engines() {
  return {{"Sqlite", [](const std::string& directory, Schema schema, asio::any_io_executor loop) {
             return openSqlite({.path = directory + "/store.db"}, std::move(schema), loop);
           }}};
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

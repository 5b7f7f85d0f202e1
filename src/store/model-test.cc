// The store against a model: whatever sequence of transactions runs, the store holds what a plain
// map holds, and every index lists it in the model's order. Transactions that end with an error are
// in neither. The seed is fixed per test; a failure prints it with the step.
#include <algorithm>
#include <map>
#include <random>

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

using Model = std::map<std::string, Item>;

constexpr int kKeys = 24;
constexpr int kTransactions = 150;

class ModelTest : public StoreTest {
 protected:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  Item randomItem() {
    // Few values per field, so that keys, names and ranks collide often.
    Item made = item("key" + std::to_string(pick(kKeys)), "name" + std::to_string(pick(kKeys)));
    made.workspaceId = pick(2) == 0 ? "ws_1" : "ws_2";
    if (pick(4) != 0) made.rank = pick(7) - 3;
    made.colour = pick(2) == 0 ? Colour::red : Colour::green;
    made.secret = std::string(static_cast<std::size_t>(pick(40)), 's');
    made.count = pick(1'000);
    return made;
  }

  std::mt19937 random_{20'261'124};
};

bool nameTaken(const Model& model, const Item& wanted) {
  return std::ranges::any_of(model, [&](const auto& entry) {
    const Item& other = entry.second;
    return other.id != wanted.id && other.workspaceId == wanted.workspaceId &&
           other.name == wanted.name;
  });
}

// What the store must answer, and the model's change with it.
std::string applyPut(Model& model, const Item& one) {
  if (nameTaken(model, one)) return "conflict";
  model[one.id] = one;
  return "ok";
}

std::string applyInsert(Model& model, const Item& one) {
  if (model.contains(one.id)) return "already_exists";
  return applyPut(model, one);
}

std::string applyReplace(Model& model, const Item& one) {
  if (!model.contains(one.id)) return "not_found";
  return applyPut(model, one);
}

enum class Act { insert, replace, put, remove };

struct Step {
  Act act;
  Item item;
  std::string expected;
};

std::string applyToModel(Model& model, const Step& step) {
  switch (step.act) {
    case Act::insert: return applyInsert(model, step.item);
    case Act::replace: return applyReplace(model, step.item);
    case Act::put: return applyPut(model, step.item);
    case Act::remove: model.erase(step.item.id); return "ok";
  }
  return {};
}

Status applyToStore(Txn& txn, const Step& step) {
  switch (step.act) {
    case Act::insert: return txn.insert(step.item);
    case Act::replace: return txn.replace(step.item);
    case Act::put: return txn.put(step.item);
    case Act::remove: return txn.remove<Item>(step.item.id);
  }
  return {};
}

// The steps in one function; a step that answers otherwise than the model ends it with `internal`.
Status runSteps(Txn& txn, const std::vector<Step>& steps, bool giveUp) {
  for (const Step& step : steps) {
    const std::string answer = codeOf(applyToStore(txn, step));
    if (answer != step.expected)
      return failInternal(answer + " instead of " + step.expected + ": " + step.item.id);
  }
  if (giveUp) return fail(ErrorCode::policy_denied, "given up");
  return {};
}

bool rankBefore(const Item& a, const Item& b) {
  return std::tie(a.rank, a.id) < std::tie(b.rank, b.id);
}

std::vector<std::string> modelByRank(const Model& model, const std::string& workspaceId) {
  std::vector<Item> items;
  for (const auto& [key, one] : model) {
    if (one.workspaceId == workspaceId) items.push_back(one);
  }
  std::ranges::sort(items, rankBefore);
  std::vector<std::string> keys;
  for (const Item& one : items) keys.push_back(one.id);
  return keys;
}

INSTANTIATE_TEST_SUITE_P(Engines, ModelTest, ::testing::ValuesIn(engines()), caseName);

TEST_P(ModelTest, RandomTransactionsLeaveWhatTheModelHolds) {
  Model model;
  for (int number = 0; number < kTransactions; ++number) {
    Model next = model;
    std::vector<Step> steps(static_cast<std::size_t>(1 + pick(6)));
    for (Step& step : steps) {
      step.act = static_cast<Act>(pick(4));
      step.item = randomItem();
      step.expected = applyToModel(next, step);
    }
    const bool giveUp = pick(4) == 0;
    const Status done = write([steps, giveUp](Txn& txn) { return runSteps(txn, steps, giveUp); });
    ASSERT_EQ(codeOf(done), giveUp ? "policy_denied" : "ok")
        << "transaction " << number << ": " << (done ? "" : done.error().detail);
    if (!giveUp) model = std::move(next);
  }
  for (const char* workspace : {"ws_1", "ws_2"}) {
    const auto expected = modelByRank(model, workspace);
    EXPECT_EQ(ids("byRank", {.prefix = {workspace}, .limit = 100}), expected);
  }
  open();
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "key" + std::to_string(i);
    const std::optional<Item> stored = get(key).value();
    ASSERT_EQ(stored.has_value(), model.contains(key)) << key;
    if (stored) {
      EXPECT_EQ(encodeRecord(*stored).value(), encodeRecord(model[key]).value());
    }
  }
}

// Any range and page size gives the same records as filtering the whole.
TEST_P(ModelTest, RandomRangesEqualTheFilteredWhole) {
  Model model;
  for (int i = 0; i < kKeys; ++i) {
    Item one = randomItem();
    one.id = "key" + std::to_string(i);
    one.name = one.id;
    one.workspaceId = "ws_1";
    model[one.id] = one;
    ASSERT_TRUE(insert(one));
  }
  for (int round = 0; round < 60; ++round) {
    const int from = pick(9) - 4;
    const int to = from + pick(5);
    std::vector<std::string> expected;
    for (const std::string& key : modelByRank(model, "ws_1")) {
      const auto rank = model[key].rank;
      if (rank && *rank >= from && *rank < to) expected.push_back(key);
    }
    std::vector<std::string> found;
    ScanOptions options{
        .prefix = {"ws_1"}, .from = from, .to = to, .limit = static_cast<std::size_t>(1 + pick(5))};
    do {
      const Page<Item> page =
          read([options](Txn& txn) { return txn.scan<Item>("byRank", options); }).value();
      for (const Item& one : page.items) found.push_back(one.id);
      options.after = page.nextCursor;
    } while (!options.after.empty());
    EXPECT_EQ(found, expected) << from << " to " << to;
  }
}

}  // namespace
}  // namespace executor::store::testing

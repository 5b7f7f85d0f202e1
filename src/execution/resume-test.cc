// Coming back when something is not as it was: another engine, a damaged journal, another program.
#include <gtest/gtest.h>

#include "execution/ownership.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::Paths;
using testing::person;
using testing::Stage;

constexpr std::string_view kCreate =
    "const before = Math.random(); const list = await tools.shop.items.list();"
    "const made = await tools.shop.items.create({name: 'x' + before});"
    "return [list.length, made.got.name === 'x' + before]";

// The same engine under another name, as after an update.
class UpdatedRuntime : public sandbox::Runtime {
 public:
  explicit UpdatedRuntime(sandbox::Runtime& inner) : inner_(inner) {}
  std::string_view id() const override { return inner_.id(); }
  std::unique_ptr<sandbox::Run> start(sandbox::RunRequest request,
                                      sandbox::RunEvents& events) override {
    ++starts;
    return inner_.start(std::move(request), events);
  }
  std::vector<sandbox::JailPart> jail() const override { return inner_.jail(); }
  std::string_view engineBuild() const override { return "engine of tomorrow"; }

  int starts = 0;

 private:
  sandbox::Runtime& inner_;
};

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() : stage_(Paths::fresh(), {}, {.suspendAfter = std::chrono::milliseconds(0)}) {
    stage_.addShop();
    EXPECT_TRUE(stage_.run(stage_.executions->recover()));
  }

  std::string suspended(std::string code = std::string(kCreate)) {
    const std::string id = stage_.start(std::move(code));
    stage_.untilSuspended(id);
    return id;
  }
  std::string approvalOf(const std::string& id) { return stage_.show(id).approvals.at(0).id; }

  // Changes the stored page that holds the event, wherever it is.
  void damage(const std::string& id, std::function<void(JournalPage&)> change) {
    auto changed = stage_.run(stage_.store->write([=](store::Txn& txn) -> Status {
      EXECUTOR_TRY(auto pages,
                   txn.scan<JournalPage>(
                       {.from = pageKey(id, 0), .to = id + "0", .limit = store::kMaxScan}));
      for (JournalPage& page : pages.items) {
        change(page);
        EXECUTOR_CHECK(txn.replace(page));
      }
      return {};
    }));
    ASSERT_TRUE(changed);
  }

  // Every occurrence in the events of a page.
  static void replaceIn(JournalPage& page, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = page.events.find(from, at)) != std::string::npos;
         at += to.size()) {
      page.events.replace(at, from.size(), to);
    }
  }

  void expectNothingSent(const std::string& id) {
    EXPECT_EQ(stage_.upstream.count("POST"), 0u);
    EXPECT_TRUE(stage_.run(stage_.approvals->list(person(), "pending", id))->empty());
    EXPECT_FALSE(stage_.marker(id)) << "it has an end";
  }

  Stage stage_;
};

// Issue 4, show 2.
TEST_F(ResumeTest, AnApprovalCountsAfterTheEngineHasChanged) {
  const std::string id = suspended();
  UpdatedRuntime updated(*stage_.runtime);
  stage_.runOn(updated);
  ASSERT_TRUE(stage_.run(stage_.executions->recover()));
  stage_.decide(approvalOf(id), true);
  EXPECT_EQ(stage_.finish(id).resultJson, "[1,true]");
  EXPECT_GE(updated.starts, 1) << "it was replayed by the new one";
  EXPECT_EQ(stage_.upstream.count("POST"), 1u);
  EXPECT_EQ(stage_.upstream.count("GET"), 1u);
  stage_.executions.reset();
}

TEST_F(ResumeTest, APageThatIsNoJournalIsAClearErrorThatSendsNothing) {
  const std::string id = suspended();
  const std::string approval = approvalOf(id);
  damage(id, [](JournalPage& page) { page.events = "[{\"kind\":"; });
  stage_.store->notify(kDueTopic);
  ASSERT_TRUE(stage_.run(stage_.approvals->decide(person(), approval, true, "")));
  stage_.until([&] { return !stage_.marker(id); });
  const auto record = stage_.run(
      stage_.store->read([id](store::Txn& txn) { return txn.get<ExecutionRecord>(id); }));
  EXPECT_EQ((*record)->state, State::failed);
  EXPECT_EQ((*record)->errorCode, "store_corrupt");
  EXPECT_NE((*record)->ending->errorMessage.find("journal"), std::string::npos);
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
}

TEST_F(ResumeTest, ADamagedOneDoesNotHoldUpTheOthers) {
  const std::string damaged = suspended();
  const std::string sound = suspended();
  damage(damaged, [](JournalPage& page) { page.events = "nonsense"; });
  for (const auto& one : *stage_.run(stage_.approvals->list(person(), "pending", ""))) {
    stage_.decide(one.id, true);
  }
  EXPECT_EQ(stage_.finish(sound).state, State::completed);
}

// What the journal says and what the program does are both named, with the turn.
TEST_F(ResumeTest, AnotherInputThanRecordedIsADivergenceWithBothValues) {
  const std::string id = suspended();
  damage(id, [](JournalPage& page) { replaceIn(page, "shop.items.list", "shop.items.gone"); });
  stage_.decide(approvalOf(id), true);
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "replay_diverged");
  EXPECT_NE(view.errorMessage.find("turn 1"), std::string::npos) << view.errorMessage;
  EXPECT_NE(view.errorMessage.find("shop.items.gone"), std::string::npos);
  EXPECT_NE(view.errorMessage.find("shop.items.list"), std::string::npos);
  expectNothingSent(id);
}

TEST_F(ResumeTest, AnotherProgramThanRecordedIsADivergenceInItsTurn) {
  const std::string id = suspended();
  auto changed = stage_.run(stage_.store->write([id](store::Txn& txn) -> Status {
    EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(id));
    record->submission.code.text =
        "await tools.shop.items.list(); return await tools.shop.items.create({name: 'other'})";
    return txn.replace(*record);
  }));
  ASSERT_TRUE(changed);
  stage_.decide(approvalOf(id), true);
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.errorCode, "replay_diverged");
  EXPECT_NE(view.errorMessage.find("turn 2"), std::string::npos) << view.errorMessage;
  expectNothingSent(id);
}

TEST_F(ResumeTest, AProgramThatEndsEarlierThanRecordedIsADivergence) {
  const std::string id = suspended();
  auto changed = stage_.run(stage_.store->write([id](store::Txn& txn) -> Status {
    EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(id));
    record->submission.code.text = "return 'short'";
    return txn.replace(*record);
  }));
  ASSERT_TRUE(changed);
  stage_.decide(approvalOf(id), true);
  EXPECT_EQ(stage_.finish(id).errorCode, "replay_diverged");
  expectNothingSent(id);
}

// A day of reviewing, restarts and decisions in between: one journal, one of everything.
TEST_F(ResumeTest, ALongStoryOfWaitsAndRestartsIsToldOnce) {
  const std::string id = suspended(
      "const made = []; for (const name of ['a', 'b', 'c']) {"
      "  console.log(name); made.push((await tools.shop.items.create({name})).got.name) }"
      "return made.join('')");
  for (int i = 0; i < 3; ++i) {
    stage_.clock.advance(8 * 3600 * 1000);
    stage_.runOn(*stage_.runtime);
    ASSERT_TRUE(stage_.run(stage_.executions->recover()));
    stage_.decide(approvalOf(id), true);
    if (i < 2) {
      stage_.until(
          [&] { return stage_.upstream.count("POST") == static_cast<std::size_t>(i + 1); });
      stage_.until([&] { return !stage_.show(id).approvals.empty(); });
      stage_.untilSuspended(id);
    }
  }
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.resultJson, R"("abc")") << view.errorMessage;
  EXPECT_EQ(view.logs.size(), 3u);
  EXPECT_EQ(stage_.upstream.count("POST"), 3u);
}

}  // namespace
}  // namespace executor::execution

// Results by handle, running again, the course of an execution, tools of the list: for real.
#include <gtest/gtest.h>

#include "base/id.h"
#include "base/text.h"
#include "execution/execution-record.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::person;
using testing::Stage;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() { stage_.addShop(); }
  std::string read(const std::string& handle) {
    auto part = stage_.run(stage_.results->read(agent(), handle, {}));
    EXPECT_TRUE(part) << part.error().message;
    return part ? part->bytes : "";
  }
  std::string rerun(const std::string& id, Principal who = agent()) {
    auto again = stage_.run(stage_.executions->rerun(std::move(who), id, "api"));
    EXPECT_TRUE(again) << again.error().message;
    return again.value_or("");
  }

  Stage stage_;
};

TEST_F(HistoryTest, ABigResultIsReadInALaterProgram) {
  const ExecutionView first =
      stage_.runProgram("return Array.from({length: 40000}, (_, i) => ({id: i}))");
  EXPECT_TRUE(isId(first.resultHandle, invocation::kResultId)) << first.errorMessage;
  EXPECT_EQ(stage_.show(first.id).resultHandle, first.resultHandle);
  const ExecutionView later =
      stage_.runProgram("const r = await tools.results.get({handle: '" + first.resultHandle +
                        "'});"
                        "return [r.mimeType, r.value.length, r.value[39999].id, r.nextOffset]");
  EXPECT_EQ(later.resultJson, R"(["application/json",40000,39999,null])") << later.errorMessage;
  EXPECT_EQ(later.calls.at(0).tool, "results.get") << "journalled like every call";
}

TEST_F(HistoryTest, AProgramPassesABigAnswerOnWithoutSeeingIt) {
  stage_.allow("shop.files.put_picture");
  const ExecutionView view = stage_.runProgram(
      "const p = await tools.shop.files.picture();"
      "return [p.bytes, p.mimeType, await tools.shop.files.put_picture({body: p})]");
  EXPECT_EQ(view.resultJson, R"([100000,"image/png",{"same":true,"bytes":100000}])")
      << view.errorMessage;
}

TEST_F(HistoryTest, ABigPictureIsShownByItsHandle) {
  const std::string size = std::to_string(kMaxInlineEmittedBytes + 1);
  const ExecutionView told = stage_.runProgram(
      "emit({type: 'image', mimeType: 'image/png', data: new Uint8Array(" + size +
      ")});"
      "emit({type: 'file', name: 'a.txt', mimeType: 'text/plain', text: 'small'})");
  const ExecutionView reread = stage_.show(told.id);
  for (const ExecutionView& view : {told, reread}) {
    ASSERT_EQ(view.emitted.size(), 2u) << view.errorMessage;
    EXPECT_TRUE(isId(view.emitted[0].handle, invocation::kResultId));
    EXPECT_EQ(view.emitted[0].bytes, kMaxInlineEmittedBytes + 1);
    EXPECT_TRUE(view.emitted[0].data.empty());
    EXPECT_EQ(view.emitted[1].text, "small");
    EXPECT_TRUE(view.emitted[1].handle.empty());
  }
  EXPECT_EQ(read(told.emitted[0].handle), std::string(kMaxInlineEmittedBytes + 1, '\0'));
  const auto kept = stage_.run(stage_.results->show(agent(), told.emitted[0].handle));
  EXPECT_EQ(kept->kind, invocation::ResultKind::emitted);
  EXPECT_EQ(kept->executionId, told.id);
}

TEST_F(HistoryTest, APictureThatFillsTheInlineLimitIsInline) {
  const std::string size = std::to_string(kMaxInlineEmittedBytes);
  const ExecutionView view = stage_.runProgram(
      "emit({type: 'image', mimeType: 'image/png', data: new Uint8Array(" + size + ")})");
  ASSERT_EQ(view.emitted.size(), 1u) << view.errorMessage;
  EXPECT_TRUE(view.emitted[0].handle.empty());
  EXPECT_EQ(view.emitted[0].bytes, kMaxInlineEmittedBytes);
}

TEST_F(HistoryTest, ABigTextIsShownByItsHandleAsText) {
  const ExecutionView view =
      stage_.runProgram("emit('x'.repeat(" + std::to_string(kMaxInlineEmittedBytes + 1) + "))");
  ASSERT_EQ(view.emitted.size(), 1u) << view.errorMessage;
  const auto kept = stage_.run(stage_.results->show(agent(), view.emitted[0].handle));
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->mimeType.starts_with("text/plain"));
}

TEST_F(HistoryTest, TheToolsOfAnExecutionAreNamedOnceEach) {
  stage_.deny("shop.items.create");
  const ExecutionView view = stage_.runProgram(
      "for (let i = 0; i < 3; i++) await tools.shop.items.list({});"
      "await tools.shop.items.create({name: 'x'}).catch(() => 0);"
      "await tools.shop.items.nothing({}).catch(() => 0); return 1");
  EXPECT_EQ(view.tools, (std::vector<std::string>{"shop.items.list", "shop.items.create"}));
  const auto found = stage_.run(stage_.executions->list(agent(), {.tool = "shop.items"}));
  ASSERT_EQ(found->items.size(), 1u);
  EXPECT_EQ(found->items[0].tools, view.tools);
}

TEST_F(HistoryTest, AProgramRunsAgainAsANewExecution) {
  const ExecutionView first = stage_.runProgram("return 6 * 7");
  const std::string again = rerun(first.id);
  EXPECT_NE(again, first.id);
  const ExecutionView second = stage_.finish(again);
  EXPECT_EQ(second.resultJson, "42");
  EXPECT_EQ(second.rerunOf, first.id);
  EXPECT_EQ(second.code, first.code);
  EXPECT_EQ(second.client, "api");
  EXPECT_EQ(stage_.show(again).rerunOf, first.id);
}

TEST_F(HistoryTest, ALongProgramAndACallRunAgainWhole) {
  const ExecutionView first = stage_.runProgram("return 1 //" + std::string(kInlineTextBytes, 'c'));
  EXPECT_EQ(stage_.finish(rerun(first.id)).code, first.code);
  const std::string call = stage_.call("shop.items.list", R"({"q":"x"})", R"({"response":"full"})");
  stage_.finish(call);
  const ExecutionView second = stage_.finish(rerun(call));
  EXPECT_EQ(second.tool, "shop.items.list");
  EXPECT_TRUE(second.resultJson.starts_with(R"({"status":200)")) << second.resultJson;
}

// It runs as who asks now: what a person once approved is asked again, a new deny holds.
TEST_F(HistoryTest, ARerunHasNoAuthorityOfTheFirstRun) {
  const std::string id = stage_.start("return (await tools.shop.items.create({name: 'x'})).id");
  stage_.decide(stage_.untilAsked(id).id, true);
  EXPECT_EQ(stage_.finish(id).resultJson, "7");
  const std::string again = rerun(id);
  stage_.untilAsked(again);
  EXPECT_EQ(stage_.upstream.count("POST /items"), 1u);
  stage_.run(stage_.executions->cancel(agent(), again, ""));
  stage_.deny("shop.items.create");
  EXPECT_EQ(stage_.finish(rerun(id)).state, State::denied);
}

TEST_F(HistoryTest, AForeignWorkspaceCanNeitherReadNorRunAgain) {
  const ExecutionView view = stage_.runProgram("return 'x'.repeat(300000)");
  auto& all = *stage_.executions;
  const Principal other = agent("ws_2");
  EXPECT_EQ(stage_.run(all.rerun(other, view.id, "api")).error().code, ErrorCode::not_found);
  EXPECT_EQ(stage_.run(all.timeline(other, view.id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(stage_.run(stage_.results->show(other, view.resultHandle)).error().code,
            ErrorCode::not_found);
}

TEST_F(HistoryTest, TheTimelineTellsWhoWaitedForWhom) {
  const std::string id = stage_.start(
      "console.log('hi'); await tools.shop.items.list({});"
      "return (await tools.shop.items.create({name: 'x'})).id");
  const PendingApproval asked = stage_.untilAsked(id);
  stage_.clock.advance(60'000);
  const auto now = stage_.run(stage_.executions->timeline(agent(), id));
  ASSERT_TRUE(now);
  EXPECT_GE(now->personMs, 60'000);
  stage_.decide(asked.id, true, "go");
  stage_.finish(id);
  const auto told = stage_.run(stage_.executions->timeline(agent(), id));
  ASSERT_TRUE(told);
  std::string kinds;
  for (const auto& entry : told->entries) kinds += entry.kind + " ";
  EXPECT_EQ(kinds, "created started console call call approval_requested finished ");
  EXPECT_GE(told->personMs, 60'000);
  const auto& question = told->entries[5];
  EXPECT_TRUE(question.text.ends_with("approved by acct_anna, go")) << question.text;
  EXPECT_GE(question.durationMs.value_or(0), 60'000);
}

TEST_F(HistoryTest, PruningNeedsAPersonAndLeavesOthersAlone) {
  const ExecutionView view = stage_.runProgram("return 1");
  auto& all = *stage_.executions;
  const EpochMs later = stage_.clock.now() + 1'000;
  EXPECT_EQ(stage_.run(all.prune(agent(), later)).error().code, ErrorCode::forbidden);
  EXPECT_EQ(stage_.run(all.prune(person("ws_2"), later))->executions, 0u);
  EXPECT_EQ(stage_.run(all.prune(person(), later))->executions, 1u);
  EXPECT_EQ(stage_.run(all.show(agent(), view.id)).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace executor::execution

// Two servers on one store: a dead one's executions go on elsewhere, a slow one does no harm, and
// everything works for every execution wherever it runs.
//
// Both live in this process with a loop each; a loop that is not run is a server that hangs.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "base/crash-point.h"
#include "execution/lease.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using std::chrono::milliseconds;
using testing::agent;
using testing::LastingUpstream;
using testing::Paths;
using testing::person;
using testing::Stage;

constexpr LeaseTimes kQuick{milliseconds(10), milliseconds(100)};

class TakeOverTest : public ::testing::Test {
 protected:
  std::unique_ptr<Stage> open(std::string node, LeaseTimes lease = kQuick,
                              milliseconds suspendAfter = kDefaultSuspendAfter) {
    auto stage = std::make_unique<Stage>(paths_, AdmissionLimits{},
                                         testing::Keeping{std::move(node), suspendAfter, lease});
    stage->keepFiles = true;
    if (!stage->catalog()->find("shop.items.list")) stage->addShop(upstream_.url());
    EXPECT_TRUE(stage->run(stage->executions->recover()));
    return stage;
  }

  // Runs both servers.
  void both(Stage& one, Stage& other, const std::function<bool()>& done) {
    const Deadline end = deadlineAfter(std::chrono::seconds(50));
    while (!done()) {
      ASSERT_LT(SteadyClock::now(), end);
      for (Stage* stage : {&one, &other}) {
        stage->loop.restart();
        stage->loop.poll();
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  template <class T>
  std::shared_ptr<std::optional<T>> begin(Stage& stage, Task<T> task) {
    auto slot = std::make_shared<std::optional<T>>();
    asio::co_spawn(stage.loop, std::move(task),
                   [slot](std::exception_ptr, T value) { slot->emplace(std::move(value)); });
    return slot;
  }

  Task<Result<ExecutionView>> patientWait(Stage& stage, std::string id) {
    return stage.executions->wait(agent(), std::move(id), deadlineAfter(std::chrono::seconds(50)),
                                  std::chrono::seconds(50));
  }

  bool isOwnedBy(Stage& stage, const std::string& id, std::string_view node) {
    const auto marker = stage.marker(id);
    return marker && marker->nodeId == node;
  }

  LastingUpstream upstream_;
  Paths paths_ = Paths::fresh();
};

constexpr std::string_view kCreate =
    "const list = await tools.shop.items.list();"
    "const made = await tools.shop.items.create({name: 'x' + list.length}); return made.id";

TEST_F(TakeOverTest, ADeadServersExecutionGoesOnElsewhereAndIsSentOnce) {
  std::string id;
  {
    auto first = open("node_1");
    id = first->start(std::string(kCreate));
    first->untilAsked(id);
  }
  auto second = open("node_2");
  second->until([&] { return isOwnedBy(*second, id, "node_2"); });
  second->decide(second->untilAsked(id).id, true);
  EXPECT_EQ(second->finish(id).resultJson, "7");
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

TEST_F(TakeOverTest, AServerThatHungFindsOutAndSendsNothing) {
  auto first = open("node_1");
  const std::string id = first->start(std::string(kCreate));
  const std::string approval = first->untilAsked(id).id;
  auto second = open("node_2");
  second->until([&] { return isOwnedBy(*second, id, "node_2"); });
  second->untilAsked(id);
  // Both learn of the decision; one of them may act on it.
  second->decide(approval, true);
  auto told = begin(*first, patientWait(*first, id));
  both(*first, *second, [&] { return told->has_value(); });
  ASSERT_TRUE(**told) << (**told).error().message;
  EXPECT_EQ((**told)->state, State::completed) << "the first tells what the second did";
  EXPECT_EQ(upstream_.count("POST"), 1u);
  both(*first, *second, [&] { return first->executions->runningCount() == 0; });
}

TEST_F(TakeOverTest, AnUnsafeCallOfADeadServerIsUnknownAndNotSentAgain) {
  upstream_.holdUntil(9);
  std::string id;
  {
    auto first = open("node_1");
    first->allow("shop.slow.write");
    id = first->start("try { return await tools.shop.slow.write() } catch (e) { return e.code }");
    first->until([&] { return upstream_.count("POST") == 1; });
  }
  auto second = open("node_2");
  const ExecutionView view = second->finish(id);
  EXPECT_EQ(view.resultJson, R"("outcome_unknown")") << view.errorMessage;
  EXPECT_EQ(view.calls.at(0).status, "unknown") << "and the record says so";
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

// D7: what carries an idempotency key may be sent again.
TEST_F(TakeOverTest, AnUnsafeCallWithAnIdempotencyKeyIsSentAgainWithTheSameKey) {
  upstream_.holdUntil(2);
  std::string id;
  {
    auto first = open("node_1");
    first->allow("shop.slow.write");
    id = first->start("return (await tools.shop.slow.write({}, {idempotencyKey: 'one'})).together");
    first->until([&] { return upstream_.count("POST") == 1; });
  }
  auto second = open("node_2");
  EXPECT_EQ(second->finish(id).resultJson, "2");
  EXPECT_EQ(upstream_.count("POST"), 2u);
}

TEST_F(TakeOverTest, WhoWaitsOnAnotherServerIsToldOfTheEnd) {
  auto first = open("node_1", {});
  auto second = open("node_2", {});
  const std::string id = first->start(std::string(kCreate));
  const std::string approval = first->untilAsked(id).id;
  auto told = begin(*second, patientWait(*second, id));
  first->decide(approval, true);
  both(*first, *second, [&] { return told->has_value(); });
  EXPECT_EQ((**told)->resultJson, "7");
  EXPECT_EQ(second->executions->runningCount(), 0u) << "it ran where it was";
}

TEST_F(TakeOverTest, CancelWorksFromAnotherServer) {
  upstream_.holdUntil(9);
  auto first = open("node_1", {});
  auto second = open("node_2", {});
  const std::string id =
      first->start("console.log('here'); await tools.shop.slow.read(); return 1");
  first->until([&] { return upstream_.count("GET") == 1; });
  first->show(id);
  auto cancelled = begin(*second, second->executions->cancel(agent(), id, "from afar"));
  both(*first, *second, [&] { return cancelled->has_value(); });
  ASSERT_TRUE(**cancelled) << (**cancelled).error().message;
  EXPECT_EQ((**cancelled)->state, State::cancelled);
  EXPECT_NE((**cancelled)->errorMessage.find("from afar"), std::string::npos);
  both(*first, *second, [&] {
    auto left = first->run(
        first->store->read([id](store::Txn& txn) { return txn.get<CancelRequest>(id); }));
    return !left->has_value();
  });
}

TEST_F(TakeOverTest, CancelOfADeadServersExecutionHoldsWhenItIsTakenOver) {
  std::string id;
  {
    auto first = open("node_1");
    id = first->start(std::string(kCreate));
    first->untilAsked(id);
  }
  auto second = open("node_2");
  const auto cancelled = second->run(second->executions->cancel(agent(), id, "too late"));
  ASSERT_TRUE(cancelled) << cancelled.error().message;
  EXPECT_EQ(cancelled->state, State::cancelled);
  EXPECT_EQ(upstream_.count("POST"), 0u);
  EXPECT_TRUE(second->run(second->approvals->list(person(), "pending", id))->empty());
}

TEST_F(TakeOverTest, AServerThatStopsHandsOverAtOnce) {
  upstream_.holdUntil(2);
  auto first = open("node_1", {});
  auto second = open("node_2", {});
  const std::string waiting = first->start(std::string(kCreate));
  first->untilAsked(waiting);
  const std::string reading = first->start("return (await tools.shop.slow.read()).together");
  first->until([&] { return upstream_.count("GET /slow") == 1; });
  auto stopped = begin(*first, [](Executions& all) -> Task<bool> {
    co_await all.drain(SteadyClock::now());
    co_return true;
  }(*first->executions));
  both(*first, *second, [&] { return stopped->has_value(); });
  EXPECT_EQ(second->finish(reading).resultJson, "2") << "a read may be sent again";
  EXPECT_TRUE(second->marker(waiting)->suspended) << "it is not needed in memory";
  second->decide(second->untilAsked(waiting).id, true);
  EXPECT_EQ(second->finish(waiting).resultJson, "7");
}

TEST_F(TakeOverTest, ADecisionMadeOnAnyServerBringsASuspendedOneBackSomewhere) {
  auto first = open("node_1", {}, milliseconds(0));
  const std::string id = first->start(std::string(kCreate));
  first->untilSuspended(id);
  auto second = open("node_2", {});
  second->decide(second->show(id).approvals.at(0).id, true);
  auto told = begin(*second, patientWait(*second, id));
  both(*first, *second, [&] { return told->has_value(); });
  EXPECT_EQ((**told)->resultJson, "7");
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

// The points that the kill matrix, which has one server, does not pass.
TEST_F(TakeOverTest, ATakeOverThatACrashInterruptsIsFinishedByTheNextServer) {
  for (const CrashPoint point : {CrashPoint::before_take_over, CrashPoint::after_take_over}) {
    std::string id;
    {
      auto first = open("node_1");
      id = first->start(std::string(kCreate));
      first->untilAsked(id);
    }
    bool crashed = false;
    setCrashHook([&](CrashPoint passed) {
      if (passed != point || crashed) return;
      crashed = true;
      throw std::runtime_error("crash");
    });
    {
      auto second = open("node_2");
      second->until([&] { return crashed; });
    }
    setCrashHook({});
    auto third = open("node_3");
    third->until([&] { return isOwnedBy(*third, id, "node_3"); });
    third->decide(third->untilAsked(id).id, true);
    EXPECT_EQ(third->finish(id).resultJson, "7") << name(point);
  }
  EXPECT_EQ(upstream_.count("POST"), 2u);
}

TEST_F(TakeOverTest, ManyExecutionsOfTwoServersRunOnceEach) {
  auto first = open("node_1", {}, milliseconds(0));
  auto second = open("node_2", {}, milliseconds(0));
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    Stage& stage = i % 2 == 0 ? *first : *second;
    ids.push_back(stage.start(std::string(kCreate)));
  }
  const auto allAre = [&](std::string_view state) {
    return [&, state] {
      auto page = first->run(first->executions->list(agent(), {.state = std::string(state)}));
      return page->items.size() == ids.size();
    };
  };
  both(*first, *second, allAre("waiting"));
  for (const auto& one : *first->run(first->approvals->list(person(), "pending", ""))) {
    second->decide(one.id, true);
  }
  both(*first, *second, allAre("completed"));
  EXPECT_EQ(upstream_.count("POST"), ids.size());
}

}  // namespace
}  // namespace executor::execution

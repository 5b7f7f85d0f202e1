// Settings as they are kept: who may change them, when they are in force, who sees them.
#include "execution/settings.h"

#include <gtest/gtest.h>

#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using invocation::testing::World;
using testing::agent;
using testing::Paths;
using testing::person;

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() { open({}); }

  void open(WorkspaceSettings server) {
    settings_ = makeSettings(*world_.store, world_.clock, server);
  }
  WorkspaceSettings of(std::string workspace = "ws_1") {
    return *world_.run(settings_->of(std::move(workspace)));
  }
  Result<SettingsView> change(json::object changes, Principal who = person()) {
    return world_.run(settings_->change(std::move(who), std::move(changes)));
  }
  SettingView shown(std::string_view name, Principal who = agent()) {
    const auto view = world_.run(settings_->show(std::move(who)));
    for (const SettingView& setting : view->settings) {
      if (setting.spec->name == name) return setting;
    }
    ADD_FAILURE() << name;
    return {};
  }

  World world_{Paths::fresh(), executionSchema()};
  std::unique_ptr<Settings> settings_;
};

TEST_F(SettingsTest, AWorkspaceThatHasSetNothingHasTheServers) {
  EXPECT_EQ(of(), WorkspaceSettings());
  EXPECT_FALSE(shown("calls").set);
  EXPECT_EQ(shown("calls").value, sandbox::kMaxCalls);
  WorkspaceSettings server;
  server.running = 3;
  open(server);
  EXPECT_EQ(of(), server);
  EXPECT_EQ(shown("running").most, 3);
}

TEST_F(SettingsTest, AChangeIsInForceWhenItReturnsAndSaysByWhom) {
  EXPECT_EQ(of().calls, sandbox::kMaxCalls);
  const auto changed = change({{"calls", 5}, {"typeCheck", "warn"}});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->changedBy, "acct_anna");
  EXPECT_EQ(changed->changedAt, world_.clock.now());
  EXPECT_EQ(of().calls, 5);
  EXPECT_EQ(of().typeCheckMode(), TypeCheckMode::warn);
  EXPECT_TRUE(shown("calls").set);
  EXPECT_EQ(shown("calls").standard, sandbox::kMaxCalls);
}

TEST_F(SettingsTest, ChangesAddUpAndNullGoesBack) {
  ASSERT_TRUE(change({{"calls", 5}}));
  ASSERT_TRUE(change({{"cpuMs", 100}}));
  EXPECT_EQ(of().calls, 5);
  ASSERT_TRUE(change({{"calls", nullptr}}));
  EXPECT_EQ(of().calls, sandbox::kMaxCalls);
  EXPECT_EQ(of().cpuMs, 100);
  EXPECT_FALSE(shown("calls").set);
  EXPECT_TRUE(change({{"calls", nullptr}})) << "going back twice is no error";
}

TEST_F(SettingsTest, ARefusedChangeChangesNothing) {
  ASSERT_TRUE(change({{"calls", 5}}));
  for (const json::object& bad :
       {json::object{{"cpuMs", 100}, {"calls", 1'001}}, json::object{{"cpuMs", 100}, {"cals", 1}},
        json::object{{"cpuMs", 100}, {"cals", nullptr}},
        json::object{{"timeoutMs", 2}, {"maxTimeoutMs", 1}}, json::object{}}) {
    const auto refused = change(bad);
    ASSERT_FALSE(refused) << serializeJson(bad);
    EXPECT_FALSE(refused.error().message.empty());
  }
  WorkspaceSettings expected;
  expected.calls = 5;
  EXPECT_EQ(of(), expected);
}

// D1: a limit is a rule over agents.
TEST_F(SettingsTest, AnAgentLooksAndChangesNothing) {
  const auto refused = change({{"calls", 1}}, agent());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  EXPECT_EQ(of(), WorkspaceSettings());
  EXPECT_EQ(shown("calls", agent()).value, sandbox::kMaxCalls);
}

TEST_F(SettingsTest, WorkspacesHaveTheirOwn) {
  ASSERT_TRUE(change({{"calls", 5}}, person("ws_2")));
  EXPECT_EQ(of("ws_1").calls, sandbox::kMaxCalls);
  EXPECT_EQ(of("ws_2").calls, 5);
  EXPECT_FALSE(shown("calls", person("ws_1")).set);
}

TEST_F(SettingsTest, AChangeOfAnotherNodeIsSeenByTheNextQuestion) {
  const auto other = makeSettings(*world_.store, world_.clock);
  EXPECT_EQ(world_.run(other->of("ws_1"))->calls, sandbox::kMaxCalls);
  ASSERT_TRUE(change({{"calls", 5}}));
  EXPECT_EQ(world_.run(other->of("ws_1"))->calls, 5);
}

TEST_F(SettingsTest, TheySurviveARestart) {
  ASSERT_TRUE(change({{"keepResultsDays", 7}, {"typeCheck", "off"}}));
  open({});
  EXPECT_EQ(of().keepResultsDays, 7);
  EXPECT_EQ(of().typeCheckMode(), TypeCheckMode::off);
}

TEST_F(SettingsTest, OnlyARealChangeIsTold) {
  std::vector<std::int64_t> told;
  settings_->onChange(
      [&](const std::string&, const WorkspaceSettings& now) { told.push_back(now.running); });
  of();
  EXPECT_TRUE(told.empty()) << "the server's own are no news";
  ASSERT_TRUE(change({{"running", 3}}));
  ASSERT_TRUE(change({{"running", 3}}));
  EXPECT_EQ(told, std::vector<std::int64_t>{3});
  open({});
  settings_->onChange(
      [&](const std::string&, const WorkspaceSettings& now) { told.push_back(-now.running); });
  of();
  EXPECT_EQ(told.back(), -3) << "a restart learns of them at the first question";
}

TEST_F(SettingsTest, TwoChangesAtOnceAddUp) {
  int done = 0;
  for (const char* name : {"calls", "cpuMs"}) {
    asio::co_spawn(world_.loop, settings_->change(person(), json::object{{name, 50}}),
                   [&](const std::exception_ptr&, Result<SettingsView> changed) {
                     EXPECT_TRUE(changed);
                     ++done;
                   });
  }
  world_.until([&] { return done == 2; });
  EXPECT_EQ(of().calls, 50);
  EXPECT_EQ(of().cpuMs, 50);
}

}  // namespace
}  // namespace executor::execution

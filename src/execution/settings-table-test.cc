// The table of settings: what each takes, and what a stored one comes to.
#include "execution/settings-table.h"

#include <gtest/gtest.h>

#include <set>

namespace executor::execution {
namespace {

const WorkspaceSettings kServer;

TEST(SettingsTable, EveryNumberIsTakenAtItsBoundsAndRefusedBeyond) {
  for (const SettingSpec& spec : settingSpecs()) {
    if (!spec.words.empty()) continue;
    SCOPED_TRACE(spec.name);
    const std::int64_t most = spec.mostOf(kServer);
    EXPECT_EQ(readSetting(spec.name, spec.lowest, kServer).value_or(-1), spec.lowest);
    EXPECT_EQ(readSetting(spec.name, most, kServer).value_or(-1), most);
    for (const std::int64_t beyond : {spec.lowest - 1, most + 1}) {
      const auto refused = readSetting(spec.name, beyond, kServer);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
      EXPECT_NE(refused.error().message.find(std::string(spec.name)), std::string::npos);
      EXPECT_NE(refused.error().message.find(std::to_string(most)), std::string::npos);
      EXPECT_FALSE(refused.error().hint.empty());
    }
  }
}

TEST(SettingsTable, TheDefaultIsWithinTheBounds) {
  for (const SettingSpec& spec : settingSpecs()) {
    EXPECT_GE(kServer.*spec.value, spec.lowest) << spec.name;
    EXPECT_LE(kServer.*spec.value, spec.mostOf(kServer)) << spec.name;
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
  }
}

TEST(SettingsTable, NamesAndMembersAreToldOnce) {
  std::set<std::string_view> names;
  WorkspaceSettings marked;
  for (const SettingSpec& spec : settingSpecs()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_NE(marked.*spec.value, -7) << spec.name << " shares its member";
    marked.*spec.value = -7;
  }
}

TEST(SettingsTable, NothingIsCoerced) {
  for (const json::value& given :
       {json::value("5"), json::value(5.0), json::value(true), json::value(json::array{5}),
        json::value(std::uint64_t{1} << 63), json::value("")}) {
    const auto refused = readSetting("calls", given, kServer);
    ASSERT_FALSE(refused) << serializeJson(given);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
}

TEST(SettingsTable, ASettingOfWordsTakesItsWords) {
  for (const auto mode : {TypeCheckMode::off, TypeCheckMode::warn, TypeCheckMode::error}) {
    const auto read = readSetting("typeCheck", json::value(name(mode)), kServer);
    ASSERT_TRUE(read);
    WorkspaceSettings settings;
    settings.typeCheck = *read;
    EXPECT_EQ(settings.typeCheckMode(), mode);
    EXPECT_EQ(findSetting("typeCheck")->shown(*read), json::value(name(mode)));
  }
  for (const json::value& given : {json::value("Off"), json::value(""), json::value(1)}) {
    const auto refused = readSetting("typeCheck", given, kServer);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "typeCheck must be one of off, warn, error.");
  }
}

TEST(SettingsTable, AMisspeltNameIsAnErrorThatNamesTheNearest) {
  const auto near = readSetting("runing", 1, kServer);
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().code, ErrorCode::unknown_argument);
  EXPECT_EQ(near.error().hint, "Did you mean \"running\"?");
  const auto far = readSetting(std::string(10'000, 'x'), 1, kServer);
  EXPECT_LT(far.error().message.size(), 200u);
  EXPECT_NE(far.error().hint.find("keepResultsDays"), std::string::npos);
}

// Whoever can raise it is named: the operator for some, nobody for the others.
TEST(SettingsTable, TheServersValueIsTheMostOfRunningAndQueued) {
  WorkspaceSettings server;
  server.running = 8;
  server.queued = 0;
  EXPECT_TRUE(readSetting("running", 8, server));
  EXPECT_NE(readSetting("running", 9, server).error().hint.find("EXECUTOR_WORKSPACE_RUNNING"),
            std::string::npos);
  EXPECT_TRUE(readSetting("queued", 0, server));
  EXPECT_FALSE(readSetting("queued", 1, server));
  EXPECT_EQ(readSetting("calls", 1'001, server).error().hint,
            "1000 is the most this server allows.");
}

TEST(SettingsTable, WhatIsStoredComesWithinWhatTheServerAllowsToday) {
  WorkspaceSettings server;
  server.running = 8;
  const json::object stored{{"running", 200}, {"calls", -5},         {"typeCheck", "strict"},
                            {"queued", "x"},  {"ofALaterNode", 1.5}, {"cpuMs", 500}};
  const WorkspaceSettings now = settingsFrom(stored, server);
  EXPECT_EQ(now.running, 8);
  EXPECT_EQ(now.calls, 0);
  EXPECT_EQ(now.typeCheckMode(), TypeCheckMode::error);
  EXPECT_EQ(now.queued, server.queued);
  EXPECT_EQ(now.cpuMs, 500);
  EXPECT_EQ(settingsFrom({}, server), server);
}

TEST(SettingsTable, TheUsualTimeoutGivesWayToASmallerMaximum) {
  EXPECT_EQ(settingsFrom({{"maxTimeoutMs", 1'000}}, kServer).timeoutMs, 1'000);
  EXPECT_TRUE(checkTogether({{"maxTimeoutMs", 1'000}}, kServer));
  EXPECT_TRUE(checkTogether({{"maxTimeoutMs", 1'000}, {"timeoutMs", 1'000}}, kServer));
  const Status refused = checkTogether({{"maxTimeoutMs", 1'000}, {"timeoutMs", 1'001}}, kServer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "timeoutMs (1001) would be more than maxTimeoutMs (1000).");
}

TEST(SettingsTable, DefaultsGiveTheLimitsThatARecordDoesNotKeep) {
  EXPECT_EQ(kServer.limits(), ExecutionLimits());
  WorkspaceSettings settings;
  settings.calls = 7;
  EXPECT_EQ(settings.limits().calls, 7u);
}

}  // namespace
}  // namespace executor::execution

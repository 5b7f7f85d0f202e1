#include "base/crash-point.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace executor {
namespace {

class CrashPointTest : public ::testing::Test {
 protected:
  ~CrashPointTest() override { setCrashHook({}); }
};

TEST_F(CrashPointTest, EveryPointHasItsOwnName) {
  std::set<std::string_view> names;
  for (const CrashPoint point : allCrashPoints()) names.insert(name(point));
  EXPECT_EQ(names.size(), kCrashPoints);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(name(CrashPoint::before_create), "before_create");
  EXPECT_EQ(name(CrashPoint::after_hand_over), "after_hand_over") << "the last one";
  EXPECT_EQ(name(CrashPoint::before_take_over), "before_take_over");
}

TEST_F(CrashPointTest, UnarmedAPassDoesNothingAndCountsNothing) {
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(crashPasses(CrashPoint::before_send), 0u);
}

TEST_F(CrashPointTest, TheHookIsToldOfEveryPass) {
  std::vector<CrashPoint> passed;
  setCrashHook([&](CrashPoint point) { passed.push_back(point); });
  crashPoint(CrashPoint::before_send);
  crashPoint(CrashPoint::after_send);
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(passed.size(), 3u);
  EXPECT_EQ(passed[1], CrashPoint::after_send);
  EXPECT_EQ(crashPasses(CrashPoint::before_send), 2u);
  setCrashHook({});
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(passed.size(), 3u);
}

TEST_F(CrashPointTest, AHookMayThrow) {
  setCrashHook([](CrashPoint) { throw std::runtime_error("crash"); });
  EXPECT_THROW(crashPoint(CrashPoint::after_ask), std::runtime_error);
}

TEST_F(CrashPointTest, TheNthPassKillsWithoutGoodbye) {
  const auto passes = [](int count) {
    if (!armCrash("after_requested:2")) return;
    for (int i = 0; i < count; ++i) crashPoint(CrashPoint::after_requested);
    crashPoint(CrashPoint::before_send);
    _exit(7);
  };
  EXPECT_EXIT(passes(2), ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(passes(1), ::testing::ExitedWithCode(7), "");
}

TEST_F(CrashPointTest, WithoutANumberItIsTheFirstPass) {
  const auto pass = [] {
    if (!armCrash("before_finish")) return;
    crashPoint(CrashPoint::before_finish);
    _exit(7);
  };
  EXPECT_EXIT(pass(), ::testing::KilledBySignal(SIGKILL), "");
}

TEST_F(CrashPointTest, AMisspeltPointIsRefusedAndArmsNothing) {
  for (const char* text : {"nowhere", "before_send:", "before_send:0", "before_send:x",
                           "before_send:1x", ":1", "before_send:-1"}) {
    const Status refused = armCrash(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_configuration);
    EXPECT_NE(refused.error().hint.find("before_take_over"), std::string::npos);
  }
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(crashPasses(CrashPoint::before_send), 0u);
}

TEST_F(CrashPointTest, EmptyTextDisarms) {
  ASSERT_TRUE(armCrash("before_send:9"));
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(crashPasses(CrashPoint::before_send), 1u);
  ASSERT_TRUE(armCrash(""));
  crashPoint(CrashPoint::before_send);
  EXPECT_EQ(crashPasses(CrashPoint::before_send), 0u);
}

}  // namespace
}  // namespace executor

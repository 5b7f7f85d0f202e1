#include "cli/time-argument.h"

#include <gtest/gtest.h>

namespace executor::cli {
namespace {

constexpr EpochMs kNow = 1'790'000'000'000;

TEST(TimeArgument, ADurationIsANumberAndAUnit) {
  EXPECT_EQ(parseDuration("90s").value_or(0), 90'000);
  EXPECT_EQ(parseDuration("15m").value_or(0), 900'000);
  EXPECT_EQ(parseDuration("2h").value_or(0), 7'200'000);
  EXPECT_EQ(parseDuration("7d").value_or(0), 604'800'000);
  EXPECT_EQ(parseDuration("1w").value_or(0), 604'800'000);
  for (const char* bad : {"", "d", "7", "7y", "-7d", "0d", "1.5h", "7d ", "1000000d", "999999w"}) {
    const auto result = parseDuration(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST(TimeArgument, AMomentIsSoLongAgoOrADate) {
  EXPECT_EQ(parseMoment("2h", kNow).value_or(0), kNow - 7'200'000);
  EXPECT_EQ(parseMoment("1970-01-02", kNow).value_or(0), 86'400'000);
  EXPECT_EQ(parseMoment("2026-11-24", kNow).value_or(0), 1'795'478'400'000);
  EXPECT_EQ(parseMoment("2026-11-24T06:10", kNow).value_or(0), 1'795'500'600'000);
  EXPECT_EQ(parseMoment("2026-11-24 06:10:28", kNow).value_or(0), 1'795'500'628'000);
  EXPECT_EQ(parseMoment("2026-11-24T06:10:28Z", kNow).value_or(0), 1'795'500'628'000);
}

TEST(TimeArgument, WhatIsNoMomentIsRefusedWithTheForms) {
  for (const char* bad :
       {"", "yesterday", "2026-13-01", "2026-02-30", "26-11-24", "2026-11-24T", "2026-11-24T24:00",
        "2026-11-24T6:10", "2026-11-24T06", "2026-11", "2026-11-24T06:10+02:00", "-7d"}) {
    const auto result = parseMoment(bad, kNow);
    ASSERT_FALSE(result) << bad;
    EXPECT_NE(result.error().hint.find("2026-11-24"), std::string::npos);
  }
}

}  // namespace
}  // namespace executor::cli

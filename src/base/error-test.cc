#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace executor {
namespace {

TEST(Error, NamesParseBackToTheirCode) {
  ErrorCode code{};
  ASSERT_TRUE(parseErrorCode("policy_denied", code));
  EXPECT_EQ(code, ErrorCode::policy_denied);
  EXPECT_EQ(traits(code).name, "policy_denied");
  EXPECT_EQ(traits(code).httpStatus, 403);
  EXPECT_FALSE(parseErrorCode("no_such_code", code));
}

TEST(Error, InternalCauseIsForTheLogOnly) {
  const Status status = failInternal("open /x: " + withErrno("read", EIO));
  EXPECT_EQ(status.error().code, ErrorCode::internal);
  EXPECT_EQ(status.error().message.find("/x"), std::string::npos);
  EXPECT_NE(status.error().detail.find("read: Input/output error"), std::string::npos);
}

Result<std::unique_ptr<int>> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::invalid_argument, "odd");
  return std::make_unique<int>(value / 2);
}

Result<int> quarter(int value) {
  EXECUTOR_TRY(const auto once, half(value));
  EXECUTOR_TRY(const auto twice, half(*once));
  return *twice;
}

Status isQuarter(int value) {
  EXECUTOR_CHECK(quarter(value));
  return {};
}

TEST(Error, TryBindsTheValueOrLeavesWithTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(isQuarter(4));
  EXPECT_FALSE(isQuarter(2));
}

}  // namespace
}  // namespace executor

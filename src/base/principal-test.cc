#include "base/principal.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace executor {
namespace {

TEST(Principal, OnlyAPersonPassesRequirePerson) {
  EXPECT_TRUE(requirePerson({.kind = CredentialKind::person}, "Deciding an approval"));
  const auto refused = requirePerson({}, "Deciding an approval");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  EXPECT_TRUE(refused.error().message.starts_with("Deciding an approval needs a person"));
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(Principal, MayApproveDoesNotMakeAnAgentAPerson) {
  EXPECT_FALSE(requirePerson({.mayApprove = true}, "Issuing a key"));
}

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock(1000);
  EXPECT_EQ(clock.now(), 1000);
  clock.advance(5);
  EXPECT_EQ(clock.now(), 1005);
}

TEST(SystemClock, CountsMillisecondsSinceTheEpoch) {
  EXPECT_GT(systemClock().now(), 1'700'000'000'000);
  EXPECT_LT(systemClock().now(), 100'000'000'000'000);
}

}  // namespace
}  // namespace executor

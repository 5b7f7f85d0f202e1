// A request is withdrawn in the way of its era, once.
#include "mcp/call.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

struct Heard {
  std::vector<std::string> reasons;
  RequestCancel::Callback callback() {
    return [this](std::string reason) { reasons.push_back(std::move(reason)); };
  }
};

TEST(RequestCancel, FiresOnceWithTheFirstReason) {
  RequestCancel cancel;
  Heard heard;
  cancel.onFire(heard.callback());
  cancel.fire("first");
  cancel.fire("second");
  EXPECT_EQ(heard.reasons, std::vector<std::string>{"first"});
  cancel.onFire(heard.callback());
  EXPECT_EQ(heard.reasons.size(), 2u) << "who comes late hears it at once";
}

TEST(OnCancelled, AModernClientThatHangsUpWithdraws) {
  Call call{.era = Era::modern, .disconnected = std::make_shared<net::Disconnect>()};
  Heard heard;
  onCancelled(call, heard.callback());
  EXPECT_TRUE(heard.reasons.empty());
  call.disconnected->fire();
  EXPECT_EQ(heard.reasons.size(), 1u);
}

TEST(OnCancelled, ALegacyClientThatHangsUpWithdrawsNothing) {
  Call call{.disconnected = std::make_shared<net::Disconnect>(),
            .cancel = std::make_shared<RequestCancel>()};
  Heard heard;
  onCancelled(call, heard.callback());
  call.disconnected->fire();
  EXPECT_TRUE(heard.reasons.empty());  // D17
  call.cancel->fire("changed my mind");
  EXPECT_EQ(heard.reasons, std::vector<std::string>{"changed my mind"});
}

TEST(OnCancelled, WithoutAnyWayNothingIsEverHeard) {
  Heard heard;
  onCancelled(Call{}, heard.callback());
  EXPECT_TRUE(heard.reasons.empty());
}

}  // namespace
}  // namespace executor::mcp

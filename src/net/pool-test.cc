#include "net/pool.h"

#include <gtest/gtest.h>

#include "net/client.h"
#include "net/test-support.h"

namespace executor::net {
namespace {

using namespace std::chrono_literals;
using Lease = ConnectionPool::Lease;

// Connections here are never opened: the pool only keeps them.
class ConnectionPoolTest : public ::testing::Test {
 protected:
  Lease lease(bool fresh = false) {
    auto got = test::run(loop_, pool_.acquire("http://a", fresh, std::make_shared<Flight>()));
    EXPECT_TRUE(got);
    return *std::move(got);
  }

  // A lease as a request leaves it: with a connection that may be kept until `until`.
  Lease used(SteadyTime until) {
    auto got = lease();
    got.connection = std::make_unique<OutboundConnection>(loop_);
    got.connection->idleUntil = until;
    return got;
  }

  asio::io_context loop_{1};
  ConnectionPool pool_;
};

TEST_F(ConnectionPoolTest, KeepsAtMostTheNamedNumberIdle) {
  std::vector<Lease> leases;
  for (std::size_t i = 0; i < kMaxIdlePerOrigin + 4; ++i) leases.push_back(used(deadlineAfter(1h)));
  for (auto& lease : leases) lease.keep();
  EXPECT_EQ(pool_.idleCount(), kMaxIdlePerOrigin);
}

TEST_F(ConnectionPoolTest, LendsTheNewestIdleConnection) {
  auto first = used(deadlineAfter(1h));
  auto second = used(deadlineAfter(1h));
  auto* newest = second.connection.get();
  first.keep();
  second.keep();
  EXPECT_EQ(lease().connection.get(), newest);
}

TEST_F(ConnectionPoolTest, AConnectionPastItsIdleTimeIsNotLent) {
  used(std::chrono::steady_clock::now() - 1s).keep();
  EXPECT_EQ(lease().connection, nullptr);
  EXPECT_EQ(pool_.idleCount(), 0u);
}

TEST_F(ConnectionPoolTest, AFreshPlaceTakesNoIdleConnection) {
  used(deadlineAfter(1h)).keep();
  EXPECT_EQ(lease(true).connection, nullptr);
}

TEST_F(ConnectionPoolTest, ADroppedLeaseGivesItsPlaceBack) {
  for (std::size_t i = 0; i < 3 * kMaxConnectionsPerOrigin; ++i) lease();
}

TEST_F(ConnectionPoolTest, ADroppedConnectionIsNotKept) {
  used(deadlineAfter(1h));
  EXPECT_EQ(pool_.idleCount(), 0u);
}

TEST_F(ConnectionPoolTest, WhoWaitedLongestIsServedFirst) {
  std::vector<Lease> leases;
  for (std::size_t i = 0; i < kMaxConnectionsPerOrigin; ++i) leases.push_back(lease());
  std::vector<int> order;
  auto wait = [&](int number) -> Task<void> {
    auto got = co_await pool_.acquire("http://a", false, std::make_shared<Flight>());
    EXPECT_TRUE(got);
    order.push_back(number);
  };
  for (int i = 0; i < 3; ++i) asio::co_spawn(loop_, wait(i), asio::detached);
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(order.empty());
  leases.pop_back();
  while (order.size() < 3 && loop_.run_one() > 0) {
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

}  // namespace
}  // namespace executor::net

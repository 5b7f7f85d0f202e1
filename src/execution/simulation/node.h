// One server process of a simulated world: the production's layers over a handle of the database.
//
// Everything from the store's front to Executions is the real thing, put together as
// cli/server-parts does it; only the guest, the upstream and the engine below are the simulation's.
// die() is the end of the process: from that moment nothing it does reaches database or upstream,
// though the handler that is running goes on to its next wait, as code does until the power is
// gone. The object is then destroyed with its loop, unpolled.
#pragma once

#include <memory>
#include <string>

#include "approval/approval.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "execution/executions.h"
#include "execution/simulation/script-runtime.h"
#include "execution/simulation/upstream.h"
#include "invocation/result-store.h"
#include "policy/policy.h"
#include "store/testing/memory-engine.h"

namespace executor::execution::simulation {

inline constexpr std::string_view kWorkspaces[] = {"ws_1", "ws_2"};

Principal agentOf(std::string workspace);
Principal personOf(std::string workspace);
// The record types of all layers.
store::Schema wholeSchema();
// The key of every simulated store.
Key256 simulationKey();

// The system's clock, wrong by some amount.
class SkewedClock final : public Clock {
 public:
  EpochMs now() const override { return systemClock().now() + skew; }
  EpochMs skew = 0;
};

struct NodeSettings {
  std::string id;
  EpochMs skew = 0;
  AdmissionLimits limits;
  std::uint32_t life = 0;  // no two processes of a world have the same
};

class Node {
 public:
  Node(NodeSettings settings, store::testing::MemoryDatabase& database,
       store::testing::MemoryFates fates, Upstream& upstream, ScriptRuntime::Watch watch);
  ~Node();

  const std::string& id() const { return settings_.id; }
  const AdmissionLimits& limits() const { return settings_.limits; }
  std::uint32_t life() const { return settings_.life; }
  bool alive() const { return alive_; }
  void die();

  // First, so that it goes last: frames that still wait are destroyed with it.
  asio::io_context loop{1};
  SkewedClock clock;
  // Not polled before this moment: the machine was suspended, the process stopped.
  SteadyTime frozenUntil{};
  // Last time that something kept it from showing that it lives.
  SteadyTime disturbedAt = SteadyClock::now();
  // It had nothing to do when it was last polled, and nothing has happened since.
  bool idle = false;
  // It has drained: the process may end.
  bool stopped = false;

 private:
  NodeSettings settings_;
  bool alive_ = true;
  store::testing::MemoryEngine* engine_;  // the store's

 public:
  std::unique_ptr<store::Store> store;
  std::unique_ptr<net::Sender> sender;
  std::unique_ptr<catalog::Sources> sources;
  std::unique_ptr<policy::Policies> policies;
  std::unique_ptr<credential::Connections> connections;
  std::unique_ptr<approval::Approvals> approvals;
  invocation::CallGate gate;
  std::unique_ptr<invocation::ResultStore> results;
  std::unique_ptr<invocation::Invoker> invoker;
  std::unique_ptr<ScriptRuntime> runtime;
  std::unique_ptr<Executions> executions;
};

}  // namespace executor::execution::simulation

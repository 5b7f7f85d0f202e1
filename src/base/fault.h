// Deliberate faults, to show that the simulation finds what it is there to find (D36).
//
// EXECUTOR_FAULT(name) stands where a rule of durability is kept, as the condition under which the
// code breaks it. In every build but one it is the constant false and leaves nothing behind. The
// build with EXECUTOR_FAULTS, a test binary of its own, breaks the one rule that is in force, and
// the simulation has to notice each. A new rule of this kind gets a name here, the place in the
// code, and its row in that test (execution/simulation).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace executor {

enum class Fault : std::uint8_t {
  none,
  send_before_durable,   // an unsafe call leaves before `requested` is durable
  retry_unsafe,          // a call that may have been sent is sent again after a crash
  outcome_twice,         // an outcome is delivered to the program a second time
  epoch_ignored,         // an append does not notice that another node took the execution over
  decided_twice,         // a second decision replaces the first
  lease_early,           // a lease is judged lost while its owner still renews it
  wake_up_lost,          // the decision does not reach the execution that waits for it
  final_before_journal,  // the final record is durable before the last events are
};

inline constexpr std::pair<Fault, std::string_view> kFaultNames[] = {
    {Fault::send_before_durable, "send_before_durable"},
    {Fault::retry_unsafe, "retry_unsafe"},
    {Fault::outcome_twice, "outcome_twice"},
    {Fault::epoch_ignored, "epoch_ignored"},
    {Fault::decided_twice, "decided_twice"},
    {Fault::lease_early, "lease_early"},
    {Fault::wake_up_lost, "wake_up_lost"},
    {Fault::final_before_journal, "final_before_journal"}};

#ifdef EXECUTOR_FAULTS
inline Fault faultInForce = Fault::none;
#define EXECUTOR_FAULT(name) (::executor::faultInForce == ::executor::Fault::name)
#else
#define EXECUTOR_FAULT(name) false
#endif

}  // namespace executor

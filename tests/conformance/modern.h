// What the scenarios of revision 2026-07-28 expect beside fixture.h: tools that ask by rounds of
// one request, tools that become tasks, arguments mirrored into headers.
#pragma once

#include "fixture.h"
#include "mcp/request-state.h"

namespace executor::conformance {

// input-required-result-*, the diagnostic tools of server-stateless, and the custom headers.
// `states` must outlive the features.
void addRounds(Features& features, const mcp::RequestStates& states);

// tasks-*: jobs in memory, because the scenarios want states that no execution has (`failed`).
void addJobs(Features& features, const mcp::RequestStates& states);

}  // namespace executor::conformance

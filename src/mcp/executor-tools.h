// The tools of this product over MCP: `execute` runs a program, `resume` returns the rest of one
// that waited.
//
// Both end in the one Executions service, so an agent over MCP meets the same rules as the CLI and
// REST. A modern client's disconnect cancels its execution unless it was handed over by an answer
// before (D17); a legacy client cancels by notification only. `resume` only waits: deciding needs a
// person, and an agent's key is none (D1). How a client gets the rest of what waits is chosen by
// approval-way.h: as a task, by rounds of the same request, or by `resume`, which is listed only
// for clients that have no better way and answers always (D17).
//
// The tools of the sources are not listed as MCP tools: a model would pay for each of them.
#pragma once

#include "approval/approval.h"
#include "catalog/catalog.h"
#include "execution/executions.h"
#include "mcp/execution-tasks.h"
#include "mcp/features.h"
#include "mcp/request-state.h"

namespace executor::mcp {

// What the tools work on; everything must outlive the features.
struct ExecutorToolDeps {
  execution::Executions& executions;
  approval::Approvals& approvals;
  catalog::Sources& sources;
  const RequestStates& states;
  KeptFor keptFor = {};  // none: nothing is removed
};

// Adds the tools, what a model is told about the server, and when the list of tools changes.
void addExecutorTools(Features& features, ExecutorToolDeps deps);

}  // namespace executor::mcp

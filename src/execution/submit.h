// From a client's request to the record of an execution.
//
// Everything is checked before anything is stored, so a refused request has changed nothing.
#pragma once

#include "execution/execution-record.h"
#include "execution/settings.h"

namespace executor::execution {

struct Submitted {
  ExecutionRecord record;
  std::string code, input;  // whole; the record may hold them in blobs
};

// Of the workspace; the server's own where there are no settings.
Task<Result<WorkspaceSettings>> settingsOf(const ExecutionDeps& deps, std::string workspaceId);

// `invalid_argument`, `payload_too_large`: code or tool, their sizes, times, runtime.
Status checkRequest(const ExecuteRequest& request, const ExecutionDeps& deps,
                    const WorkspaceSettings& settings);

// Long texts become durable as blobs here; nothing else does. The record holds what the type check
// said; a program that it `failed` is not to be run.
Task<Result<Submitted>> makeRecord(ExecuteRequest request, const ExecutionDeps& deps,
                                   WorkspaceSettings settings,
                                   std::shared_ptr<const catalog::Catalog> catalog);

}  // namespace executor::execution

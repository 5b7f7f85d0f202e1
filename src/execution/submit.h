// From a client's request to the record of an execution.
//
// Everything is checked before anything is stored, so a refused request has changed nothing.
#pragma once

#include "execution/execution-record.h"

namespace executor::execution {

struct Submitted {
  ExecutionRecord record;
  std::string code, input;  // whole; the record may hold them in blobs
};

// `invalid_argument`, `payload_too_large`: code or tool, their sizes, times, runtime.
Status checkRequest(const ExecuteRequest& request, const ExecutionDeps& deps);

// Long texts become durable as blobs here; nothing else does. The record holds what the type check
// said; a program that it `failed` is not to be run.
Task<Result<Submitted>> makeRecord(ExecuteRequest request, const ExecutionDeps& deps,
                                   std::shared_ptr<const catalog::Catalog> catalog);

}  // namespace executor::execution

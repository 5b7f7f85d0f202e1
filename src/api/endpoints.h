// The functions behind /api/v1, grouped by file as here. Each has the form of EndpointFunction.
#pragma once

#include "api/endpoint.h"

namespace executor::api {

#define EXECUTOR_API_FUNCTION(name) Task<Result<net::Response>> name(Deps deps, Call call)

// status.cc
EXECUTOR_API_FUNCTION(showStatus);
EXECUTOR_API_FUNCTION(makeOpenLink);

// sources.cc
EXECUTOR_API_FUNCTION(listSources);
EXECUTOR_API_FUNCTION(addSource);
EXECUTOR_API_FUNCTION(showSource);
EXECUTOR_API_FUNCTION(removeSource);
EXECUTOR_API_FUNCTION(refreshSource);

// governance.cc
EXECUTOR_API_FUNCTION(listConnections);
EXECUTOR_API_FUNCTION(addConnection);
EXECUTOR_API_FUNCTION(removeConnection);
EXECUTOR_API_FUNCTION(listPolicies);
EXECUTOR_API_FUNCTION(addPolicy);
EXECUTOR_API_FUNCTION(removePolicy);
EXECUTOR_API_FUNCTION(listKeys);
EXECUTOR_API_FUNCTION(createKey);
EXECUTOR_API_FUNCTION(revokeKey);

// settings.cc
EXECUTOR_API_FUNCTION(showSettings);
EXECUTOR_API_FUNCTION(changeSettings);

// approvals.cc
EXECUTOR_API_FUNCTION(listApprovals);
EXECUTOR_API_FUNCTION(showApproval);
EXECUTOR_API_FUNCTION(decideApproval);
EXECUTOR_API_FUNCTION(decideApprovals);

// executions.cc
// How long the answer may be held back for the end of the execution, or for a human.
struct Patience {
  std::int64_t waitMs = 0;
  std::int64_t graceMs = execution::kWaitingGrace.count();
};
// `wait` and `graceMs` are the transport's and not among D19's arguments: taken out of the body.
Result<Patience> takePatience(json::object& body);
// 200 if the answer is the end, 201 if there is more to come at Location.
Task<Result<net::Response>> answerStarted(Deps deps, Principal principal, std::string id,
                                          Patience patience, net::Request request);
EXECUTOR_API_FUNCTION(startExecution);
EXECUTOR_API_FUNCTION(startCall);
EXECUTOR_API_FUNCTION(showExecution);
EXECUTOR_API_FUNCTION(showEvents);
EXECUTOR_API_FUNCTION(showResult);
EXECUTOR_API_FUNCTION(waitForExecution);
EXECUTOR_API_FUNCTION(cancelExecution);

// history.cc
EXECUTOR_API_FUNCTION(listExecutions);
EXECUTOR_API_FUNCTION(showTimeline);
EXECUTOR_API_FUNCTION(rerunExecution);
EXECUTOR_API_FUNCTION(pruneExecutions);

// results.cc
EXECUTOR_API_FUNCTION(listResults);
EXECUTOR_API_FUNCTION(downloadResult);

// check.cc
EXECUTOR_API_FUNCTION(checkProgram);

// tools.cc
EXECUTOR_API_FUNCTION(searchTools);
EXECUTOR_API_FUNCTION(describeTool);

#undef EXECUTOR_API_FUNCTION

}  // namespace executor::api

// How the product's things look in JSON, once for REST and MCP.
//
// Each function gives one JSON text. Names and shapes are the contract of /api/v1 and of
// `structuredContent` (reference MCP-073 and D19), so a change here is a change for every client.
// Values that programs or upstreams made (results, inputs, event bodies) are spliced in as the text
// they arrived in. No view has a member for a secret: connections, keys and sources are shown by
// name and kind only (invariant 1).
#pragma once

#include <string>
#include <string_view>

#include "approval/approval.h"
#include "catalog/catalog.h"
#include "credential/connection.h"
#include "execution/executions.h"
#include "execution/settings.h"
#include "identity/identity.h"
#include "invocation/result-store.h"
#include "policy/policy.h"

namespace executor::api {

// The things of a workspace, each as one object.
std::string sourceJson(const catalog::SourceView& source);
std::string connectionJson(const credential::ConnectionView& connection);
std::string policyJson(const policy::PolicyView& policy);
std::string keyJson(const identity::KeyView& key);
// name, value, default, set, minimum and maximum (or values), unit, meaning.
std::string settingJson(const execution::SettingView& setting);

// `origin` makes the approval's link; empty: no link.
std::string approvalJson(const approval::ApprovalView& approval, std::string_view origin);

// What of an execution is shown; the default is the whole answer to a client.
struct ExecutionJsonOptions {
  std::string_view origin;   // for approval links; empty: none
  bool withCode = false;     // the program itself and its metadata
  bool withResult = true;    // false for lists
  bool withContents = true;  // of `emitted`; without, only what each is
};
// taskId, status, queuePosition (while it waits for a place), runtimeId, result (even when null,
// once completed), resultHandle, error, errorDetail, typeCheck, calls, logs, emitted, approvals,
// workspaceId, accountId, client, times.
std::string executionJson(const execution::ExecutionView& execution,
                          const ExecutionJsonOptions& options);

// status, reason of `skipped`, diagnostics {code, blocks, line, column, message, hint, source,
// caret, signature}, and how many more there were.
std::string typeVerdictJson(const execution::TypeVerdict& verdict);

// A stored content: handle, kind, mimeType, name, tool, bytes, preview, executionId, createdAt.
std::string resultJson(const invocation::ResultRecord& result);

// One record of the journal, for timelines and for following an execution.
std::string eventJson(const execution::EventView& event);

// The course of an execution: entries {seq, kind, at, durationMs?, n?, text, status?, approval?,
// waitedFor?}, how many more there are, and the sums.
std::string timelineJson(const execution::TimelineView& timeline);

// The page on which a person decides.
std::string approvalUrl(std::string_view origin, std::string_view approvalId);

}  // namespace executor::api

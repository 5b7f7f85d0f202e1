// How a policy is kept: one record per (workspace, tool).
//
// The whole rule is in the record, nothing is derived from others, so that a workspace's rules load
// with one range read. `createdBy` is the account, for people who ask why something is denied.
#pragma once

#include <string>

#include "base/time.h"
#include "policy/policy.h"
#include "store/record.h"

namespace executor::policy {

struct PolicyRecord {
  std::string id;
  std::string workspaceId;
  std::string tool;
  Effect effect = Effect::ask;
  std::string createdBy;
  EpochMs createdAt = 0;
  std::optional<std::string> fromApproval;  // the decision that made it
};
RECORD(PolicyRecord, "policy",
       FIELDS(id, workspaceId, tool, effect, createdBy, createdAt, fromApproval), KEY(id),
       WORKSPACE(workspaceId), UNIQUE(byTool, workspaceId, tool));

}  // namespace executor::policy

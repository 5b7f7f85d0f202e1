// The settings of a workspace as stored: only what somebody has set, by name.
//
// Defaults are not in it, so that a better default of a later version reaches everybody who did not
// choose; members a newer node wrote are kept, because a change merges into what is there.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "store/record.h"

namespace executor::execution {

struct SettingsRecord {
  std::string workspaceId;
  json::object values;  // an integer each, or a word
  std::string changedBy;
  EpochMs changedAt = 0;
};
RECORD(SettingsRecord, "settings", FIELDS(workspaceId, values, changedBy, changedAt),
       KEY(workspaceId));

}  // namespace executor::execution

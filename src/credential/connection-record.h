// How a connection is kept. Everything but `secret` may be shown; `secret` is sealed by the store
// with the workspace's key, bound to this record and field.
#pragma once

#include <string>

#include "base/time.h"
#include "credential/connection.h"
#include "store/record.h"

namespace executor::credential {

struct ConnectionRecord {
  std::string id;
  std::string workspaceId;
  std::string sourceId;
  std::string sourceName;  // sources are not renamed
  std::string name;
  std::string kind;
  std::string in;
  std::string parameter;
  std::string scope;  // "workspace"
  std::string secret;
  std::string createdBy;
  EpochMs createdAt = 0;
  EpochMs updatedAt = 0;
};
RECORD(ConnectionRecord, "connection",
       FIELDS(id, workspaceId, sourceId, sourceName, name, kind, in, parameter, scope, secret,
              createdBy, createdAt, updatedAt),
       KEY(id), WORKSPACE(workspaceId), UNIQUE(byName, sourceId, name),
       INDEX(byWorkspace, workspaceId, sourceName, name), SEALED(secret));

ConnectionView viewOf(const ConnectionRecord& record);

}  // namespace executor::credential

// How a source is kept: what people set, where its document came from, and the last good tool set.
//
// A record exists only for a source that compiled at least once. A refresh that fails changes
// nothing but `state` and the error, so the last good version goes on serving. The tool set itself
// is a blob that the record owns. `historyHash` is a blob too: the paths of operations that later
// versions of the document no longer had, because those are never given to another operation (D14);
// it is empty until the first operation disappears.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/catalog.h"
#include "store/record.h"

namespace executor::catalog {

struct SchemeRecord {
  std::string name, type, in, parameter;
};
BOOST_DESCRIBE_STRUCT(SchemeRecord, (), (name, type, in, parameter))

struct SourceRecord {
  std::string id;
  std::string workspaceId;
  std::string name;
  std::string kind;
  std::string url;  // empty: the document was pasted
  std::string baseUrl;
  std::string title;
  std::string documentVersion;
  std::string toolSetHash;
  std::string historyHash;
  std::string state;  // "ready" or "failed": the last refresh failed, the last version serves
  std::string errorCode;
  std::string errorMessage;
  std::int64_t toolCount = 0;
  std::vector<std::string> warnings;
  std::vector<SchemeRecord> securitySchemes;
  std::string etag;
  std::string lastModified;
  std::string createdBy;
  EpochMs createdAt = 0;
  EpochMs updatedAt = 0;
};
RECORD(SourceRecord, "source",
       FIELDS(id, workspaceId, name, kind, url, baseUrl, title, documentVersion, toolSetHash,
              historyHash, state, errorCode, errorMessage, toolCount, warnings, securitySchemes,
              etag, lastModified, createdBy, createdAt, updatedAt),
       KEY(id), WORKSPACE(workspaceId), UNIQUE(byName, workspaceId, name));

SourceView viewOf(const SourceRecord& record);

// Takes over what a freshly compiled tool set says; warnings are cut to kMaxWarnings.
void describeToolSet(SourceRecord& record, const source::ToolSet& set);

}  // namespace executor::catalog

// What a record repeats from the tool set is only what lists show: listing sources must not open
// sets. All of it is cut, because the document decides how long its words are and a record has a
// limit (D25).
#include "catalog/source-record.h"

#include <fmt/format.h>

#include "base/text.h"

namespace executor::catalog {

SourceView viewOf(const SourceRecord& record) {
  SourceView view;
  view.id = record.id;
  view.workspaceId = record.workspaceId;
  view.name = record.name;
  view.kind = record.kind;
  view.url = record.url;
  view.baseUrl = record.baseUrl;
  view.title = record.title;
  view.documentVersion = record.documentVersion;
  view.toolSetHash = record.toolSetHash;
  view.state = record.state;
  view.errorCode = record.errorCode;
  view.errorMessage = record.errorMessage;
  view.toolCount = static_cast<std::size_t>(record.toolCount);
  view.warnings = record.warnings;
  for (const SchemeRecord& scheme : record.securitySchemes) {
    view.securitySchemes.push_back({scheme.name, scheme.type, scheme.in, scheme.parameter});
  }
  view.createdAt = record.createdAt;
  view.updatedAt = record.updatedAt;
  return view;
}

// Replaces everything an earlier version said.
void describeToolSet(SourceRecord& record, const source::ToolSet& set) {
  record.toolSetHash = set.hash();
  record.title = truncateText(set.title(), kMaxTitleBytes);
  record.documentVersion = truncateText(set.documentVersion(), kMaxTitleBytes);
  record.toolCount = static_cast<std::int64_t>(set.toolCount());
  record.warnings.clear();
  const auto warnings = set.warnings();
  for (const std::string& warning : warnings) {
    if (record.warnings.size() == kMaxWarnings) break;
    record.warnings.push_back(truncateText(warning, kMaxWarningBytes));
  }
  if (warnings.size() > kMaxWarnings) {
    record.warnings.push_back(fmt::format("{} more", warnings.size() - kMaxWarnings));
  }
  record.securitySchemes.clear();
  for (const auto& scheme : set.securitySchemes()) {
    if (record.securitySchemes.size() == kMaxSecuritySchemes) break;
    record.securitySchemes.push_back({truncateText(scheme.name, kMaxTitleBytes), scheme.type,
                                      scheme.in, truncateText(scheme.parameter, kMaxTitleBytes)});
  }
}

}  // namespace executor::catalog

// One record and one blob for each content. The blob's owner is the record's id, so that a content
// can go before its execution does, and two equal contents share their bytes.
#include "invocation/result-store.h"

#include <fmt/format.h>

#include "base/id.h"
#include "base/json.h"
#include "base/text.h"

namespace executor::invocation {
namespace {

// One text for absent, removed and foreign: ids of other workspaces cannot be probed.
std::unexpected<Error> noSuchResult(std::string_view handle) {
  return fail(ErrorCode::not_found,
              fmt::format("There is no stored result {}.", truncateText(handle, 80)),
              "It may have been removed with its execution (retention).");
}

Result<ResultRecord> readOwn(store::Txn& txn, const std::string& workspaceId,
                             const std::string& handle) {
  EXECUTOR_TRY(std::optional<ResultRecord> found, txn.get<ResultRecord>(handle));
  if (!found || found->workspaceId != workspaceId) return noSuchResult(handle);
  return *std::move(found);
}

// Cut at a whole character; foreign bytes under a text type must not reach a record as they are.
std::string previewOf(std::string_view mimeType, std::string_view bytes) {
  if (!isTextContent(mimeType)) return {};
  const std::string_view head = bytes.substr(0, kHandlePreviewBytes + 4);
  const std::string text = replaceInvalidUtf8(head);
  if (bytes.size() <= kHandlePreviewBytes) return text;
  const std::string cut = truncateText(text, kHandlePreviewBytes);
  return cut.substr(0, cut.rfind("…"));
}

// Without its parameters, in lower case.
std::string plainType(std::string_view mimeType) {
  return toLowerAscii(trimText(mimeType.substr(0, mimeType.find(';'))));
}

ResultRecord recordOf(const ResultDraft& draft, EpochMs now) {
  ResultRecord record;
  record.id = draft.id.empty() ? newId(kResultId) : draft.id;
  record.workspaceId = draft.workspaceId;
  record.executionId = draft.executionId;
  record.kind = draft.kind;
  const bool fits = !draft.mimeType.empty() && draft.mimeType.size() <= kMaxResultMimeBytes;
  record.mimeType = fits ? draft.mimeType : "application/octet-stream";
  record.name = draft.name;
  record.tool = draft.tool;
  record.preview = previewOf(record.mimeType, draft.bytes);
  record.bytes = draft.bytes.size();
  record.createdAt = now;
  return record;
}

struct Wanted {
  std::string workspaceId, executionId, cursor;
  std::size_t limit;
};

using Records = store::Page<ResultRecord>;

Result<Records> scanResults(store::Txn& txn, const Wanted& wanted) {
  store::ScanOptions options{.limit = wanted.limit, .after = wanted.cursor};
  if (wanted.executionId.empty()) {
    options.prefix = {wanted.workspaceId};
    options.order = store::Order::descending;
    return txn.scan<ResultRecord>("byWorkspace", options);
  }
  options.prefix = {wanted.executionId};
  EXECUTOR_TRY(Records page, txn.scan<ResultRecord>("byExecution", options));
  std::erase_if(page.items,
                [&](const ResultRecord& r) { return r.workspaceId != wanted.workspaceId; });
  // Not even that there is more.
  if (page.items.empty()) page.nextCursor.clear();
  return page;
}

}  // namespace

Task<Result<ResultRecord>> ResultStore::prepare(ResultDraft draft) {
  ResultRecord record = recordOf(draft, clock_.now());
  EXECUTOR_CO_TRY(record.blob,
                  co_await store_.blobs().put({.bytes = std::move(draft.bytes),
                                               .workspaceId = std::move(draft.workspaceId)}));
  co_return record;
}

Task<Result<ResultRecord>> ResultStore::keep(ResultDraft draft) {
  EXECUTOR_CO_TRY(ResultRecord record, co_await prepare(std::move(draft)));
  EXECUTOR_CO_CHECK(co_await store_.write(
      [record](store::Txn& txn) -> Status { return insertResult(txn, record); }));
  co_return record;
}

// In one transaction with the record: a blob without owner would be swept under it.
Status insertResult(store::Txn& txn, const ResultRecord& record) {
  EXECUTOR_CHECK(store::addBlobOwner(txn, record.blob, record.id));
  return txn.put(record);
}

Task<Result<ResultRecord>> ResultStore::show(Principal principal, std::string handle) {
  co_return co_await store_.read([workspace = principal.workspaceId, handle](store::Txn& txn) {
    return readOwn(txn, workspace, handle);
  });
}

Task<Result<ResultPart>> ResultStore::read(Principal principal, std::string handle,
                                           store::BlobRange range) {
  ResultPart part;
  EXECUTOR_CO_TRY(part.record, co_await show(principal, handle));
  part.offset = range.offset;
  auto bytes = co_await store_.blobs().get(part.record.blob, range, principal.workspaceId);
  // Removed between the two reads.
  if (!bytes && bytes.error().code == ErrorCode::not_found) co_return noSuchResult(handle);
  EXECUTOR_CO_TRY(part.bytes, std::move(bytes));
  co_return part;
}

Task<Result<ResultStore::Page>> ResultStore::list(Principal principal, std::string executionId,
                                                  std::size_t limit, std::string cursor) {
  if (limit < 1 || limit > kMaxResultsListed) {
    co_return fail(ErrorCode::invalid_argument,
                   fmt::format("limit must be from 1 to {}.", kMaxResultsListed));
  }
  const Wanted wanted{principal.workspaceId, std::move(executionId), std::move(cursor), limit};
  EXECUTOR_CO_TRY(Records page, co_await store_.read([wanted](store::Txn& txn) {
    return scanResults(txn, wanted);
  }));
  co_return Page{std::move(page.items), std::move(page.nextCursor)};
}

std::string handleJson(const ResultRecord& record) {
  return serializeJson(json::object{{"handle", record.id},
                                    {"mimeType", record.mimeType},
                                    {"bytes", record.bytes},
                                    {"preview", record.preview}});
}

bool isJsonContent(std::string_view mimeType) {
  const std::string type = plainType(mimeType);
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

bool isTextContent(std::string_view mimeType) {
  return isJsonContent(mimeType) || plainType(mimeType).starts_with("text/");
}

store::Schema resultSchema() { return store::Schema::of<ResultRecord>(); }

}  // namespace executor::invocation

// Contents that are too big for a record, or are no text, kept apart and named by a handle (D19).
//
// Three things end up here: a program's result over kMaxInlineResultBytes (execution.h), a picture
// or file of emit() over its inline bound, and the answer of a call that is bytes over
// source::kMaxInlineBinaryBytes or a value over kMaxInlineOutputBytes. Of the last a program sees
//
//   {"handle": "res_…", "mimeType": "image/png", "bytes": 123456, "preview": "…"}
//
// in place of the body (D20): it can return it, read it in pieces with tools.results.get, or give
// it as it is as the body of another call, and the bytes never enter the sandbox. `preview` is the
// beginning of a text and empty for bytes. Small bytes stay {"base64", "contentType"}.
//
// A handle is an id and no credential (invariant 5): every read names a principal and finds only
// what belongs to his workspace; foreign and absent are one answer. Contents never change, so what
// a person approved by its handle is what is sent. They are compressed and sealed (store/blob.h),
// belong to their execution, and go with it or before it (execution/retention.h).
//
// Missing on purpose: writing from a program, and sharing between workspaces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/principal.h"
#include "base/time.h"
#include "store/store.h"

namespace executor::invocation {

inline constexpr std::string_view kResultId = "res";
inline constexpr std::size_t kMaxInlineOutputBytes = 8u << 20;  // of a call's answer as JSON
inline constexpr std::size_t kHandlePreviewBytes = 1'000;
inline constexpr std::size_t kMaxResultReadBytes = 4u << 20;  // of one read by a program
inline constexpr std::size_t kMaxResultsListed = 100;
inline constexpr std::size_t kMaxResultMimeBytes = 200;  // a longer one reads as bytes

// What it is of: the execution's own result, the answer of one of its calls, or emitted.
enum class ResultKind : std::uint8_t { result, output, emitted };
BOOST_DESCRIBE_ENUM(ResultKind, result, output, emitted)

struct ResultRecord {
  std::string id, workspaceId, executionId;
  ResultKind kind = ResultKind::result;
  std::string mimeType;
  std::string name;  // of an emitted file
  std::string tool;  // whose answer it is
  std::string blob;
  std::string preview;
  std::uint64_t bytes = 0;
  EpochMs createdAt = 0;
};
RECORD(ResultRecord, "result",
       FIELDS(id, workspaceId, executionId, kind, mimeType, name, tool, blob, preview, bytes,
              createdAt),
       KEY(id), WORKSPACE(workspaceId), INDEX(byWorkspace, workspaceId),
       INDEX(byExecution, executionId), SEALED(name, preview));

// What to keep. An empty id is made.
struct ResultDraft {
  std::string id, workspaceId, executionId;
  ResultKind kind = ResultKind::result;
  std::string mimeType, name, tool;
  std::string bytes;
};

// A range of a content, with what the content is.
struct ResultPart {
  ResultRecord record;
  std::uint64_t offset = 0;
  std::string bytes;
};

class ResultStore {
 public:
  ResultStore(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Stores the content; the caller inserts the record, in the transaction of what refers to it.
  // Until then nobody can read it, and the sweep of blobs takes what never gets a record.
  Task<Result<ResultRecord>> prepare(ResultDraft draft);
  // Both, durable when it returns.
  Task<Result<ResultRecord>> keep(ResultDraft draft);

  // `not_found` for an absent, removed or foreign one.
  Task<Result<ResultRecord>> show(Principal principal, std::string handle);
  // `invalid_argument` if the offset lies beyond the end; cut at the end.
  Task<Result<ResultPart>> read(Principal principal, std::string handle, store::BlobRange range);

  struct Page {
    std::vector<ResultRecord> items;
    std::string nextCursor;
  };
  // Newest first; of one execution (in its order) if given. `limit` is 1 to kMaxResultsListed.
  Task<Result<Page>> list(Principal principal, std::string executionId, std::size_t limit,
                          std::string cursor);

 private:
  store::Store& store_;
  const Clock& clock_;
};

// Inserts a prepared record and makes it the owner of its content. Runs on the store's thread; the
// same record again changes nothing.
Status insertResult(store::Txn& txn, const ResultRecord& record);

// What a program or a client sees in place of the content.
std::string handleJson(const ResultRecord& record);

bool isJsonContent(std::string_view mimeType);
// Of a type whose bytes are UTF-8 text, JSON among them.
bool isTextContent(std::string_view mimeType);

// The record types of this layer.
store::Schema resultSchema();

}  // namespace executor::invocation

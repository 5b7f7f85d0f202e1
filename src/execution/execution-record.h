// What the store keeps of an execution: one record, pages of its journal, and a marker while it is
// not final.
//
// Events are stored in pages, not one row each: a page holds what became durable in one commit, so
// that the common short program costs two rows. A page's key is (execution, first sequence), which
// makes an append conditional on the next sequence by itself; the record's epoch guards against two
// nodes (D8). OpenExecution exists only while an execution is not final: recovery reads these and
// nothing else. Text over kInlineTextBytes goes to a sealed blob.
#pragma once

#include <string>

#include "execution/execution-limits.h"
#include "execution/executions.h"
#include "store/store.h"

namespace executor::execution {

inline constexpr std::size_t kInlineTextBytes = 64u << 10;
inline constexpr std::size_t kPageBytes = 64u << 10;  // a page is closed when it has this much
inline constexpr std::size_t kInlineJournalBytes = 8u << 10;  // a journal of more has pages
inline constexpr std::size_t kBatchBytes = 300u << 10;        // of events in one transaction

BOOST_DESCRIBE_ENUM(State, queued, running, waiting, completed, failed, timed_out, denied,
                    cancelled)

// A text that is in the record or, when long, in a blob.
struct StoredText {
  std::string text;
  std::string blob;
  std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(StoredText, (), (text, blob, bytes))

// What was asked for; sealed as a whole.
struct Submission {
  StoredText code, input;
  std::string optionsJson, metadataJson;
  std::optional<TypeVerdict> typeCheck;
  std::optional<std::string> typeCheckMode;  // as asked for; none: the default
};
BOOST_DESCRIBE_STRUCT(Submission, (),
                      (code, input, optionsJson, metadataJson, typeCheck, typeCheckMode))

// How it ended; sealed as a whole. `events` is the whole journal of an execution that was never
// stored before its end and is short: most are, and are one row then.
struct Ending {
  StoredText result;
  std::string preview;
  std::string errorMessage, errorHint, errorStack, errorBodyJson;
  std::optional<std::string> events;  // JSON array, as in a JournalPage
  std::optional<std::string> handle;  // of a result that is not inlined
};
BOOST_DESCRIBE_STRUCT(Ending, (),
                      (result, preview, errorMessage, errorHint, errorStack, errorBodyJson, events,
                       handle))

struct ExecutionRecord {
  std::string id, workspaceId, organizationId, accountId, keyId;
  bool mayApprove = false;
  std::string client, runtimeId, tool;
  State state = State::queued;
  std::uint32_t timeoutMs = 0;
  std::optional<ExecutionLimits> limits;  // none: the defaults
  std::optional<std::string> claim;       // of the idempotency key: key of its ExecutionClaim
  Submission submission;
  std::optional<Ending> ending;
  std::string errorCode;
  int errorStatus = 0;
  std::uint32_t errorLine = 0, errorColumn = 0;
  EpochMs createdAt = 0, startedAt = 0, finishedAt = 0;
  std::int64_t usedMs = 0;  // of timeoutMs
  std::string nodeId;
  std::uint64_t epoch = 1;
  std::uint64_t nextSeq = 1;
  std::vector<std::string> tools;  // called ones, kMaxToolsKept at most
  std::optional<std::string> rerunOf;
};
RECORD(ExecutionRecord, "execution",
       FIELDS(id, workspaceId, organizationId, accountId, keyId, mayApprove, client, runtimeId,
              tool, state, timeoutMs, limits, claim, submission, ending, errorCode, errorStatus,
              errorLine, errorColumn, createdAt, startedAt, finishedAt, usedMs, nodeId, epoch,
              nextSeq, tools, rerunOf),
       KEY(id), WORKSPACE(workspaceId), INDEX(byWorkspace, workspaceId),
       INDEX(byState, workspaceId, state), SEALED(submission, ending));

// Who wrote it runs the program of that idempotency key. A record of its own, because an index
// would cost every execution a page for what few have.
struct ExecutionClaim {
  std::string claim, executionId;
};
RECORD(ExecutionClaim, "execution_claim", FIELDS(claim, executionId), KEY(claim));

struct JournalPage {
  std::string id;  // pageKey()
  std::string executionId, workspaceId;
  std::uint64_t firstSeq = 0;
  std::uint32_t count = 0;
  std::string events;  // JSON array
};
RECORD(JournalPage, "journal", FIELDS(id, executionId, workspaceId, firstSeq, count, events),
       KEY(id), WORKSPACE(workspaceId), SEALED(events));

// Owned by a node, or with an empty nodeId by nobody: then it is suspended or given up, and whoever
// looks for work takes it once wakeAt has come. See ownership.h.
struct OpenExecution {
  std::string id, workspaceId, nodeId;
  EpochMs wakeAt = 0;      // of one that nobody owns; 0: now
  EpochMs clockSince = 0;  // its clock of timeoutMs runs on since then; 0: it stands (D12)
  bool suspended = false;  // counted in SuspendedCount
};
RECORD(OpenExecution, "open_execution",
       FIELDS(id, workspaceId, nodeId, wakeAt, clockSince, suspended), KEY(id),
       INDEX(byOwner, nodeId, wakeAt));

// Suspended executions of a workspace, kept beside them in the same transactions: counting them at
// each start would cost more than the start.
struct SuspendedCount {
  std::string workspaceId;
  std::int64_t suspended = 0;
};
RECORD(SuspendedCount, "suspended_count", FIELDS(workspaceId, suspended), KEY(workspaceId));

// A word to the node that owns an execution, from another one: end it.
struct CancelRequest {
  std::string executionId, nodeId, reason;
};
RECORD(CancelRequest, "cancel_request", FIELDS(executionId, nodeId, reason), KEY(executionId),
       INDEX(byNode, nodeId));

// A sign of life (D25). Only its changing means something, and only to whoever watches it.
struct NodeRecord {
  std::string id;
  std::uint64_t beat = 0;
  std::uint64_t losses = 0;  // how often others took its executions for abandoned
};
RECORD(NodeRecord, "node", FIELDS(id, beat, losses), KEY(id));

// Sorts by sequence within an execution.
std::string pageKey(std::string_view executionId, std::uint64_t firstSeq);

// What it was started under.
inline ExecutionLimits limitsOf(const ExecutionRecord& record) {
  return record.limits.value_or(ExecutionLimits());
}

// Keeps `text` inline or puts it into a blob that `owner` holds.
Task<Result<StoredText>> keepText(store::Store& store, std::string text, std::string owner,
                                  std::string workspaceId);
Task<Result<std::string>> loadText(store::Store& store, StoredText stored, std::string workspaceId);

// The principal a record's calls act as: always `agent` (D1).
Principal principalOf(const ExecutionRecord& record);

// What a client sees, without calls, logs and approvals. Big texts are loaded by the caller.
ExecutionView toView(const ExecutionRecord& record);

}  // namespace executor::execution

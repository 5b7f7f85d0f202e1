// The life of executions: create, run, wait for humans, finish, cancel, recover.
//
// An execution is a record plus a journal of events in order (D7, D8). start() makes both durable
// before anything acts in the world; the final record is durable before a client is answered.
// Events in between are appended in order and become durable with the next thing that must be. A
// direct call (CLI `call`, REST) is an execution with one call and no program (D13).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/json.h"
#include "base/principal.h"
#include "base/time.h"
#include "execution/admission.h"
#include "execution/type-findings.h"
#include "invocation/invoker.h"
#include "sandbox/runtime.h"
#include "store/record.h"

namespace executor::store {
class Store;
}

namespace executor::execution {

class Settings;
class TypeCheck;

inline constexpr std::uint32_t kDefaultTimeoutMs = 300'000;
inline constexpr std::uint32_t kMaxTimeoutMs = 600'000;
inline constexpr std::chrono::milliseconds kWaitingGrace{20'000};  // D16
inline constexpr std::chrono::milliseconds kJournalFlushDelay{25};
inline constexpr std::size_t kMaxInlineResultBytes = 200u << 10;  // then preview and handle
inline constexpr std::size_t kResultPreviewBytes = 30'000;
inline constexpr std::size_t kMaxInlineEmittedBytes = 1u << 20;  // of one; then a handle
inline constexpr std::size_t kMaxMetadataBytes = 16u << 10;
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxCancelReasonBytes = 500;
inline constexpr std::size_t kMaxListed = 100;
inline constexpr std::size_t kMaxToolsKept = 50;  // distinct ones, named with an execution
// How long an execution is at rest before it leaves memory; EXECUTOR_SUSPEND_AFTER_MS.
inline constexpr std::chrono::milliseconds kDefaultSuspendAfter{5'000};
inline constexpr std::chrono::milliseconds kMaxSuspendAfter{3'600'000};
// A node's sign of life, and when one that gives none is taken for dead (lease.h).
inline constexpr std::chrono::milliseconds kBeat{3'000};
inline constexpr std::chrono::milliseconds kLeaseTime{15'000};

struct LeaseTimes {
  std::chrono::milliseconds beat = kBeat;
  std::chrono::milliseconds expires = kLeaseTime;
};

// D19. Exactly one of code and tool.
struct ExecuteRequest {
  Principal principal;
  std::string code;
  std::string tool;                        // direct call (D13)
  std::string inputJson;                   // of the direct call
  std::string optionsJson;                 // of the direct call, may be empty (D20)
  std::optional<std::uint32_t> timeoutMs;  // none: the workspace's default
  std::string runtimeId;                   // empty: the default
  std::string metadataJson;
  std::string idempotencyKey;              // same key, same principal: the same execution
  std::optional<TypeCheckMode> typeCheck;  // none: the workspace's default
  std::string client;                      // "mcp", "cli", "api": for the record
  std::string rerunOf;                     // the execution whose program runs again
};

// Reads D19's input object; unknown arguments are errors that name them.
Result<ExecuteRequest> parseExecuteArguments(const json::object& arguments);

enum class State : std::uint8_t {
  queued,
  running,
  waiting,
  completed,
  failed,
  timed_out,
  denied,
  cancelled
};
std::string_view name(State state);
bool isFinal(State state);

struct CallView {
  std::uint32_t n = 0;
  // status: requested waiting completed failed denied cancelled unknown
  std::string id, tool, status;
  std::string errorCode;
  EpochMs startedAt = 0;
  EpochMs durationMs = 0;
};

struct LogLine {
  std::string level, text;
};

// What a program showed. With a handle its contents are in the store of results, and text and data
// are empty; `bytes` counts what is shown, base64 decoded.
struct Emitted {
  std::string kind, mimeType, name, text;
  std::string data;  // base64
  std::string handle;
  std::size_t bytes = 0;
};

struct PendingApproval {
  std::string id, tool, summary;
};

// Everything a client is told of an execution (D19, reference MCP-073).
struct ExecutionView {
  std::string id, workspaceId, accountId, runtimeId, client, code, metadataJson;
  State state = State::queued;
  std::size_t queuePosition = 0;  // in the queue of its workspace; 1 is next, 0: not in it
  std::string resultJson;         // JSON text when completed ("null" included)
  // A result over kMaxInlineResultBytes is not inlined: resultJson is empty, the handle is set
  // (invocation/result-store.h), the preview holds its first kResultPreviewBytes and result()
  // returns all of it.
  std::string resultHandle, resultPreview;
  std::size_t resultBytes = 0;
  std::string tool;                // of a direct call
  std::vector<std::string> tools;  // those it called, kMaxToolsKept at most
  std::string rerunOf;
  std::string errorCode, errorMessage, errorHint, errorStack;
  int errorStatus = 0;        // upstream status of an uncaught call error
  std::string errorBodyJson;  // and its body
  std::uint32_t errorLine = 0, errorColumn = 0;
  std::vector<CallView> calls;
  std::vector<LogLine> logs;
  std::vector<Emitted> emitted;            // what the program shows the user beside its result
  std::vector<PendingApproval> approvals;  // pending ones
  std::optional<TypeVerdict> typeCheck;    // none: there was nothing to look at
  EpochMs createdAt = 0, startedAt = 0, finishedAt = 0;
};

struct EventView {
  std::uint64_t seq = 0;
  std::string kind;  // the names of event.h: created started call call_requested …
  EpochMs at = 0;
  std::string bodyJson;  // secrets and sealed inputs redacted
};

// Which executions of a workspace are wanted; what is left out wants all. See listing.h.
struct ListQuery {
  std::string state;             // a state's name
  std::string tool;              // a tool that was called, or all below it: "github.issues"
  std::string client;            // "mcp", "cli", "api"
  std::string text;              // in id, program, tools or error
  EpochMs since = 0, until = 0;  // created then or later, before then
  std::size_t limit = kMaxListed;
  std::string cursor;
};

// One line of an execution's course (timeline-view.h).
struct TimelineEntry {
  std::uint64_t seq = 0;  // of the event that began it
  std::string kind;       // the event's
  EpochMs at = 0;
  std::optional<EpochMs> durationMs;  // none: at once, or still going on
  std::uint32_t n = 0;                // of a call
  std::string text, status, approval;
  std::string waitedFor;  // "person", "upstream", or empty
};

struct TimelineView {
  std::vector<TimelineEntry> entries;
  std::size_t more = 0;  // entries that are not told
  EpochMs createdAt = 0;
  EpochMs queuedMs = 0, personMs = 0, upstreamMs = 0, totalMs = 0;
};

// What was removed for its age (retention.h).
struct Pruned {
  std::size_t executions = 0, results = 0;
  bool more = false;  // others are as old
};

class Executions {
 public:
  virtual ~Executions() = default;
  // Returns the id at once; the creation is durable before anything acts in the world and before
  // any view of it is returned by the functions below (D7). It runs when there is a place for it
  // (admission.h). Errors change nothing: invalid_argument, limit_exceeded, overloaded,
  // shutting_down, and what the catalogue could not load.
  virtual Task<Result<std::string>> start(ExecuteRequest request) = 0;
  // Completes when the execution is final, wherever it runs, or has been waiting for a human or for
  // a place for `waitingGrace`, or at the deadline; always with the present view. not_found for a
  // foreign workspace.
  virtual Task<Result<ExecutionView>> wait(Principal principal, std::string id, Deadline deadline,
                                           std::chrono::milliseconds waitingGrace) = 0;
  virtual Task<Result<ExecutionView>> show(Principal principal, std::string id) = 0;
  struct Page {
    std::vector<ExecutionView> items;  // without calls and logs
    std::string nextCursor;
    bool partial = false;  // ended at the bound of the search; the cursor goes on
  };
  virtual Task<Result<Page>> list(Principal principal, ListQuery query) = 0;
  virtual Task<Result<TimelineView>> timeline(Principal principal, std::string id) = 0;
  // The same program or call with the same options as a new execution, under the authority that
  // `principal` has now. Errors as of start(), and not_found.
  virtual Task<Result<std::string>> rerun(Principal principal, std::string id,
                                          std::string client) = 0;
  // Removes what ended before `before`, some at a time; needs a person.
  virtual Task<Result<Pruned>> prune(Principal principal, EpochMs before) = 0;
  virtual Task<Result<std::vector<EventView>>> events(Principal principal, std::string id,
                                                      std::uint64_t after, std::size_t limit) = 0;
  // The whole result as JSON text; `conflict` unless completed.
  virtual Task<Result<std::string>> result(Principal principal, std::string id) = 0;
  // Stops guest and upstream requests, wherever it runs; `conflict` if already final.
  // `unavailable`: the server that runs it has not answered yet, and the request stands.
  virtual Task<Result<ExecutionView>> cancel(Principal principal, std::string id,
                                             std::string reason) = 0;
  // After a restart: takes up what this node left behind, by replay. From then on executions at
  // rest leave memory, and what is due or was left behind by others is taken up (ownership.h).
  virtual Task<Status> recover() = 0;
  // Lets running executions finish until the deadline, then hands the rest over to any server.
  virtual Task<void> drain(Deadline deadline) = 0;
  // Those with a place: neither queued nor waiting for a human.
  virtual std::size_t runningCount() const = 0;
};

// What executions need; everything must outlive them. The first runtime is the default. `nodeId` is
// stable per data directory: recover() resumes what this node left behind and nothing else.
struct ExecutionDeps {
  store::Store& store;
  std::vector<sandbox::Runtime*> runtimes;
  invocation::Invoker& invoker;
  approval::Approvals& approvals;
  catalog::Sources& sources;
  policy::Policies& policies;
  invocation::CallGate& gate;
  const Clock& clock;
  asio::io_context& loop;
  std::string nodeId;
  TypeCheck* typeCheck = nullptr;  // null: programs run unchecked
  AdmissionLimits limits = {};
  Settings* settings = nullptr;  // null: every workspace has the server's
  std::chrono::milliseconds suspendAfter = kDefaultSuspendAfter;
  LeaseTimes lease = {};
};
std::unique_ptr<Executions> makeExecutions(ExecutionDeps deps);

// The record types of this layer.
store::Schema executionSchema();

}  // namespace executor::execution

#include "execution/execution-record.h"

#include <fmt/format.h>

#include "execution/retention.h"
#include "execution/settings-record.h"

namespace executor::execution {

store::Schema executionSchema() {
  return store::Schema::of<ExecutionRecord, ExecutionClaim, JournalPage, OpenExecution,
                           SettingsRecord, RemovalMarker, SuspendedCount, CancelRequest,
                           NodeRecord>();
}

std::string_view name(State state) { return store::detail::enumName(state); }

bool isFinal(State state) {
  return state != State::queued && state != State::running && state != State::waiting;
}

// Twelve digits: keys sort as text, and no program makes that many events.
std::string pageKey(std::string_view executionId, std::uint64_t firstSeq) {
  return fmt::format("{}/{:012}", executionId, firstSeq);
}

Task<Result<StoredText>> keepText(store::Store& store, std::string text, std::string owner,
                                  std::string workspaceId) {
  StoredText stored;
  stored.bytes = text.size();
  if (text.size() <= kInlineTextBytes) {
    stored.text = std::move(text);
    co_return stored;
  }
  EXECUTOR_CO_TRY(stored.blob, co_await store.blobs().put({.bytes = std::move(text),
                                                           .owner = std::move(owner),
                                                           .workspaceId = std::move(workspaceId)}));
  co_return stored;
}

Task<Result<std::string>> loadText(store::Store& store, StoredText stored,
                                   std::string workspaceId) {
  if (stored.blob.empty()) co_return std::move(stored.text);
  co_return co_await store.blobs().get(stored.blob, {}, std::move(workspaceId));
}

// Whoever started it, what acts in his name is a program.
Principal principalOf(const ExecutionRecord& record) {
  Principal principal;
  principal.kind = CredentialKind::agent;
  principal.accountId = record.accountId;
  principal.organizationId = record.organizationId;
  principal.workspaceId = record.workspaceId;
  principal.keyId = record.keyId;
  principal.mayApprove = record.mayApprove;
  return principal;
}

namespace {

// Over the inline limit a client gets a preview and a handle, whatever the store did with the text.
void addEnding(const Ending& ending, ExecutionView& view) {
  view.resultBytes = ending.result.bytes;
  if (ending.result.bytes > kMaxInlineResultBytes) {
    view.resultHandle = ending.handle.value_or(ending.result.blob);
    view.resultPreview = ending.preview;
  } else {
    view.resultJson = ending.result.text;
  }
  view.errorMessage = ending.errorMessage;
  view.errorHint = ending.errorHint;
  view.errorStack = ending.errorStack;
  view.errorBodyJson = ending.errorBodyJson;
}

}  // namespace

ExecutionView toView(const ExecutionRecord& record) {
  ExecutionView view;
  view.id = record.id;
  view.workspaceId = record.workspaceId;
  view.accountId = record.accountId;
  view.runtimeId = record.runtimeId;
  view.client = record.client;
  view.tool = record.tool;
  view.tools = record.tools;
  view.rerunOf = record.rerunOf.value_or("");
  view.code = record.submission.code.text;
  view.metadataJson = record.submission.metadataJson;
  view.typeCheck = record.submission.typeCheck;
  view.state = record.state;
  view.errorCode = record.errorCode;
  view.errorStatus = record.errorStatus;
  view.errorLine = record.errorLine;
  view.errorColumn = record.errorColumn;
  view.createdAt = record.createdAt;
  view.startedAt = record.startedAt;
  view.finishedAt = record.finishedAt;
  if (record.ending) addEnding(*record.ending, view);
  return view;
}

}  // namespace executor::execution

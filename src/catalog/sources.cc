// Adding, refreshing and removing sources. Every path ends in one transaction or in nothing: the
// document is fetched, compiled in the jail and verified first, its tool set stored as a blob that
// nobody owns yet, and only the transaction that writes the record makes it owned.
#include <fmt/format.h>

#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/document-fetch.h"
#include "catalog/path-history.h"
#include "catalog/snapshots.h"
#include "catalog/source-draft.h"
#include "source/openapi/compile-job.h"

namespace executor::catalog {
namespace {

using store::Txn;
using Set = ToolSetShelf::Set;
using RemoveHook = std::function<Status(Txn&, const std::string& sourceId)>;

// Callers that show nothing pass no function.
void report(const Progress& progress, std::string_view step, std::size_t done, std::size_t total) {
  if (progress) progress(step, done, total);
}

// Names only sources of the caller's own workspace.
std::unexpected<Error> noSuchSource(std::string_view idOrName,
                                    const std::vector<SourceRecord>& all) {
  std::vector<std::string> names;
  for (const SourceRecord& record : all) names.push_back(record.name);
  const auto near = nearestNames(idOrName, names, 1);
  return fail(ErrorCode::not_found,
              fmt::format("There is no source {}.", truncateText(idOrName, 80)),
              near.empty() ? "`executor source list` shows those there are."
                           : fmt::format("Did you mean {}?", near.front()));
}

// By id or by name, of this workspace only: an id of another one is as unknown as a made-up one
// (invariant 5).
Result<SourceRecord> findSource(Txn& txn, const std::string& workspaceId,
                                const std::string& idOrName) {
  if (isId(idOrName, idPrefix::kSource)) {
    EXECUTOR_TRY(auto byId, txn.get<SourceRecord>(idOrName));
    if (byId && byId->workspaceId == workspaceId) return std::move(*byId);
  }
  EXECUTOR_TRY(const auto all, readSources(txn, workspaceId));
  for (const SourceRecord& record : all) {
    if (record.name == idOrName) return record;
  }
  return noSuchSource(idOrName, all);
}

// Together with the unique index this cannot be raced; the index alone could not say what to do.
Status refuseTaken(Txn& txn, const std::string& workspaceId, const std::string& name) {
  EXECUTOR_TRY(const auto all, readSources(txn, workspaceId));
  for (const SourceRecord& record : all) {
    if (record.name != name) continue;
    return fail(ErrorCode::already_exists, fmt::format("There is a source {} already.", name),
                "Choose another name, or refresh or remove that one.");
  }
  if (all.size() < kMaxSourcesPerWorkspace) return {};
  return fail(ErrorCode::limit_exceeded,
              fmt::format("A workspace has at most {} sources.", kMaxSourcesPerWorkspace),
              "Remove sources that are no longer needed.");
}

// The blob is owned from here on: until now the sweep could have had it.
Status insertSource(Txn& txn, const SourceRecord& record) {
  EXECUTOR_CHECK(refuseTaken(txn, record.workspaceId, record.name));
  EXECUTOR_CHECK(store::addBlobOwner(txn, record.toolSetHash, record.id));
  EXECUTOR_CHECK(txn.insert(record));
  txn.touch(sourcesTopic(record.workspaceId));
  return {};
}

// Empty hashes stand for no blob, so that adding and removing are moves too.
Status moveOwner(Txn& txn, const std::string& from, const std::string& to,
                 const std::string& owner) {
  if (from == to) return {};
  if (!to.empty()) EXECUTOR_CHECK(store::addBlobOwner(txn, to, owner));
  if (!from.empty()) EXECUTOR_CHECK(store::removeBlobOwner(txn, from, owner));
  return {};
}

// `before` is what the refresh started from: a source that was changed meanwhile is left alone.
Status replaceSource(Txn& txn, const SourceRecord& before, const SourceRecord& after) {
  EXECUTOR_TRY(const auto stored, txn.get<SourceRecord>(before.id));
  if (!stored || stored->toolSetHash != before.toolSetHash ||
      stored->updatedAt != before.updatedAt) {
    return fail(ErrorCode::conflict,
                fmt::format("Source {} was changed by somebody else meanwhile.", before.name),
                "Try again.");
  }
  EXECUTOR_CHECK(moveOwner(txn, before.toolSetHash, after.toolSetHash, after.id));
  EXECUTOR_CHECK(moveOwner(txn, before.historyHash, after.historyHash, after.id));
  EXECUTOR_CHECK(txn.replace(after));
  txn.touch(sourcesTopic(after.workspaceId));
  return {};
}

// Hooks first: what one of them refuses has then cost nothing, and the transaction undoes the rest.
Result<SourceRecord> removeSource(Txn& txn, const std::string& workspaceId,
                                  const std::string& idOrName,
                                  const std::vector<RemoveHook>& hooks) {
  EXECUTOR_TRY(SourceRecord record, findSource(txn, workspaceId, idOrName));
  for (const RemoveHook& hook : hooks) EXECUTOR_CHECK(hook(txn, record.id));
  EXECUTOR_CHECK(moveOwner(txn, record.toolSetHash, {}, record.id));
  EXECUTOR_CHECK(moveOwner(txn, record.historyHash, {}, record.id));
  EXECUTOR_CHECK(txn.remove<SourceRecord>(record.id));
  txn.touch(sourcesTopic(workspaceId));
  return record;
}

// A document and what it was compiled to.
struct Compiled {
  FetchedDocument document;  // bytes are given to the compiler
  Set set;                   // null when the document is unchanged
};

// Operations on one source may overlap; every commit checks what it started from instead of
// locking.
class StoredSources final : public Sources {
 public:
  StoredSources(store::Store& store, net::HttpClient& client, RunJob compile, const Clock& clock,
                std::string toolSetDir)
      : store_(store),
        client_(client),
        compile_(std::move(compile)),
        clock_(clock),
        pool_(1),
        shelf_(store, pool_, std::move(toolSetDir)),
        snapshots_(store, shelf_) {}

  Task<Result<std::shared_ptr<const Catalog>>> of(std::string workspaceId) override;
  Task<Result<SourceView>> add(Principal principal, SourceDraft draft, Progress progress) override;
  Task<Result<SourceView>> refresh(Principal principal, std::string idOrName,
                                   Progress progress) override;
  Task<Status> remove(Principal principal, std::string idOrName) override;
  Task<Result<std::vector<SourceView>>> list(Principal principal) override;
  Task<Result<SourceView>> show(Principal principal, std::string idOrName) override;
  void onRemove(RemoveHook hook) override { hooks_.push_back(std::move(hook)); }

 private:
  Task<Result<SourceRecord>> found(std::string workspaceId, std::string idOrName);
  Task<Result<Set>> compiled(std::string document, std::string url, PathMap history,
                             Progress progress);
  Task<Result<Compiled>> fetched(DocumentRequest request, PathMap history, Progress progress);
  Task<Result<Compiled>> fromDraft(SourceDraft draft, Progress progress);
  Task<Result<PathMap>> pathHistory(SourceRecord record, Set current);
  Task<Result<SourceRecord>> refreshed(SourceRecord before, Progress progress);
  Task<Result<std::string>> keepHistory(PathMap earlier, Set set);
  Task<Result<SourceView>> stored(SourceRecord before, SourceRecord after);
  Task<void> recordFailure(SourceRecord before, Error error);

  store::Store& store_;
  net::HttpClient& client_;
  RunJob compile_;
  const Clock& clock_;
  ThreadPool pool_;
  ToolSetShelf shelf_;
  Snapshots snapshots_;
  std::vector<RemoveHook> hooks_;
};

Task<Result<std::shared_ptr<const Catalog>>> StoredSources::of(std::string workspaceId) {
  co_return co_await snapshots_.of(std::move(workspaceId));
}

// --- from a document to a verified tool set

// The document is freed as soon as the job has it: GitHub's is 13 MB, and the jail holds its own
// copy.
Task<Result<Set>> StoredSources::compiled(std::string document, std::string url, PathMap history,
                                          Progress progress) {
  report(progress, "compiling", 0, 0);
  source::openapi::CompileOptions options;
  options.documentUrl = std::move(url);
  options.history.assigned = std::move(history);
  std::string input = source::openapi::encodeCompileJob(options, document);
  document = {};
  EXECUTOR_CO_TRY(std::string bytes,
                  co_await compile_(std::string(source::openapi::kCompileJobName), std::move(input),
                                    sandbox::JobLimits{}));
  auto set = co_await shelf_.verify(std::move(bytes));
  if (set) co_return std::move(*set);
  // The jail gave bytes that are no tool set: the document got the better of the compiler.
  co_return fail(ErrorCode::document_too_complex, "The document could not be compiled.",
                 "Report this document to the authors of Executor.", set.error().message);
}

// History goes along to the compiler, so that old paths stay with their operations (D14).
Task<Result<Compiled>> StoredSources::fetched(DocumentRequest request, PathMap history,
                                              Progress progress) {
  report(progress, "downloading", 0, 0);
  request.maxBytes = source::openapi::kMaxDocumentBytes;
  EXECUTOR_CO_TRY(FetchedDocument document, co_await fetchDocument(client_, std::move(request)));
  Compiled out;
  std::string bytes = std::move(document.bytes);
  out.document = std::move(document);
  if (out.document.unchanged) co_return out;
  report(progress, "downloading", bytes.size(), bytes.size());
  EXECUTOR_CO_TRY(
      out.set, co_await compiled(std::move(bytes), out.document.url, std::move(history), progress));
  co_return out;
}

// A new source has no history.
Task<Result<Compiled>> StoredSources::fromDraft(SourceDraft draft, Progress progress) {
  if (!draft.url.empty()) {
    co_return co_await fetched({.url = std::move(draft.url)}, {}, std::move(progress));
  }
  Compiled out;
  EXECUTOR_CO_TRY(out.set,
                  co_await compiled(std::move(draft.document), {}, {}, std::move(progress)));
  co_return out;
}

// --- add

// What follows the commit (mapping, snapshot) may fail without undoing it: the next use repairs
// both.
Task<Result<SourceView>> StoredSources::add(Principal principal, SourceDraft draft,
                                            Progress progress) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Adding a source"));
  EXECUTOR_CO_TRY(draft, checkDraft(std::move(draft)));
  SourceRecord record;
  record.id = newId(idPrefix::kSource);
  record.workspaceId = principal.workspaceId;
  record.name = draft.name;
  record.kind = draft.kind;
  record.url = draft.url;
  record.baseUrl = draft.baseUrl;
  record.createdBy = principal.accountId;
  // Before the download as well as in the transaction: the common mistake should cost nothing.
  EXECUTOR_CO_CHECK(co_await store_.read(
      [record](Txn& txn) { return refuseTaken(txn, record.workspaceId, record.name); }));
  EXECUTOR_CO_TRY(Compiled compiled, co_await fromDraft(std::move(draft), progress));
  report(progress, "storing", 0, 0);
  EXECUTOR_CO_CHECK(co_await shelf_.keep(compiled.set));
  describeToolSet(record, *compiled.set);
  record.state = "ready";
  record.etag = compiled.document.etag;
  record.lastModified = compiled.document.lastModified;
  record.createdAt = record.updatedAt = clock_.now();
  EXECUTOR_CO_CHECK(
      co_await store_.write([record](Txn& txn) { return insertSource(txn, record); }));
  // Held until the snapshot has it, else the shelf would open it twice.
  const Set held = co_await shelf_.mapped(std::move(compiled.set));
  co_await snapshots_.changed(record.workspaceId);
  log(LogLevel::info, "source_added",
      {{"source", record.id}, {"name", record.name}, {"tools", record.toolCount}});
  co_return viewOf(record);
}

// --- refresh

// Every path this source has ever given.
Task<Result<PathMap>> StoredSources::pathHistory(SourceRecord record, Set current) {
  PathMap paths;
  if (!record.historyHash.empty()) {
    EXECUTOR_CO_TRY(const std::string bytes, co_await store_.blobs().get(record.historyHash));
    EXECUTOR_CO_TRY(paths, decodePaths(bytes));
  }
  paths.merge(pathsOf(*current));
  co_return paths;
}

// The hash of the blob, or empty where no operation has ever vanished.
Task<Result<std::string>> StoredSources::keepHistory(PathMap earlier, Set set) {
  const PathMap gone = vanished(earlier, *set);
  if (gone.empty()) co_return std::string();
  co_return co_await store_.blobs().put({.bytes = encodePaths(gone)});
}

// The record as it is after a refresh that worked, with its blobs stored.
Task<Result<SourceRecord>> StoredSources::refreshed(SourceRecord before, Progress progress) {
  EXECUTOR_CO_TRY(const Set current, co_await shelf_.open(before.toolSetHash));
  EXECUTOR_CO_TRY(PathMap history, co_await pathHistory(before, current));
  EXECUTOR_CO_TRY(Compiled next,
                  co_await fetched(
                      {.url = before.url, .etag = before.etag, .lastModified = before.lastModified},
                      history, progress));
  SourceRecord after = before;
  after.state = "ready";
  after.errorCode.clear();
  after.errorMessage.clear();
  after.updatedAt = std::max(clock_.now(), before.updatedAt + 1);
  if (next.document.unchanged) co_return after;
  report(progress, "storing", 0, 0);
  EXECUTOR_CO_CHECK(co_await shelf_.keep(next.set));
  EXECUTOR_CO_TRY(after.historyHash, co_await keepHistory(std::move(history), next.set));
  describeToolSet(after, *next.set);
  after.etag = next.document.etag;
  after.lastModified = next.document.lastModified;
  co_return after;
}

// The old set is dropped after the snapshot has changed; executions that hold it keep it.
Task<Result<SourceView>> StoredSources::stored(SourceRecord before, SourceRecord after) {
  EXECUTOR_CO_CHECK(co_await store_.write(
      [before, after](Txn& txn) { return replaceSource(txn, before, after); }));
  co_await snapshots_.changed(after.workspaceId);
  if (after.toolSetHash != before.toolSetHash) co_await shelf_.drop(before.toolSetHash);
  co_return viewOf(after);
}

// The version before goes on serving; people see why there is no newer one.
Task<void> StoredSources::recordFailure(SourceRecord before, Error error) {
  SourceRecord after = before;
  after.state = "failed";
  after.errorCode = error.codeName();
  after.errorMessage = truncateText(error.message, kMaxWarningBytes);
  after.updatedAt = std::max(clock_.now(), before.updatedAt + 1);
  const Status status = co_await store_.write(
      [before, after](Txn& txn) { return replaceSource(txn, before, after); });
  if (!status) logError(LogLevel::warn, "source_failure_not_recorded", status.error());
}

Task<Result<SourceView>> StoredSources::refresh(Principal principal, std::string idOrName,
                                                Progress progress) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Refreshing a source"));
  EXECUTOR_CO_TRY(const SourceRecord before, co_await found(principal.workspaceId, idOrName));
  if (before.url.empty()) {
    co_return fail(
        ErrorCode::invalid_argument,
        fmt::format("Source {} was added as text, there is nothing to fetch.", before.name),
        "Remove it and add the new document.");
  }
  auto after = co_await refreshed(before, std::move(progress));
  if (after) co_return co_await stored(before, std::move(*after));
  co_await recordFailure(before, after.error());
  co_return std::unexpected(std::move(after).error());
}

// --- remove and read

Task<Status> StoredSources::remove(Principal principal, std::string idOrName) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Removing a source"));
  const std::string workspaceId = principal.workspaceId;
  const auto removed = co_await store_.write([workspaceId, idOrName, hooks = hooks_](Txn& txn) {
    return removeSource(txn, workspaceId, idOrName, hooks);
  });
  if (!removed) co_return std::unexpected(removed.error());
  co_await snapshots_.changed(workspaceId);
  co_await shelf_.drop(removed->toolSetHash);
  log(LogLevel::info, "source_removed", {{"source", removed->id}, {"name", removed->name}});
  co_return Status{};
}

Task<Result<SourceRecord>> StoredSources::found(std::string workspaceId, std::string idOrName) {
  co_return co_await store_.read(
      [workspaceId, idOrName](Txn& txn) { return findSource(txn, workspaceId, idOrName); });
}

Task<Result<std::vector<SourceView>>> StoredSources::list(Principal principal) {
  const std::string workspaceId = principal.workspaceId;
  EXECUTOR_CO_TRY(const auto records, co_await store_.read([workspaceId](Txn& txn) {
    return readSources(txn, workspaceId);
  }));
  std::vector<SourceView> views;
  for (const SourceRecord& record : records) views.push_back(viewOf(record));
  co_return views;
}

Task<Result<SourceView>> StoredSources::show(Principal principal, std::string idOrName) {
  EXECUTOR_CO_TRY(const SourceRecord record,
                  co_await found(principal.workspaceId, std::move(idOrName)));
  co_return viewOf(record);
}

}  // namespace

std::unique_ptr<Sources> makeSources(store::Store& store, net::HttpClient& client,
                                     sandbox::Zygote& zygote, const Clock& clock,
                                     std::string toolSetDir) {
  RunJob compile = [&zygote](std::string job, std::string input, sandbox::JobLimits limits) {
    return zygote.run(std::move(job), std::move(input), limits);
  };
  return makeSources(store, client, std::move(compile), clock, std::move(toolSetDir));
}

std::unique_ptr<Sources> makeSources(store::Store& store, net::HttpClient& client, RunJob compile,
                                     const Clock& clock, std::string toolSetDir) {
  return std::make_unique<StoredSources>(store, client, std::move(compile), clock,
                                         std::move(toolSetDir));
}

store::Schema schema() { return store::Schema::of<SourceRecord>(); }

}  // namespace executor::catalog

// Connections in the store. Secrets are sealed by the store itself (SEALED in connection-record.h),
// so that no path through this file can write one in the clear; they are opened only by reading a
// record.
#include "credential/connection.h"

#include <fmt/format.h>

#include <unordered_set>

#include "base/id.h"
#include "base/text.h"
#include "catalog/source-record.h"
#include "credential/connection-draft.h"
#include "credential/connection-record.h"

namespace executor::credential {
namespace {

using store::Txn;
using Records = std::vector<ConnectionRecord>;

// Touched by every new connection, so that each node forgets which sources had none.
constexpr std::string_view kConnectionsTopic = "connections";
constexpr std::size_t kMaxRemembered = 10'000;

// The unique index of names doubles as the list of a source.
Result<Records> ofSource(Txn& txn, const std::string& sourceId) {
  EXECUTOR_TRY(auto page, txn.scan<ConnectionRecord>(
                              "byName", {.prefix = {sourceId}, .limit = store::kMaxScan}));
  return std::move(page.items);
}

// By source and name: the order people see.
Result<Records> ofWorkspace(Txn& txn, const std::string& workspaceId) {
  EXECUTOR_TRY(auto page, txn.scan<ConnectionRecord>(
                              "byWorkspace", {.prefix = {workspaceId}, .limit = store::kMaxScan}));
  return std::move(page.items);
}

// Both limits bound what one transaction, and one list, has to carry.
Status refuseTooMany(Txn& txn, const ConnectionRecord& record, std::size_t ofThisSource) {
  EXECUTOR_TRY(const Records all, ofWorkspace(txn, record.workspaceId));
  if (ofThisSource < kMaxConnectionsPerSource && all.size() < kMaxConnectionsPerWorkspace) {
    return {};
  }
  return fail(ErrorCode::limit_exceeded,
              fmt::format("A source has at most {} connections and a workspace {}.",
                          kMaxConnectionsPerSource, kMaxConnectionsPerWorkspace),
              "Remove connections that are no longer needed.");
}

Status insertConnection(Txn& txn, const ConnectionRecord& record) {
  // The source may have been removed since it was looked up; its secrets must not outlive it.
  EXECUTOR_TRY(const auto source, txn.get<catalog::SourceRecord>(record.sourceId));
  if (!source) {
    return fail(ErrorCode::not_found,
                fmt::format("Source {} was removed meanwhile.", record.sourceName));
  }
  EXECUTOR_TRY(const Records existing, ofSource(txn, record.sourceId));
  for (const ConnectionRecord& other : existing) {
    if (other.name != record.name) continue;
    return fail(ErrorCode::already_exists,
                fmt::format("{} has a connection {} already.", record.sourceName, record.name),
                "Remove it first, or choose another name.");
  }
  EXECUTOR_CHECK(refuseTooMany(txn, record, existing.size()));
  txn.touch(std::string(kConnectionsTopic));
  return txn.insert(record);
}

// The hook of Sources::onRemove: runs in the transaction that removes the source, so secrets never
// outlive what they were given for.
Status removeOfSource(Txn& txn, const std::string& sourceId) {
  EXECUTOR_TRY(const Records all, ofSource(txn, sourceId));
  for (const ConnectionRecord& record : all) {
    EXECUTOR_CHECK(txn.remove<ConnectionRecord>(record.id));
  }
  return {};
}

// The three ways people name a connection.
bool answersTo(const ConnectionRecord& record, std::string_view idOrName) {
  return record.id == idOrName || record.name == idOrName ||
         fmt::format("{}/{}", record.sourceName, record.name) == idOrName;
}

// An ambiguous name is refused instead of guessed: a removed secret cannot be brought back. The
// hint gives an id and not "source/name": an escaped slash does not pass our own listener.
Status removeConnection(Txn& txn, const std::string& workspaceId, const std::string& idOrName) {
  EXECUTOR_TRY(Records all, ofWorkspace(txn, workspaceId));
  std::erase_if(all, [&](const ConnectionRecord& record) { return !answersTo(record, idOrName); });
  if (all.size() == 1) return txn.remove<ConnectionRecord>(all.front().id);
  const std::string shown = truncateText(idOrName, 80);
  if (all.empty()) {
    return fail(ErrorCode::not_found, fmt::format("There is no connection {}.", shown),
                "`executor connection list` shows those there are.");
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} sources have a connection {}.", all.size(), shown),
              fmt::format("Say which by its id, for example {} for the one of {}.", all.front().id,
                          all.front().sourceName));
}

// The one a call uses; nullptr: none is needed.
// A call that names a connection gets exactly that one or an error: sending it with another
// account's credential would be worse than not sending it.
Result<const ConnectionRecord*> choose(const Records& all, const std::string& name) {
  const std::string_view wanted = name.empty() ? "default" : std::string_view(name);
  for (const ConnectionRecord& record : all) {
    if (record.name == wanted || record.id == wanted) return &record;
  }
  if (name.empty() && all.size() < 2) return all.empty() ? nullptr : &all.front();
  std::vector<std::string> names;
  for (const ConnectionRecord& record : all) names.push_back(record.name);
  return fail(ErrorCode::credential_missing,
              name.empty()
                  ? "The source has several connections and none is named default."
                  : fmt::format("The source has no connection {}.", truncateText(name, 80)),
              names.empty() ? "Add one with `executor connection add`."
                            : fmt::format("Pass one of them as option: {{ connection: {} }}.",
                                          quoteJson(names.front())));
}

// Holds no secret: each is read for the call that needs it. What is remembered is which sources
// have no connection at all, because most calls of such a source would ask the store for nothing.
class StoredConnections final : public Connections {
 public:
  StoredConnections(store::Store& store, catalog::Sources& sources, const Clock& clock)
      : store_(store), sources_(sources), clock_(clock), watch_(store.watch(kConnectionsTopic)) {
    sources.onRemove(removeOfSource);
  }

  Task<Result<ConnectionView>> add(Principal principal, ConnectionDraft draft) override;
  Task<Result<std::vector<ConnectionView>>> list(Principal principal) override;
  Task<Status> remove(Principal principal, std::string idOrName) override;
  Task<Result<source::Authorization>> authorize(std::string workspaceId, std::string sourceId,
                                                std::string connection) override;

 private:
  store::Store& store_;
  catalog::Sources& sources_;
  const Clock& clock_;
  store::Watch watch_;
  std::unordered_set<std::string> withoutConnection_;  // source ids, since watch_ last changed
};

// The only place where a secret enters a record.
ConnectionRecord recordOf(const Principal& principal, const catalog::SourceView& source,
                          ConnectionDraft draft, EpochMs now) {
  ConnectionRecord record;
  record.id = newId(idPrefix::kConnection);
  record.workspaceId = principal.workspaceId;
  record.sourceId = source.id;
  record.sourceName = source.name;
  record.name = std::move(draft.name);
  record.kind = std::move(draft.kind);
  record.in = std::move(draft.in);
  record.parameter = std::move(draft.parameter);
  record.scope = "workspace";
  record.secret = std::move(draft.secret);
  record.createdBy = principal.accountId;
  record.createdAt = record.updatedAt = now;
  return record;
}

Task<Result<ConnectionView>> StoredConnections::add(Principal principal, ConnectionDraft draft) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Writing connection secrets"));
  // First of all: from here on no text can show it.
  registerParts(draft.kind, draft.secret);
  EXECUTOR_CO_TRY(const auto source, co_await sources_.show(principal, draft.source));
  EXECUTOR_CO_TRY(draft, completeDraft(std::move(draft), source.securitySchemes));
  registerParts(draft.kind, draft.secret);
  const ConnectionRecord record = recordOf(principal, source, std::move(draft), clock_.now());
  EXECUTOR_CO_CHECK(
      co_await store_.write([record](Txn& txn) { return insertConnection(txn, record); }));
  co_return viewOf(record);
}

// Views are made of named members, never by copying a record and clearing: a field added later
// cannot slip out.
Task<Result<std::vector<ConnectionView>>> StoredConnections::list(Principal principal) {
  const std::string workspaceId = principal.workspaceId;
  EXECUTOR_CO_TRY(const Records records, co_await store_.read([workspaceId](Txn& txn) {
    return ofWorkspace(txn, workspaceId);
  }));
  std::vector<ConnectionView> views;
  for (const ConnectionRecord& record : records) views.push_back(viewOf(record));
  co_return views;
}

Task<Status> StoredConnections::remove(Principal principal, std::string idOrName) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Removing a connection"));
  co_return co_await store_.write([workspaceId = principal.workspaceId, idOrName](Txn& txn) {
    return removeConnection(txn, workspaceId, idOrName);
  });
}

Task<Result<source::Authorization>> StoredConnections::authorize(std::string workspaceId,
                                                                 std::string sourceId,
                                                                 std::string connection) {
  if (watch_.poll() || withoutConnection_.size() > kMaxRemembered) withoutConnection_.clear();
  if (connection.empty() && withoutConnection_.contains(sourceId))
    co_return source::Authorization{};
  EXECUTOR_CO_TRY(Records all,
                  co_await store_.read([sourceId](Txn& txn) { return ofSource(txn, sourceId); }));
  // A connection added since the read has touched the topic: the next call asks again.
  if (all.empty()) withoutConnection_.insert(sourceId);
  // Ids are names, not credentials: a source id of another workspace opens nothing (invariant 5).
  std::erase_if(all,
                [&](const ConnectionRecord& record) { return record.workspaceId != workspaceId; });
  EXECUTOR_CO_TRY(const ConnectionRecord* chosen, choose(all, connection));
  if (chosen == nullptr) co_return source::Authorization{};
  registerParts(chosen->kind, chosen->secret);
  co_return authorizationOf(chosen->kind, chosen->in, chosen->parameter, chosen->secret);
}

}  // namespace

ConnectionView viewOf(const ConnectionRecord& record) {
  return {record.id,    record.workspaceId, record.sourceId, record.sourceName,
          record.name,  record.kind,        record.in,       record.parameter,
          record.scope, record.createdAt,   record.updatedAt};
}

std::unique_ptr<Connections> makeConnections(store::Store& store, catalog::Sources& sources,
                                             const Clock& clock) {
  return std::make_unique<StoredConnections>(store, sources, clock);
}

store::Schema schema() { return store::Schema::of<ConnectionRecord>(); }

}  // namespace executor::credential

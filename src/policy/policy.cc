// Policies as records, and the rules of each workspace in memory. A decision is a hash lookup
// unless something changed; where the rules cannot be read there is no decision, so nothing is sent
// (invariant 3).
#include "policy/policy.h"

#include <fmt/format.h>

#include "base/id.h"
#include "base/text.h"
#include "policy/policy-record.h"
#include "policy/rules.h"

namespace executor::policy {
namespace {

using store::Txn;

// What this node knows of one workspace. `generation` counts its own changes: a load that began
// before one must not overwrite what came after it.
struct Workspace {
  Rules rules;
  bool current = false;
  std::uint64_t generation = 0;
  std::optional<store::Watch> watch;
};

std::string topicOf(std::string_view workspaceId) {
  return fmt::format("policies/{}", workspaceId);
}

PolicyView viewOf(const PolicyRecord& record) {
  return {record.id,
          record.workspaceId,
          record.tool,
          record.createdBy,
          record.fromApproval.value_or(""),
          record.effect,
          record.createdAt};
}

// One page holds them all: kMaxPoliciesPerWorkspace is the most a scan gives.
Result<std::vector<PolicyRecord>> readAll(Txn& txn, const std::string& workspaceId) {
  EXECUTOR_TRY(auto page, txn.scan<PolicyRecord>(
                              "byTool", {.prefix = {workspaceId}, .limit = store::kMaxScan}));
  return std::move(page.items);
}

Result<std::optional<PolicyRecord>> ruleFor(Txn& txn, const PolicyRecord& like) {
  return txn.find<PolicyRecord>("byTool", {like.workspaceId, like.tool});
}

// Two rules for one tool would need an order; until there are patterns (D4) there is none.
Status insertPolicy(Txn& txn, const PolicyRecord& record) {
  EXECUTOR_TRY(const auto existing, ruleFor(txn, record));
  if (existing) {
    return fail(ErrorCode::already_exists,
                fmt::format("{} has a policy already: {}.", record.tool, name(existing->effect)),
                fmt::format("Remove {} first.", existing->id));
  }
  EXECUTOR_TRY(const auto all, readAll(txn, record.workspaceId));
  if (all.size() >= kMaxPoliciesPerWorkspace) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("A workspace has at most {} policies.", kMaxPoliciesPerWorkspace),
                "Remove policies that are no longer needed.");
  }
  EXECUTOR_CHECK(txn.insert(record));
  txn.touch(topicOf(record.workspaceId));
  return {};
}

// A rule of another workspace is as unknown as a made-up id (invariant 5).
Status removePolicy(Txn& txn, const std::string& workspaceId, const std::string& id) {
  EXECUTOR_TRY(const auto record, txn.get<PolicyRecord>(id));
  if (!record || record->workspaceId != workspaceId) {
    return fail(ErrorCode::not_found, fmt::format("There is no policy {}.", truncateText(id, 80)),
                "`executor policy list` shows those there are.");
  }
  EXECUTOR_CHECK(txn.remove<PolicyRecord>(id));
  txn.touch(topicOf(workspaceId));
  return {};
}

class StoredPolicies final : public Policies {
 public:
  StoredPolicies(store::Store& store, catalog::Sources& sources, const Clock& clock)
      : store_(store), sources_(sources), clock_(clock) {}

  Task<Result<Decision>> decide(Principal principal, catalog::ToolRef tool) override;
  Decision decideNow(const Principal& principal, const catalog::ToolRef& tool) const override;
  Task<Status> load(std::string workspaceId) override;
  Task<Result<PolicyView>> add(Principal principal, Effect effect, std::string tool) override;
  Result<std::string> allow(Txn& txn, const Allowance& allowance) override;
  Task<Result<std::vector<PolicyView>>> list(Principal principal) override;
  Task<Status> remove(Principal principal, std::string id) override;

 private:
  void noticeOthers(const std::string& workspaceId);
  Task<Status> reload(std::string workspaceId);
  Task<Result<std::string>> canonicalTool(std::string workspaceId, std::string tool);
  Task<void> changed(std::string workspaceId);

  store::Store& store_;
  catalog::Sources& sources_;
  const Clock& clock_;
  std::unordered_map<std::string, Workspace> workspaces_;
};

// Another node's change shows in the watch; this node's own is counted in `generation`.
void StoredPolicies::noticeOthers(const std::string& workspaceId) {
  Workspace& workspace = workspaces_[workspaceId];
  if (!workspace.watch) workspace.watch = store_.watch(topicOf(workspaceId));
  if (workspace.watch->poll()) workspace.current = false;
}

// Rules are replaced as a whole, so no decision ever sees half of a change.
Task<Status> StoredPolicies::reload(std::string workspaceId) {
  for (;;) {
    const std::uint64_t generation = workspaces_[workspaceId].generation;
    EXECUTOR_CO_TRY(const auto records, co_await store_.read([workspaceId](Txn& txn) {
      return readAll(txn, workspaceId);
    }));
    Workspace& workspace = workspaces_[workspaceId];
    if (workspace.generation != generation) continue;
    workspace.rules.clear();
    for (const auto& record : records) workspace.rules[record.tool] = {record.id, record.effect};
    workspace.current = true;
    co_return Status{};
  }
}

Task<Status> StoredPolicies::load(std::string workspaceId) {
  noticeOthers(workspaceId);
  if (workspaces_[workspaceId].current) co_return Status{};
  co_return co_await reload(workspaceId);
}

// The change is durable; if reading it back fails now, the next decision reads it.
Task<void> StoredPolicies::changed(std::string workspaceId) {
  Workspace& workspace = workspaces_[workspaceId];
  ++workspace.generation;
  workspace.current = false;
  static_cast<void>(co_await reload(workspaceId));
}

Task<Result<Decision>> StoredPolicies::decide(Principal principal, catalog::ToolRef tool) {
  EXECUTOR_CO_CHECK(co_await load(principal.workspaceId));
  co_return decideBy(workspaces_[principal.workspaceId].rules, tool);
}

// Rules that went stale still decide here: what is shown may lag a moment, what is sent asks
// decide().
Decision StoredPolicies::decideNow(const Principal& principal, const catalog::ToolRef& tool) const {
  const auto at = workspaces_.find(principal.workspaceId);
  if (at == workspaces_.end() || (!at->second.current && at->second.rules.empty())) {
    return {Effect::ask, {}, "The workspace's policies are not loaded."};
  }
  return decideBy(at->second.rules, tool);
}

// A rule for a tool that does not exist protects nobody, and a misspelt deny is the worst case.
Task<Result<std::string>> StoredPolicies::canonicalTool(std::string workspaceId, std::string tool) {
  if (tool.starts_with("tools.")) tool.erase(0, 6);
  if (tool.empty() || tool.size() > kMaxToolPathBytes) {
    co_return fail(
        ErrorCode::invalid_argument,
        fmt::format("A policy names a tool by its path, at most {} bytes.", kMaxToolPathBytes),
        "For example github.issues.create.");
  }
  EXECUTOR_CO_TRY(const auto catalog, co_await sources_.of(workspaceId));
  const auto found = catalog->find(tool);
  if (!found) co_return std::unexpected(catalog->unknownTool(tool));
  co_return found->path;
}

// In force when it returns: the next call on this node is decided by it.
Task<Result<PolicyView>> StoredPolicies::add(Principal principal, Effect effect, std::string tool) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Changing policies"));
  PolicyRecord record{newId(idPrefix::kPolicy), principal.workspaceId, {}, effect,
                      principal.accountId,      clock_.now(),          {}};
  EXECUTOR_CO_TRY(record.tool, co_await canonicalTool(principal.workspaceId, std::move(tool)));
  EXECUTOR_CO_CHECK(
      co_await store_.write([record](Txn& txn) { return insertPolicy(txn, record); }));
  co_await changed(principal.workspaceId);
  co_return viewOf(record);
}

// The commit's touch of the topic is how this node learns of it too.
Result<std::string> StoredPolicies::allow(Txn& txn, const Allowance& allowance) {
  PolicyRecord record{
      newId(idPrefix::kPolicy), allowance.workspaceId, allowance.tool,        Effect::allow,
      allowance.createdBy,      allowance.now,         allowance.fromApproval};
  EXECUTOR_TRY(const auto existing, ruleFor(txn, record));
  if (existing && existing->effect == Effect::allow) return existing->id;
  EXECUTOR_CHECK(insertPolicy(txn, record));
  return record.id;
}

Task<Result<std::vector<PolicyView>>> StoredPolicies::list(Principal principal) {
  const std::string workspaceId = principal.workspaceId;
  EXECUTOR_CO_TRY(const auto records, co_await store_.read([workspaceId](Txn& txn) {
    return readAll(txn, workspaceId);
  }));
  std::vector<PolicyView> views;
  for (const PolicyRecord& record : records) views.push_back(viewOf(record));
  co_return views;
}

Task<Status> StoredPolicies::remove(Principal principal, std::string id) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Changing policies"));
  const std::string workspaceId = principal.workspaceId;
  EXECUTOR_CO_CHECK(co_await store_.write(
      [workspaceId, id](Txn& txn) { return removePolicy(txn, workspaceId, id); }));
  co_await changed(workspaceId);
  co_return Status{};
}

}  // namespace

// An effect this program does not know, from a newer node's record, is refused by the codec before
// it gets here; the last line only satisfies the compiler, on the safe side.
std::string_view name(Effect effect) {
  switch (effect) {
    case Effect::allow: return "allow";
    case Effect::ask: return "ask";
    case Effect::deny: return "deny";
  }
  return "deny";
}

bool parseEffect(std::string_view text, Effect& out) {
  for (Effect effect : {Effect::allow, Effect::ask, Effect::deny}) {
    if (name(effect) != text) continue;
    out = effect;
    return true;
  }
  return false;
}

std::unique_ptr<Policies> makePolicies(store::Store& store, catalog::Sources& sources,
                                       const Clock& clock) {
  return std::make_unique<StoredPolicies>(store, sources, clock);
}

store::Schema schema() { return store::Schema::of<PolicyRecord>(); }

}  // namespace executor::policy

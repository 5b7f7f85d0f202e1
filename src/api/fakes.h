// Stand-ins for the layers below api/ in its tests: each holds a few things in memory, keeps
// workspaces apart and asks for a person where the real one does. They record what reached them, so
// that a test can say that a refused request reached nothing. The store and identity/ are real.
#pragma once

#include <map>

#include "api/routes.h"
#include "base/id.h"
#include "base/text.h"

namespace executor::api {

// As the real layers answer for an id of nobody or of somebody else.
inline std::unexpected<Error> unknownId(std::string_view id) {
  return fail(ErrorCode::not_found, "Nothing of the id " + std::string(id) + ".");
}

// Knows one tool and echoes what it was asked.
class FakeCatalog : public catalog::Catalog {
 public:
  std::optional<catalog::ToolRef> find(std::string_view path) const override {
    if (path != "github.issues.create") return std::nullopt;
    return catalog::ToolRef{.path = std::string(path)};
  }
  Error unknownTool(std::string_view path) const override {
    return {ErrorCode::unknown_tool, "No tool " + std::string(path) + ".",
            "Did you mean github.issues.create?", ""};
  }
  std::vector<Namespace> namespaces() const override { return {}; }
  std::size_t toolCount() const override { return 1; }
  std::uint64_t version() const override { return 1; }
  Result<json::value> answer(catalog::SystemTool tool, const json::object& input,
                             const ApprovalOf& approvalOf) const override {
    return json::object{{"system", static_cast<int>(tool)},
                        {"input", input},
                        {"approval", approvalOf({.path = "github.issues.create"})}};
  }
};

// Compiles nothing; the document "garbage" is refused.
class FakeSources : public catalog::Sources {
 public:
  using Views = Task<Result<std::vector<catalog::SourceView>>>;

  Task<Result<std::shared_ptr<const catalog::Catalog>>> of(std::string) override {
    co_return std::make_shared<const FakeCatalog>();
  }
  Task<Result<catalog::SourceView>> add(Principal principal, catalog::SourceDraft draft,
                                        catalog::Progress progress) override {
    EXECUTOR_CO_CHECK(requirePerson(principal, "Adding a source"));
    progress("downloading", 1, 3);
    progress("compiling", 2, 3);
    if (draft.document == "bug") throw std::runtime_error("a bug");
    if (draft.document == "garbage") {
      co_return fail(ErrorCode::invalid_document, "This is no OpenAPI document.");
    }
    documentBytes = draft.document.size();
    items.push_back({.id = newId(idPrefix::kSource),
                     .workspaceId = principal.workspaceId,
                     .name = draft.name,
                     .kind = draft.kind,
                     .url = draft.url,
                     .title = draft.name,
                     .state = "ready",
                     .toolCount = 3});
    co_return items.back();
  }
  Task<Result<catalog::SourceView>> refresh(Principal principal, std::string id,
                                            catalog::Progress progress) override {
    progress("downloading", 1, 1);
    co_return co_await show(principal, id);
  }
  Task<Status> remove(Principal principal, std::string id) override {
    const auto found = co_await show(principal, id);
    if (!found) co_return std::unexpected(found.error());
    std::erase_if(items, [&](const auto& item) { return item.id == found->id; });
    co_return Status{};
  }
  Views list(Principal principal) override {
    std::vector<catalog::SourceView> mine;
    for (const auto& item : items) {
      if (item.workspaceId == principal.workspaceId) mine.push_back(item);
    }
    co_return mine;
  }
  Task<Result<catalog::SourceView>> show(Principal principal, std::string id) override {
    for (const auto& item : items) {
      const bool named = item.id == id || item.name == id;
      if (named && item.workspaceId == principal.workspaceId) co_return item;
    }
    co_return unknownId(id);
  }
  void onRemove(std::function<Status(store::Txn&, const std::string&)>) override {}

  std::vector<catalog::SourceView> items;
  std::size_t documentBytes = 0;
};

// Decides by the first rule, whatever its tool.
class FakePolicies : public policy::Policies {
 public:
  Task<Result<policy::Decision>> decide(Principal, catalog::ToolRef) override {
    co_return policy::Decision{};
  }
  policy::Decision decideNow(const Principal&, const catalog::ToolRef&) const override {
    return {.effect = items.empty() ? policy::Effect::ask : items.front().effect};
  }
  Task<Status> load(std::string) override { co_return Status{}; }
  Task<Result<policy::PolicyView>> add(Principal principal, policy::Effect effect,
                                       std::string tool) override {
    items.push_back({.id = newId(idPrefix::kPolicy),
                     .workspaceId = principal.workspaceId,
                     .tool = tool,
                     .createdBy = principal.accountId,
                     .effect = effect});
    co_return items.back();
  }
  Result<std::string> allow(store::Txn&, const policy::Allowance&) override { return "pol_made"; }
  Task<Result<std::vector<policy::PolicyView>>> list(Principal principal) override {
    auto mine = items;
    std::erase_if(mine, [&](const auto& i) { return i.workspaceId != principal.workspaceId; });
    co_return mine;
  }
  Task<Status> remove(Principal principal, std::string id) override {
    const auto removed = std::erase_if(items, [&](const auto& item) {
      return item.id == id && item.workspaceId == principal.workspaceId;
    });
    if (removed == 0) co_return unknownId(id);
    co_return Status{};
  }

  std::vector<policy::PolicyView> items;
};

// Keeps secrets where a test can look for them.
class FakeConnections : public credential::Connections {
 public:
  Task<Result<credential::ConnectionView>> add(Principal principal,
                                               credential::ConnectionDraft draft) override {
    secrets.push_back(draft.secret);
    items.push_back({.id = newId(idPrefix::kConnection),
                     .workspaceId = principal.workspaceId,
                     .sourceName = draft.source,
                     .name = draft.name,
                     .kind = draft.kind});
    co_return items.back();
  }
  Task<Result<std::vector<credential::ConnectionView>>> list(Principal principal) override {
    auto mine = items;
    std::erase_if(mine, [&](const auto& i) { return i.workspaceId != principal.workspaceId; });
    co_return mine;
  }
  Task<Status> remove(Principal principal, std::string id) override {
    const auto removed = std::erase_if(items, [&](const auto& item) {
      return item.id == id && item.workspaceId == principal.workspaceId;
    });
    if (removed == 0) co_return unknownId(id);
    co_return Status{};
  }
  Task<Result<source::Authorization>> authorize(std::string, std::string, std::string) override {
    co_return source::Authorization{};
  }

  std::vector<credential::ConnectionView> items;
  std::vector<std::string> secrets;
};

// Decides once, as the real one.
class FakeApprovals : public approval::Approvals {
 public:
  Status create(store::Txn&, const approval::ApprovalDraft&, EpochMs) override { return {}; }
  void wakeWith(Waker) override {}
  Task<Result<approval::Ruling>> wait(std::string) override { co_return approval::Ruling{}; }
  Result<std::optional<approval::Ruling>> ruled(store::Txn&, const std::string&) override {
    return std::nullopt;
  }
  void onPolicy(approval::MakePolicy) override {}
  // With Scope::execution the others of the execution follow, as with the real one.
  Task<Result<approval::ApprovalView>> decide(Principal principal, std::string id, bool approve,
                                              std::string reason, approval::Scope scope) override {
    EXECUTOR_CO_CHECK(requirePerson(principal, "Deciding"));
    auto* item = find(principal, id);
    if (item == nullptr) co_return unknownId(id);
    if (item->status != "pending") {
      co_return fail(ErrorCode::already_decided, "This approval is decided.");
    }
    item->status = approve ? "approved" : "denied";
    item->reason = reason;
    item->decidedBy = principal.accountId;
    item->scope = scope;
    if (scope == approval::Scope::policy) item->policyId = "pol_made";
    if (scope == approval::Scope::execution) grantOthers(*item);
    co_return *item;
  }
  Task<Result<approval::ApprovalView>> show(Principal principal, std::string id) override {
    const auto* item = find(principal, id);
    if (item == nullptr) co_return unknownId(id);
    co_return *item;
  }
  Task<Result<std::vector<approval::ApprovalView>>> list(Principal principal, std::string status,
                                                         std::string executionId) override {
    std::vector<approval::ApprovalView> mine;
    for (const auto& item : items) {
      const bool wanted = (status.empty() || item.status == status) &&
                          (executionId.empty() || item.executionId == executionId);
      if (wanted && item.workspaceId == principal.workspaceId) mine.push_back(item);
    }
    co_return mine;
  }
  Task<Status> cancelFor(std::string) override { co_return Status{}; }
  Task<Status> use(std::string, std::string, bool) override { co_return Status{}; }
  Task<Result<std::size_t>> expireDue() override { co_return std::size_t{0}; }

  void grantOthers(const approval::ApprovalView& by) {
    for (auto& item : items) {
      if (item.executionId != by.executionId || item.status != "pending") continue;
      item.status = "approved";
      item.grantedBy = by.id;
    }
  }

  approval::ApprovalView* find(const Principal& principal, std::string_view id) {
    for (auto& item : items) {
      if (item.id == id && item.workspaceId == principal.workspaceId) return &item;
    }
    return nullptr;
  }

  std::vector<approval::ApprovalView> items;
};

// Runs nothing: an execution is at once in `startState`.
class FakeExecutions : public execution::Executions {
 public:
  Task<Result<std::string>> start(execution::ExecuteRequest request) override {
    started.push_back(request);
    items.push_back({.id = newId(idPrefix::kExecution),
                     .workspaceId = request.principal.workspaceId,
                     .accountId = request.principal.accountId,
                     .runtimeId = "local",
                     .client = request.client,
                     .code = request.code,
                     .metadataJson = request.metadataJson,
                     .state = startState,
                     .resultJson = resultJson,
                     .resultHandle = resultHandle,
                     .resultBytes = resultHandle.empty() ? 0u : 300'000u});
    co_return items.back().id;
  }
  Task<Result<execution::ExecutionView>> wait(Principal principal, std::string id, Deadline,
                                              std::chrono::milliseconds grace) override {
    lastGrace = grace;
    ++waits;
    if (onWait) onWait();
    co_return co_await show(principal, id);
  }
  Task<Result<execution::ExecutionView>> show(Principal principal, std::string id) override {
    for (const auto& item : items) {
      if (item.id == id && item.workspaceId == principal.workspaceId) co_return item;
    }
    co_return unknownId(id);
  }
  Task<Result<Page>> list(Principal principal, execution::ListQuery query) override {
    lastQuery = query;
    lastCursor = query.cursor;
    Page page;
    page.partial = partial;
    for (const auto& item : items) {
      const bool wanted = query.state.empty() || query.state == execution::name(item.state);
      if (wanted && item.workspaceId == principal.workspaceId) page.items.push_back(item);
    }
    if (page.items.size() > query.limit) {
      page.items.resize(query.limit);
      page.nextCursor = "next";
    }
    co_return page;
  }
  Task<Result<execution::TimelineView>> timeline(Principal principal, std::string id) override {
    const auto shown = co_await show(principal, id);
    if (!shown) co_return std::unexpected(shown.error());
    co_return course;
  }
  Task<Result<std::string>> rerun(Principal principal, std::string id,
                                  std::string client) override {
    const auto shown = co_await show(principal, id);
    if (!shown) co_return std::unexpected(shown.error());
    execution::ExecuteRequest request;
    request.principal = principal;
    request.code = shown->code;
    request.client = client;
    request.rerunOf = id;
    co_return co_await start(std::move(request));
  }
  Task<Result<execution::Pruned>> prune(Principal principal, EpochMs before) override {
    EXECUTOR_CO_CHECK(requirePerson(principal, "Removing"));
    prunedBefore = before;
    co_return execution::Pruned{.executions = 3, .more = true};
  }
  Task<Result<std::vector<execution::EventView>>> events(Principal principal, std::string id,
                                                         std::uint64_t after,
                                                         std::size_t limit) override {
    const auto shown = co_await show(principal, id);
    if (!shown) co_return std::unexpected(shown.error());
    std::vector<execution::EventView> out;
    for (const auto& event : journal) {
      if (event.seq > after && out.size() < limit) out.push_back(event);
    }
    co_return out;
  }
  Task<Result<std::string>> result(Principal principal, std::string id) override {
    const auto shown = co_await show(principal, id);
    if (!shown) co_return std::unexpected(shown.error());
    co_return shown->resultJson;
  }
  Task<Result<execution::ExecutionView>> cancel(Principal principal, std::string id,
                                                std::string reason) override {
    lastReason = reason;
    for (auto& item : items) {
      if (item.id != id || item.workspaceId != principal.workspaceId) continue;
      item.state = execution::State::cancelled;
      co_return item;
    }
    co_return unknownId(id);
  }
  Task<Status> recover() override { co_return Status{}; }
  Task<void> drain(Deadline) override { co_return; }
  std::size_t runningCount() const override { return 7; }

  std::vector<execution::ExecutionView> items;
  std::vector<execution::ExecuteRequest> started;
  std::vector<execution::EventView> journal;
  execution::TimelineView course;
  execution::ListQuery lastQuery;
  EpochMs prunedBefore = 0;
  bool partial = false;
  execution::State startState = execution::State::completed;
  std::string resultJson = "42";
  std::string resultHandle;
  std::string lastReason, lastCursor;
  std::chrono::milliseconds lastGrace{};
  int waits = 0;
  std::function<void()> onWait;  // what happens while a client waits
};

}  // namespace executor::api

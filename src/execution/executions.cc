#include "execution/executions.h"

#include <fmt/format.h>

#include "base/crash-point.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "execution/listing.h"
#include "execution/live-set.h"
#include "execution/retention.h"
#include "execution/submit.h"
#include "execution/timeline-view.h"

namespace executor::execution {
namespace {

// One text for absent and foreign, so that ids of other workspaces cannot be probed.
std::unexpected<Error> noSuchExecution(std::string_view id) {
  return fail(ErrorCode::not_found, fmt::format("There is no execution {}.", truncateText(id, 80)),
              "`executor execution list` shows the executions of your workspace.");
}

Result<ExecutionRecord> readOwn(store::Txn& txn, const std::string& workspaceId,
                                const std::string& id) {
  EXECUTOR_TRY(std::optional<ExecutionRecord> found, txn.get<ExecutionRecord>(id));
  if (!found || found->workspaceId != workspaceId) return noSuchExecution(id);
  return *std::move(found);
}

WorkspacePlaces placesIn(const WorkspaceSettings& settings) {
  return {static_cast<std::size_t>(settings.running), static_cast<std::size_t>(settings.waiting),
          static_cast<std::size_t>(settings.queued)};
}

class LocalExecutions : public Executions {
 public:
  explicit LocalExecutions(ExecutionDeps deps)
      : deps_(std::move(deps)), lives_(deps_.loop, deps_.limits) {
    if (deps_.settings == nullptr) return;
    deps_.settings->onChange([this, alive = std::weak_ptr(alive_)](const std::string& workspace,
                                                                   const WorkspaceSettings& now) {
      if (!alive.expired()) lives_.setPlaces(workspace, placesIn(now));
    });
  }

  Task<Result<std::string>> start(ExecuteRequest request) override;
  Task<Result<ExecutionView>> wait(Principal principal, std::string id, Deadline deadline,
                                   std::chrono::milliseconds waitingGrace) override;
  Task<Result<ExecutionView>> show(Principal principal, std::string id) override;
  Task<Result<Page>> list(Principal principal, ListQuery query) override;
  Task<Result<TimelineView>> timeline(Principal principal, std::string id) override;
  Task<Result<std::string>> rerun(Principal principal, std::string id, std::string client) override;
  Task<Result<Pruned>> prune(Principal principal, EpochMs before) override;
  Task<Result<std::vector<EventView>>> events(Principal principal, std::string id,
                                              std::uint64_t after, std::size_t limit) override;
  Task<Result<std::string>> result(Principal principal, std::string id) override;
  Task<Result<ExecutionView>> cancel(Principal principal, std::string id,
                                     std::string reason) override;
  Task<Status> recover() override;
  Task<void> drain(Deadline deadline) override;
  std::size_t runningCount() const override { return lives_.runningCount(); }

 private:
  Task<Result<std::string>> startClaimed(std::shared_ptr<Live> live, Submitted submitted);
  Task<Result<ExecutionRecord>> record(Principal principal, std::string id);
  Task<Result<std::vector<Event>>> journalOf(Principal principal, std::string id,
                                             std::uint64_t after, std::size_t limit);
  Task<Result<ExecutionView>> viewOf(std::shared_ptr<Live> live);
  Task<Result<ExecutionView>> storedView(ExecutionRecord record);
  Task<Result<std::vector<std::string>>> leftBehind();
  Task<Status> recoverOne(std::string id);

  ExecutionDeps deps_;
  LiveSet lives_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // for who may call after our end
  bool draining_ = false;
};

// The limits are judged last, right before the execution counts: nothing may come between.
Task<Result<std::string>> LocalExecutions::start(ExecuteRequest request) {
  if (draining_) {
    co_return fail(ErrorCode::shutting_down, "The server is shutting down.", "Try again soon.");
  }
  const std::string workspace = request.principal.workspaceId;
  EXECUTOR_CO_TRY(const WorkspaceSettings settings, co_await settingsOf(deps_, workspace));
  EXECUTOR_CO_CHECK(checkRequest(request, deps_, settings));
  EXECUTOR_CO_TRY(auto catalog, co_await deps_.sources.of(workspace));
  EXECUTOR_CO_CHECK(co_await deps_.policies.load(workspace));
  EXECUTOR_CO_TRY(Submitted submitted,
                  co_await makeRecord(std::move(request), deps_, settings, catalog));
  const std::size_t bytes = submitted.code.size() + submitted.input.size();
  EXECUTOR_CO_CHECK(lives_.admit(workspace, bytes));
  const bool claimed = submitted.record.claim.has_value();
  auto live =
      std::make_shared<Live>(deps_, lives_, std::move(submitted.record), false, std::move(catalog));
  if (claimed) co_return co_await startClaimed(std::move(live), std::move(submitted));
  lives_.add(live, bytes);
  live->begin(std::move(submitted.code), std::move(submitted.input));
  // Nearly all programs end soon, and a lone one is waited for (eager-loop.h does the same).
  deps_.store.expectWrite(lives_.runningCount() == 1);
  co_return live->id();
}

// With an idempotency key the record comes first: whoever wrote it runs the program.
Task<Result<std::string>> LocalExecutions::startClaimed(std::shared_ptr<Live> live,
                                                        Submitted submitted) {
  lives_.add(live, submitted.code.size() + submitted.input.size());
  Status created = co_await live->journal().flush();
  if (created) {
    live->begin(std::move(submitted.code), std::move(submitted.input));
    co_return live->id();
  }
  live->abandon();
  lives_.onFinal(live);
  if (created.error().code != ErrorCode::already_exists) {
    co_return std::unexpected(created.error());
  }
  auto find = [claim = *live->journal().record().claim](store::Txn& txn) -> Result<std::string> {
    EXECUTOR_TRY(auto found, txn.get<ExecutionClaim>(claim));
    if (found) return found->executionId;
    return fail(ErrorCode::store_conflict, "The idempotency key was in use a moment ago.",
                "Try again.");
  };
  co_return co_await deps_.store.read(std::move(find));
}

Task<Result<ExecutionRecord>> LocalExecutions::record(Principal principal, std::string id) {
  auto read = [workspace = principal.workspaceId, id](store::Txn& txn) {
    return readOwn(txn, workspace, id);
  };
  co_return co_await deps_.store.read(std::move(read));
}

// D7: nobody is told of what is not durable.
Task<Result<ExecutionView>> LocalExecutions::viewOf(std::shared_ptr<Live> live) {
  if (!live->ending()) EXECUTOR_CO_CHECK(co_await live->journal().flush());
  while (live->ending() && !live->finished()) {
    if (!co_await live->changed().wait(Deadline::max())) break;
  }
  if (live->finalError()) co_return std::unexpected(*live->finalError());
  ExecutionView view = live->view();
  view.queuePosition = lives_.queuePosition(live->workspaceId(), live->id());
  if (view.resultBytes > kInlineTextBytes && view.resultHandle.empty()) {
    co_return co_await storedView(live->journal().record());
  }
  co_return view;
}

// The whole journal is read for calls, console lines and outputs; outcomes in blobs stay where they
// are.
Task<Result<ExecutionView>> LocalExecutions::storedView(ExecutionRecord record) {
  ExecutionView view = toView(record);
  EXECUTOR_CO_TRY(view.code,
                  co_await loadText(deps_.store, record.submission.code, record.workspaceId));
  if (record.ending && view.resultHandle.empty()) {
    EXECUTOR_CO_TRY(view.resultJson,
                    co_await loadText(deps_.store, record.ending->result, record.workspaceId));
  }
  EXECUTOR_CO_TRY(std::vector<Event> events,
                  co_await readEvents(deps_.store, {.executionId = record.id,
                                                    .workspaceId = record.workspaceId,
                                                    .loadEmissions = true}));
  Timeline timeline;
  for (const Event& event : events) timeline.apply(event);
  timeline.addTo(view);
  co_return view;
}

Task<Result<ExecutionView>> LocalExecutions::show(Principal principal, std::string id) {
  if (auto live = lives_.find(principal.workspaceId, id)) {
    co_return co_await viewOf(std::move(live));
  }
  EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(std::move(principal), std::move(id)));
  co_return co_await storedView(std::move(found));
}

// D16: the grace counts from when it began to wait, or from this call if that is later, so that a
// client which resumes again and again does not spin. A client that waits for a place is as little
// to be held beyond its own patience as one that waits for a human.
Task<Result<ExecutionView>> LocalExecutions::wait(Principal principal, std::string id,
                                                  Deadline deadline,
                                                  std::chrono::milliseconds waitingGrace) {
  auto live = lives_.find(principal.workspaceId, id);
  if (!live) co_return co_await show(std::move(principal), std::move(id));
  const SteadyTime begun = SteadyClock::now();
  while (!live->finished()) {
    Deadline until = deadline;
    if (live->waiting()) {
      until = std::min(until, std::max(begun, live->waitingSince()) + waitingGrace);
    } else if (!live->placed()) {
      until = std::min(until, begun + waitingGrace);
    }
    if (SteadyClock::now() >= until) break;
    co_await live->changed().wait(until);
  }
  co_return co_await viewOf(std::move(live));
}

Task<Result<Executions::Page>> LocalExecutions::list(Principal principal, ListQuery query) {
  EXECUTOR_CO_CHECK(checkQuery(query));
  auto read = [workspace = principal.workspaceId, query = std::move(query)](store::Txn& txn) {
    return listExecutions(txn, workspace, query);
  };
  EXECUTOR_CO_TRY(Page page, co_await deps_.store.read(std::move(read)));
  for (ExecutionView& item : page.items) {
    if (item.state == State::queued) {
      item.queuePosition = lives_.queuePosition(item.workspaceId, item.id);
    }
  }
  co_return page;
}

Task<Result<TimelineView>> LocalExecutions::timeline(Principal principal, std::string id) {
  EXECUTOR_CO_TRY(const std::vector<Event> found,
                  co_await journalOf(std::move(principal), std::move(id), 0, 0));
  co_return describeTimeline(found, deps_.clock.now());
}

// What was asked for the first time, by somebody else perhaps; everything that is decided is
// decided anew.
Task<Result<std::string>> LocalExecutions::rerun(Principal principal, std::string id,
                                                 std::string client) {
  EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(principal, std::move(id)));
  const std::string workspace = found.workspaceId;
  ExecuteRequest request;
  request.principal = std::move(principal);
  request.tool = found.tool;
  request.timeoutMs = found.timeoutMs;
  request.runtimeId = found.runtimeId;
  request.optionsJson = std::move(found.submission.optionsJson);
  request.metadataJson = std::move(found.submission.metadataJson);
  request.client = std::move(client);
  request.rerunOf = found.id;
  TypeCheckMode mode{};
  if (parseTypeCheckMode(found.submission.typeCheckMode.value_or(""), mode)) {
    request.typeCheck = mode;
  }
  EXECUTOR_CO_TRY(request.code,
                  co_await loadText(deps_.store, std::move(found.submission.code), workspace));
  EXECUTOR_CO_TRY(request.inputJson,
                  co_await loadText(deps_.store, std::move(found.submission.input), workspace));
  co_return co_await start(std::move(request));
}

Task<Result<Pruned>> LocalExecutions::prune(Principal principal, EpochMs before) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Removing executions"));
  Retention retention(deps_.store, deps_.clock);
  co_return co_await retention.prune(principal.workspaceId, before);
}

// A live execution is flushed first, so that the journal has everything up to now.
Task<Result<std::vector<Event>>> LocalExecutions::journalOf(Principal principal, std::string id,
                                                            std::uint64_t after,
                                                            std::size_t limit) {
  if (auto live = lives_.find(principal.workspaceId, id); live && !live->ending()) {
    EXECUTOR_CO_CHECK(co_await live->journal().flush());
  }
  EXECUTOR_CO_CHECK(co_await record(principal, id));
  co_return co_await readEvents(
      deps_.store,
      {.executionId = id, .workspaceId = principal.workspaceId, .after = after, .limit = limit});
}

Task<Result<std::vector<EventView>>> LocalExecutions::events(Principal principal, std::string id,
                                                             std::uint64_t after,
                                                             std::size_t limit) {
  EXECUTOR_CO_TRY(const std::vector<Event> found,
                  co_await journalOf(std::move(principal), std::move(id), after, limit));
  std::vector<EventView> views;
  for (const Event& event : found) views.push_back(toEventView(event));
  co_return views;
}

Task<Result<std::string>> LocalExecutions::result(Principal principal, std::string id) {
  EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(std::move(principal), id));
  if (found.state != State::completed || !found.ending) {
    co_return fail(ErrorCode::conflict,
                   fmt::format("Execution {} has no result: it is {}.", id, name(found.state)));
  }
  co_return co_await loadText(deps_.store, found.ending->result, found.workspaceId);
}

// Answers when it has really ended: guest stopped, requests aborted, final record durable.
Task<Result<ExecutionView>> LocalExecutions::cancel(Principal principal, std::string id,
                                                    std::string reason) {
  const std::string text = truncateText(trimText(reason), kMaxCancelReasonBytes);
  auto live = lives_.find(principal.workspaceId, id);
  if (!live || live->ending()) {
    EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(std::move(principal), id));
    co_return fail(ErrorCode::conflict,
                   isFinal(found.state) || live
                       ? fmt::format("Execution {} has ended already.", id)
                       : fmt::format("Execution {} is run by another server process.", id),
                   isFinal(found.state) || live ? "" : "Cancel it there.");
  }
  live->stop(State::cancelled,
             Error{ErrorCode::cancelled, text.empty() ? "The execution was cancelled."
                                                      : "The execution was cancelled: " + text});
  while (!live->finished()) {
    if (!co_await live->changed().wait(Deadline::max())) break;
  }
  co_return co_await viewOf(std::move(live));
}

Task<Result<std::vector<std::string>>> LocalExecutions::leftBehind() {
  auto scan = [node = deps_.nodeId](store::Txn& txn) -> Result<std::vector<std::string>> {
    std::vector<std::string> ids;
    std::string after;
    do {
      EXECUTOR_TRY(auto page,
                   txn.scan<OpenExecution>(
                       "byNode", {.prefix = {node}, .limit = store::kMaxScan, .after = after}));
      for (OpenExecution& open : page.items) ids.push_back(std::move(open.id));
      after = page.nextCursor;
    } while (!after.empty());
    return ids;
  };
  co_return co_await deps_.store.read(std::move(scan));
}

// One damaged execution must not keep the others, or the server, from coming back.
Task<Status> LocalExecutions::recover() {
  EXECUTOR_CO_TRY(std::vector<std::string> ids, co_await leftBehind());
  for (const std::string& id : ids) {
    if (Status status = co_await recoverOne(id); !status) {
      logError(LogLevel::error, "execution_not_recovered", status.error(), {{"execution", id}});
    }
  }
  if (!ids.empty()) {
    log(LogLevel::info, "executions_recovered", {{"count", static_cast<std::int64_t>(ids.size())}});
  }
  co_return Status();
}

// The higher epoch makes every append of a former owner fail.
Task<Status> LocalExecutions::recoverOne(std::string id) {
  auto read = [id](store::Txn& txn) { return txn.get<ExecutionRecord>(id); };
  EXECUTOR_CO_TRY(std::optional<ExecutionRecord> found, co_await deps_.store.read(std::move(read)));
  if (!found || isFinal(found->state) || lives_.find(found->workspaceId, id)) co_return Status();
  ++found->epoch;
  found->state = State::queued;
  const std::string workspace = found->workspaceId;
  EXECUTOR_CO_CHECK(co_await settingsOf(deps_, workspace));  // its places
  EXECUTOR_CO_TRY(auto catalog, co_await deps_.sources.of(workspace));
  EXECUTOR_CO_CHECK(co_await deps_.policies.load(workspace));
  EXECUTOR_CO_TRY(std::string code,
                  co_await loadText(deps_.store, found->submission.code, workspace));
  EXECUTOR_CO_TRY(std::string input,
                  co_await loadText(deps_.store, found->submission.input, workspace));
  EXECUTOR_CO_TRY(
      std::vector<Event> events,
      co_await readEvents(deps_.store,
                          {.executionId = id, .workspaceId = workspace, .loadBlobs = true}));
  auto live = std::make_shared<Live>(deps_, lives_, *std::move(found), true, std::move(catalog));
  lives_.add(live, code.size() + input.size());
  crashPoint(CrashPoint::before_resume);
  live->resume(std::move(code), std::move(input), events);
  co_return Status();
}

// Waiting ones are not waited for: their humans may take days, and recovery resumes them. Queued
// ones begin after the restart.
Task<void> LocalExecutions::drain(Deadline deadline) {
  draining_ = true;
  lives_.holdQueue();
  while (lives_.runningCount() != 0) {
    if (SteadyClock::now() >= deadline) break;
    co_await lives_.changed().wait(deadline);
  }
  for (const auto& live : lives_.all()) {
    if (live->ending()) continue;
    Status status = co_await live->journal().flush();
    if (!status) logError(LogLevel::error, "journal_not_flushed", status.error());
  }
}

}  // namespace

std::unique_ptr<Executions> makeExecutions(ExecutionDeps deps) {
  return std::make_unique<LocalExecutions>(std::move(deps));
}

}  // namespace executor::execution

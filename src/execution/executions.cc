#include "execution/executions.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/text.h"
#include "execution/listing.h"
#include "execution/local-executions.h"
#include "execution/retention.h"
#include "execution/submit.h"
#include "execution/timeline-view.h"

namespace executor::execution {

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
  // Should only the answer be lost, the claim is there and nobody would run it: look once more.
  const bool unknown = !created && created.error().code == ErrorCode::store_conflict;
  if (unknown) created = co_await live->journal().flush();
  if (created) {
    live->begin(std::move(submitted.code), std::move(submitted.input));
    co_return live->id();
  }
  live->abandon();
  lives_.onFinal(live);
  if (created.error().code != ErrorCode::already_exists) {
    if (unknown && scheduler_) {
      asio::co_spawn(deps_.loop, DueScheduler::putOff(scheduler_, live->id(), created.error()),
                     asio::detached);
    }
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
    Status flushed = co_await live->journal().flush();
    if (!flushed && flushed.error().code == ErrorCode::conflict) live->lose();
    if (!flushed && !live->gone()) co_return std::unexpected(std::move(flushed).error());
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

std::unique_ptr<Executions> makeExecutions(ExecutionDeps deps) {
  return std::make_unique<LocalExecutions>(std::move(deps));
}

}  // namespace executor::execution

// What ran: finding it again, reading its course, running it again, removing it.
//
// Looking and running again is for agents too: a program of the workspace could be read and sent
// anew anyway, and it runs under the caller's own authority of now, never that of who ran it first.
// Removing takes away what a person may want to see, so it needs a person.
#include <fmt/format.h>

#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"
#include "execution/listing.h"

namespace executor::api {
namespace {

constexpr auto kLastTime = std::numeric_limits<std::int64_t>::max();

Result<execution::ListQuery> readQuery(const net::Request& request) {
  execution::ListQuery query;
  query.state = request.queryParameter("state");
  query.tool = request.queryParameter("tool");
  query.client = request.queryParameter("client");
  query.text = request.queryParameter("q");
  query.cursor = request.queryParameter("cursor");
  EXECUTOR_TRY(query.since, queryInteger(request, "since", 0, 0, kLastTime));
  EXECUTOR_TRY(query.until, queryInteger(request, "until", 0, 0, kLastTime));
  EXECUTOR_TRY(const auto limit,
               queryInteger(request, "limit", kDefaultPageItems, 1, execution::kMaxListed));
  query.limit = static_cast<std::size_t>(limit);
  EXECUTOR_CHECK(execution::checkQuery(query));
  return query;
}

}  // namespace

// Without results: a list stays small however big its members are. `partial`: the walk ended at its
// bound and not at the end; the cursor goes on.
Task<Result<net::Response>> listExecutions(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto query, readQuery(call.request));
  EXECUTOR_CO_TRY(const auto page,
                  co_await deps->executions.list(call.principal, std::move(query)));
  std::vector<std::string> items;
  items.reserve(page.items.size());
  for (const auto& item : page.items) items.push_back(executionJson(item, {.withResult = false}));
  std::string list = listText(items, page.nextCursor);
  if (page.partial) list.insert(list.size() - 1, R"(,"partial":true)");
  co_return okJson(std::move(list));
}

Task<Result<net::Response>> showTimeline(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto timeline,
                  co_await deps->executions.timeline(call.principal, call.parameter()));
  co_return okJson(timelineJson(timeline));
}

// 201 like a start: the new execution is at Location.
Task<Result<net::Response>> rerunExecution(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a re-run", {"wait", "graceMs"}));
  EXECUTOR_CO_TRY(const auto patience, takePatience(call.body));
  EXECUTOR_CO_TRY(auto id,
                  co_await deps->executions.rerun(call.principal, call.parameter(), "api"));
  co_return co_await answerStarted(deps, call.principal, std::move(id), patience,
                                   std::move(call.request));
}

// At most kMaxPrunedAtOnce at once: `more` says that there are others, and the client asks again.
Task<Result<net::Response>> pruneExecutions(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a pruning", {"before"}));
  EXECUTOR_CO_TRY(const auto before, optionalInteger(call.body, "before", 1, kLastTime));
  if (!before) {
    co_return fail(ErrorCode::invalid_argument, "before is missing.",
                   "Executions that ended before this time (epoch milliseconds) are removed.");
  }
  EXECUTOR_CO_TRY(const auto pruned, co_await deps->executions.prune(call.principal, *before));
  co_return okJson(ObjectText()
                       .number("removed", static_cast<std::int64_t>(pruned.executions))
                       .boolean("more", pruned.more)
                       .take());
}

}  // namespace executor::api

// Starting, watching and stopping executions.
//
// The API starts what MCP starts, through the same function and with the same arguments (D19), so
// that a program behaves alike whoever sends it. A client may let the answer wait for the end of
// the execution (`wait`) and says how long a wait for a human may hold it back (`graceMs`, D16);
// when patience ends, the answer is the present state and never an error. A client that leaves does
// not cancel: the execution is in the store, and its id was or will be found by listing.
#include <fmt/format.h>

#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// No wait means the present state, without registering a waiter.
Task<Result<execution::ExecutionView>> view(Deps deps, Principal principal, std::string id,
                                            Patience patience) {
  if (patience.waitMs == 0) co_return co_await deps->executions.show(principal, std::move(id));
  co_return co_await deps->executions.wait(
      std::move(principal), std::move(id),
      deadlineAfter(std::chrono::milliseconds(patience.waitMs)),
      std::chrono::milliseconds(patience.graceMs));
}

// With the program: for showing one execution.
std::string fullJson(const execution::ExecutionView& execution, const net::Request& request) {
  return executionJson(execution, {.origin = request.origin, .withCode = true});
}

Task<Result<net::Response>> startAndView(Deps deps, execution::ExecuteRequest start,
                                         Patience patience, net::Request request) {
  const auto principal = start.principal;
  EXECUTOR_CO_TRY(auto id, co_await deps->executions.start(std::move(start)));
  co_return co_await answerStarted(deps, principal, std::move(id), patience, std::move(request));
}

// The member's JSON text; empty if absent. Printed again and not spliced, because the body was
// parsed as a whole; base/json keeps every integer and every double exactly (D22).
std::string rawMember(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value == nullptr ? std::string{} : serializeJson(*value);
}

// The bound of `execute` (D19): the key becomes part of an index, so its size matters.
Result<std::string> readIdempotencyKey(const json::object& body) {
  EXECUTOR_TRY(auto key, optionalString(body, "idempotencyKey"));
  if (key.size() <= execution::kMaxIdempotencyKeyBytes) return key;
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"idempotencyKey\" must have at most {} bytes.",
                          execution::kMaxIdempotencyKeyBytes));
}

// D13: an execution with one call and no program.
Result<execution::ExecuteRequest> readCall(const json::object& body) {
  EXECUTOR_CHECK(rejectUnknownMembers(body, "a call",
                                      {"tool", "input", "options", "timeoutMs", "idempotencyKey"}));
  execution::ExecuteRequest request;
  EXECUTOR_TRY(request.tool, requireString(body, "tool"));
  request.inputJson = rawMember(body, "input");
  if (request.inputJson.empty()) request.inputJson = "{}";
  request.optionsJson = rawMember(body, "options");
  EXECUTOR_TRY(const auto timeout, optionalInteger(body, "timeoutMs", 1, execution::kMaxTimeoutMs));
  if (timeout) request.timeoutMs = static_cast<std::uint32_t>(*timeout);
  EXECUTOR_TRY(request.idempotencyKey, readIdempotencyKey(body));
  return request;
}

}  // namespace

Result<Patience> takePatience(json::object& body) {
  Patience patience;
  EXECUTOR_TRY(const auto wait, optionalInteger(body, "wait", 0, kMaxWaitMs));
  EXECUTOR_TRY(const auto grace, optionalInteger(body, "graceMs", 0, kMaxWaitMs));
  body.erase("wait");
  body.erase("graceMs");
  patience.waitMs = wait.value_or(patience.waitMs);
  patience.graceMs = grace.value_or(patience.graceMs);
  return patience;
}

// Without the code: who started it has it.
Task<Result<net::Response>> answerStarted(Deps deps, Principal principal, std::string id,
                                          Patience patience, net::Request request) {
  EXECUTOR_CO_TRY(const execution::ExecutionView shown,
                  co_await view(deps, std::move(principal), id, patience));
  auto body = executionJson(shown, {.origin = request.origin});
  if (execution::isFinal(shown.state)) co_return okJson(std::move(body));
  co_return createdJson(std::move(body), "/api/v1/executions/" + id);
}

// The arguments are those of the MCP tool `execute` (D19), read by the same function.
Task<Result<net::Response>> startExecution(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto patience, takePatience(call.body));
  EXECUTOR_CO_TRY(auto start, execution::parseExecuteArguments(call.body));
  start.principal = call.principal;
  start.client = "api";
  co_return co_await startAndView(deps, std::move(start), patience, std::move(call.request));
}

Task<Result<net::Response>> startCall(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto patience, takePatience(call.body));
  EXECUTOR_CO_TRY(auto start, readCall(call.body));
  start.principal = call.principal;
  start.client = "api";
  co_return co_await startAndView(deps, std::move(start), patience, std::move(call.request));
}

Task<Result<net::Response>> showExecution(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto shown,
                  co_await deps->executions.show(call.principal, call.parameter()));
  co_return okJson(fullJson(shown, call.request));
}

// The cursor is the last sequence number, so a client can follow a running execution.
Task<Result<net::Response>> showEvents(Deps deps, Call call) {
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  EXECUTOR_CO_TRY(const auto after, queryInteger(call.request, "after", 0, 0, kLast));
  EXECUTOR_CO_TRY(const auto limit,
                  queryInteger(call.request, "limit", kMaxEventsPage, 1, kMaxEventsPage));
  EXECUTOR_CO_TRY(const auto events,
                  co_await deps->executions.events(call.principal, call.parameter(),
                                                   static_cast<std::uint64_t>(after),
                                                   static_cast<std::size_t>(limit)));
  std::vector<std::string> items;
  items.reserve(events.size());
  for (const auto& event : events) items.push_back(eventJson(event));
  // A full page may be the last one; then the next is empty and says so.
  const bool full = events.size() == static_cast<std::size_t>(limit);
  co_return okJson(listText(items, full ? std::to_string(events.back().seq) : ""));
}

// The whole result as it was, also where the view holds a preview and a handle.
Task<Result<net::Response>> showResult(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto text, co_await deps->executions.result(call.principal, call.parameter()));
  co_return okJson(std::move(text));
}

// Holds the answer back instead of making clients poll; never an error when time is up.
Task<Result<net::Response>> waitForExecution(Deps deps, Call call) {
  Patience patience;
  EXECUTOR_CO_TRY(patience.waitMs, queryInteger(call.request, "ms", kDefaultWaitMs, 0, kMaxWaitMs));
  EXECUTOR_CO_TRY(patience.graceMs,
                  queryInteger(call.request, "graceMs", patience.graceMs, 0, kMaxWaitMs));
  EXECUTOR_CO_TRY(const auto shown,
                  co_await view(deps, call.principal, call.parameter(), patience));
  co_return okJson(fullJson(shown, call.request));
}

// Agents may: an agent that started something must be able to stop it.
Task<Result<net::Response>> cancelExecution(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a cancellation", {"reason"}));
  EXECUTOR_CO_TRY(auto reason, optionalString(call.body, "reason"));
  EXECUTOR_CO_TRY(const auto shown, co_await deps->executions.cancel(
                                        call.principal, call.parameter(), std::move(reason)));
  co_return okJson(fullJson(shown, call.request));
}

}  // namespace executor::api

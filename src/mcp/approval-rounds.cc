// One round: open, decide, wait, ask again.
#include "mcp/approval-rounds.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "mcp/approval-question.h"
#include "mcp/follow-execution.h"
#include "mcp/tool-result.h"

namespace executor::mcp {
namespace {

using approval::ApprovalView;
using execution::ExecutionView;

Answer plainAnswer(const ExecutionView& view, std::string_view origin) {
  return {.members = toolResultMembers(view, origin)};
}

Task<void> pause(std::chrono::milliseconds span) {
  asio::steady_timer timer(co_await asio::this_coro::executor, span);
  co_await timer.async_wait(asio::use_awaitable);
}

// The state lives as long as what it asks about.
EpochMs lastExpiry(const std::vector<ApprovalView>& pending) {
  EpochMs last = 0;
  for (const auto& approval : pending) last = std::max(last, approval.expiresAt);
  return last;
}

json::object payloadOf(std::string_view executionId, ApprovalWay way,
                       const std::vector<ApprovalView>& pending) {
  json::array ids;
  for (const auto& approval : pending) ids.emplace_back(approval.id);
  return {{"executionId", executionId}, {"way", name(way)}, {"approvals", std::move(ids)}};
}

// Decided elsewhere in the meantime, or expired: the execution tells the rest.
bool tooLate(const Error& error) {
  return error.code == ErrorCode::already_decided || error.code == ErrorCode::conflict ||
         error.code == ErrorCode::not_found || error.code == ErrorCode::approval_expired;
}

}  // namespace

// What a state and the answers beside it say.
struct ApprovalRounds::Round {
  std::string executionId;
  ApprovalWay way = ApprovalWay::form;
  std::vector<std::pair<std::string, ApprovalAnswer>> answers;
  bool declined = false;  // the user wants to hear no more of it now
  bool opened = false;    // the user went to the page

  static Result<Round> read(const json::object& payload, const json::object& responses);
  Status readAnswer(const std::string& id, const json::value& response);
};

// A page's `accept` decides nothing and its `decline` neither: only the page does.
Status ApprovalRounds::Round::readAnswer(const std::string& id, const json::value& response) {
  auto action = findString(response, "action");
  if (way == ApprovalWay::url) {
    if (action != "accept" && action != "decline" && action != "cancel") {
      return fail(ErrorCode::invalid_argument, "action must be accept, decline or cancel.");
    }
    (action == "accept" ? opened : declined) = true;
    return {};
  }
  EXECUTOR_TRY(auto answer, readApprovalAnswer(response));
  if (answer.kind == ApprovalAnswer::Kind::none) declined = true;
  answers.emplace_back(id, std::move(answer));
  return {};
}

Result<ApprovalRounds::Round> ApprovalRounds::Round::read(const json::object& payload,
                                                          const json::object& responses) {
  Round round;
  round.executionId = findString(payload, "executionId");
  round.way =
      findString(payload, "way") == name(ApprovalWay::url) ? ApprovalWay::url : ApprovalWay::form;
  const auto* asked = findArray(payload, "approvals");
  for (const auto& id : asked ? *asked : json::array{}) {
    const auto* response = responses.if_contains(id.as_string());
    if (!response) continue;
    EXECUTOR_CHECK(round.readAnswer(std::string(id.as_string()), *response));
  }
  return round;
}

std::string inputRequests(const std::vector<ApprovalView>& pending, ApprovalWay way,
                          std::string_view origin) {
  std::string out = "{";
  for (const auto& approval : pending) {
    if (out.size() > 1) out += ',';
    out += quoteJson(approval.id) + R"(:{"method":"elicitation/create","params":)";
    out += way == ApprovalWay::url ? urlQuestion(approval, origin) : formQuestion(approval, true);
    out += '}';
  }
  return out + '}';
}

Task<Result<Answer>> ApprovalRounds::begin(Call call, std::string executionId, ApprovalWay way) {
  co_return co_await answer(std::move(call), {.executionId = std::move(executionId), .way = way},
                            std::chrono::milliseconds(0));
}

// All answers are read before the first of them decides anything.
Task<Result<Answer>> ApprovalRounds::goOn(Call call) {
  EXECUTOR_CO_TRY(auto state, requestStateOf(call));
  EXECUTOR_CO_TRY(auto responses, inputResponsesOf(call));
  if (state.empty()) {
    co_return fail(ErrorCode::invalid_argument,
                   "inputResponses answer nothing without requestState.",
                   "Send the requestState of the answer that asked, or neither of them.");
  }
  EXECUTOR_CO_TRY(auto payload, deps_.states.open(call, state));
  EXECUTOR_CO_TRY(auto round, Round::read(payload, responses));
  EXECUTOR_CO_CHECK(co_await apply(call, round));
  auto patience = round.opened ? kPageGrace : kRoundGrace;
  if (!round.answers.empty() || round.declined) patience = std::chrono::milliseconds(0);
  co_return co_await answer(std::move(call), std::move(round), patience);
}

Task<Status> ApprovalRounds::apply(Call call, const Round& round) {
  for (auto [id, decision] : round.answers) {
    auto applied =
        co_await applyApprovalAnswer(deps_.approvals, call.principal, id, std::move(decision));
    if (!applied && !tooLate(applied.error())) co_return applied;
  }
  co_return Status{};
}

// A decision reaches the execution a moment after it is durable: an execution that still says
// `waiting` with nothing pending is looked at again. A queued one is asked nothing.
Task<Result<Answer>> ApprovalRounds::answer(Call call, Round round,
                                            std::chrono::milliseconds patience) {
  auto begun = std::chrono::steady_clock::now();
  EXECUTOR_CO_TRY(auto view, co_await followExecution({deps_.executions, deps_.approvals}, call,
                                                      round.executionId, Asking::no, patience));
  for (;;) {
    if (isFinal(view.state)) co_return plainAnswer(view, call.origin);
    if (view.state == execution::State::waiting) {
      EXECUTOR_CO_TRY(auto pending,
                      co_await deps_.approvals.list(call.principal, "pending", round.executionId));
      if (!pending.empty() && round.declined) co_return plainAnswer(view, call.origin);
      if (!pending.empty()) {
        co_return co_await ask(call, round.executionId, round.way, std::move(pending));
      }
    }
    if (std::chrono::steady_clock::now() - begun > kRoundGrace + patience) {
      co_return plainAnswer(view, call.origin);
    }
    co_await pause(view.state == execution::State::queued ? kQueuePause : kRoundPause);
    EXECUTOR_CO_TRY(auto next, co_await deps_.executions.wait(call.principal, round.executionId,
                                                              Deadline::max(), patience));
    view = std::move(next);
  }
}

Task<Result<Answer>> ApprovalRounds::ask(Call call, std::string executionId, ApprovalWay way,
                                         std::vector<ApprovalView> pending) {
  auto state = deps_.states.seal(call, payloadOf(executionId, way, pending), lastExpiry(pending));
  std::string members = R"("inputRequests":)" + inputRequests(pending, way, call.origin);
  members += R"(,"requestState":)" + quoteJson(state);
  co_return Answer{.members = std::move(members), .kind = Answer::Kind::input_required};
}

}  // namespace executor::mcp

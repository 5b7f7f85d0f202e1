#include "execution/timeline.h"

namespace executor::execution {
namespace {

bool isTrue(const json::object& body, std::string_view key) {
  const json::value* member = body.if_contains(key);
  return member != nullptr && member->is_bool() && member->get_bool();
}

}  // namespace

void Timeline::apply(const Event& event) {
  if (event.kind == EventKind::console) {
    logs_.push_back(
        {std::string(textOf(event.body, "level")), std::string(textOf(event.body, "text"))});
    return;
  }
  if (event.kind == EventKind::emitted) {
    emitted_.push_back(emissionFrom(event.body));
    return;
  }
  const auto n = static_cast<std::uint32_t>(numberOf(event.body, "n"));
  if (n != 0) applyToCall(event, calls_[n]);
}

// A call passes these in order but may skip any: denied ones are never requested, reads never ask.
void Timeline::applyToCall(const Event& event, CallTrace& call) {
  const json::object& body = event.body;
  switch (event.kind) {
    case EventKind::call:
      call.view.n = static_cast<std::uint32_t>(numberOf(body, "n"));
      call.view.id = textOf(body, "id");
      call.view.tool = call.path = textOf(body, "path");
      call.view.status = "requested";
      call.view.startedAt = event.at;
      call.inputHash = textOf(body, "hash");
      call.turn = static_cast<std::uint32_t>(numberOf(body, "turn"));
      break;
    case EventKind::call_requested:
      call.requested = true;
      call.safe = isTrue(body, "safe");
      call.retryable = isTrue(body, "retryable");
      call.view.tool = textOf(body, "tool");
      break;
    case EventKind::approval_requested:
      call.view.status = "waiting";
      call.view.tool = textOf(body, "tool");
      call.approvalId = textOf(body, "approval");
      call.toolSet = textOf(body, "toolSet");
      call.summary = textOf(body, "summary");
      break;
    case EventKind::decided:
      call.view.status = "requested";
      call.decided = true;
      granted_ = granted_ || textOf(body, "scope") == "execution";
      break;
    case EventKind::delivered:
    case EventKind::call_ended: endCall(event, call); break;
    default: break;
  }
}

void Timeline::endCall(const Event& event, CallTrace& call) {
  call.delivered = event.kind == EventKind::delivered;
  if (!call.delivered) call.ended = event.body;
  call.decided = true;
  call.view.status = textOf(event.body, "status");
  call.view.errorCode = textOf(event.body, "code");
  call.view.durationMs = event.at - call.view.startedAt;
  if (const auto tool = textOf(event.body, "tool"); !tool.empty()) call.view.tool = tool;
}

bool Timeline::asksHuman() const {
  return std::ranges::any_of(calls_, [](const auto& entry) {
    return !entry.second.approvalId.empty() && !entry.second.decided;
  });
}

// A final execution has no pending approvals, whatever its journal did not live to say.
void Timeline::addTo(ExecutionView& view) const {
  for (const auto& [n, call] : calls_) {
    view.calls.push_back(call.view);
    if (call.approvalId.empty() || call.decided || isFinal(view.state)) continue;
    view.approvals.push_back({call.approvalId, call.view.tool, call.summary});
  }
  view.logs = logs_;
  view.emitted = emitted_;
}

}  // namespace executor::execution

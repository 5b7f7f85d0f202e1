// The order of ways, and the one that was asked for.
#include "mcp/approval-way.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace executor::mcp {
namespace {

constexpr std::array kOrder = {ApprovalWay::tasks, ApprovalWay::form, ApprovalWay::url,
                               ApprovalWay::resume};

bool possible(const Call& call, ApprovalWay way) {
  switch (way) {
    case ApprovalWay::tasks: return call.era == Era::modern && call.capabilities.tasks;
    case ApprovalWay::form: return call.capabilities.elicitationForm && call.principal.mayApprove;
    case ApprovalWay::url: return call.capabilities.elicitationUrl;
    case ApprovalWay::resume: break;
  }
  return true;
}

}  // namespace

std::string_view name(ApprovalWay way) {
  switch (way) {
    case ApprovalWay::tasks: return "tasks";
    case ApprovalWay::form: return "form";
    case ApprovalWay::url: return "url";
    case ApprovalWay::resume: break;
  }
  return "resume";
}

std::optional<ApprovalWay> questionWay(const Call& call) {
  for (auto way : {ApprovalWay::form, ApprovalWay::url}) {
    if (possible(call, way)) return way;
  }
  return std::nullopt;
}

Result<ApprovalWay> approvalWay(const Call& call) {
  if (call.approvals.empty()) {
    return *std::ranges::find_if(kOrder, [&](auto way) { return possible(call, way); });
  }
  auto named = std::ranges::find(kOrder, call.approvals, [](auto way) { return name(way); });
  if (named == kOrder.end()) {
    return fail(ErrorCode::invalid_argument,
                "The URL's approvals=" + truncateText(call.approvals, 40) + " names no way.",
                "Use approvals=tasks, form, url or resume, or leave it out.");
  }
  return possible(call, *named) ? *named : ApprovalWay::resume;
}

}  // namespace executor::mcp

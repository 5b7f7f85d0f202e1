// Which way a client is told that a person has to decide, and gets the rest of its result.
//
// The first of these that the client declared (D15):
//   tasks   modern only: the call becomes a task, its questions come with tasks/get
//   form    an elicitation form; counts only over a key with mayApprove (D1), so it is not offered
//           to others: a form whose answer is ignored would be a lie to the user
//   url     an elicitation that sends the user to the page of the approval
//   resume  none of these: a result that says what waits, and the tool `resume` for the rest (D16)
// `?approvals=` in the endpoint's URL names one for clients whose declaration is not the truth. It
// can only choose among what the client declared: a server MUST NOT use what was not (MCP
// 2026-07-28, elicitation, capabilities). A way that is named and cannot be used becomes `resume`.
#pragma once

#include <optional>

#include "mcp/call.h"

namespace executor::mcp {

enum class ApprovalWay : std::uint8_t { tasks, form, url, resume };

// `invalid_argument` for an ?approvals= that names no way.
Result<ApprovalWay> approvalWay(const Call& call);

// How a question may be put to this client, whichever way it gets its result: form, url, or
// neither.
std::optional<ApprovalWay> questionWay(const Call& call);

// "tasks", "form", "url", "resume": what ?approvals= takes.
std::string_view name(ApprovalWay way);

}  // namespace executor::mcp

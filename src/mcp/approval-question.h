// An approval as a question to the client's user, and the client's answer as a decision.
//
// Both eras ask with these words: the message names the tool, what it does and the whole input (it
// is bounded: kMaxApprovalInputBytes) with secrets redacted, because what a cut hides could be the
// part that matters; the form has `decision` and an optional `reason`. What the answers mean:
//   accept, decision approve   approved, with the reason
//   accept, decision deny      denied, with the reason
//   decline                    denied, "declined by the user": the user said no, explicitly
//   cancel                     nothing: the user looked away, so the approval stays pending
// An answer counts as the account behind the key only if the key was issued with `mayApprove` (D1):
// programs answer elicitations as easily as people do. A URL question only shows a page; its
// `accept` says that the user opened it and decides nothing.
#pragma once

#include <string>
#include <string_view>

#include "approval/approval.h"
#include "base/async.h"
#include "base/principal.h"

namespace executor::mcp {

// Params of elicitation/create as JSON text (MCP 2025-11-25 and 2026-07-28, elicitation).
// `withMode` is false for revisions before 2025-11-25, which know no modes.
std::string formQuestion(const approval::ApprovalView& approval, bool withMode);
// The question's elicitationId is the approval's id.
std::string urlQuestion(const approval::ApprovalView& approval, std::string_view origin);

struct ApprovalAnswer {
  enum class Kind : std::uint8_t { approve, deny, none } kind = Kind::none;
  std::string reason;
};
// Reads an ElicitResult; `invalid_argument` names what is wrong with it.
Result<ApprovalAnswer> readApprovalAnswer(const json::value& result);

// Decides as the account of the key. `forbidden` without mayApprove; `none` changes nothing.
Task<Status> applyApprovalAnswer(approval::Approvals& approvals, Principal principal,
                                 std::string approvalId, ApprovalAnswer answer);

}  // namespace executor::mcp

// The words of the question, and what each answer does.
#include "mcp/approval-question.h"

#include "api/views.h"
#include "base/json.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kDeclined = "declined by the user";

// One flat object of primitive members: all that a form may be.
constexpr std::string_view kDecisionSchema =
    R"({"type":"object","properties":{)"
    R"("decision":{"type":"string","title":"Decision",)"
    R"("description":"approve lets this one call be made with exactly this input",)"
    R"("enum":["approve","deny"]},)"
    R"("reason":{"type":"string","title":"Reason","description":"The program sees it.",)"
    R"("maxLength":500}},"required":["decision"]})";

std::string headline(const approval::ApprovalView& approval) {
  std::string text = "A program wants to call " + approval.toolPath;
  if (!approval.summary.empty()) text += ": " + approval.summary;
  return text;
}

std::string formMessage(const approval::ApprovalView& approval) {
  std::string text = headline(approval);
  if (!approval.origin.empty()) text += "\nSent to: " + approval.method + " " + approval.origin;
  return text + "\nInput: " + approval.inputJson;
}

std::unexpected<Error> badAnswer(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message),
              R"(Answer {"action":"accept","content":{"decision":"approve"}}, or "deny".)");
}

Result<ApprovalAnswer> readDecision(const json::value& result) {
  const auto* content = findObject(result, "content");
  if (!content) return badAnswer("An accepted answer needs content, an object.");
  auto decision = findString(*content, "decision");
  const auto* reason = content->if_contains("reason");
  if (reason && !reason->is_string()) return badAnswer("reason must be a string.");
  std::string words(reason ? std::string_view(reason->as_string()) : std::string_view());
  if (words.size() > approval::kMaxReasonBytes) {
    return badAnswer("reason must have at most 500 bytes.");
  }
  if (decision == "approve") return ApprovalAnswer{ApprovalAnswer::Kind::approve, words};
  if (decision == "deny") return ApprovalAnswer{ApprovalAnswer::Kind::deny, words};
  return badAnswer("decision must be approve or deny.");
}

}  // namespace

std::string formQuestion(const approval::ApprovalView& approval, bool withMode) {
  std::string out = "{";
  if (withMode) out += R"("mode":"form",)";
  out += R"("message":)" + quoteJson(formMessage(approval));
  return out.append(R"(,"requestedSchema":)").append(kDecisionSchema) + "}";
}

// The input stays out: the page shows it, and the client need not see it.
std::string urlQuestion(const approval::ApprovalView& approval, std::string_view origin) {
  std::string out = R"({"mode":"url","message":)";
  out += quoteJson(headline(approval) + "\nDecide on this page.");
  out += R"(,"url":)" + quoteJson(api::approvalUrl(origin, approval.id));
  return out + R"(,"elicitationId":)" + quoteJson(approval.id) + "}";
}

Result<ApprovalAnswer> readApprovalAnswer(const json::value& result) {
  auto action = findString(result, "action");
  if (action == "accept") return readDecision(result);
  if (action == "decline") {
    return ApprovalAnswer{ApprovalAnswer::Kind::deny, std::string(kDeclined)};
  }
  if (action == "cancel") return ApprovalAnswer{};
  return badAnswer("action must be accept, decline or cancel.");
}

Task<Status> applyApprovalAnswer(approval::Approvals& approvals, Principal principal,
                                 std::string approvalId, ApprovalAnswer answer) {
  if (answer.kind == ApprovalAnswer::Kind::none) co_return Status{};
  if (!principal.mayApprove) {
    co_return fail(ErrorCode::forbidden, "This key may not decide approvals.",
                   "Open the approval's link, or use a key that was made with mayApprove.");
  }
  principal.kind = CredentialKind::person;
  bool approve = answer.kind == ApprovalAnswer::Kind::approve;
  auto decided = co_await approvals.decide(std::move(principal), std::move(approvalId), approve,
                                           std::move(answer.reason));
  if (!decided) co_return std::unexpected(std::move(decided).error());
  co_return Status{};
}

}  // namespace executor::mcp

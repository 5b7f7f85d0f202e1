#include "mcp/tool-result.h"

#include "base/json.h"
#include "base/text.h"

namespace executor::mcp {
namespace {

using execution::ExecutionView;
using execution::State;

// Writes members of a JSON object from parts that are JSON text already, so that a program's result
// is never parsed again.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) {}
  void raw(std::string_view name, std::string_view json) {
    if (!first_) out_ += ',';
    first_ = false;
    out_.append("\"").append(name).append("\":").append(json);
  }
  void text(std::string_view name, std::string_view value) { raw(name, quoteJson(value)); }
  void textIfAny(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void number(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string position(const ExecutionView& view) {
  if (view.errorLine == 0) return {};
  return " (line " + std::to_string(view.errorLine) + ", column " +
         std::to_string(view.errorColumn) + ")";
}

std::string approvalLink(std::string_view origin, std::string_view id) {
  return std::string(origin) + "/approvals/" + std::string(id);
}

std::string waitingText(const ExecutionView& view, std::string_view origin) {
  std::string text = "status: waiting\ntaskId: " + view.id + "\n";
  for (const auto& approval : view.approvals) {
    text += "A human must approve " + approval.tool + ": " + approvalLink(origin, approval.id) + "\n";
  }
  return text + "Then call `resume` with {\"taskId\":\"" + view.id + "\"} to get the result.";
}

std::string failureText(const ExecutionView& view) {
  std::string text = "status: " + std::string(name(view.state)) + "\nerror: " + view.errorMessage;
  text += position(view);
  if (!view.errorHint.empty()) text += "\nhint: " + view.errorHint;
  if (!view.errorStack.empty()) text += "\n" + view.errorStack;
  return text + "\ntaskId: " + view.id;
}

std::string preview(std::string_view result) {
  if (result.size() <= kMaxPreviewChars) return std::string(result);
  return truncateText(result, kMaxPreviewChars) +
         "\n... [result preview cut; structuredContent has the rest]";
}

std::string consoleText(const ExecutionView& view) {
  std::string text;
  for (const auto& line : view.logs) text += "\n[" + line.level + "] " + line.text;
  return text.empty() ? text : "\n\nconsole:" + truncateText(text, kMaxConsolePreview);
}

std::string resultText(const ExecutionView& view, std::string_view origin) {
  if (view.state == State::completed) {
    auto body = view.resultHandle.empty() ? preview(view.resultJson)
                                          : "The result is stored as " + view.resultHandle + ".";
    return body + consoleText(view);
  }
  if (!isFinal(view.state)) return waitingText(view, origin);
  return failureText(view) + consoleText(view);
}

std::string callsJson(const ExecutionView& view) {
  std::string out = "[";
  for (const auto& call : view.calls) {
    if (out.size() > 1) out += ',';
    out += '{';
    Members members(out);
    members.text("id", call.id);
    members.text("tool", call.tool);
    members.text("status", call.status);
    members.textIfAny("code", call.errorCode);
    members.number("durationMs", call.durationMs);
    out += '}';
  }
  return out + ']';
}

std::string logsJson(const ExecutionView& view) {
  std::string out = "[";
  for (const auto& line : view.logs) {
    if (out.size() > 1) out += ',';
    out += R"({"level":)" + quoteJson(line.level) + R"(,"text":)" + quoteJson(line.text) + '}';
  }
  return out + ']';
}

std::string approvalsJson(const ExecutionView& view, std::string_view origin) {
  std::string out = "[";
  for (const auto& approval : view.approvals) {
    if (out.size() > 1) out += ',';
    out += R"({"approvalId":)" + quoteJson(approval.id) + R"(,"tool":)" + quoteJson(approval.tool) +
           R"(,"url":)" + quoteJson(approvalLink(origin, approval.id)) + '}';
  }
  return out + ']';
}

std::string errorDetailJson(const ExecutionView& view) {
  std::string out = "{";
  Members members(out);
  members.text("code", view.errorCode);
  if (view.errorLine > 0) members.number("line", view.errorLine);
  if (view.errorLine > 0) members.number("column", view.errorColumn);
  members.textIfAny("hint", view.errorHint);
  return out + '}';
}

void appendOutcome(Members& members, const ExecutionView& view) {
  if (isFinal(view.state)) members.number("exitCode", view.state == State::completed ? 0 : 1);
  if (view.state == State::completed) {
    members.raw("result", view.resultHandle.empty() && !view.resultJson.empty() ? view.resultJson
                                                                                : "null");
  }
  members.textIfAny("resultHandle", view.resultHandle);
  members.textIfAny("error", view.errorMessage);
  if (!view.errorCode.empty()) members.raw("errorDetail", errorDetailJson(view));
}

std::string structuredContent(const ExecutionView& view, std::string_view origin) {
  std::string out = "{";
  Members members(out);
  members.text("taskId", view.id);
  members.text("status", name(view.state));
  members.text("runtimeId", view.runtimeId);
  appendOutcome(members, view);
  members.text("workspaceId", view.workspaceId);
  members.text("accountId", view.accountId);
  members.raw("calls", callsJson(view));
  members.raw("logs", logsJson(view));
  members.raw("approvals", approvalsJson(view, origin));
  return out + '}';
}

std::string contentMember(std::string_view text) {
  return R"("content":[{"type":"text","text":)" + quoteJson(text) + "}]";
}

}  // namespace

std::string toolResultMembers(const ExecutionView& view, std::string_view origin) {
  std::string out = contentMember(resultText(view, origin));
  out += R"(,"structuredContent":)" + structuredContent(view, origin);
  bool failed = isFinal(view.state) && view.state != State::completed;
  if (failed) out += R"(,"isError":true)";
  return out;
}

std::string toolErrorMembers(const Error& error) {
  std::string text(error.codeName());
  text += ": " + error.message;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  return contentMember(text) + R"(,"isError":true)";
}

}  // namespace executor::mcp

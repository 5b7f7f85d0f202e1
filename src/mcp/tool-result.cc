// Text for the model, structure for programs.
#include "mcp/tool-result.h"

#include "api/views.h"
#include "base/json.h"
#include "base/text.h"

namespace executor::mcp {
namespace {

using execution::ExecutionView;
using execution::State;

// Only where it is known: an upstream's failure has no line.
std::string position(const ExecutionView& view) {
  if (view.errorLine == 0) return {};
  return " (line " + std::to_string(view.errorLine) + ", column " +
         std::to_string(view.errorColumn) + ")";
}

std::string unfinishedText(const ExecutionView& view, std::string_view origin) {
  std::string text = "status: " + std::string(name(view.state)) + "\ntaskId: " + view.id + "\n";
  for (const auto& approval : view.approvals) {
    text += "A human must approve " + approval.tool + ": ";
    text += api::approvalUrl(origin, approval.id) + "\n";
  }
  return text + "Then call `resume` with {\"taskId\":\"" + view.id + "\"} to get the result.";
}

// With the places, the nearest names and the signatures: enough to write the program again.
std::string refusedText(const ExecutionView& view) {
  const execution::TypeVerdict& verdict = *view.typeCheck;
  return "status: " + std::string(name(view.state)) +
         "\nerror: type_error. The program was not run.\n\n" +
         findingsText(verdict.findings, verdict.more) +
         "\nCorrect it, or send typeCheck: \"warn\" to run it all the same.\ntaskId: " + view.id;
}

// What the check would have said before: mostly the cause of what went wrong. Beside a result only
// where it was asked for, because documents are incomplete and results often right.
std::string typesText(const ExecutionView& view) {
  if (!view.typeCheck || view.typeCheck->findings.empty()) return {};
  const bool asked = view.typeCheck->status == "warned";
  if (view.state == State::completed && !asked) return {};
  return "\n\ntype check:\n" + findingsText(view.typeCheck->findings, view.typeCheck->more);
}

// The taskId comes last: a model rarely needs it, a person who looks at the page does.
std::string failureText(const ExecutionView& view) {
  std::string text = "status: " + std::string(name(view.state)) + "\nerror: " + view.errorMessage;
  text += position(view);
  if (!view.errorHint.empty()) text += "\nhint: " + view.errorHint;
  if (!view.errorStack.empty()) text += "\n" + view.errorStack;
  return text + "\ntaskId: " + view.id;
}

// The cut is at a whole character, and says that there is more.
std::string preview(std::string_view result) {
  if (result.size() <= kMaxPreviewChars) return std::string(result);
  return truncateText(result, kMaxPreviewChars) +
         "\n... [result preview cut; structuredContent has the rest]";
}

// What is stored is shown by its beginning, so that a model can decide whether it needs the rest.
std::string completedText(const ExecutionView& view) {
  if (view.resultHandle.empty()) return preview(view.resultJson);
  return truncateText(view.resultPreview, kMaxPreviewChars) + "\n... [" +
         std::to_string(view.resultBytes) + " bytes, stored as " + view.resultHandle + "]";
}

// Apart from the result, and bounded on its own: logging must not push the result out.
std::string consoleText(const ExecutionView& view) {
  std::string text;
  for (const auto& line : view.logs) text += "\n[" + line.level + "] " + line.text;
  return text.empty() ? text : "\n\nconsole:" + truncateText(text, kMaxConsolePreview);
}

std::string resultText(const ExecutionView& view, std::string_view origin) {
  if (view.state == State::completed) {
    return completedText(view) + typesText(view) + consoleText(view);
  }
  if (!isFinal(view.state)) return unfinishedText(view, origin);
  if (view.typeCheck && view.typeCheck->failed()) return refusedText(view);
  return failureText(view) + typesText(view) + consoleText(view);
}

std::string contentMember(std::string_view text) {
  return R"("content":[{"type":"text","text":)" + quoteJson(text) + "}]";
}

}  // namespace

std::string toolResultMembers(const ExecutionView& view, std::string_view origin) {
  std::string out = contentMember(resultText(view, origin));
  out += R"(,"structuredContent":)" + api::executionJson(view, {.origin = origin});
  bool failed = isFinal(view.state) && view.state != State::completed;
  if (failed) out += R"(,"isError":true)";
  return out;
}

// The code first, because models and tests match on it.
std::string toolErrorMembers(const Error& error) {
  std::string text(error.codeName());
  text += ": " + error.message;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  return contentMember(text) + R"(,"isError":true)";
}

}  // namespace executor::mcp

// Text for the model, structure for programs.
#include "mcp/tool-result.h"

#include "api/views.h"
#include "base/json.h"
#include "base/text.h"
#include "mcp/result-resources.h"
#include "sandbox/source-lines.h"

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
  if (view.queuePosition != 0) {
    text += "It has not begun: it is number " + std::to_string(view.queuePosition) +
            " in the queue of its workspace, because as many run as may.\n";
  }
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
  const std::string excerpt = sandbox::excerptText(view.code, {view.errorLine, view.errorColumn});
  if (!excerpt.empty()) text += "\n" + excerpt.substr(0, excerpt.size() - 1);
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

std::string textBlock(std::string_view text, std::string_view more = {}) {
  return R"({"type":"text","text":)" + quoteJson(text) + std::string(more) + "}";
}

// MCP 2025-06-18, annotations: what a program emits is for the person, not for the model.
constexpr std::string_view kForTheUser = R"(,"annotations":{"audience":["user"]})";

// A file is an embedded resource. Its URI only tells it from others: nothing can be read there.
std::string fileBlock(const execution::Emitted& file, std::string_view task, std::size_t number) {
  std::string out = R"({"type":"resource","resource":{"uri":)";
  out += quoteJson("executor://" + std::string(task) + "/" + std::to_string(number) + "/" +
                   percentEncode(file.name));
  out += R"(,"mimeType":)" + quoteJson(file.mimeType);
  out += file.data.empty() ? R"(,"text":)" + quoteJson(file.text)
                           : R"(,"blob":)" + quoteJson(file.data);
  return out + "}" + std::string(kForTheUser) + "}";
}

// MCP 2025-06-18, resource links; result-resources.h reads what they name.
std::string linkBlock(std::string_view handle, std::string_view name, std::string_view mimeType,
                      std::size_t bytes, std::string_view more = {}) {
  std::string out = R"({"type":"resource_link","uri":)" + quoteJson(resultUri(handle));
  out += R"(,"name":)" + quoteJson(name.empty() ? handle : name);
  if (!mimeType.empty()) out += R"(,"mimeType":)" + quoteJson(mimeType);
  return out + R"(,"size":)" + std::to_string(bytes) + std::string(more) + "}";
}

// Too big to be sent along.
std::string storedBlock(const execution::Emitted& stored, bool links) {
  if (links) {
    return linkBlock(stored.handle, stored.name, stored.mimeType, stored.bytes, kForTheUser);
  }
  std::string text = "[" + (stored.name.empty() ? stored.kind : stored.name);
  if (!stored.mimeType.empty()) text += ", " + stored.mimeType;
  text += ", " + std::to_string(stored.bytes) + " bytes, stored as " + stored.handle + "]";
  return textBlock(text, kForTheUser);
}

std::string emittedBlock(const execution::Emitted& emission, std::string_view task,
                         std::size_t number, bool links) {
  if (!emission.handle.empty()) return storedBlock(emission, links);
  if (emission.kind == "text") return textBlock(emission.text, kForTheUser);
  if (emission.kind == "file") return fileBlock(emission, task, number);
  return R"({"type":)" + quoteJson(emission.kind) + R"(,"data":)" + quoteJson(emission.data) +
         R"(,"mimeType":)" + quoteJson(emission.mimeType) + std::string(kForTheUser) + "}";
}

// First the text for the model, then where a big result is, then what the program showed, in its
// order.
std::string contentMember(std::string_view text, const ExecutionView& view, bool links) {
  std::string out = R"("content":[)" + textBlock(text);
  if (links && !view.resultHandle.empty()) {
    out += "," + linkBlock(view.resultHandle, "result", "application/json", view.resultBytes);
  }
  for (std::size_t i = 0; i < view.emitted.size(); ++i) {
    out += "," + emittedBlock(view.emitted[i], view.id, i + 1, links);
  }
  return out + "]";
}

}  // namespace

std::string toolResultMembers(const ExecutionView& view, std::string_view origin, bool links) {
  std::string out = contentMember(resultText(view, origin), view, links);
  out += R"(,"structuredContent":)" +
         api::executionJson(view, {.origin = origin, .withContents = false});
  bool failed = isFinal(view.state) && view.state != State::completed;
  if (failed) out += R"(,"isError":true)";
  return out;
}

// The code first, because models and tests match on it.
std::string toolErrorMembers(const Error& error) {
  std::string text(error.codeName());
  text += ": " + error.message;
  if (!error.hint.empty()) text += "\nhint: " + error.hint;
  return contentMember(text, {}, false) + R"(,"isError":true)";
}

}  // namespace executor::mcp

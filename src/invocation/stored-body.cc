// Bodies that do not pass through the program: the two directions in which a call meets the store
// of results.
//
// In: a whole body of bytes may be given by the handle of a stored content, so that a download can
// be uploaded as it came. The approval shows the handle; contents never change, so its bytes are
// settled with it. They are read for the principal of the call, before anyone is asked.
// Out: an answer that is too big for a program becomes a handle. It is durable before the program
// learns of it, so that a handle in a journal is never the name of nothing.
#include <fmt/format.h>

#include "base/text.h"
#include "invocation/tool-call.h"
#include "invocation/upstream-error.h"
#include "source/request-body.h"

namespace executor::invocation {
namespace {

// nullptr if the body is no {"handle": …}.
const json::string* handleIn(const json::object& input, std::string_view body) {
  const json::object* object = findObject(input, body);
  const json::value* handle = object == nullptr ? nullptr : object->if_contains("handle");
  return handle == nullptr ? nullptr : handle->if_string();
}

// A text that was read as one JSON string, as the text that it is.
ResultDraft bigValue(source::UpstreamReply& reply) {
  ResultDraft draft{.mimeType = "application/json", .bytes = std::move(reply.bodyJson)};
  if (!draft.bytes.starts_with('"') || isJsonContent(reply.contentType)) return draft;
  const Result<json::value> value = parseJson(draft.bytes, {.maxBytes = draft.bytes.size()});
  if (!value || !value->is_string()) return draft;
  draft.mimeType = "text/plain; charset=utf-8";
  draft.bytes = value->get_string();
  return draft;
}

}  // namespace

Task<Result<json::object>> ToolCall::withStoredBody() const {
  const source::ToolView tool = tool_.view();
  // A body of JSON or of a form may well have a member named so; there it is only data.
  if (!source::takesBytes(tool)) co_return input_;
  const std::string body(tool.parameters.back().flatName);
  const json::string* handle = handleIn(input_, body);
  if (handle == nullptr) co_return input_;
  EXECUTOR_CO_TRY(ResultPart part,
                  co_await pipeline_.results.read(request_.principal, std::string(*handle), {}));
  json::object sent = input_;
  sent[body] = json::object{{"base64", base64Encode(part.bytes)}};
  co_return sent;
}

Task<Result<std::string>> ToolCall::bodyOf(source::UpstreamReply& reply) const {
  ResultDraft draft;
  if (!reply.content.empty()) {
    draft = {.mimeType = reply.contentType, .bytes = std::move(reply.content)};
  } else if (reply.bodyJson.size() > kMaxInlineOutputBytes) {
    draft = bigValue(reply);
  } else {
    co_return std::move(reply.bodyJson);
  }
  draft.bytes = withoutSecret(std::move(draft.bytes), authorization_);
  draft.kind = ResultKind::output;
  draft.workspaceId = request_.principal.workspaceId;
  draft.executionId = request_.executionId;
  draft.tool = tool_.path;
  EXECUTOR_CO_TRY(const ResultRecord kept, co_await pipeline_.results.keep(std::move(draft)));
  co_return handleJson(kept);
}

}  // namespace executor::invocation

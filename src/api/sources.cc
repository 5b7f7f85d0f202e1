// Sources: what a workspace's tools come from.
//
// Adding answers when the tools are there or when the document was refused; nothing is half added.
// Who wants to see the steps accepts text/event-stream (progress-stream.h). A pasted document may
// be 128 MiB, so it is moved and never copied on its way to catalog/.
#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/progress-stream.h"
#include "api/views.h"

namespace executor::api {
namespace {

// Exactly one origin: a source with both would refresh to something else than was pasted.
Result<catalog::SourceDraft> readDraft(const json::object& body) {
  EXECUTOR_CHECK(
      rejectUnknownMembers(body, "a source", {"name", "kind", "url", "document", "baseUrl"}));
  catalog::SourceDraft draft;
  EXECUTOR_TRY(draft.name, requireString(body, "name"));
  EXECUTOR_TRY(auto kind, optionalString(body, "kind"));
  if (!kind.empty()) draft.kind = std::move(kind);
  EXECUTOR_TRY(draft.url, optionalString(body, "url"));
  EXECUTOR_TRY(draft.document, optionalString(body, "document"));
  EXECUTOR_TRY(draft.baseUrl, optionalString(body, "baseUrl"));
  if (draft.url.empty() != draft.document.empty()) return draft;
  return fail(ErrorCode::invalid_argument,
              "A source needs exactly one of \"url\" and \"document\".",
              "\"url\" is where the document is; \"document\" is its text.");
}

// For clients that wait for the answer alone.
void noProgress(std::string_view, std::size_t, std::size_t) {}

}  // namespace

Task<Result<net::Response>> listSources(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto sources, co_await deps->sources.list(call.principal));
  std::vector<std::string> items;
  for (const auto& source : sources) items.push_back(sourceJson(source));
  co_return okJson(listText(items));
}

// The answer comes when the source is ready; compiling takes well under a second.
Task<Result<net::Response>> addSource(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto draft, readDraft(call.body));
  call.body = {};
  // Shared, because a document is large and std::function copies.
  auto shared = std::make_shared<catalog::SourceDraft>(std::move(draft));
  const SourceWork add = [deps, principal = call.principal, shared](catalog::Progress progress) {
    return deps->sources.add(principal, std::move(*shared), std::move(progress));
  };
  if (wantsEventStream(call.request)) co_return streamProgress(add, call.request.requestId);
  EXECUTOR_CO_TRY(const auto source, co_await add(noProgress));
  co_return createdJson(sourceJson(source), "/api/v1/sources/" + source.id);
}

Task<Result<net::Response>> showSource(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto source, co_await deps->sources.show(call.principal, call.parameter()));
  co_return okJson(sourceJson(source));
}

Task<Result<net::Response>> removeSource(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(co_await deps->sources.remove(call.principal, call.parameter()));
  co_return done();
}

Task<Result<net::Response>> refreshSource(Deps deps, Call call) {
  const SourceWork refresh = [deps, principal = call.principal,
                              name = call.parameter()](catalog::Progress progress) {
    return deps->sources.refresh(principal, name, std::move(progress));
  };
  if (wantsEventStream(call.request)) co_return streamProgress(refresh, call.request.requestId);
  EXECUTOR_CO_TRY(const auto source, co_await refresh(noProgress));
  co_return okJson(sourceJson(source));
}

}  // namespace executor::api

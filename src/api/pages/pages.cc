// What every page has in common: the session before anything else, the form's token before any
// change, and an error as a page. The functions in the other files are the pages themselves.
#include "api/pages/pages.h"

#include "api/pages/layout.h"
#include "base/log.h"

namespace executor::api {
namespace {

using PageFunction = Task<Result<net::Response>> (*)(Deps deps, PageCall call);

// As on the API, but for eyes: code in words, message, hint.
net::Response answerError(const Error& error, const net::Request& request,
                          const identity::Session* session) {
  if (!error.detail.empty() || error.culprit() == Culprit::ours) {
    logError(LogLevel::warn, "page_failed", error,
             {{"requestId", request.requestId}, {"path", request.path}});
  }
  return errorPage(error, session);
}

// A form must carry the token of its own session: principalFromRequest checks it for every POST.
// A key in a header must not stand in for the form's token, so headers are left out.
Task<Status> checkForm(Deps deps, const net::Request& request) {
  auto plain = request;
  plain.headers.remove("x-api-key");
  plain.headers.remove("authorization");
  const auto principal = co_await deps->identity.principalFromRequest(plain);
  if (!principal) co_return std::unexpected(principal.error());
  co_return Status{};
}

// Session first: without one a page tells nothing, not even whether a thing exists.
Task<net::Response> serve(Deps deps, PageFunction function, net::Request request) {
  auto session = co_await deps->identity.sessionFromRequest(request);
  if (!session) co_return answerError(session.error(), request, nullptr);
  const bool form = request.method == "POST";
  if (!*session) co_return signInPage(form ? "/" : request.path);
  const identity::Session known = **session;
  if (form) {
    const auto checked = co_await checkForm(deps, request);
    if (!checked) co_return answerError(checked.error(), request, &known);
  }
  const auto result = co_await function(deps, PageCall{request, known});
  if (!result) co_return answerError(result.error(), request, &known);
  co_return *result;
}

// Forms are small; their limit is their own.
void addPage(net::Router& router, const Deps& deps, std::string_view method,
             std::string_view pattern, PageFunction function) {
  router.add(
      method, pattern,
      [deps, function](net::Request request) { return serve(deps, function, std::move(request)); },
      {.maxBodyBytes = kMaxFormBodyBytes});
}

}  // namespace

void addPages(net::Router& router, const Deps& deps) {
  addPage(router, deps, "GET", "/", homePage);
  addPage(router, deps, "GET", "/approvals/*", approvalPage);
  addPage(router, deps, "POST", "/approvals/*/decision", decideOnPage);
  addPage(router, deps, "GET", "/executions/*", executionPage);
  addPage(router, deps, "POST", "/executions/*/decisions", decideAllOnPage);
  addPage(router, deps, "POST", "/sign-out", signOut);
  router.add("GET", "/open/*",
             [deps](net::Request request) { return openPage(deps, std::move(request)); });
  router.add("POST", "/open/*",
             [deps](net::Request request) { return openSession(deps, std::move(request)); },
             {.maxBodyBytes = kMaxFormBodyBytes});
}

}  // namespace executor::api

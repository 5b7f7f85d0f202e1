// Opening and ending a browser session.
//
// The link's token stands in the path, where a browser's history keeps it; that is why it works
// once and for kOpenLinkTtl only. Opening takes a POST: programs that follow links (chat previews,
// scanners, prefetching) send GET, and would otherwise use the link up or be signed in themselves.
#include "api/pages/layout.h"
#include "api/pages/pages.h"

namespace executor::api {
namespace {

// 303, so that the browser continues with GET and a reload repeats nothing.
net::Response redirectHome(std::string setCookie) {
  auto response = net::Response::redirect("/");
  response.headers.set("Set-Cookie", std::move(setCookie));
  addPageHeaders(response);
  return response;
}

// One answer for used, expired and unknown.
net::Response deadLinkPage() {
  Markup body;
  body.raw(
      "<p>This link has been used or has expired.</p><p>For a new one, type:</p>"
      "<pre>executor open</pre>");
  return page(401, "Link not valid", body, nullptr);
}

}  // namespace

// GET only shows the button: a scanner that follows links does not use the link up (D1).
Task<net::Response> openPage(Deps deps, net::Request request) {
  const auto token = request.pathParameters.at(0);
  if (!co_await deps->identity.openLinkValid(token)) co_return deadLinkPage();
  Markup body;
  body.raw(
          "<p>This opens a session for the owner of this Executor server in this browser.</p>"
          "<form method=\"post\" action=\"/open/")
      .text(token)
      .raw("\"><button class=\"approve\">Open Executor</button></form>");
  co_return page(200, "Open Executor", body, nullptr);
}

// The token in the path is the credential; no session exists yet, so there is no form token to
// check. Another site cannot know the token, and the Origin check refuses its forms.
Task<net::Response> openSession(Deps deps, net::Request request) {
  auto cookie = co_await deps->identity.redeemOpenLink(request.pathParameters.at(0));
  if (cookie) co_return redirectHome(*std::move(cookie));
  if (cookie.error().code == ErrorCode::unauthorized) co_return deadLinkPage();
  co_return errorPage(cookie.error(), nullptr);
}

Task<Result<net::Response>> signOut(Deps deps, PageCall call) {
  EXECUTOR_CO_CHECK(co_await deps->identity.endSession(call.session.principal));
  co_return redirectHome(identity::expiredSessionCookie());
}

}  // namespace executor::api

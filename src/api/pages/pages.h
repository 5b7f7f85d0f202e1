// The pages (D1, D40): what a person sees without a terminal, server-rendered and without script.
//
// A page needs a browser session; without one it is 401 and says how to get one. GET shows and
// never decides, so that a link in a chat, a prefetching browser or a scanner changes nothing; each
// change is a form with the session's CSRF token. Only sessions count here: an API key in a header
// opens no page. Missing on purpose: the full web UI, which comes later and uses /api/v1.
#pragma once

#include "api/endpoint.h"

namespace executor::api {

// Adds the pages and the two routes of the open link.
void addPages(net::Router& router, const Deps& deps);

// A request of a person with a session; a POST has passed the form's token.
struct PageCall {
  net::Request request;
  identity::Session session;

  const std::string& parameter(std::size_t i = 0) const { return request.pathParameters.at(i); }
};

// home-page.cc
Task<Result<net::Response>> homePage(Deps deps, PageCall call);
// approval-page.cc
Task<Result<net::Response>> approvalPage(Deps deps, PageCall call);
Task<Result<net::Response>> decideOnPage(Deps deps, PageCall call);
Task<Result<net::Response>> decideAllOnPage(Deps deps, PageCall call);
// execution-page.cc
Task<Result<net::Response>> executionPage(Deps deps, PageCall call);
// session-pages.cc: these two work without a session
Task<net::Response> openPage(Deps deps, net::Request request);
Task<net::Response> openSession(Deps deps, net::Request request);
Task<Result<net::Response>> signOut(Deps deps, PageCall call);

// How much the pages show; the API pages through the rest.
inline constexpr std::size_t kHomeExecutions = 20;
inline constexpr std::size_t kShownEvents = 500;

}  // namespace executor::api

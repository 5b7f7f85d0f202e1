// The frame of every page: head, style, headers, and the words for times and states.
//
// No page has a script, loads anything, may be framed, or posts elsewhere: the content security
// policy says so, so that even markup that should not be there could do nothing. Referrer-Policy is
// `same-origin` and not `no-referrer`: under the latter a browser sends `Origin: null` with our own
// forms, which the server's Origin check must refuse.
#pragma once

#include <string>
#include <string_view>

#include "api/pages/markup.h"
#include "base/error.h"
#include "base/time.h"
#include "identity/identity.h"
#include "net/http.h"

namespace executor::api {

// `session` nullptr: no navigation and no sign-out.
// A whole page with all headers.
net::Response page(int status, std::string_view title, const Markup& body,
                   const identity::Session* session);

// What went wrong, in words, with the status of the code.
net::Response errorPage(const Error& error, const identity::Session* session);

// 401: how to get a session. `here` is the path asked for, offered as a link, because a browser
// withholds a SameSite=Strict cookie when the page was opened from another site.
net::Response signInPage(std::string_view here);

// The security headers alone, for answers that are no pages (redirects).
void addPageHeaders(net::Response& response);

// "2026-11-24 05:59:31 UTC"; "–" for 0.
std::string formatTime(EpochMs at);

// A hidden field with the session's CSRF token.
Markup csrfField(const identity::Session& session);

// JSON text indented for reading; as it is if it does not parse. At most kMaxShownBytes, and what
// is cut is told. Not for anything that is decided on.
std::string readableJson(std::string_view text);
inline constexpr std::size_t kMaxShownBytes = 100'000;

// The same without cutting, for what a person approves: indenting multiplies the size of deeply
// nested values, so an input could be padded until the part that matters falls off the page. What
// would be over kMaxShownBytes is shown as it is, whole; approval/ bounds it.
std::string wholeJson(std::string_view text);

// The characters that change the direction of text (U+202A to U+202E, U+2066 to U+2069) as visible
// escapes: with them a reader would see another order than the one that is sent or run.
std::string revealDirection(std::string_view text);

}  // namespace executor::api

#include "api/pages/layout.h"

#include <fmt/format.h>

#include <chrono>

#include "base/json.h"
#include "base/text.h"

namespace executor::api {
namespace {

// Nothing is loaded, framed or run; a form may post to us only. `unsafe-inline` is for style alone:
// a hash would have to follow every change of the style, and CSS that loads nothing and is ours
// leaks nothing. frame-ancestors is what keeps a decision's button from being clicked through a
// frame; base-uri keeps an injected <base> from redirecting our relative links.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'";

// One style for all pages, inline, because the policy lets nothing be loaded.
Markup head(std::string_view title) {
  Markup out;
  out.raw(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)")
      .text(title)
      .raw(R"( · Executor</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--ok:#1a7f37;--bad:#c62828;--wait:#9a6700}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1.25rem 4rem}
header{display:flex;gap:1.5rem;align-items:center;border-bottom:1px solid var(--line)}
header form{margin-left:auto}
h1{font-size:1.5rem;margin:1.5rem 0 .5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;
border-bottom:1px solid var(--line);overflow-wrap:anywhere}
pre{background:var(--soft);padding:.75rem;border-radius:.4rem;overflow:auto;white-space:pre-wrap;
overflow-wrap:anywhere;max-height:30rem;margin:.25rem 0}
code,pre{font:.875rem/1.45 ui-monospace,monospace}
button{font:inherit;padding:.4rem 1rem;border:1px solid var(--line);border-radius:.4rem;
cursor:pointer}
button.approve{background:var(--ok);color:#fff}button.deny{background:var(--bad);color:#fff}
input[type=text]{font:inherit;padding:.4rem;width:100%;box-sizing:border-box;margin:.5rem 0 1rem}
.muted{opacity:.7}.completed,.approved,.ready{color:var(--ok)}
.failed,.denied,.timed_out,.cancelled,.expired{color:var(--bad)}.waiting,.pending{color:var(--wait)}
</style></head><body>
)");
  return out;
}

// Sign-out is a form and not a link: a GET changes nothing.
Markup navigation(const identity::Session& session) {
  Markup out;
  out.raw("<header><p><a href=\"/\">Executor</a></p><form method=\"post\" action=\"/sign-out\">")
      .add(csrfField(session))
      .raw("<button>Sign out</button></form></header>\n");
  return out;
}

// "not_found" as a title: "Not found".
std::string capitalised(std::string_view code) {
  std::string text(code);
  std::ranges::replace(text, '_', ' ');
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

// no-store also for redirects: the back button of a shared machine must not show an old page after
// sign-out.
void addPageHeaders(net::Response& response) {
  response.headers.set("Content-Security-Policy", std::string(kPolicy));
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("Cache-Control", "no-store");
}

net::Response page(int status, std::string_view title, const Markup& body,
                   const identity::Session* session) {
  auto whole = head(title);
  if (session != nullptr) whole.add(navigation(*session));
  whole.raw("<main><h1>").text(title).raw("</h1>\n").add(body).raw("</main></body></html>\n");
  auto response = net::Response::html(status, whole.html());
  addPageHeaders(response);
  return response;
}

// Message and hint are written for clients and hold no secret; both are escaped like all text.
net::Response errorPage(const Error& error, const identity::Session* session) {
  Markup body;
  body.element("p", error.message);
  if (!error.hint.empty()) body.element("p", error.hint);
  const auto& traitsOfCode = traits(error.code);
  return page(traitsOfCode.httpStatus, capitalised(traitsOfCode.name), body, session);
}

// Says how, and nothing about what is at the path: that needs a session.
net::Response signInPage(std::string_view here) {
  Markup body;
  body.raw(
          "<p>This browser has no session with this Executor server.</p>"
          "<p>On the machine where it runs, type:</p><pre>executor open</pre>"
          "<p>It prints a link that works once and opens a session here.</p>"
          "<p class=\"muted\">You have a session, and followed a link from another site? ")
      .link(here, "Go on to this page")
      .raw(".</p>");
  return page(401, "Sign in", body, nullptr);
}

// UTC, because server and reader may be in different places.
std::string formatTime(EpochMs at) {
  if (at == 0) return "–";
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(at)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// Hidden from the eye, not from the page: its secrecy is that other sites cannot read our pages.
Markup csrfField(const identity::Session& session) {
  Markup out;
  out.raw("<input type=\"hidden\" name=\"csrf\" value=\"").text(session.csrf).raw("\">");
  return out;
}

// Bounded, because a page is for reading; the API has the whole.
std::string readableJson(std::string_view text) {
  const auto value = parseJson(text);
  return truncateText(revealDirection(value ? prettyJson(*value) : text), kMaxShownBytes);
}

std::string wholeJson(std::string_view text) {
  const auto value = parseJson(text);
  const auto pretty = value ? prettyJson(*value) : std::string(text);
  return revealDirection(pretty.size() <= kMaxShownBytes ? std::string_view(pretty) : text);
}

// All of them are E2 80 AA..AE or E2 81 A6..A9 in UTF-8. The escape is JSON's and JavaScript's own,
// so inside a string literal the text still says what it said.
std::string revealDirection(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i, 3);
    const bool embedding = rest >= "\u202a" && rest <= "\u202e";
    const bool isolate = rest >= "\u2066" && rest <= "\u2069";
    if (!embedding && !isolate) {
      out += text[i];
      continue;
    }
    out +=
        fmt::format("\\u20{:02x}", static_cast<unsigned char>(rest[2]) - (embedding ? 0x80 : 0x40));
    i += 2;
  }
  return out;
}

}  // namespace executor::api

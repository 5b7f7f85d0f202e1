// The values of HTTP: fields, requests, responses, events. What may stand in a field is checked
// when it is put in, so that writing one needs no second look and an injection has no place to
// happen.
#include "net/http.h"

#include <array>

#include "base/json.h"
#include "base/text.h"

namespace executor::net {
namespace {

// RFC 9110 section 5.6.2.
bool isTokenChar(unsigned char c) {
  if (std::isalnum(c) != 0) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

// RFC 9110 section 5.5: visible characters, space, tab and bytes above 127.
bool isFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

// Names come in a few spellings; comparing lengths first settles nearly all of them.
bool sameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    unsigned char x = a[i];
    unsigned char y = b[i];
    if (x == y) continue;
    if ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z') return false;
  }
  return true;
}

// application/x-www-form-urlencoded; a broken escape is kept as it stands.
std::string decodeFormText(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  std::string out;
  return percentDecode(spaced, out) ? out : spaced;
}

// A response that is complete; its length is written by the connection.
Response whole(int status, std::string_view type, std::string body) {
  Response response{.status = status, .body = std::move(body)};
  response.headers.add("Content-Type", std::string(type));
  return response;
}

// An id or event name with a line break would begin a field of the event stream.
std::string_view untilNewline(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

// RFC 9110 section 10.2.3 and RFC 6585 section 4: what is full now may have room soon.
bool wantsRetryAfter(const ErrorTraits& code) {
  return code.retryable && (code.httpStatus == 429 || code.httpStatus == 503);
}

}  // namespace

// The first of that name; fields that repeat are for callers that ask all().
std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (sameName(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const { return count(name) > 0; }

std::size_t Headers::count(std::string_view name) const {
  return std::count_if(fields_.begin(), fields_.end(),
                       [&](const Field& field) { return sameName(field.first, name); });
}

// Checked before anything is removed: a refused set leaves the old value.
bool Headers::set(std::string_view name, std::string value) {
  if (!isToken(name) || !isFieldValue(value)) return false;
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
  return true;
}

bool Headers::add(std::string_view name, std::string value) {
  if (!isToken(name) || !isFieldValue(value)) return false;
  fields_.emplace_back(std::string(name), std::move(value));
  return true;
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return sameName(field.first, name); });
}

// Armed by the first who asks: most handlers are done before the client could leave.
void Disconnect::beginWatch() const {
  if (auto watch = std::exchange(watch_, {}).lock()) watch->watchPeer();
}

bool Disconnect::fired() const {
  beginWatch();
  return fired_;
}

void Disconnect::fire() {
  if (std::exchange(fired_, true)) return;
  // A callback may add another or drop the last reference to what it belongs to.
  for (auto& callback : std::exchange(callbacks_, {})) callback();
}

void Disconnect::onFire(std::function<void()> callback) {
  if (fired()) return callback();
  callbacks_.push_back(std::move(callback));
}

// The first of that name, decoded; empty if absent. Repeated parameters have no meaning in our API.
std::string Request::queryParameter(std::string_view name) const {
  for (std::string_view pair : splitText(query, '&')) {
    auto equals = pair.find('=');
    if (decodeFormText(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : decodeFormText(pair.substr(equals + 1));
  }
  return {};
}

// HTTP/2 proxies may split Cookie into several fields (RFC 9113 section 8.2.3).
std::string Request::cookie(std::string_view name) const {
  for (const auto& [field, value] : headers.all()) {
    if (!sameName(field, "cookie")) continue;
    for (std::string_view pair : splitText(value, ';')) {
      pair = trimText(pair);
      auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        return std::string(pair.substr(equals + 1));
      }
    }
  }
  return {};
}

Response Response::json(int status, std::string body) {
  return whole(status, "application/json", std::move(body));
}

Response Response::html(int status, std::string body) {
  return whole(status, "text/html; charset=utf-8", std::move(body));
}

Response Response::text(int status, std::string body) {
  return whole(status, "text/plain; charset=utf-8", std::move(body));
}

// 303: whatever the method was, the next request is a GET (RFC 9110 section 15.4.4).
Response Response::redirect(std::string location) {
  Response response{.status = 303};
  response.headers.set("Location", std::move(location));
  return response;
}

// The one form of an error on HTTP: `detail` stays in the log, the status follows from the code.
Response Response::error(const Error& error, std::string_view requestId) {
  std::string body = R"({"error":{"code":)" + quoteJson(error.codeName());
  body += R"(,"message":)" + quoteJson(error.message);
  if (!error.hint.empty()) body += R"(,"hint":)" + quoteJson(error.hint);
  body += R"(,"requestId":)" + quoteJson(requestId) + "}}";
  auto response = json(traits(error.code).httpStatus, std::move(body));
  if (wantsRetryAfter(traits(error.code))) {
    response.headers.set("Retry-After", std::to_string(kRetryAfterSeconds));
  }
  return response;
}

// WHATWG HTML section 9.2.6: a line ends with CR, LF or both; names cannot hold one.
std::string formatSse(std::string_view data, std::string_view event, std::string_view id) {
  std::string out;
  out.reserve(data.size() + 32);
  if (!id.empty()) out.append("id: ").append(untilNewline(id)).append("\n");
  if (!event.empty()) out.append("event: ").append(untilNewline(event)).append("\n");
  for (;;) {
    auto end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out.append("\n");
  return out;
}

// Only for people who read a trace: clients go by the number (RFC 9112 section 4).
std::string_view reasonPhrase(int status) {
  static constexpr auto kPhrases = std::to_array<std::pair<int, std::string_view>>({
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Content"},
      {424, "Failed Dependency"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {507, "Insufficient Storage"},
  });
  const auto* found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                   [&](const auto& phrase) { return phrase.first == status; });
  return found == kPhrases.end() ? "Unknown" : found->second;
}

}  // namespace executor::net

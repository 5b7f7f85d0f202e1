// Outcomes and texts of calls that did not succeed. An upstream's words are shown because they are
// what helps, and bounded and redacted because nobody knows what is in them.
#include "invocation/upstream-error.h"

#include <fmt/format.h>

#include <array>

#include "base/log.h"
#include "base/text.h"

namespace executor::invocation {
namespace {

// Of the upstream's own sentence inside ours; the whole body is there beside it.
constexpr std::size_t kMaxMessageBytes = 300;
constexpr std::size_t kMinSecretBytes = 6;  // shorter ones would redact half of a document

struct Phrase {
  int status;
  std::string_view text;
};
// Only what upstreams really answer to API calls; any other status is shown as its number.
constexpr Phrase kPhrases[] = {{301, "Moved Permanently"},
                               {302, "Found"},
                               {304, "Not Modified"},
                               {400, "Bad Request"},
                               {401, "Unauthorized"},
                               {402, "Payment Required"},
                               {403, "Forbidden"},
                               {404, "Not Found"},
                               {405, "Method Not Allowed"},
                               {406, "Not Acceptable"},
                               {409, "Conflict"},
                               {410, "Gone"},
                               {412, "Precondition Failed"},
                               {413, "Payload Too Large"},
                               {415, "Unsupported Media Type"},
                               {422, "Unprocessable Content"},
                               {429, "Too Many Requests"},
                               {500, "Internal Server Error"},
                               {501, "Not Implemented"},
                               {502, "Bad Gateway"},
                               {503, "Service Unavailable"},
                               {504, "Gateway Timeout"}};

// Where the usual APIs put their text: GitHub, OAuth, RFC 9457, Google, plain ones; in this order.
std::string_view messageMember(const json::value& body) {
  for (std::string_view key : {"message", "error_description", "detail", "title", "error"}) {
    const std::string_view text = findString(body, key);
    if (!text.empty()) return text;
  }
  const json::object* inner = findObject(body, "error");
  const json::value* message = inner == nullptr ? nullptr : inner->if_contains("message");
  return message != nullptr && message->is_string() ? std::string_view(message->get_string())
                                                    : std::string_view();
}

// What the upstream says is wrong, in its own words and short.
std::string shortMessage(std::string_view bodyJson) {
  const Result<json::value> body = parseJson(bodyJson);
  if (!body) return {};
  const std::string_view text =
      body->is_string() ? std::string_view(body->get_string()) : messageMember(*body);
  return truncateText(trimText(text), kMaxMessageBytes);
}

// A program cannot fix a credential; the hint is for the person who reads its error.
std::string hintFor(int status, std::string_view source) {
  if (status == 401 || status == 403) {
    return fmt::format("Check the credential of {}: executor connection list.", source);
  }
  if (status == 429) return "Wait before the next call; the upstream limits the rate.";
  return {};
}

// A body that does not fit is handed over as text, so that the whole stays valid JSON.
std::string boundedBody(const std::string& bodyJson) {
  if (bodyJson.size() <= kMaxErrorBodyBytes) return bodyJson;
  return quoteJson(truncateText(bodyJson, kMaxErrorBodyBytes));
}

// Plain search: a value comes from a vault or a person and is no pattern.
void replaceAll(std::string& text, std::string_view what) {
  if (what.size() < kMinSecretBytes) return;
  constexpr std::string_view kInstead = "[redacted]";
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + kInstead.size())) {
    text.replace(at, what.size(), kInstead);
  }
}

// As it is, inside a JSON string and inside a URL.
void replaceEncoded(std::string& text, std::string_view secret) {
  replaceAll(text, secret);
  const std::string quoted = quoteJson(secret);
  replaceAll(text, std::string_view(quoted).substr(1, quoted.size() - 2));
  replaceAll(text, percentEncode(secret));
}

// D11. Both halves matter: that it may have happened, and that nobody knows.
CallOutcome unknownOutcome(const Error& error, std::string_view source) {
  CallOutcome outcome;
  outcome.status = OutcomeStatus::unknown;
  outcome.error =
      Error{ErrorCode::outcome_unknown,
            fmt::format("The request was sent to {}, but its outcome is unknown: {}", source,
                        redact(error.message)),
            "It may have taken effect. Read the state before you try again.", error.detail};
  return outcome;
}

}  // namespace

// A short table of our own: the phrase that came with the answer is the upstream's free text.
std::string_view reasonPhrase(int status) {
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return {};
}

// The contract of net/client.h: a failure's detail begins with "sent" or "unsent".
bool wasSent(const Error& error) { return error.detail.starts_with("sent"); }

CallOutcome outcomeOfFailure(const Error& error, bool safe, std::string_view sourceName) {
  if (wasSent(error) && !safe) return unknownOutcome(error, sourceName);
  CallOutcome outcome;
  outcome.status =
      error.code == ErrorCode::cancelled ? OutcomeStatus::cancelled : OutcomeStatus::failed;
  outcome.error = error;
  outcome.error.message = redact(std::move(outcome.error.message));
  return outcome;
}

// Always `failed`: the upstream answered, so what happened is known, also for a write.
CallOutcome outcomeOfErrorReply(const source::UpstreamReply& reply, std::string_view sourceName) {
  CallOutcome outcome;
  outcome.status = OutcomeStatus::failed;
  outcome.upstreamStatus = reply.status;
  outcome.upstreamBodyJson = redact(boundedBody(reply.bodyJson));
  std::string message = fmt::format("{} answered {}", sourceName, reply.status);
  if (const auto phrase = reasonPhrase(reply.status); !phrase.empty()) {
    message += fmt::format(" {}", phrase);
  }
  if (const std::string text = shortMessage(reply.bodyJson); !text.empty()) {
    message += fmt::format(": {}", text);
  }
  outcome.error = Error{
      ErrorCode::upstream_error, redact(std::move(message)), hintFor(reply.status, sourceName), {}};
  return outcome;
}

// What an upstream sends is mostly JSON, so the secret may come escaped; keys of the query come
// back as they were written in the URL. An upstream that means harm can encode it in a thousand
// ways and is not what this is for: it has the secret.
std::string withoutSecret(std::string text, const source::Authorization& authorization) {
  if (authorization.kind == source::Authorization::Kind::none) return text;
  const std::string_view value = authorization.value;
  replaceEncoded(text, value);
  if (authorization.kind == source::Authorization::Kind::basic) {
    replaceAll(text, base64Encode(value));
    const std::size_t colon = value.find(':');
    if (colon != std::string_view::npos) replaceEncoded(text, value.substr(colon + 1));
  }
  return text;
}

}  // namespace executor::invocation

#include "execution/event.h"

#include <fmt/format.h>

#include <array>

#include "approval/approval.h"
#include "base/id.h"
#include "base/json-exact.h"
#include "invocation/result-store.h"

namespace executor::execution {
namespace {

// In the order of EventKind. Names are stored: an entry may be added, never renamed.
constexpr std::array<std::string_view, 12> kNames = {
    "created",   "started",    "call",    "call_requested", "approval_requested", "decided",
    "delivered", "call_ended", "console", "resumed",        "finished",           "emitted"};

std::unexpected<Error> corrupt(std::string detail) {
  return fail(ErrorCode::store_corrupt, "The journal of an execution is damaged.",
              "Restore the database from a backup.", std::move(detail));
}

Result<EventKind> kindOf(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return corrupt(fmt::format("event of unknown kind {}", text));
  return static_cast<EventKind>(found - kNames.begin());
}

// The page comes from our own store, but disks rot: nothing is trusted to be there.
Result<Event> decodeOne(json::value& value, std::uint64_t seq) {
  const json::object* body = findObject(value, "body");
  if (body == nullptr) return corrupt(fmt::format("event {} has no body", seq));
  EXECUTOR_TRY(EventKind kind, kindOf(findString(value, "kind")));
  return Event{seq, kind, findInteger(value, "at"),
               std::move(value.as_object().at("body").as_object())};
}

// What a client may read. Values and bodies of upstreams are large and not ours to spread; the seed
// would let a reader predict the program's random numbers.
json::object shownBody(const Event& event) {
  json::object out = event.body;
  if (event.kind == EventKind::call_requested && out.contains("input")) {
    Result<json::value> input = parseJson(approval::redactInput(textOf(out, "input")));
    out["input"] = input ? *std::move(input) : json::value();
  }
  if (event.kind == EventKind::delivered || event.kind == EventKind::call_ended) {
    const std::size_t size = textOf(out, "value").size();
    for (std::string_view hidden : {"value", "body"}) out.erase(hidden);
    if (size != 0) out["valueBytes"] = size;
  }
  if (event.kind == EventKind::emitted) {
    const Emitted shown = emissionFrom(out);
    for (std::string_view hidden : {"text", "data", "blob"}) out.erase(hidden);
    if (shown.bytes != 0) out["bytes"] = shown.bytes;
  }
  if (event.kind == EventKind::started) {
    for (std::string_view hidden : {"seed", "code"}) out.erase(hidden);
  }
  return out;
}

}  // namespace

std::string_view name(EventKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

// Written by hand around the body: this runs for every event of every program.
std::string encodeEvent(const Event& event) {
  return fmt::format(R"({{"kind":"{}","at":{},"body":{}}})", name(event.kind), event.at,
                     serializeJson(event.body));
}

Result<std::vector<Event>> decodeEvents(std::string_view page, std::uint64_t firstSeq) {
  Result<json::value> value = parseJson(page);
  if (!value || !value->is_array()) return corrupt("a page is no JSON array");
  std::vector<Event> events;
  for (json::value& item : value->get_array()) {
    EXECUTOR_TRY(Event event, decodeOne(item, firstSeq + events.size()));
    events.push_back(std::move(event));
  }
  return events;
}

std::string_view textOf(const json::object& body, std::string_view key) {
  const json::value* member = body.if_contains(key);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

std::int64_t numberOf(const json::object& body, std::string_view key) {
  const json::value* member = body.if_contains(key);
  if (member == nullptr) return 0;
  if (member->is_uint64()) return static_cast<std::int64_t>(member->get_uint64());
  return member->is_int64() ? member->get_int64() : 0;
}

std::string_view blobOf(const Event& event) { return textOf(event.body, "blob"); }

// `value` is text, not JSON within JSON: the program of a replay gets the very bytes (D22).
json::object outcomeBody(std::uint32_t n, const invocation::CallOutcome& outcome) {
  json::object body{
      {"n", n}, {"status", invocation::name(outcome.status)}, {"tool", outcome.toolPath}};
  if (outcome.status == invocation::OutcomeStatus::completed) {
    body["value"] = outcome.valueJson;
    return body;
  }
  body["code"] = outcome.error.codeName();
  body["message"] = outcome.error.message;
  if (!outcome.error.hint.empty()) body["hint"] = outcome.error.hint;
  if (outcome.upstreamStatus != 0) body["httpStatus"] = outcome.upstreamStatus;
  if (!outcome.upstreamBodyJson.empty()) body["body"] = outcome.upstreamBodyJson;
  return body;
}

sandbox::Delivery deliveryOf(const json::object& body) {
  sandbox::Delivery delivery;
  delivery.n = static_cast<std::uint32_t>(numberOf(body, "n"));
  delivery.ok = textOf(body, "status") == "completed";
  // The outcome stays exact; only what the program reads has its big integers in quotes (D22).
  delivery.valueJson = quoteUnsafeIntegers(std::string(textOf(body, "value")));
  delivery.message = textOf(body, "message");
  delivery.code = textOf(body, "code");
  delivery.status = static_cast<int>(numberOf(body, "httpStatus"));
  delivery.bodyJson = quoteUnsafeIntegers(std::string(textOf(body, "body")));
  delivery.toolPath = textOf(body, "tool");
  delivery.hint = textOf(body, "hint");
  return delivery;
}

// Of base64 as the harness writes it: padded.
std::size_t decodedBytes(std::string_view base64) {
  const auto padding = static_cast<std::size_t>(std::ranges::count(base64, '='));
  return base64.size() / 4 * 3 - std::min(padding, base64.size() / 4 * 3);
}

json::object emissionBody(sandbox::Emission emission) {
  json::object body{{"kind", emission.kind}};
  if (!emission.mimeType.empty()) body["mimeType"] = emission.mimeType;
  if (!emission.name.empty()) body["name"] = emission.name;
  const std::size_t bytes = emission.text.size() + decodedBytes(emission.data);
  if (bytes > kMaxInlineEmittedBytes) {
    body["handle"] = newId(invocation::kResultId);
    body["bytes"] = bytes;
  }
  body[emission.data.empty() ? "text" : "data"] =
      emission.data.empty() ? emission.text : emission.data;
  return body;
}

Emitted emissionFrom(const json::object& body) {
  Emitted out;
  out.kind = textOf(body, "kind");
  out.mimeType = textOf(body, "mimeType");
  out.name = textOf(body, "name");
  out.handle = textOf(body, "handle");
  out.bytes = static_cast<std::size_t>(numberOf(body, "bytes"));
  if (!out.handle.empty()) return out;
  out.text = textOf(body, "text");
  out.data = textOf(body, "data");
  out.bytes = out.text.size() + decodedBytes(out.data);
  return out;
}

// An unknown status, from a newer node, reads as failed, which is the default.
invocation::CallOutcome outcomeFrom(const json::object& body) {
  using invocation::OutcomeStatus;
  invocation::CallOutcome outcome;
  for (const auto status : {OutcomeStatus::completed, OutcomeStatus::denied,
                            OutcomeStatus::cancelled, OutcomeStatus::unknown}) {
    if (textOf(body, "status") == invocation::name(status)) outcome.status = status;
  }
  parseErrorCode(textOf(body, "code"), outcome.error.code);
  outcome.error.message = textOf(body, "message");
  outcome.error.hint = textOf(body, "hint");
  outcome.upstreamStatus = static_cast<int>(numberOf(body, "httpStatus"));
  outcome.upstreamBodyJson = textOf(body, "body");
  outcome.toolPath = textOf(body, "tool");
  outcome.valueJson = textOf(body, "value");
  return outcome;
}

EventView toEventView(const Event& event) {
  return {event.seq, std::string(name(event.kind)), event.at, serializeJson(shownBody(event))};
}

}  // namespace executor::execution

// Sealed, bound, and with an end.
#include "mcp/request-state.h"

#include "base/text.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kPurpose = "mcp request state v1";
constexpr std::string_view kHint =
    "Send back exactly the requestState of the last answer with the same request, or start the "
    "request again without one.";

std::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message), std::string(kHint));
}

// Another key of the same account is another caller: a key may be revoked or leaked by itself.
std::string holderOf(const Principal& principal) {
  return principal.accountId + " " + principal.workspaceId + " " + principal.keyId;
}

// `_meta`, the answers and the state itself differ between the rounds of one request.
std::string digestOf(const Call& call) {
  json::object salient{{"method", call.method}};
  for (std::string_view key : {"name", "uri", "arguments"}) {
    if (const auto* value = call.params.if_contains(key)) salient[key] = *value;
  }
  return sha256Hex(canonicalJson(salient));
}

}  // namespace

RequestStates::RequestStates(const Key256& master, const Clock& clock)
    : key_(deriveKey(master, kPurpose)), clock_(clock) {}

std::string RequestStates::seal(const Call& call, const json::object& payload,
                                EpochMs expiresAt) const {
  json::object inside{{"holder", holderOf(call.principal)},
                      {"request", digestOf(call)},
                      {"expiresAt", expiresAt},
                      {"payload", payload}};
  return base64UrlEncode(executor::seal(key_, serializeJson(inside), kPurpose));
}

// What it says of itself is only believed once it has opened.
Result<json::object> RequestStates::open(const Call& call, std::string_view state) const {
  std::string sealed;
  bool shaped = state.size() <= kMaxRequestStateBytes && base64UrlDecode(state, sealed);
  auto plain = shaped ? executor::open(key_, sealed, kPurpose) : refused("");
  auto inside = plain ? parseJson(*plain) : std::unexpected(plain.error());
  if (!inside) return refused("requestState was not made by this server, or was changed.");
  if (findString(*inside, "holder") != holderOf(call.principal)) {
    return refused("requestState was given to another caller.");
  }
  if (findString(*inside, "request") != digestOf(call)) {
    return refused("requestState belongs to another request.");
  }
  if (findInteger(*inside, "expiresAt") <= clock_.now()) {
    return refused("requestState has expired.");
  }
  const auto* payload = findObject(*inside, "payload");
  return payload ? *payload : json::object{};
}

Result<std::string> requestStateOf(const Call& call) {
  const auto* state = call.params.if_contains("requestState");
  if (!state) return std::string();
  if (state->is_string() && !state->as_string().empty()) return std::string(state->as_string());
  return refused("requestState must be a string that an answer of this server had.");
}

Result<json::object> inputResponsesOf(const Call& call) {
  const auto* responses = call.params.if_contains("inputResponses");
  if (!responses) return json::object{};
  if (responses->is_object()) return responses->as_object();
  return fail(ErrorCode::invalid_argument, "inputResponses must be an object.",
              "Its keys are those of inputRequests, its values the results of those requests.");
}

}  // namespace executor::mcp

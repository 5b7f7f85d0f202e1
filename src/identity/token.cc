#include "identity/token.h"

#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "identity/identity.h"

namespace executor::identity {
namespace {

// JWT times are NumericDate: seconds (RFC 7519 section 2).
constexpr EpochMs kMsPerSecond = 1'000;
// Seconds beyond this would overflow as milliseconds.
constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / kMsPerSecond;

// RFC 7519 section 4.1.3: one string or an array of them.
bool isForUs(const json::object& claims) {
  const auto* audience = claims.if_contains("aud");
  if (audience == nullptr) return false;
  if (audience->is_string()) return std::string_view(audience->get_string()) == kKeyAudience;
  if (!audience->is_array()) return false;
  return std::ranges::any_of(audience->get_array(), [](const json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == kKeyAudience;
  });
}

// Absent leaves 0, which `exp` reads as never; anything but a whole number of seconds that can be a
// time is refused as if expired. Claims are checked although they are signed: with
// MCP_API_KEY_SECRET somebody else may sign them too.
bool readTime(const json::object& claims, std::string_view name, EpochMs& at) {
  const auto* seconds = claims.if_contains(name);
  if (seconds == nullptr) return true;
  if (!seconds->is_int64() || seconds->get_int64() <= 0) return false;
  if (seconds->get_int64() > kLastSecond) return false;
  at = seconds->get_int64() * kMsPerSecond;
  return true;
}

// `sub` stands in for accountId as in the reference (AU-82).
Result<KeyClaims> readClaims(const json::object& object, EpochMs now) {
  KeyClaims claims;
  const json::value value(object);
  claims.keyId = findString(value, "jti");
  claims.workspaceId = findString(value, "workspaceId");
  claims.accountId = findString(value, "accountId", findString(value, "sub"));
  const bool timely =
      readTime(object, "iat", claims.issuedAt) && readTime(object, "exp", claims.expiresAt);
  if (!isForUs(object) || !timely) return invalidApiKey();
  // `exp` is the first moment at which the key no longer counts (RFC 7519 section 4.1.4).
  if (claims.expiresAt != 0 && claims.expiresAt <= now) return invalidApiKey();
  const bool complete = isId(claims.keyId, idPrefix::kKey) && !claims.workspaceId.empty() &&
                        !claims.accountId.empty();
  if (!complete) return invalidApiKey();
  return claims;
}

}  // namespace

std::unexpected<Error> invalidApiKey() {
  return fail(ErrorCode::unauthorized, std::string(kInvalidApiKey));
}

// Seconds on the wire, as JWT has them; milliseconds everywhere else.
std::string signKey(const KeyClaims& claims, std::string_view secret) {
  json::object payload{{"workspaceId", claims.workspaceId},
                       {"accountId", claims.accountId},
                       {"sub", claims.accountId},
                       {"aud", kKeyAudience},
                       {"jti", claims.keyId},
                       {"iat", claims.issuedAt / kMsPerSecond}};
  if (claims.expiresAt != 0) payload["exp"] = claims.expiresAt / kMsPerSecond;
  return signHs256(serializeJson(payload), secret);
}

Result<KeyClaims> verifyKey(std::string_view token, std::string_view secret, EpochMs now) {
  // Without a secret nothing is ours: an empty HMAC key is one that everybody has.
  if (secret.empty() || token.size() > kMaxTokenBytes) return invalidApiKey();
  const auto payload = verifyHs256(token, secret);
  if (!payload) return invalidApiKey();
  // Small and flat: a key of ours has six members.
  const auto claims = parseJson(*payload, {.maxBytes = kMaxTokenBytes, .maxDepth = 4});
  if (!claims || !claims->is_object()) return invalidApiKey();
  return readClaims(claims->get_object(), now);
}

}  // namespace executor::identity

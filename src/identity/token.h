// The agent key as text: an HS256 JWT with the claims of reference MCP-028 and a `jti` (D3).
//
// The signature only proves that this installation issued the key. Whether it still counts is the
// key record's business: callers look `keyId` up on every use. No issuer is set or checked, because
// an installation without a public origin has none.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace executor::identity {

// What the payload says; times in milliseconds although the wire has seconds.
struct KeyClaims {
  std::string keyId, accountId, workspaceId;
  EpochMs issuedAt = 0;
  EpochMs expiresAt = 0;  // 0: never
};

// The compact form, ready to be shown once.
std::string signKey(const KeyClaims& claims, std::string_view secret);

// `unauthorized` with the text of MCP-024 for anything but a key of ours that has not expired:
// another algorithm, signature, audience, a missing claim, text after the token.
Result<KeyClaims> verifyKey(std::string_view token, std::string_view secret, EpochMs now);

inline constexpr std::string_view kInvalidApiKey = "Invalid API key";
inline constexpr std::size_t kMaxTokenBytes = 4'096;

// One text for every reason: a caller learns nothing about why (MCP-024).
std::unexpected<Error> invalidApiKey();

}  // namespace executor::identity

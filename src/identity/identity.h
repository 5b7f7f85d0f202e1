// Who is calling: accounts, workspaces, the owner token, agent keys, browser sessions (D1 to D3).
//
// An address never authenticates. The first start makes one anonymous account (owner), organization
// and workspace, and writes `owner-token` and `agent-key` (mode 0600) to the data directory. An
// agent key is an HS256 JWT (reference MCP-028) with a `jti` that names a key record, checked on
// every use, so that revoking acts at once. One-time links become session cookies (HttpOnly,
// SameSite=Strict, with a CSRF token for forms).
//
// Nothing here stores a credential in clear: the owner token, session cookies and open links are
// kept as SHA-256, keys as their `jti`. Missing on purpose: OAuth and WorkOS sign-in, roles beyond
// owner, invites; they join behind the same three *FromRequest functions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "base/time.h"
#include "net/http.h"

namespace executor::store {
class Store;
struct Schema;
}  // namespace executor::store

namespace executor::identity {

// What the first start leaves behind; the ready file repeats the tokens for scripts (D1).
struct FirstStart {
  std::string ownerToken, agentKey, workspaceId, accountId, organizationId;
};

// A key as people see it: never with the key itself. Times are epoch milliseconds, 0 is never.
struct KeyView {
  std::string id, name, workspaceId, accountId;
  bool mayApprove = false, revoked = false;
  EpochMs createdAt = 0, lastUsedAt = 0, expiresAt = 0;
};

// A browser session; `csrf` goes into every form of its pages.
struct Session {
  Principal principal;
  std::string csrf;
};

// Everything is called on the loop's thread. The *FromRequest functions refer to the request only
// until they complete.
class Identity {
 public:
  virtual ~Identity() = default;

  // Makes or reads the first account, workspace, tokens. Idempotent.
  virtual Task<Result<FirstStart>> ensureFirstStart() = 0;

  // From `x-api-key` or `Authorization: Bearer` at the MCP endpoint, in the order and with the
  // texts of reference MCP-020 to 026 (workspaceId optional when the key names one).
  virtual Task<Result<Principal>> agentFromRequest(const net::Request& request) = 0;

  // For /api/v1: owner token or session cookie (person), or an agent key (agent). Writes with a
  // cookie need the CSRF token in x-csrf-token or the form field `csrf`.
  virtual Task<Result<Principal>> principalFromRequest(const net::Request& request) = 0;

  // The cookie's session; none if there is no cookie or it is no longer valid.
  virtual Task<Result<std::optional<Session>>> sessionFromRequest(const net::Request& request) = 0;
  // A one-time URL path for the browser ("/open/<token>"), valid for kOpenLinkTtl.
  virtual Task<Result<std::string>> makeOpenLink(Principal principal) = 0;
  // Whether the link could be redeemed now; changes nothing, so that a link scanner's GET is
  // harmless.
  virtual Task<bool> openLinkValid(std::string token) = 0;
  // Trades the token for a Set-Cookie value; `unauthorized` when used or expired.
  virtual Task<Result<std::string>> redeemOpenLink(std::string token) = 0;
  // Ends the principal's browser session; its cookie is worthless from then on.
  virtual Task<Status> endSession(Principal principal) = 0;

  struct NewKey {
    KeyView view;
    std::string key;  // shown once
  };
  // Keys belong to the principal's workspace; all three need a person. Errors: forbidden,
  // invalid_argument (name), limit_exceeded, not_found (also for another workspace's key).
  virtual Task<Result<NewKey>> createKey(Principal principal, std::string name,
                                         bool mayApprove) = 0;
  virtual Task<Result<std::vector<KeyView>>> listKeys(Principal principal) = 0;
  virtual Task<Status> revokeKey(Principal principal, std::string id) = 0;
};

inline constexpr std::chrono::minutes kOpenLinkTtl{10};
inline constexpr std::chrono::hours kSessionTtl{24 * 7};

// Limits; each has a test beside its source.
inline constexpr std::size_t kMaxKeyNameBytes = 100;
inline constexpr std::size_t kMaxKeysPerWorkspace = 500;
inline constexpr EpochMs kLastUsedGranularity = 60'000;  // last-used is written at most this often
inline constexpr std::size_t kMaxCachedTokens = 10'000;
// The cookie of a browser session, and the audience that makes a JWT a key of ours (MCP-028).
inline constexpr std::string_view kSessionCookie = "executor_session";
inline constexpr std::string_view kKeyAudience = "executor-mcp";

// What serve knows of the configuration; nothing else is read from the environment here.
struct IdentityOptions {
  std::string dataDir;  // where owner-token, agent-key and the signing secret live
  std::string
      mcpApiKeySecret;        // MCP_API_KEY_SECRET; empty: made at first start, kept in a 0600 file
  EpochMs keyTtlSeconds = 0;  // MCP_API_KEY_TTL_SECONDS; 0: keys do not expire
  std::string publicUrl;      // https: cookies are marked Secure
};

// `store` and `clock` must outlive the identity and everything it has spawned on the loop.
std::unique_ptr<Identity> makeIdentity(store::Store& store, const Clock& clock,
                                       IdentityOptions options);

// The record types of this layer, for StoreOptions::schema.
store::Schema identitySchema();

// Clears the Set-Cookie of makeIdentity's sessions, for sign-out.
std::string expiredSessionCookie();

}  // namespace executor::identity

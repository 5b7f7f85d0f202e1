// Who is calling: accounts, workspaces, the owner token, agent keys, browser sessions (D1 to D3).
//
// An address never authenticates. The first start makes one anonymous account (owner), organization
// and workspace, and writes `owner-token` and `agent-key` (mode 0600) to the data directory. An agent
// key is an HS256 JWT (reference MCP-028) with a `jti` that names a key record, checked on every use,
// so that revoking acts at once. One-time links become session cookies (HttpOnly, SameSite=Strict,
// with a CSRF token for forms).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "base/principal.h"
#include "base/time.h"
#include "net/http.h"

namespace executor::identity {

struct FirstStart {
  std::string ownerToken, agentKey, workspaceId, accountId, organizationId;
};

struct KeyView {
  std::string id, name, workspaceId, accountId;
  bool mayApprove = false, revoked = false;
  EpochMs createdAt = 0, lastUsedAt = 0, expiresAt = 0;
};

struct Session {
  Principal principal;
  std::string csrf;
};

class Identity {
 public:
  virtual ~Identity() = default;

  // Makes or reads the first account, workspace, tokens. Idempotent.
  virtual Task<Result<FirstStart>> ensureFirstStart() = 0;

  // From `x-api-key` or `Authorization: Bearer` at the MCP endpoint, in the order and with the texts of
  // reference MCP-020 to 026 (workspaceId optional when the key names one).
  virtual Task<Result<Principal>> agentFromRequest(const net::Request& request) = 0;

  // For /api/v1: owner token or session cookie (person), or an agent key (agent). Writes with a cookie
  // need the CSRF token in x-csrf-token or the form field `csrf`.
  virtual Task<Result<Principal>> principalFromRequest(const net::Request& request) = 0;

  virtual Task<Result<std::optional<Session>>> sessionFromRequest(const net::Request& request) = 0;
  // A one-time URL path for the browser ("/open/<token>"), valid for kOpenLinkTtl.
  virtual Task<Result<std::string>> makeOpenLink(Principal principal) = 0;
  // Trades the token for a Set-Cookie value; `unauthorized` when used or expired.
  virtual Task<Result<std::string>> redeemOpenLink(std::string token) = 0;

  struct NewKey {
    KeyView view;
    std::string key;  // shown once
  };
  virtual Task<Result<NewKey>> createKey(Principal principal, std::string name, bool mayApprove) = 0;
  virtual Task<Result<std::vector<KeyView>>> listKeys(Principal principal) = 0;
  virtual Task<Status> revokeKey(Principal principal, std::string id) = 0;
};

inline constexpr std::chrono::minutes kOpenLinkTtl{10};
inline constexpr std::chrono::hours kSessionTtl{24 * 7};

}  // namespace executor::identity

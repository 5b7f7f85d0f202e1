// What identity/ stores: who exists, and what was handed out to them.
//
// No record holds a credential. An owner token, a cookie and an open link are found by the SHA-256
// of their 32 random bytes (no salt: there is nothing to guess), a key by its id, which its
// signature protects. The one secret, the key that signs agent keys, is sealed with the
// installation's key, so that servers that share a store and EXECUTOR_ENCRYPTION_KEY accept each
// other's keys (D10).
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "store/record.h"

namespace executor::identity {

// The first account, organization and workspace of this store; exactly one record.
struct Installation {
  std::string id, accountId, organizationId, workspaceId, signingSecret;
  EpochMs createdAt = 0;
};
RECORD(Installation, "installation",
       FIELDS(id, accountId, organizationId, workspaceId, signingSecret, createdAt), KEY(id),
       SEALED(signingSecret));

// The key of the one Installation record.
inline constexpr std::string_view kInstallationId = "installation";

// A person or an anonymous identity; `provider` is "anonymous" or, later, "workos".
struct Account {
  std::string id, provider, name;
  EpochMs createdAt = 0;
};
RECORD(Account, "account", FIELDS(id, provider, name, createdAt), KEY(id));

// Owns workspaces and members.
struct Organization {
  std::string id, name;
  EpochMs createdAt = 0;
};
RECORD(Organization, "organization", FIELDS(id, name, createdAt), KEY(id));

// The unit of isolation: every record of the product names one.
struct Workspace {
  std::string id, organizationId, name;
  EpochMs createdAt = 0;
};
RECORD(Workspace, "workspace", FIELDS(id, organizationId, name, createdAt), KEY(id),
       INDEX(byOrganization, organizationId, createdAt));

// `id` is memberId(): an account is a member of an organization at most once.
struct Member {
  std::string id, organizationId, accountId, role;
  EpochMs createdAt = 0;
};
RECORD(Member, "member", FIELDS(id, organizationId, accountId, role, createdAt), KEY(id),
       INDEX(byOrganization, organizationId, createdAt), INDEX(byAccount, accountId));

// Ids hold no slash, so the pair is unambiguous.
inline std::string memberId(std::string_view organizationId, std::string_view accountId) {
  return std::string(organizationId) + "/" + std::string(accountId);
}

// `directory` names the data directory whose `owner-token` file holds the token; a new file there
// makes the old token worthless.
struct OwnerToken {
  std::string tokenHash, directory, accountId, organizationId, workspaceId;
  EpochMs createdAt = 0;
};
RECORD(OwnerToken, "owner_token",
       FIELDS(tokenHash, directory, accountId, organizationId, workspaceId, createdAt),
       KEY(tokenHash), INDEX(byDirectory, directory));

// `directory` is set for the key in the file `agent-key` of that data directory.
struct ApiKey {
  std::string id, workspaceId, organizationId, accountId, name;
  bool mayApprove = false;
  bool revoked = false;
  std::optional<std::string> directory;
  EpochMs createdAt = 0, lastUsedAt = 0, expiresAt = 0;  // 0: never
};
RECORD(ApiKey, "api_key",
       FIELDS(id, workspaceId, organizationId, accountId, name, mayApprove, revoked, directory,
              createdAt, lastUsedAt, expiresAt),
       KEY(id), WORKSPACE(workspaceId), INDEX(byWorkspace, workspaceId, createdAt),
       INDEX(byDirectory, directory));

// `id` is what a principal carries and sign-out ends; the cookie is known by its hash alone.
struct BrowserSession {
  std::string tokenHash, id, accountId, organizationId, workspaceId;
  EpochMs createdAt = 0, expiresAt = 0;
};
RECORD(BrowserSession, "browser_session",
       FIELDS(tokenHash, id, accountId, organizationId, workspaceId, createdAt, expiresAt),
       KEY(tokenHash), UNIQUE(byId, id), INDEX(byExpiry, expiresAt));

// Removed when it is used; what is left of old ones goes at the next sign-in.
struct OpenLink {
  std::string tokenHash, accountId, organizationId, workspaceId;
  EpochMs expiresAt = 0;
};
RECORD(OpenLink, "open_link", FIELDS(tokenHash, accountId, organizationId, workspaceId, expiresAt),
       KEY(tokenHash), INDEX(byExpiry, expiresAt));

}  // namespace executor::identity

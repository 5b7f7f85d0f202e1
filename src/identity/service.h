// The one implementation of Identity, split over files by what is handed out:
//   first-start.cc   the first account, owner-token and agent-key
//   authenticate.cc  from a request to a principal
//   keys.cc          agent keys: create, list, revoke
//   browser.cc       open links, cookie sessions, CSRF
#pragma once

#include <string>
#include <unordered_map>

#include "identity/identity.h"
#include "identity/records.h"
#include "identity/token-cache.h"
#include "store/store.h"

namespace executor::identity {

// 256 random bits: nothing to guess, so no rate limit stands in for strength.
inline constexpr std::size_t kTokenBytes = 32;
inline constexpr std::size_t kSweepLimit = 100;  // expired sessions and links removed per write

class IdentityService final : public Identity {
 public:
  IdentityService(store::Store& store, const Clock& clock, IdentityOptions options);

  Task<Result<FirstStart>> ensureFirstStart() override;

  Task<Result<Principal>> agentFromRequest(const net::Request& request) override;
  Task<Result<Principal>> principalFromRequest(const net::Request& request) override;

  Task<Result<std::optional<Session>>> sessionFromRequest(const net::Request& request) override;
  Task<Result<std::string>> makeOpenLink(Principal principal) override;
  Task<bool> openLinkValid(std::string token) override;
  Task<Result<std::string>> redeemOpenLink(std::string token) override;
  Task<Status> endSession(Principal principal) override;

  Task<Result<NewKey>> createKey(Principal principal, std::string name, bool mayApprove) override;
  Task<Result<std::vector<KeyView>>> listKeys(Principal principal) override;
  Task<Status> revokeKey(Principal principal, std::string id) override;

 private:
  // Each takes the credential by value: it outlives the request in the cache only as a hash.
  Task<Result<Principal>> principalOfKey(std::string token);
  Task<Result<Principal>> principalOfOwnerToken(std::string token);
  Task<Result<Principal>> principalOfToken(std::string token);
  Task<Result<Principal>> principalOfCookie(const net::Request& request);  // awaited at once
  void noteUse(const std::string& keyId);

  // A file of the data directory.
  std::string path(std::string_view file) const {
    return options_.dataDir + "/" + std::string(file);
  }
  // SHA-256 of the data directory's canonical path.
  std::string directoryName() const;
  std::string sessionCookie(const std::string& token) const;
  // When a key made at `now` expires; 0: never.
  EpochMs keyExpiry(EpochMs now) const;

  // Both outlive the service by contract of makeIdentity.
  store::Store& store_;
  const Clock& clock_;
  IdentityOptions options_;
  std::string signingSecret_;  // empty until ensureFirstStart
  TokenCache cache_{kMaxCachedTokens};
  std::unordered_map<std::string, EpochMs> lastUsed_;  // by key id: what the record will say
};

// SHA-256 of a token in hex: what records are found by.
std::string tokenHash(std::string_view token);

// forbidden with the texts of MCP-026 unless the account exists and belongs to the organization.
Status checkMembership(store::Txn& txn, std::string_view accountId,
                       std::string_view organizationId);

}  // namespace executor::identity

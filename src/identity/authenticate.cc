// From a request to a principal. Nothing but a credential counts: no address, no id, no header that
// a proxy or a client could add (D2, invariant 5).
#include "base/crypto.h"
#include "base/text.h"
#include "identity/form.h"
#include "identity/service.h"
#include "identity/token.h"

namespace executor::identity {
namespace {

// RFC 7235 section 2.1: the scheme compares without case.
std::string bearerOf(const net::Request& request) {
  const auto value = request.headers.get("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (!equalsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) return {};
  return std::string(trimText(value.substr(kScheme.size())));
}

// MCP-023: x-api-key is preferred.
std::string presentedKey(const net::Request& request) {
  const auto key = trimText(request.headers.get("x-api-key"));
  return key.empty() ? bearerOf(request) : std::string(key);
}

// An owner token is base64url and has no dot, so the two kinds cannot be confused; a wrong guess
// only means that the look-up finds nothing.
bool looksLikeJwt(std::string_view token) { return std::ranges::count(token, '.') == 2; }

// What a cross-site form or link could do with the cookie alone; reading gives such a page
// nothing, because it cannot see the answer.
bool changesState(const net::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

// The token is bound to the session, so one taken from another session, also of the same person,
// is refused.
Status checkCsrf(const net::Request& request, const std::string& expected) {
  const auto header = request.headers.get("x-csrf-token");
  const auto given = header.empty() ? formField(request, "csrf") : std::string(header);
  if (equalConstantTime(given, expected)) return {};
  return fail(ErrorCode::forbidden, "The form's CSRF token is missing or not of this session.",
              "Reload the page and send the form again; programs send x-csrf-token.");
}

// The record and not the token says what the principal is: what a key may do can change after it
// was issued.
Principal principalOf(const ApiKey& key) {
  return {.kind = CredentialKind::agent,
          .accountId = key.accountId,
          .organizationId = key.organizationId,
          .workspaceId = key.workspaceId,
          .keyId = key.id,
          .mayApprove = key.mayApprove};
}

// Whoever can read the owner-token file is the owner (D2).
Principal principalOf(const OwnerToken& token) {
  return {.kind = CredentialKind::person,
          .accountId = token.accountId,
          .organizationId = token.organizationId,
          .workspaceId = token.workspaceId,
          .mayApprove = true};
}

// A signed token may name any record, so every claim is held against the record it names.
bool matches(const ApiKey& record, const KeyClaims& claims, EpochMs now) {
  return !record.revoked && record.accountId == claims.accountId &&
         record.workspaceId == claims.workspaceId &&
         (record.expiresAt == 0 || record.expiresAt > now);
}

// One read transaction: key, account and membership are of the same moment.
Result<ApiKey> readKey(store::Txn& txn, const KeyClaims& claims, EpochMs now) {
  EXECUTOR_TRY(auto record, txn.get<ApiKey>(claims.keyId));
  if (!record || !matches(*record, claims, now)) return invalidApiKey();
  EXECUTOR_CHECK(checkMembership(txn, record->accountId, record->organizationId));
  return *std::move(record);
}

// The look-up is by hash; the comparison guards against an index that would match loosely.
Result<OwnerToken> readOwnerToken(store::Txn& txn, const std::string& hash) {
  EXECUTOR_TRY(auto record, txn.get<OwnerToken>(hash));
  if (!record || !equalConstantTime(record->tokenHash, hash)) {
    return fail(ErrorCode::unauthorized, "The token is not valid.",
                "Use the content of `owner-token` in the data directory, or an API key.");
  }
  EXECUTOR_CHECK(checkMembership(txn, record->accountId, record->organizationId));
  return *std::move(record);
}

}  // namespace

// SHA-256 without salt is enough: the input has 256 random bits.
std::string tokenHash(std::string_view token) { return sha256Hex(token); }

// A removed member or a deleted account makes all its credentials worthless without touching
// them.
Status checkMembership(store::Txn& txn, std::string_view accountId,
                       std::string_view organizationId) {
  EXECUTOR_TRY(const auto account, txn.get<Account>(accountId));
  if (!account) return fail(ErrorCode::forbidden, "Account is not recognized");
  EXECUTOR_TRY(const auto member, txn.get<Member>(memberId(organizationId, accountId)));
  if (!member) return fail(ErrorCode::forbidden, "You are not a member of this workspace");
  return {};
}

// Lazily: at most one write per key and minute, and none that anyone waits for.
void IdentityService::noteUse(const std::string& keyId) {
  const auto now = clock_.now();
  auto& last = lastUsed_[keyId];
  if (now - last < kLastUsedGranularity) return;
  last = now;
  store_.writeLater([keyId, now](store::Txn& txn) -> Status {
    EXECUTOR_TRY(auto key, txn.get<ApiKey>(keyId));
    if (!key || key->lastUsedAt >= now) return {};
    key->lastUsedAt = now;
    return txn.replace(*key);
  });
}

Task<Result<Principal>> IdentityService::principalOfKey(std::string token) {
  const auto now = clock_.now();
  // The cache is asked before the signature is checked: the hash stands for a token that passed.
  auto hash = sha256(token);
  if (auto known = cache_.find(hash, now)) {
    noteUse(known->keyId);
    co_return *std::move(known);
  }
  EXECUTOR_CO_TRY(const auto claims, verifyKey(token, signingSecret_, now));
  // Taken before the read, so that a revocation during the read keeps the entry out.
  const auto generation = cache_.generation();
  EXECUTOR_CO_TRY(const ApiKey key, co_await store_.read([claims, now](store::Txn& txn) {
    return readKey(txn, claims, now);
  }));
  auto principal = principalOf(key);
  cache_.put(std::move(hash), principal, key.expiresAt, now, generation);
  noteUse(key.id);
  co_return principal;
}

Task<Result<Principal>> IdentityService::principalOfOwnerToken(std::string token) {
  const auto now = clock_.now();
  auto cacheKey = sha256(token);
  if (auto known = cache_.find(cacheKey, now)) co_return *std::move(known);
  const auto generation = cache_.generation();
  EXECUTOR_CO_TRY(const OwnerToken record,
                  co_await store_.read([hash = tokenHash(token)](store::Txn& txn) {
                    return readOwnerToken(txn, hash);
                  }));
  auto principal = principalOf(record);
  cache_.put(std::move(cacheKey), principal, 0, now, generation);
  co_return principal;
}

// The API takes both kinds in the same header; MCP takes keys only.
Task<Result<Principal>> IdentityService::principalOfToken(std::string token) {
  if (looksLikeJwt(token)) co_return co_await principalOfKey(std::move(token));
  co_return co_await principalOfOwnerToken(std::move(token));
}

Task<Result<Principal>> IdentityService::principalOfCookie(const net::Request& request) {
  EXECUTOR_CO_TRY(auto session, co_await sessionFromRequest(request));
  if (!session) {
    co_return fail(ErrorCode::unauthorized, "Authentication is required.",
                   "Send `Authorization: Bearer` with the owner token or an API key, or run "
                   "`executor open` for a browser session.");
  }
  if (changesState(request)) EXECUTOR_CO_CHECK(checkCsrf(request, session->csrf));
  co_return std::move(session->principal);
}

// The order is that of reference 1.3; the texts are looked up by users.
Task<Result<Principal>> IdentityService::agentFromRequest(const net::Request& request) {
  if (signingSecret_.empty()) {
    co_return fail(ErrorCode::not_configured, "MCP API key signing is not configured");
  }
  auto key = presentedKey(request);
  if (key.empty()) {
    co_return fail(ErrorCode::unauthorized, "API key is required for /v1/mcp/anonymous");
  }
  // Optional, because the key names its workspace; if given it must agree (MCP-025).
  const auto wanted = request.queryParameter("workspaceId");
  EXECUTOR_CO_TRY(auto principal, co_await principalOfKey(std::move(key)));
  if (!wanted.empty() && wanted != principal.workspaceId) {
    co_return fail(ErrorCode::forbidden, "API key does not match requested workspace");
  }
  co_return principal;
}

Task<Result<Principal>> IdentityService::principalFromRequest(const net::Request& request) {
  auto token = presentedKey(request);
  if (!token.empty()) co_return co_await principalOfToken(std::move(token));
  co_return co_await principalOfCookie(request);
}

}  // namespace executor::identity

// Agent keys: made and revoked by persons, used by agents (D1, D3).
//
// A key is its record: the token only names it, and what the record says holds, so that revoking
// needs no list of dead tokens. Records are never removed, because journals name keys by id and a
// person asks later which one did something; the limit therefore counts revoked ones too.
#include <fmt/format.h>

#include "base/id.h"
#include "base/text.h"
#include "identity/service.h"
#include "identity/token.h"

namespace executor::identity {
namespace {

// Without the token: it was shown when it was made and is kept nowhere.
KeyView viewOf(const ApiKey& key) {
  return {.id = key.id,
          .name = key.name,
          .workspaceId = key.workspaceId,
          .accountId = key.accountId,
          .mayApprove = key.mayApprove,
          .revoked = key.revoked,
          .createdAt = key.createdAt,
          .lastUsedAt = key.lastUsedAt,
          .expiresAt = key.expiresAt};
}

// Names appear in terminals and beside approvals: nothing that steers a terminal (C0, DEL, and C1,
// whose U+009B begins an escape sequence as ESC [ does) and nothing that reorders or breaks a line
// (U+202A to U+202E, U+2066 to U+2069, U+2028, U+2029). `text` is valid UTF-8, so the bytes can be
// compared without decoding.
bool isPrintable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (c == 0xc2 && next < 0xa0) return false;
    const auto last = static_cast<unsigned char>(i + 2 < text.size() ? text[i + 2] : 0);
    if (c == 0xe2 && next == 0x80 && last >= 0xa8 && last <= 0xae) return false;
    if (c == 0xe2 && next == 0x81 && last >= 0xa6 && last <= 0xa9) return false;
  }
  return true;
}

Result<std::string> checkName(std::string_view name) {
  const auto trimmed = trimText(name);
  const bool good = !trimmed.empty() && trimmed.size() <= kMaxKeyNameBytes &&
                    isValidUtf8(trimmed) && isPrintable(trimmed);
  if (good) return std::string(trimmed);
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("A key's name must have 1 to {} bytes of printable text.", kMaxKeyNameBytes),
      "Name it after the client that will use it.");
}

// Newest first; the limit on keys makes one page enough.
Result<std::vector<ApiKey>> keysOf(store::Txn& txn, const std::string& workspaceId) {
  EXECUTOR_TRY(auto page, txn.scan<ApiKey>("byWorkspace", {.prefix = {workspaceId},
                                                           .order = store::Order::descending,
                                                           .limit = kMaxKeysPerWorkspace}));
  return std::move(page.items);
}

// The count and the insert are one transaction, so two requests cannot both be the last.
Status insertKey(store::Txn& txn, const ApiKey& key) {
  EXECUTOR_TRY(const auto existing, keysOf(txn, key.workspaceId));
  if (existing.size() < kMaxKeysPerWorkspace) return txn.insert(key);
  return fail(
      ErrorCode::limit_exceeded,
      fmt::format("A workspace has at most {} keys, revoked ones included.", kMaxKeysPerWorkspace));
}

// A foreign workspace's key is as unknown as one that never was (invariant 5).
Status markRevoked(store::Txn& txn, const Principal& principal, const std::string& id) {
  EXECUTOR_TRY(auto key, txn.get<ApiKey>(id));
  if (!key || key->workspaceId != principal.workspaceId) {
    return fail(ErrorCode::not_found, fmt::format("No key {}.", truncateText(id, 100)),
                "`executor key list` shows the workspace's keys.");
  }
  key->revoked = true;
  return txn.replace(*key);
}

}  // namespace

Task<Result<Identity::NewKey>> IdentityService::createKey(Principal principal, std::string name,
                                                          bool mayApprove) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Issuing a key"));
  EXECUTOR_CO_TRY(auto checked, checkName(name));
  const auto now = clock_.now();
  const ApiKey key{.id = newId(idPrefix::kKey),
                   .workspaceId = principal.workspaceId,
                   .organizationId = principal.organizationId,
                   .accountId = principal.accountId,
                   .name = std::move(checked),
                   .mayApprove = mayApprove,
                   .createdAt = now,
                   .expiresAt = keyExpiry(now)};
  EXECUTOR_CO_CHECK(co_await store_.write([key](store::Txn& txn) { return insertKey(txn, key); }));
  // Signed after the commit: a key that could not be recorded never existed.
  auto token =
      signKey({key.id, key.accountId, key.workspaceId, now, key.expiresAt}, signingSecret_);
  co_return NewKey{viewOf(key), std::move(token)};
}

Task<Result<std::vector<KeyView>>> IdentityService::listKeys(Principal principal) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Listing keys"));
  EXECUTOR_CO_TRY(const std::vector<ApiKey> keys,
                  co_await store_.read([workspaceId = principal.workspaceId](store::Txn& txn) {
                    return keysOf(txn, workspaceId);
                  }));
  std::vector<KeyView> views;
  views.reserve(keys.size());
  for (const auto& key : keys) views.push_back(viewOf(key));
  co_return views;
}

Task<Status> IdentityService::revokeKey(Principal principal, std::string id) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Revoking a key"));
  EXECUTOR_CO_CHECK(co_await store_.write(
      [principal, id](store::Txn& txn) { return markRevoked(txn, principal, id); }));
  // After the commit: from here no request is accepted with the key, on this server at once.
  cache_.forgetKey(id);
  lastUsed_.erase(id);
  co_return Status{};
}

}  // namespace executor::identity

// What the first start makes, and what every later start checks.
//
// The files in the data directory and the records in the store can come apart: a file is deleted, a
// directory is copied, the store is replaced, the signing secret changes. The rule that covers all
// of it: a file counts only if the store knows what it holds; else it is made anew, and what it
// replaced is worthless from then on.
#include <filesystem>

#include "base/crypto.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "identity/secret-file.h"
#include "identity/service.h"
#include "identity/token.h"

namespace executor::identity {
namespace {

constexpr std::string_view kOwnerTokenFile = "owner-token";
constexpr std::string_view kAgentKeyFile = "agent-key";
constexpr std::string_view kLocalKeyName = "local agent";

// Made outside the transaction, which may run twice; used only if there is no installation yet.
Installation makeInstallation(EpochMs now) {
  return {.id = std::string(kInstallationId),
          .accountId = newId(idPrefix::kAccount),
          .organizationId = newId(idPrefix::kOrganization),
          .workspaceId = newId(idPrefix::kWorkspace),
          .signingSecret = randomToken(kTokenBytes),
          .createdAt = now};
}

// Names as the reference's bootstrap gives them (MCP-110).
Status insertFirstTenant(store::Txn& txn, const Installation& first) {
  EXECUTOR_CHECK(txn.insert(first));
  EXECUTOR_CHECK(
      txn.insert(Account{first.accountId, "anonymous", "Anonymous Account", first.createdAt}));
  EXECUTOR_CHECK(
      txn.insert(Organization{first.organizationId, "Anonymous Organization", first.createdAt}));
  EXECUTOR_CHECK(txn.insert(
      Workspace{first.workspaceId, first.organizationId, "Anonymous Workspace", first.createdAt}));
  return txn.insert(Member{memberId(first.organizationId, first.accountId), first.organizationId,
                           first.accountId, "owner", first.createdAt});
}

// Serializable: of two first starts on one store, the second finds what the first made.
Result<Installation> getOrMakeInstallation(store::Txn& txn, const Installation& fresh) {
  EXECUTOR_TRY(auto found, txn.get<Installation>(kInstallationId));
  if (found) return *found;
  EXECUTOR_CHECK(insertFirstTenant(txn, fresh));
  return fresh;
}

// What the start works with; captured by value, because a transaction may run twice.
struct Start {
  Installation fresh;
  std::string directory, configuredSecret;
  std::string fileToken, freshToken;
  std::string fileKey;
  EpochMs now = 0, keyExpiresAt = 0;
};

struct Started {
  Installation installation;
  std::string secret, ownerToken, agentKey;
};

// Only this directory's tokens go; other servers of the store keep theirs.
Status replaceOwnerToken(store::Txn& txn, const Start& start, const Installation& installation) {
  EXECUTOR_TRY(auto old, txn.scan<OwnerToken>("byDirectory",
                                              {.prefix = {start.directory}, .limit = kSweepLimit}));
  for (const auto& token : old.items) EXECUTOR_CHECK(txn.remove<OwnerToken>(token.tokenHash));
  return txn.insert(OwnerToken{tokenHash(start.freshToken), start.directory, installation.accountId,
                               installation.organizationId, installation.workspaceId, start.now});
}

// A token in the file that the store does not know (another store, an edited file) is not
// adopted.
Result<std::string> ownerTokenFor(store::Txn& txn, const Start& start,
                                  const Installation& installation) {
  if (!start.fileToken.empty()) {
    EXECUTOR_TRY(auto known, txn.get<OwnerToken>(tokenHash(start.fileToken)));
    if (known) return start.fileToken;
  }
  EXECUTOR_CHECK(replaceOwnerToken(txn, start, installation));
  return start.freshToken;
}

// Also false after MCP_API_KEY_SECRET was changed: then the key no longer verifies.
Result<bool> isUsableKey(store::Txn& txn, const Start& start, const std::string& secret) {
  if (start.fileKey.empty()) return false;
  const auto claims = verifyKey(start.fileKey, secret, start.now);
  if (!claims) return false;
  EXECUTOR_TRY(auto record, txn.get<ApiKey>(claims->keyId));
  return record && !record->revoked && record->directory == start.directory;
}

// Revoked and not removed: the list keeps showing that it existed and when it was last used.
Status revokeLocalKeys(store::Txn& txn, const std::string& directory) {
  EXECUTOR_TRY(auto old,
               txn.scan<ApiKey>("byDirectory", {.prefix = {directory}, .limit = kSweepLimit}));
  for (auto& key : old.items) {
    key.revoked = true;
    key.directory.reset();
    EXECUTOR_CHECK(txn.replace(key));
  }
  return {};
}

// The file and the record must agree; where they do not, the key is made anew.
Result<std::string> agentKeyFor(store::Txn& txn, const Start& start,
                                const Installation& installation, const std::string& secret) {
  EXECUTOR_TRY(const bool usable, isUsableKey(txn, start, secret));
  if (usable) return start.fileKey;
  EXECUTOR_CHECK(revokeLocalKeys(txn, start.directory));
  // The one key that may approve unasked: it answers for the person who installed us (D1).
  const ApiKey key{.id = newId(idPrefix::kKey),
                   .workspaceId = installation.workspaceId,
                   .organizationId = installation.organizationId,
                   .accountId = installation.accountId,
                   .name = std::string(kLocalKeyName),
                   .mayApprove = true,
                   .directory = start.directory,
                   .createdAt = start.now,
                   .expiresAt = start.keyExpiresAt};
  EXECUTOR_CHECK(txn.insert(key));
  return signKey({key.id, key.accountId, key.workspaceId, start.now, key.expiresAt}, secret);
}

// Everything of a first start in one transaction: a crash leaves all or nothing.
Result<Started> runStart(store::Txn& txn, const Start& start) {
  Started out;
  EXECUTOR_TRY(out.installation, getOrMakeInstallation(txn, start.fresh));
  out.secret =
      start.configuredSecret.empty() ? out.installation.signingSecret : start.configuredSecret;
  EXECUTOR_TRY(out.ownerToken, ownerTokenFor(txn, start, out.installation));
  EXECUTOR_TRY(out.agentKey, agentKeyFor(txn, start, out.installation, out.secret));
  return out;
}

// 0700 only when we made it: an operator's own directory keeps the mode he gave it.
Status makeDataDirectory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (!error) return {};
  return fail(ErrorCode::invalid_configuration,
              "Cannot create the data directory " + path + ": " + error.message(),
              "Set EXECUTOR_DATA_DIR to a directory you may write to.");
}

}  // namespace

// The same directory by any spelling has one name; the record does not tell the path itself.
std::string IdentityService::directoryName() const {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(options_.dataDir, error);
  return sha256Hex(error ? options_.dataDir : canonical.string());
}

// 0 stands for never, in options and records alike.
EpochMs IdentityService::keyExpiry(EpochMs now) const {
  return options_.keyTtlSeconds > 0 ? now + options_.keyTtlSeconds * 1'000 : 0;
}

Task<Result<FirstStart>> IdentityService::ensureFirstStart() {
  EXECUTOR_CO_CHECK(makeDataDirectory(options_.dataDir));
  Start start{.fresh = makeInstallation(clock_.now()),
              .directory = directoryName(),
              .configuredSecret = options_.mcpApiKeySecret,
              .freshToken = randomToken(kTokenBytes),
              .now = clock_.now(),
              .keyExpiresAt = keyExpiry(clock_.now())};
  EXECUTOR_CO_TRY(start.fileToken, readSecretFile(path(kOwnerTokenFile)));
  EXECUTOR_CO_TRY(start.fileKey, readSecretFile(path(kAgentKeyFile)));

  EXECUTOR_CO_TRY(const Started done,
                  co_await store_.write([start](store::Txn& txn) { return runStart(txn, start); }));
  // From here no log line can show them.
  for (const auto* secret : {&done.secret, &done.ownerToken, &done.agentKey}) {
    registerSecret(*secret);
  }
  // After the commit: a crash before the file is written only means a new token at the next
  // start.
  if (done.ownerToken != start.fileToken) {
    EXECUTOR_CO_CHECK(writeSecretFile(path(kOwnerTokenFile), done.ownerToken));
  }
  if (done.agentKey != start.fileKey) {
    EXECUTOR_CO_CHECK(writeSecretFile(path(kAgentKeyFile), done.agentKey));
  }
  signingSecret_ = done.secret;
  co_return FirstStart{done.ownerToken, done.agentKey, done.installation.workspaceId,
                       done.installation.accountId, done.installation.organizationId};
}

}  // namespace executor::identity

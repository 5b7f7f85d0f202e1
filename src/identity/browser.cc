// Browser sessions: a person with the owner token makes a link, the link makes a cookie.
//
// The chain keeps the owner token out of the browser. What the browser holds ends by itself, can be
// ended by sign-out, and is worth nothing to another site: the cookie does not travel there, and a
// form needs a token that is derived from the cookie's secret and stands only in our own pages.
// Sessions are read on every request, without a cache, so that sign-out acts on all servers at
// once.
#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"
#include "identity/service.h"

namespace executor::identity {
namespace {

// Durations of the interface as the milliseconds that records hold.
EpochMs span(auto duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// Derived, not stored: only who has the cookie's token can know it.
std::string csrfOf(std::string_view token) {
  return base64UrlEncode(hmacSha256(token, "executor csrf"));
}

// A session acts for the person who opened it with the link.
Principal principalOf(const BrowserSession& session) {
  return {.kind = CredentialKind::person,
          .accountId = session.accountId,
          .organizationId = session.organizationId,
          .workspaceId = session.workspaceId,
          .sessionId = session.id,
          .mayApprove = true};
}

// An expired session is as good as none; it is swept at the next sign-in.
Result<std::optional<BrowserSession>> readSession(store::Txn& txn, const std::string& hash,
                                                  EpochMs now) {
  EXECUTOR_TRY(auto session, txn.get<BrowserSession>(hash));
  if (!session || session->expiresAt <= now) return std::nullopt;
  EXECUTOR_CHECK(checkMembership(txn, session->accountId, session->organizationId));
  return session;
}

// Bounded per sign-in, so that a long absence does not make one slow.
template <class R>
Status sweepExpired(store::Txn& txn, EpochMs now) {
  EXECUTOR_TRY(const auto old, txn.scan<R>("byExpiry", {.to = store::IndexValue(now + 1),
                                                        .limit = kSweepLimit / 2}));
  for (const auto& record : old.items) EXECUTOR_CHECK(txn.remove<R>(record.tokenHash));
  return {};
}

// Used, expired and never issued look alike: nothing to learn by guessing.
std::unexpected<Error> deadLink() {
  return fail(ErrorCode::unauthorized, "This link has been used or has expired.",
              "Run `executor open` for a new one.");
}

// The link goes and the session comes in one commit: two clicks cannot both win.
Status tradeLink(store::Txn& txn, const std::string& linkHash, BrowserSession session,
                 EpochMs now) {
  EXECUTOR_TRY(const auto link, txn.get<OpenLink>(linkHash));
  if (!link || link->expiresAt <= now) return deadLink();
  EXECUTOR_CHECK(txn.remove<OpenLink>(linkHash));
  EXECUTOR_CHECK(sweepExpired<OpenLink>(txn, now));
  EXECUTOR_CHECK(sweepExpired<BrowserSession>(txn, now));
  session.accountId = link->accountId;
  session.organizationId = link->organizationId;
  session.workspaceId = link->workspaceId;
  return txn.insert(session);
}

// By id, because the principal carries the id and never the cookie.
Status removeSession(store::Txn& txn, const std::string& id) {
  EXECUTOR_TRY(const auto session, txn.find<BrowserSession>("byId", {id}));
  return session ? txn.remove<BrowserSession>(session->tokenHash) : Status{};
}

}  // namespace

// SameSite=Strict keeps the cookie out of every request another site causes; HttpOnly keeps it
// from scripts, of which our pages have none.
std::string IdentityService::sessionCookie(const std::string& token) const {
  auto cookie = std::string(kSessionCookie) + "=" + token +
                "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" +
                std::to_string(std::chrono::seconds(kSessionTtl).count());
  if (options_.publicUrl.starts_with("https://")) cookie += "; Secure";
  return cookie;
}

// The browser forgets the cookie; the record is gone already.
std::string expiredSessionCookie() {
  return std::string(kSessionCookie) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

Task<Result<std::optional<Session>>> IdentityService::sessionFromRequest(
    const net::Request& request) {
  const auto token = request.cookie(kSessionCookie);
  if (token.empty()) co_return std::optional<Session>{};
  EXECUTOR_CO_TRY(
      const std::optional<BrowserSession> session,
      co_await store_.read([hash = tokenHash(token), now = clock_.now()](store::Txn& txn) {
        return readSession(txn, hash, now);
      }));
  if (!session) co_return std::optional<Session>{};
  co_return Session{principalOf(*session), csrfOf(token)};
}

// For persons only: an agent that could open a session would hold a person's credential (D1).
Task<Result<std::string>> IdentityService::makeOpenLink(Principal principal) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "Opening a browser session"));
  const auto token = randomToken(kTokenBytes);
  const OpenLink link{tokenHash(token), principal.accountId, principal.organizationId,
                      principal.workspaceId, clock_.now() + span(kOpenLinkTtl)};
  EXECUTOR_CO_CHECK(co_await store_.write([link](store::Txn& txn) { return txn.insert(link); }));
  co_return "/open/" + token;
}

Task<bool> IdentityService::openLinkValid(std::string token) {
  const auto link = co_await store_.read(
      [hash = tokenHash(token)](store::Txn& txn) { return txn.get<OpenLink>(hash); });
  co_return link && *link && (*link)->expiresAt > clock_.now();
}

Task<Result<std::string>> IdentityService::redeemOpenLink(std::string token) {
  const auto now = clock_.now();
  // Made before the transaction, because its function may run twice.
  const auto cookie = randomToken(kTokenBytes);
  const BrowserSession session{.tokenHash = tokenHash(cookie),
                               .id = newId(idPrefix::kSession),
                               .createdAt = now,
                               .expiresAt = now + span(kSessionTtl)};
  EXECUTOR_CO_CHECK(co_await store_.write([hash = tokenHash(token), session, now](store::Txn& txn) {
    return tradeLink(txn, hash, session, now);
  }));
  co_return sessionCookie(cookie);
}

Task<Status> IdentityService::endSession(Principal principal) {
  if (principal.sessionId.empty()) co_return Status{};
  co_return co_await store_.write(
      [id = principal.sessionId](store::Txn& txn) { return removeSession(txn, id); });
}

}  // namespace executor::identity

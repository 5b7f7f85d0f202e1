#include "base/text.h"
#include "identity/identity-fixture.h"
#include "identity/token.h"

namespace executor::identity {
namespace {

constexpr std::string_view kSecret = "the secret that signs keys in this test";

class AuthenticateTest : public IdentityFixture {
 protected:
  AuthenticateTest() { identity_ = started({.mcpApiKeySecret = std::string(kSecret)}); }

  void expectAgentRefused(const net::Request& request, int status, std::string_view text) {
    const auto result = run(identity_->agentFromRequest(request));
    ASSERT_FALSE(result) << "accepted, expected: " << text;
    EXPECT_EQ(traits(result.error().code).httpStatus, status);
    EXPECT_EQ(result.error().message, text);
  }

  std::string issue(bool mayApprove = false) {
    return run(identity_->createKey(owner(), "test", mayApprove))->key;
  }
  std::string lastKeyId() { return run(identity_->listKeys(owner()))->front().id; }

  std::unique_ptr<Identity> identity_;
};

std::string jws(std::string_view header, std::string_view payload, std::string_view secret) {
  const auto signedPart = base64UrlEncode(header) + "." + base64UrlEncode(payload);
  return signedPart + "." + base64UrlEncode(hmacSha256(secret, signedPart));
}

json::object claimsOf(const std::string& token) {
  return parseJson(*verifyHs256(token, kSecret))->get_object();
}

TEST_F(AuthenticateTest, AcceptsTheKeyInEitherHeader) {
  const auto byHeader = run(identity_->agentFromRequest(withKey(first_.agentKey)));
  const auto byBearer = run(identity_->agentFromRequest(withBearer(first_.agentKey)));
  ASSERT_TRUE(byHeader && byBearer);
  EXPECT_EQ(byHeader->kind, CredentialKind::agent);
  EXPECT_EQ(byHeader->workspaceId, first_.workspaceId);
  EXPECT_EQ(byHeader->organizationId, first_.organizationId);
  EXPECT_EQ(byBearer->keyId, byHeader->keyId);
}

TEST_F(AuthenticateTest, PrefersTheKeyHeaderOverBearer) {
  auto request = withBearer(first_.agentKey);
  request.headers.set("x-api-key", "wrong");
  expectAgentRefused(request, 401, "Invalid API key");
}

TEST_F(AuthenticateTest, AnswersTheTextsOfTheReference) {
  expectAgentRefused(request(), 401, "API key is required for /v1/mcp/anonymous");
  expectAgentRefused(withKey("nonsense"), 401, "Invalid API key");
  expectAgentRefused(withBearer(first_.ownerToken), 401, "Invalid API key");
  expectAgentRefused(withKey(first_.agentKey, "workspaceId=ws_other"), 403,
                     "API key does not match requested workspace");
  auto basic = request();
  basic.headers.set("authorization", "Basic " + first_.agentKey);
  expectAgentRefused(basic, 401, "API key is required for /v1/mcp/anonymous");
}

TEST_F(AuthenticateTest, TakesTheWorkspaceFromTheKeyOrAnEqualParameter) {
  EXPECT_TRUE(run(identity_->agentFromRequest(withKey(first_.agentKey))));
  EXPECT_TRUE(run(
      identity_->agentFromRequest(withKey(first_.agentKey, "workspaceId=" + first_.workspaceId))));
}

TEST_F(AuthenticateTest, SaysSoBeforeTheSigningSecretIsKnown) {
  const auto fresh = make();
  const auto result = run(fresh->agentFromRequest(withKey(first_.agentKey)));
  EXPECT_EQ(traits(result.error().code).httpStatus, 503);
  EXPECT_EQ(result.error().message, "MCP API key signing is not configured");
}

// A server that has not started yet must not accept keys signed with its empty secret.
TEST_F(AuthenticateTest, AcceptsNoKeyBeforeTheSigningSecretIsKnown) {
  const auto fresh = make();
  const auto forged = jws(R"({"alg":"HS256"})", serializeJson(claimsOf(first_.agentKey)), "");
  EXPECT_EQ(run(fresh->principalFromRequest(withBearer(forged))).error().code,
            ErrorCode::unauthorized);
}

TEST_F(AuthenticateTest, RefusesAnythingThatIsNotOurSignature) {
  const auto claims = serializeJson(claimsOf(first_.agentKey));
  const std::string good = R"({"alg":"HS256","typ":"JWT"})";
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(jws(good, claims, kSecret)))));
  const auto signedPart = first_.agentKey.substr(0, first_.agentKey.rfind('.'));
  const std::vector<std::string> attacks = {
      jws(R"({"alg":"none"})", claims, kSecret),
      jws(R"({"alg":"None"})", claims, ""),
      base64UrlEncode(R"({"alg":"none"})") + "." + base64UrlEncode(claims) + ".",
      jws(R"({"alg":"HS512"})", claims, kSecret),
      jws(R"({"alg":"RS256"})", claims, kSecret),
      jws(R"({"typ":"JWT"})", claims, kSecret),
      jws(R"([])", claims, kSecret),
      jws(good, claims, "another secret"),
      jws(good, claims, ""),
      jws(good, R"({"workspaceId":"ws_other")" + claims.substr(1), "x"),
      signedPart + ".",
      signedPart,
      first_.agentKey + "x",
      first_.agentKey.substr(0, first_.agentKey.size() - 2),
      first_.agentKey + ".",
      "." + first_.agentKey,
      std::string(kMaxTokenBytes + 1, 'a') + ".b.c",
      "..",
      "a.b.c",
  };
  for (const auto& attack : attacks) expectAgentRefused(withKey(attack), 401, "Invalid API key");
}

TEST_F(AuthenticateTest, RefusesSignedClaimsThatAreNotAKey) {
  const auto good = claimsOf(first_.agentKey);
  const auto without = [&](std::string_view name) {
    auto claims = good;
    claims.erase(name);
    return claims;
  };
  const auto with = [&](std::string_view name, json::value value) {
    auto claims = good;
    claims[name] = std::move(value);
    return claims;
  };
  auto noAccount = without("sub");
  noAccount.erase("accountId");
  const std::vector<json::object> attacks = {
      without("jti"),
      without("aud"),
      without("workspaceId"),
      noAccount,
      with("aud", "executor-anonymous"),
      with("aud", json::array{"other"}),
      with("aud", 5),
      with("jti", "key_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41"),
      with("jti", "' or 1=1"),
      with("workspaceId", "ws_other"),
      with("accountId", "acct_other"),
      with("exp", clock_.now() / 1'000),
      with("exp", 1),
      with("exp", -1),
      with("exp", "never"),
      with("exp", 1e300),
      with("exp", std::numeric_limits<std::int64_t>::max()),
  };
  for (const auto& claims : attacks) {
    SCOPED_TRACE(serializeJson(claims));
    expectAgentRefused(withKey(signHs256(serializeJson(claims), kSecret)), 401, "Invalid API key");
  }
  expectAgentRefused(withKey(signHs256("[]", kSecret)), 401, "Invalid API key");
  expectAgentRefused(withKey(signHs256("{", kSecret)), 401, "Invalid API key");
  EXPECT_TRUE(run(identity_->agentFromRequest(
      withKey(signHs256(serializeJson(with("aud", json::array{"x", "executor-mcp"})), kSecret)))));
}

TEST_F(AuthenticateTest, StopsAcceptingARevokedKeyAtOnce) {
  const auto key = issue();
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(key))));
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(key))));  // now from the cache
  ASSERT_TRUE(run(identity_->revokeKey(owner(), lastKeyId())));
  expectAgentRefused(withKey(key), 401, "Invalid API key");
  EXPECT_FALSE(run(identity_->principalFromRequest(withBearer(key))));
}

TEST_F(AuthenticateTest, SeesAnotherServersRevocationWithinTheRecheckTime) {
  const auto other = started({.mcpApiKeySecret = std::string(kSecret)});
  const auto key = issue();
  ASSERT_TRUE(run(other->agentFromRequest(withKey(key))));
  ASSERT_TRUE(run(identity_->revokeKey(owner(), lastKeyId())));
  clock_.advance(kRecheckMs);
  EXPECT_FALSE(run(other->agentFromRequest(withKey(key))));
}

TEST_F(AuthenticateTest, StopsAcceptingAnExpiredKeyAlsoFromTheCache) {
  const auto identity = started({.mcpApiKeySecret = std::string(kSecret), .keyTtlSeconds = 10});
  const auto key = run(identity->createKey(owner(), "short", false))->key;
  clock_.advance(9'500);
  ASSERT_TRUE(run(identity->agentFromRequest(withKey(key))));
  clock_.advance(500);
  EXPECT_FALSE(run(identity->agentFromRequest(withKey(key))));
}

TEST_F(AuthenticateTest, RefusesKeysOfAccountsThatAreGone) {
  const auto key = issue();
  change([first = first_](store::Txn& txn) {
    return txn.remove<Member>(memberId(first.organizationId, first.accountId));
  });
  expectAgentRefused(withKey(key), 403, "You are not a member of this workspace");
  EXPECT_FALSE(run(identity_->principalFromRequest(withBearer(first_.ownerToken))));
  change([first = first_](store::Txn& txn) { return txn.remove<Account>(first.accountId); });
  expectAgentRefused(withKey(key), 403, "Account is not recognized");
}

TEST_F(AuthenticateTest, WritesTheLastUseAtMostOnceAMinute) {
  const auto key = issue();
  const auto lastUse = [&] { return run(identity_->listKeys(owner()))->front().lastUsedAt; };
  const auto flush = [&] { change([](store::Txn&) -> Status { return {}; }); };
  const auto first = clock_.now();
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(key))));
  flush();
  EXPECT_EQ(lastUse(), first);
  clock_.advance(kLastUsedGranularity - 1);
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(key))));
  flush();
  EXPECT_EQ(lastUse(), first);
  clock_.advance(1);
  ASSERT_TRUE(run(identity_->agentFromRequest(withKey(key))));
  flush();
  EXPECT_EQ(lastUse(), first + kLastUsedGranularity);
}

TEST_F(AuthenticateTest, TakesTheOwnerTokenForAPerson) {
  const auto principal = run(identity_->principalFromRequest(withBearer(first_.ownerToken)));
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->kind, CredentialKind::person);
  EXPECT_EQ(principal->accountId, first_.accountId);
}

TEST_F(AuthenticateTest, TakesAKeyForAnAgentOnTheApi) {
  const auto principal = run(identity_->principalFromRequest(withBearer(first_.agentKey)));
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->kind, CredentialKind::agent);
}

TEST_F(AuthenticateTest, RefusesWrongOwnerTokensAndNone) {
  for (const auto& token : {std::string("x"), first_.ownerToken.substr(1), first_.ownerToken + "A",
                            sha256Hex(first_.ownerToken)}) {
    const auto result = run(identity_->principalFromRequest(withBearer(token)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unauthorized);
  }
  EXPECT_EQ(run(identity_->principalFromRequest(request())).error().code, ErrorCode::unauthorized);
}

TEST_F(AuthenticateTest, ErrorsNeverRepeatTheCredential) {
  const auto result = run(identity_->principalFromRequest(withBearer("secret-looking-token")));
  ASSERT_FALSE(result);
  const auto& error = result.error();
  EXPECT_FALSE((error.message + error.hint + error.detail).contains("secret-looking"));
}

}  // namespace
}  // namespace executor::identity

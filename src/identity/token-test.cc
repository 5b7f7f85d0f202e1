// The key as text, without a store: what is signed comes back, everything else is refused alike.
#include "identity/token.h"

#include <gtest/gtest.h>

#include <random>

#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"

namespace executor::identity {
namespace {

constexpr std::string_view kSecret = "a secret of this test";
constexpr EpochMs kNow = 1'800'000'000'000;

KeyClaims claimsAt(EpochMs issuedAt, EpochMs expiresAt = 0) {
  return {newId(idPrefix::kKey), "acct_1", "ws_1", issuedAt, expiresAt};
}

std::string signedWith(std::string_view name, const json::value& value) {
  const auto token = signKey(claimsAt(kNow), kSecret);
  auto claims = parseJson(*verifyHs256(token, kSecret))->get_object();
  claims[name] = value;
  return signHs256(serializeJson(claims), kSecret);
}

void expectRefused(std::string_view token, EpochMs now = kNow) {
  const auto read = verifyKey(token, kSecret, now);
  ASSERT_FALSE(read) << token;
  EXPECT_EQ(read.error().code, ErrorCode::unauthorized);
  EXPECT_EQ(read.error().message, kInvalidApiKey);
  EXPECT_TRUE(read.error().hint.empty() && read.error().detail.empty());
}

TEST(KeyToken, ComesBackAsItWasSignedInWholeSeconds) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    auto claims = claimsAt(static_cast<EpochMs>(random() % kNow) + 1'000);
    claims.accountId = "acct_" + std::to_string(random());
    claims.workspaceId = "ws_\"\\é" + std::to_string(random());
    if (round % 2 == 0) claims.expiresAt = kNow + 1'000 + static_cast<EpochMs>(random() % kNow);
    const auto read = verifyKey(signKey(claims, kSecret), kSecret, kNow);
    ASSERT_TRUE(read) << round;
    EXPECT_EQ(read->keyId, claims.keyId);
    EXPECT_EQ(read->accountId, claims.accountId);
    EXPECT_EQ(read->workspaceId, claims.workspaceId);
    EXPECT_EQ(read->issuedAt, claims.issuedAt / 1'000 * 1'000);
    EXPECT_EQ(read->expiresAt, claims.expiresAt / 1'000 * 1'000);
  }
}

TEST(KeyToken, CountsUntilTheSecondOfItsExpiryBegins) {
  const auto token = signKey(claimsAt(kNow, kNow + 2'000), kSecret);
  EXPECT_TRUE(verifyKey(token, kSecret, kNow));
  EXPECT_TRUE(verifyKey(token, kSecret, kNow + 1'999));
  expectRefused(token, kNow + 2'000);
  expectRefused(token, std::numeric_limits<EpochMs>::max());
}

TEST(KeyToken, IsRefusedWithAnyOneCharacterChanged) {
  const auto token = signKey(claimsAt(kNow), kSecret);
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    expectRefused(changed);
  }
  for (std::size_t size = 0; size < token.size(); ++size) expectRefused(token.substr(0, size));
}

TEST(KeyToken, IsRefusedUnderAnotherOrNoSecret) {
  const auto token = signKey(claimsAt(kNow), kSecret);
  EXPECT_FALSE(verifyKey(token, "another", kNow));
  EXPECT_FALSE(verifyKey(token, "", kNow));
  // An HMAC key of no bytes is one that everybody has.
  EXPECT_FALSE(verifyKey(signKey(claimsAt(kNow), ""), "", kNow));
}

// Multiplied to milliseconds they would overflow; MCP_API_KEY_SECRET lets others sign such times.
TEST(KeyToken, TakesOnlyTimesThatFit) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const auto* name : {"iat", "exp"}) {
    for (const json::value& time :
         {json::value(kMost), json::value(kMost / 1'000 + 1), json::value(0), json::value(-1),
          json::value(std::numeric_limits<std::int64_t>::min()), json::value(1.5),
          json::value(1e300), json::value("soon"), json::value(true), json::value(nullptr),
          json::value(std::numeric_limits<std::uint64_t>::max())}) {
      SCOPED_TRACE(std::string(name) + " " + serializeJson(time));
      expectRefused(signedWith(name, time));
    }
    EXPECT_TRUE(verifyKey(signedWith(name, kMost / 1'000), kSecret, kNow)) << name;
  }
}

TEST(KeyToken, NeedsEveryClaimAsText) {
  for (const auto* name : {"jti", "workspaceId", "aud"}) {
    for (const json::value& value : {json::value(""), json::value(5), json::value(nullptr),
                                     json::value(json::object{}), json::value(json::array{})}) {
      SCOPED_TRACE(std::string(name) + " " + serializeJson(value));
      expectRefused(signedWith(name, value));
    }
  }
  expectRefused(
      signedWith("jti", json::string(newId(idPrefix::kSession))));  // an id, but of no key
}

TEST(KeyToken, MayBeAsLongAsTheLimitAndNoLonger) {
  bool within = false;
  bool beyond = false;
  for (std::size_t pad = 2'700; !beyond; ++pad) {
    auto claims = claimsAt(kNow);
    claims.workspaceId = std::string(pad, 'w');
    const auto token = signKey(claims, kSecret);
    within |= token.size() <= kMaxTokenBytes;
    beyond = token.size() > kMaxTokenBytes;
    ASSERT_EQ(verifyKey(token, kSecret, kNow).has_value(), !beyond) << token.size();
  }
  EXPECT_TRUE(within);
}

}  // namespace
}  // namespace executor::identity

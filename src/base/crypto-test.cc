#include "base/crypto.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/test-corpus.h"
#include "base/text.h"

namespace executor {
namespace {

std::string bytesOfHex(std::string_view hex) {
  std::string percent, out;
  for (std::size_t i = 0; i < hex.size(); i += 2) percent.append("%").append(hex.substr(i, 2));
  EXPECT_TRUE(percentDecode(percent, out));
  return out;
}

Key256 countingKey() {
  Key256 key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<unsigned char>(i);
  return key;
}

// FIPS 180-2 appendix B.
TEST(Crypto, HashesTheVectorsOfTheStandard) {
  EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abc").size(), 32u);
}

// RFC 4231 section 4.3.
TEST(Crypto, AuthenticatesTheVectorsOfTheRfc) {
  EXPECT_EQ(hexEncode(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hexEncode(hmacSha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// Computed with Node's crypto.hkdfSync("sha256", key, "", info, 32).
TEST(Crypto, DerivesDifferentKeysForDifferentUses) {
  const Key256 one = deriveKey(countingKey(), "sealing"), two = deriveKey(countingKey(), "tokens");
  EXPECT_NE(one, two);
  EXPECT_EQ(one, deriveKey(countingKey(), "sealing"));
  EXPECT_EQ(hexEncode({reinterpret_cast<const char*>(one.data()), one.size()}),
            "d48428b27c37cf126ce5da079b3c811a4d96a859101fd1dfe17087bf7fad97cc");
}

TEST(Crypto, ComparesWholeTexts) {
  EXPECT_TRUE(equalConstantTime("", ""));
  EXPECT_TRUE(equalConstantTime("same", "same"));
  EXPECT_FALSE(equalConstantTime("same", "same!"));
  EXPECT_FALSE(equalConstantTime("same", "sbme"));
}

TEST(Seal, OpensWithTheSameKeyAndPlaceOnly) {
  const Key256 key = randomKey();
  const std::string sealed = seal(key, "the secret", "ws_1/conn_1");
  EXPECT_EQ(sealed.size(), 10 + kSealOverhead);
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(open(key, sealed, "ws_1/conn_1").value(), "the secret");
  EXPECT_EQ(open(key, sealed, "ws_2/conn_1").error().code, ErrorCode::store_corrupt);
  EXPECT_EQ(open(randomKey(), sealed, "ws_1/conn_1").error().code, ErrorCode::store_corrupt);
}

TEST(Seal, RefusesEveryChangedByteAndEveryCut) {
  const Key256 key = randomKey();
  const std::string sealed = seal(key, "x", "");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(open(key, changed, "")) << i;
    EXPECT_FALSE(open(key, sealed.substr(0, i), "")) << i;
  }
}

TEST(Seal, KeepsEmptyAndBinaryTexts) {
  const Key256 key = randomKey();
  const std::string binary("\0\xff\0", 3);
  EXPECT_EQ(open(key, seal(key, "", "a"), "a").value(), "");
  EXPECT_EQ(open(key, seal(key, binary, binary), binary).value(), binary);
  EXPECT_NE(seal(key, "same", ""), seal(key, "same", ""));
}

// RFC 7515 appendix A.1.
TEST(Hs256, VerifiesTheTokenOfTheRfc) {
  std::string secret;
  ASSERT_TRUE(base64UrlDecode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
      secret));
  const auto payload = verifyHs256(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
      "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      secret);
  ASSERT_TRUE(payload);
  EXPECT_TRUE(payload->starts_with("{\"iss\":\"joe\""));
}

TEST(Hs256, RoundTripsAPayload) {
  const std::string token = signHs256(R"({"sub":"acct_1"})", "a secret of some length");
  EXPECT_EQ(verifyHs256(token, "a secret of some length").value(), R"({"sub":"acct_1"})");
  EXPECT_EQ(verifyHs256(token, "another secret").error().code, ErrorCode::unauthorized);
}

// A token whose signature is right for its bytes, whatever its header says.
std::string signedWithHeader(std::string_view header, std::string_view secret) {
  const std::string body = base64UrlEncode(header) + "." + base64UrlEncode("{}");
  return body + "." + base64UrlEncode(hmacSha256(secret, body));
}

TEST(Hs256, RefusesOtherAlgorithmsAndExtensions) {
  EXPECT_TRUE(verifyHs256(signedWithHeader(R"({"alg":"HS256"})", "k"), "k"));
  for (const std::string_view header :
       {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":"hs256"})", R"({})", "[]", "x",
        R"({"alg":"HS256","crit":["exp"]})"}) {
    EXPECT_FALSE(verifyHs256(signedWithHeader(header, "k"), "k")) << header;
  }
}

TEST(Hs256, RefusesMalformedTokens) {
  const std::string token = signHs256("{}", "k");
  for (const std::string& bad : {std::string(), std::string("a.b"), token + ".x", token + "=",
                                 token.substr(1), token.substr(0, token.size() - 1)}) {
    EXPECT_FALSE(verifyHs256(bad, "k")) << bad;
  }
}

// Wycheproof's HMAC-SHA256 vectors, whole tags.
TEST(Crypto, AgreesWithWycheproofOnHmac) {
  const auto path = corpusPath("jwt/hmac_sha256_test.json");
  EXECUTOR_SKIP_WITHOUT(path);
  const auto suite = parseJson(readWholeFile(path)).value();
  int checked = 0;
  for (const auto& group : *findArray(suite, "testGroups")) {
    if (findInteger(group, "tagSize") != 256) continue;
    for (const auto& test : *findArray(group, "tests")) {
      const auto mac =
          hmacSha256(bytesOfHex(findString(test, "key")), bytesOfHex(findString(test, "msg")));
      const bool equal = equalConstantTime(mac, bytesOfHex(findString(test, "tag")));
      EXPECT_EQ(equal, findString(test, "result") == "valid") << findInteger(test, "tcId");
      ++checked;
    }
  }
  EXPECT_GT(checked, 50);
}

}  // namespace
}  // namespace executor

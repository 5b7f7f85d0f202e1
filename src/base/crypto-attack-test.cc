// Known answers of the standards, and what a forger may try.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/crypto.h"
#include "base/text.h"

namespace executor {
namespace {

std::string bytesOf(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

struct Digest {
  std::string text;
  std::string_view hex;
};

// FIPS 180-2 appendix B, and the sizes around a block's padding.
TEST(CryptoVectors, Sha256) {
  const Digest digests[] = {
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
      {std::string(55, 'a'), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {std::string(56, 'a'), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {std::string(63, 'a'), "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {std::string(64, 'a'), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
      {std::string(65, 'a'), "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
  };
  for (const auto& [text, hex] : digests) EXPECT_EQ(sha256Hex(text), hex) << text.size();
}

struct Mac {
  std::string key;
  std::string text;
  std::string_view hex;
};

// RFC 4231 section 4, cases 1, 3, 4, 6 and 7: short, long and larger-than-block keys.
TEST(CryptoVectors, HmacSha256) {
  const Mac macs[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytesOf("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const auto& [key, text, hex] : macs) EXPECT_EQ(hexEncode(hmacSha256(key, text)), hex);
}

struct Box {
  std::string_view sealed;  // nonce, ciphertext, tag
  std::string_view plain;
  std::string_view associated;
};

// The GCM specification's cases 13 and 14 (a key of zeros), and one computed with Node's crypto.
TEST(CryptoVectors, Aes256GcmOpens) {
  const Box boxes[] = {
      {"000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b", "", ""},
      {"000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
       "00000000000000000000000000000000", ""},
      {"000000000000000000000000a6c22c51223b70a8132eeef09e7b4ebccd7266e519", "68656c6c6f", "ws"},
  };
  for (const auto& [sealed, plain, associated] : boxes) {
    const auto opened = open(Key256{}, bytesOf(sealed), associated);
    ASSERT_TRUE(opened) << sealed;
    EXPECT_EQ(hexEncode(*opened), plain);
    EXPECT_FALSE(open(Key256{}, bytesOf(sealed), std::string(associated) + "x"));
  }
}

TEST(SealAttack, EverySizeOpensAndCostsTheSameOverhead) {
  const Key256 key = randomKey();
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 255u, 4'096u, 1'000'000u}) {
    const std::string plain(size, 'p');
    const std::string sealed = seal(key, plain, "about");
    EXPECT_EQ(sealed.size(), size + kSealOverhead);
    EXPECT_TRUE(open(key, sealed, "about") == plain) << size;
  }
}

// With one nonce used twice under one key GCM gives away both texts and the key of its tags.
TEST(SealAttack, NoncesDoNotRepeat) {
  const Key256 key = randomKey();
  std::set<std::string> nonces;
  for (int i = 0; i < 20'000; ++i) {
    EXPECT_TRUE(nonces.insert(seal(key, "", "").substr(0, 12)).second);
  }
}

TEST(SealAttack, PartsOfTwoBoxesMakeNoThird) {
  const Key256 key = randomKey();
  const std::string one = seal(key, "first text", "a"), two = seal(key, "other text", "a");
  for (std::size_t cut = 1; cut < one.size(); ++cut) {
    EXPECT_FALSE(open(key, one.substr(0, cut) + two.substr(cut), "a")) << cut;
  }
  EXPECT_FALSE(open(key, one + two, "a"));
  EXPECT_FALSE(open(key, one + '\0', "a"));
}

TEST(SealAttack, ARefusalTellsNothingOfTheReason) {
  const Key256 key = randomKey();
  const std::string sealed = seal(key, "canary text", "place");
  const Error wrongKey = open(randomKey(), sealed, "place").error();
  for (const Error& other : {open(key, sealed, "elsewhere").error(), open(key, "short", "").error(),
                             open(key, sealed + "x", "place").error()}) {
    EXPECT_EQ(other.message, wrongKey.message);
    EXPECT_EQ(other.hint, wrongKey.hint);
    EXPECT_EQ(other.detail, wrongKey.detail);
    EXPECT_EQ(other.code, ErrorCode::store_corrupt);
  }
}

TEST(KeyDerivation, EveryUseAndEveryMasterGivesAnotherKey) {
  std::set<Key256> keys;
  Key256 master{};
  for (int m = 0; m < 8; ++m) {
    master[static_cast<std::size_t>(m) * 4] ^= 1;
    for (const std::string_view use : {"", "a", "b", "ab", "a ", "A", "store/workspace/ws_1",
                                       "store/workspace/ws_2", "store/workspace/"}) {
      EXPECT_TRUE(keys.insert(deriveKey(master, use)).second) << m << use;
    }
  }
}

TEST(Randomness, FillsEveryByteOfAnySize) {
  for (const std::size_t size : {0u, 1u, 7u, 256u, 257u, 100'000u}) {
    std::string bytes(size, '\0');
    fillRandom(bytes.data(), size);
    if (size < 256) continue;
    std::map<char, int> counts;
    for (const char c : bytes) ++counts[c];
    EXPECT_GT(counts.size(), 100u) << size;
  }
}

TEST(Randomness, WhatIsUniqueNeverRepeatsAcrossRefillsAndSizes) {
  std::set<std::string> seen;
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes(12, '\0');
    fillUnique(bytes.data(), bytes.size());
    EXPECT_TRUE(seen.insert(bytes).second) << i;
  }
  std::string large(100'000, '\0');
  fillUnique(large.data(), large.size());
  EXPECT_GT(std::set<char>(large.begin(), large.end()).size(), 200u);
}

TEST(Sealing, NoTwoSealsOfOneTextAreAlike) {
  const Key256 key = randomKey();
  std::set<std::string> nonces;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(nonces.insert(seal(key, "the same", "the same").substr(0, 12)).second);
  }
}

TEST(ConstantTime, AgreesWithPlainComparison) {
  std::mt19937 random(1);
  for (int i = 0; i < 2'000; ++i) {
    std::string a(random() % 4, 'a'), b(random() % 4, 'a');
    for (char& c : a) c = static_cast<char>(random() % 2);
    for (char& c : b) c = static_cast<char>(random() % 2);
    ASSERT_EQ(equalConstantTime(a, b), a == b);
  }
}

constexpr std::string_view kSecret = "a secret of more than thirty-two bytes";

std::string tokenOf(std::string_view header, std::string_view payload) {
  const std::string body = base64UrlEncode(header) + "." + base64UrlEncode(payload);
  return body + "." + base64UrlEncode(hmacSha256(kSecret, body));
}

// RFC 8725 section 2.1: the attacks on JWT libraries that believed the token's own header.
TEST(TokenAttack, TheHeaderChoosesNoAlgorithm) {
  for (const std::string_view header : {
           R"({"alg":"none"})",
           R"({"alg":"None"})",
           R"({"alg":"NONE"})",
           R"({"alg":""})",
           R"({"alg":null})",
           R"({"alg":["HS256"]})",
           R"({"alg":{"HS256":1}})",
           R"({"alg":"HS256 "})",
           R"({"alg":"HS384"})",
           R"({"alg":"RS256"})",
           R"({"alg":"ES256"})",
           R"({"ALG":"HS256"})",
           R"({"alg":"HS256","alg":"none"})",
           R"({"typ":"JWT"})",
           R"("HS256")",
           R"({"alg":"HS256"} {})",
           R"({"alg":"HS256","crit":[]})",
           R"({"alg":"HS256","crit":["b64"],"b64":false})",
           "",
       }) {
    const auto payload = verifyHs256(tokenOf(header, "{}"), kSecret);
    ASSERT_FALSE(payload) << header;
    EXPECT_EQ(payload.error().code, ErrorCode::unauthorized);
  }
}

// Keys and addresses in a header are the sender's to choose; they are not looked at.
TEST(TokenAttack, KeysInTheHeaderAreIgnored) {
  const std::string token =
      tokenOf(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"jku":"https://evil.example",)"
              R"("kid":"../../dev/null","x5u":"https://evil.example"})",
              "{}");
  EXPECT_TRUE(verifyHs256(token, kSecret));
  EXPECT_FALSE(verifyHs256(token, std::string(1, '\0')));
}

TEST(TokenAttack, NoByteOfATokenMayChange) {
  const std::string token = signHs256(R"({"sub":"acct_1","exp":1})", kSecret);
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : {'A', 'B', '.', '=', ' ', '\0', '-'}) {
      if (token[i] == other) continue;
      std::string changed = token;
      changed[i] = other;
      ASSERT_FALSE(verifyHs256(changed, kSecret)) << i << other;
    }
    ASSERT_FALSE(verifyHs256(token.substr(0, i), kSecret)) << i;
    ASSERT_FALSE(verifyHs256(token.substr(i + 1), kSecret)) << i;
  }
}

TEST(TokenAttack, OtherShapesAreNoTokens) {
  const std::string token = signHs256("{}", kSecret);
  for (const std::string& bad :
       {std::string("."), std::string(".."), std::string("..."), token + ".", "." + token,
        token + "." + token, token + "\n", " " + token, "Bearer " + token, token + "%00",
        token.substr(0, token.rfind('.')), token.substr(0, token.rfind('.') + 1)}) {
    const auto payload = verifyHs256(bad, kSecret);
    ASSERT_FALSE(payload) << bad;
    EXPECT_EQ(payload.error().code, ErrorCode::unauthorized);
    EXPECT_EQ(payload.error().message, "The token is not valid.");
  }
}

TEST(TokenAttack, AnEmptySecretSignsForNobodyElse) {
  EXPECT_TRUE(verifyHs256(signHs256("{}", ""), ""));
  EXPECT_FALSE(verifyHs256(signHs256("{}", ""), kSecret));
  EXPECT_FALSE(verifyHs256(signHs256("{}", kSecret), ""));
}

// The payload is bytes to this layer: claims are read, and judged, by identity.
TEST(TokenAttack, PayloadsComeBackByteForByte) {
  for (const std::string& payload : {std::string(), std::string("{}"), std::string("not json"),
                                     std::string("\0\xff", 2), std::string(100'000, 'x')}) {
    EXPECT_TRUE(verifyHs256(signHs256(payload, kSecret), kSecret) == payload);
  }
}

}  // namespace
}  // namespace executor

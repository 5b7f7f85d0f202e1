#include "identity/token-cache.h"

#include <gtest/gtest.h>

namespace executor::identity {
namespace {

Principal keyPrincipal(std::string keyId) { return {.keyId = std::move(keyId)}; }

TEST(TokenCache, AnswersForTheRecheckTimeOnly) {
  TokenCache cache(10);
  cache.put("hash", keyPrincipal("k"), 0, 1'000, cache.generation());
  EXPECT_TRUE(cache.find("hash", 1'000));
  EXPECT_TRUE(cache.find("hash", 1'000 + kRecheckMs - 1));
  EXPECT_FALSE(cache.find("hash", 1'000 + kRecheckMs));
  EXPECT_FALSE(cache.find("other", 1'000));
}

TEST(TokenCache, DoesNotTrustAClockThatWasSetBack) {
  TokenCache cache(10);
  cache.put("hash", keyPrincipal("k"), 0, 1'000'000, cache.generation());
  EXPECT_FALSE(cache.find("hash", 999'999));
}

TEST(TokenCache, EndsWithTheCredential) {
  TokenCache cache(10);
  cache.put("hash", keyPrincipal("k"), 1'500, 1'000, cache.generation());
  EXPECT_TRUE(cache.find("hash", 1'499));
  EXPECT_FALSE(cache.find("hash", 1'500));
}

TEST(TokenCache, ForgetsOneKeyAndKeepsTheOthers) {
  TokenCache cache(10);
  cache.put("a", keyPrincipal("one"), 0, 0, cache.generation());
  cache.put("b", keyPrincipal("two"), 0, 0, cache.generation());
  cache.forgetKey("one");
  EXPECT_FALSE(cache.find("a", 0));
  EXPECT_TRUE(cache.find("b", 0));
}

// A check reads the record, a revocation commits and forgets, the check comes back with what it
// read.
TEST(TokenCache, TakesNothingReadBeforeARevocation) {
  TokenCache cache(10);
  const auto generation = cache.generation();
  cache.forgetKey("k");
  cache.put("hash", keyPrincipal("k"), 0, 0, generation);
  EXPECT_FALSE(cache.find("hash", 0));
}

TEST(TokenCache, IsBounded) {
  TokenCache cache(3);
  for (int i = 0; i < 100; ++i) {
    cache.put(std::to_string(i), keyPrincipal("k"), 0, 0, cache.generation());
    EXPECT_LE(cache.size(), 3u);
  }
  EXPECT_TRUE(cache.find("99", 0));
}

}  // namespace
}  // namespace executor::identity

// The cryptography of the product, on OpenSSL 3 EVP; algorithms are fetched once.
//
// Sealing is AES-256-GCM with a random 96-bit nonce in front; the associated data names the
// workspace and the record, so that a sealed value moved to another place does not open. Keys for
// different uses are derived from the one master key by HKDF-SHA256 with the use as info.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace executor {

using Key256 = std::array<unsigned char, 32>;

std::string sha256(std::string_view bytes);     // 32 raw bytes
std::string sha256Hex(std::string_view bytes);  // 64 hex digits
// RFC 2104; 32 raw bytes. Any key length, also none.
std::string hmacSha256(std::string_view key, std::string_view bytes);

// Equal in constant time for equal lengths.
bool equalConstantTime(std::string_view a, std::string_view b);

// `size` bytes from the kernel (getrandom), never from a buffer of ours: safe after fork.
void fillRandom(void* out, std::size_t size);
// Random bytes that never repeat and need not stay secret, ids and nonces: bought from the kernel
// by the page. Safe after fork.
void fillUnique(void* out, std::size_t size);
// 32 bytes of fillRandom.
Key256 randomKey();
// HKDF-SHA256 (RFC 5869) without salt, `use` as info.
Key256 deriveKey(const Key256& master, std::string_view use);

// nonce(12) || ciphertext || tag(16).
std::string seal(const Key256& key, std::string_view plain, std::string_view associated);
// `store_corrupt` when the key, the associated data or the bytes are not those of seal().
Result<std::string> open(const Key256& key, std::string_view sealed, std::string_view associated);

// Bytes that seal() adds.
inline constexpr std::size_t kSealOverhead = 12 + 16;

// JWS compact serialization with HS256 (RFC 7515). `verify` accepts alg HS256 only and returns the
// payload JSON text; it checks nothing of the claims. Errors: `unauthorized`, the cause in detail.
std::string signHs256(std::string_view payloadJson, std::string_view secret);
Result<std::string> verifyHs256(std::string_view token, std::string_view secret);

}  // namespace executor

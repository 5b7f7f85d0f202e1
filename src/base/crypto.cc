// Every function fetches nothing and allocates only its context: EVP's one-shot calls would search
// the providers each time. A failing OpenSSL call is an exception, since no input can cause it; the
// one answer that input can cause, a tag that does not match, is an Error.

#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <sys/random.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/json.h"
#include "base/simulation.h"
#include "base/text.h"

namespace executor {
namespace {

// 96 bits is the nonce that GCM uses as it is; any other length would be hashed first (NIST SP
// 800-38D section 7.1).
constexpr std::size_t kNonceBytes = 12;
// The full tag. Shorter ones are allowed and make forgery a matter of tries.
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kDigestBytes = 32;

// OpenSSL only fails here when memory is out or the library is broken: no Result can mend that.
void must(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

template <class T>
T* mustHave(T* pointer, const char* what) {
  must(pointer != nullptr, what);
  return pointer;
}

// Contexts are freed on every path; keys inside them are cleansed by OpenSSL as it frees.
struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

// Fetching an algorithm takes a lock and a search of the providers: once per process.
struct Algorithms {
  EVP_MD* sha256 = mustHave(EVP_MD_fetch(nullptr, "SHA256", nullptr), "SHA256");
  EVP_CIPHER* gcm = mustHave(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "AES-256-GCM");
  EVP_MAC* hmac = mustHave(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC");
  EVP_KDF* hkdf = mustHave(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "HKDF");
};

// Never freed: threads may seal and hash while the process exits.
const Algorithms& algorithms() {
  static const Algorithms fetched;
  return fetched;
}

// OpenSSL takes unsigned bytes and int lengths; our texts are far below 2^31 (json.h, blob.h).
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
int length(std::string_view bytes) { return static_cast<int>(bytes.size()); }

// The parameter is read only, whatever its type says; `bytes` must outlive the call it is for.
OSSL_PARAM octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

OSSL_PARAM digestName() {
  static char name[] = "SHA256";
  return OSSL_PARAM_construct_utf8_string(OSSL_ALG_PARAM_DIGEST, name, 0);
}

// One text for a wrong key, a moved value and changed bytes: GCM cannot tell them apart, and
// whoever probes learns nothing.
std::unexpected<Error> failOpen() {
  return fail(ErrorCode::store_corrupt, "A sealed value does not open.",
              "The encryption key is not the one the value was sealed with, or the value was "
              "changed. Restore EXECUTOR_ENCRYPTION_KEY or the key file.");
}

// The caller sees that it failed; only the log sees why.
std::unexpected<Error> failToken(std::string cause) {
  return fail(ErrorCode::unauthorized, "The token is not valid.", {}, std::move(cause));
}

// The header of every token we sign: {"alg":"HS256","typ":"JWT"}.
constexpr std::string_view kHs256Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

// RFC 7515 section 4.1: the algorithm, and no extension that we would have to understand.
Status checkHs256Header(std::string_view encoded) {
  if (encoded == kHs256Header) return {};
  std::string text;
  if (!base64UrlDecode(encoded, text)) return failToken("header is not base64url");
  const auto header = parseJson(text);
  if (!header || findString(*header, "alg") != "HS256") return failToken("alg is not HS256");
  if (find(*header, "crit")) return failToken("unknown crit");
  return {};
}

// A forked child must not repeat the ids and nonces of its parent: each fork makes the buffers
// stale.
std::atomic<unsigned> forks{0};
const int atForkRegistered = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); });

// Random bytes bought from the kernel by the page: a system call costs more than an id or a nonce.
class RandomBuffer {
 public:
  void take(unsigned char* out, std::size_t size) {
    if (size > bytes_.size()) return fillRandom(out, size);
    const unsigned now = forks.load(std::memory_order_relaxed);
    if (next_ + size > bytes_.size() || filledAt_ != now) refill(now);
    std::memcpy(out, bytes_.data() + next_, size);
    next_ += size;
  }

 private:
  void refill(unsigned now) {
    fillRandom(bytes_.data(), bytes_.size());
    next_ = 0;
    filledAt_ = now;
  }

  std::array<unsigned char, 1000> bytes_;
  std::size_t next_ = bytes_.size();
  unsigned filledAt_ = 0;
};

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(kDigestBytes, '\0');
  must(EVP_Digest(bytes.data(), bytes.size(), raw(digest), nullptr, algorithms().sha256, nullptr),
       "SHA256");
  return digest;
}

// Lower case: names of blobs and hashes of inputs are compared as texts.
std::string sha256Hex(std::string_view bytes) { return hexEncode(sha256(bytes)); }

// RFC 2104 allows any key length; callers that need strength check it (config-deployment.cc).
std::string hmacSha256(std::string_view key, std::string_view bytes) {
  const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_new(algorithms().hmac));
  const OSSL_PARAM parameters[] = {digestName(), OSSL_PARAM_construct_end()};
  std::string mac(kDigestBytes, '\0');
  std::size_t written = 0;
  // A null key would mean "the key of before"; an empty key is a key.
  const unsigned char* bytesOfKey = key.empty() ? raw(std::string_view("")) : raw(key);
  must(context && EVP_MAC_init(context.get(), bytesOfKey, key.size(), parameters) &&
           EVP_MAC_update(context.get(), raw(bytes), bytes.size()) &&
           EVP_MAC_final(context.get(), raw(mac), &written, mac.size()),
       "HMAC");
  return mac;
}

// Lengths may show: the lengths of our MACs and tokens are public.
bool equalConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// getrandom blocks only before the kernel's pool is first filled, never later, and may return fewer
// bytes than asked for when a signal arrives.
void fillRandom(void* out, std::size_t size) {
  if (simulationOfThread != nullptr) return simulationOfThread->fill(out, size);
  auto* at = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    must(got > 0, "getrandom");
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void fillUnique(void* out, std::size_t size) {
  if (simulationOfThread != nullptr) return simulationOfThread->fill(out, size);
  static thread_local RandomBuffer random;
  random.take(static_cast<unsigned char*>(out), size);
}

// For tests and first starts; everything else derives its keys from the one master.
Key256 randomKey() {
  Key256 key;
  fillRandom(key.data(), key.size());
  return key;
}

// Extract and expand in one call. No salt is needed, because the master key is uniform already (RFC
// 5869 section 3.1); `use` keeps the derived keys apart.
Key256 deriveKey(const Key256& master, std::string_view use) {
  const std::unique_ptr<EVP_KDF_CTX, Free> context(EVP_KDF_CTX_new(algorithms().hkdf));
  const std::string_view bytes(reinterpret_cast<const char*>(master.data()), master.size());
  const OSSL_PARAM parameters[] = {digestName(), octets(OSSL_KDF_PARAM_KEY, bytes),
                                   octets(OSSL_KDF_PARAM_INFO, use), OSSL_PARAM_construct_end()};
  Key256 key;
  must(context && EVP_KDF_derive(context.get(), key.data(), key.size(), parameters) > 0, "HKDF");
  return key;
}

// Every record is sealed: a context of its own for each would cost more than the cipher. It
// keeps the last key, which lives as long as the process anyway.
EVP_CIPHER_CTX* cipherOfThread() {
  static thread_local const Cipher cipher(EVP_CIPHER_CTX_new());
  return cipher.get();
}

// A random 96-bit nonce is safe for 2^32 values under one key (NIST SP 800-38D section 8.3); keys
// are derived per workspace, which stay far below.
std::string seal(const Key256& key, std::string_view plain, std::string_view associated) {
  std::string out(plain.size() + kSealOverhead, '\0');
  fillUnique(out.data(), kNonceBytes);
  EVP_CIPHER_CTX* cipher = cipherOfThread();
  unsigned char* body = raw(out) + kNonceBytes;
  int written = 0;
  must(cipher != nullptr &&
           EVP_EncryptInit_ex2(cipher, algorithms().gcm, key.data(), raw(out), nullptr) &&
           EVP_EncryptUpdate(cipher, nullptr, &written, raw(associated), length(associated)) &&
           EVP_EncryptUpdate(cipher, body, &written, raw(plain), length(plain)) &&
           EVP_EncryptFinal_ex(cipher, body + written, &written) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagBytes, body + plain.size()),
       "AES-256-GCM");
  return out;
}

// Nothing of the plain text leaves before the tag has been verified.
Result<std::string> open(const Key256& key, std::string_view sealed, std::string_view associated) {
  if (sealed.size() < kSealOverhead) return failOpen();
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kSealOverhead);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(body.size(), '\0');
  EVP_CIPHER_CTX* cipher = cipherOfThread();
  int written = 0;
  must(cipher != nullptr &&
           EVP_DecryptInit_ex2(cipher, algorithms().gcm, key.data(), raw(nonce), nullptr) &&
           EVP_DecryptUpdate(cipher, nullptr, &written, raw(associated), length(associated)) &&
           EVP_DecryptUpdate(cipher, raw(plain), &written, raw(body), length(body)) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()),
       "AES-256-GCM");
  if (EVP_DecryptFinal_ex(cipher, raw(plain) + written, &written) <= 0) return failOpen();
  return plain;
}

// The header is constant, so equal payloads give equal tokens; whoever needs them different puts a
// nonce into the claims.
std::string signHs256(std::string_view payloadJson, std::string_view secret) {
  std::string token(kHs256Header);
  token.append(".").append(base64UrlEncode(payloadJson));
  return token + "." + base64UrlEncode(hmacSha256(secret, token));
}

// The signature is checked before the header is parsed: unsigned bytes reach no parser but base64.
// The algorithm is ours to choose, never the token's (RFC 8725 section 3.1).
Result<std::string> verifyHs256(std::string_view token, std::string_view secret) {
  const auto parts = splitText(token, '.');
  if (parts.size() != 3) return failToken("not three parts");
  std::string signature;
  if (!base64UrlDecode(parts[2], signature)) return failToken("signature is not base64url");
  const std::string_view signedPart = token.substr(0, token.rfind('.'));
  if (!equalConstantTime(signature, hmacSha256(secret, signedPart))) {
    return failToken("wrong signature");
  }
  EXECUTOR_CHECK(checkHs256Header(parts[0]));
  std::string payload;
  if (!base64UrlDecode(parts[1], payload)) return failToken("payload is not base64url");
  return payload;
}

}  // namespace executor

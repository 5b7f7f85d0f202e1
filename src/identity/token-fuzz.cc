// Nothing that is not signed with our secret is a key, whatever its bytes; reading it never
// crashes.
#include "base/crypto.h"
#include "identity/form.h"
#include "identity/token.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace executor;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  constexpr std::string_view kSecret = "a secret that the fuzzer does not know";
  if (identity::verifyKey(text, kSecret, 0)) __builtin_trap();
  // The same bytes as signed claims: refused or read, never more.
  (void)identity::verifyKey(signHs256(text, kSecret), kSecret, 0);
  net::Request request;
  request.headers.set("content-type", "application/x-www-form-urlencoded");
  request.body = text;
  (void)identity::formField(request, "csrf");
  return 0;
}

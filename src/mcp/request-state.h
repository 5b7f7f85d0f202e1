// `requestState`: what the server has to know when a client comes back with its answers, kept by
// the client (MCP 2026-07-28, multi round-trip requests; D15).
//
// The state is sealed with AES-256-GCM under a key that is derived for this purpose alone, so a
// client can neither read nor make nor change one, and every server of the same store can open it.
// Inside stand the principal, a digest of the request (method, name, arguments), an expiry and the
// payload. A state is good only for the same request of the same principal. It is not consumed:
// whoever sends it again attaches to the same execution, so a lost reply loses nothing; that a
// decision takes effect once is the approval's own rule. Restarts do not matter: nothing is kept.
//
// Every refusal is `invalid_argument`, because the specification wants invalid params.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/time.h"
#include "mcp/call.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxRequestStateBytes = 64u << 10;  // as text

class RequestStates {
 public:
  RequestStates(const Key256& master, const Clock& clock);

  // For the answer to `call`; base64url text.
  std::string seal(const Call& call, const json::object& payload, EpochMs expiresAt) const;
  // The payload of a state that this `call` brings back.
  Result<json::object> open(const Call& call, std::string_view state) const;

 private:
  Key256 key_;
  const Clock& clock_;
};

// The state of a request, or empty. `invalid_argument` if it is no string.
Result<std::string> requestStateOf(const Call& call);
// The answers of a request, or none. `invalid_argument` if they are no object.
Result<json::object> inputResponsesOf(const Call& call);

}  // namespace executor::mcp

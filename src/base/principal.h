// Who acts, and with which kind of credential (D1, D2, D3).
//
// A Principal is made by identity/ from a verified credential and passed down as a value. Ids
// inside are names; holding one proves nothing. `agent` credentials run programs; only `person`
// credentials decide approvals, change policies, issue keys or write connection secrets.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace executor {

enum class CredentialKind : std::uint8_t { agent, person };

struct Principal {
  CredentialKind kind = CredentialKind::agent;
  std::string accountId;
  std::string organizationId;
  std::string workspaceId;
  std::string keyId;        // the key_ record of an agent key, else empty
  std::string sessionId;    // the sess_ record of a browser session, else empty
  bool mayApprove = false;  // an elicitation answer over this key counts as the account's (D1)
};

// `forbidden`, with what the act was and which credential it needs, unless the kind is person.
Status requirePerson(const Principal& principal, std::string_view act);

}  // namespace executor

#include "base/principal.h"

namespace executor {

// Refused by kind, never by `mayApprove`: that flag is about one answer to one question (D1), and
// would otherwise let an agent's key issue keys.
Status requirePerson(const Principal& principal, std::string_view act) {
  if (principal.kind == CredentialKind::person) return {};
  return fail(ErrorCode::forbidden,
              std::string(act) + " needs a person's credential; this one is an agent's.",
              "Use the owner token, `executor open` for a browser session, or sign in.");
}

}  // namespace executor

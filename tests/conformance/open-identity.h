// An identity that lets everybody in: the conformance suite brings no credentials.
#pragma once

#include "identity/identity.h"

namespace executor::conformance {

class OpenIdentity : public identity::Identity {
 public:
  Task<Result<Principal>> agentFromRequest(const net::Request&) override {
    co_return Principal{.accountId = "acct_conformance", .workspaceId = "ws_conformance"};
  }

  // Nothing else of identity is asked by mcp/.
  Task<Result<identity::FirstStart>> ensureFirstStart() override { co_return refused(); }
  Task<Result<Principal>> principalFromRequest(const net::Request&) override {
    co_return refused();
  }
  Task<Result<std::optional<identity::Session>>> sessionFromRequest(const net::Request&) override {
    co_return refused();
  }
  Task<Result<std::string>> makeOpenLink(Principal) override { co_return refused(); }
  Task<bool> openLinkValid(std::string) override { co_return false; }
  Task<Result<std::string>> redeemOpenLink(std::string) override { co_return refused(); }
  Task<Status> endSession(Principal) override { co_return refused(); }
  Task<Result<NewKey>> createKey(Principal, std::string, bool) override { co_return refused(); }
  Task<Result<std::vector<identity::KeyView>>> listKeys(Principal) override { co_return refused(); }
  Task<Status> revokeKey(Principal, std::string) override { co_return refused(); }

 private:
  static std::unexpected<Error> refused() {
    return fail(ErrorCode::forbidden, "The conformance server has no accounts.");
  }
};

}  // namespace executor::conformance

#include "identity/service.h"

namespace executor::identity {

IdentityService::IdentityService(store::Store& store, const Clock& clock, IdentityOptions options)
    : store_(store), clock_(clock), options_(std::move(options)) {}

std::unique_ptr<Identity> makeIdentity(store::Store& store, const Clock& clock,
                                       IdentityOptions options) {
  return std::make_unique<IdentityService>(store, clock, std::move(options));
}

store::Schema identitySchema() {
  return store::Schema::of<Installation, Account, Organization, Workspace, Member, OwnerToken,
                           ApiKey, BrowserSession, OpenLink>();
}

}  // namespace executor::identity

// A hash table over a list in order of use.
#include "mcp/sessions.h"

#include "base/id.h"

namespace executor::mcp {
namespace {

constexpr std::size_t kSessionIdBytes = 24;

// Key and workspace: two keys of one account are two clients.
std::string ownerOf(const Principal& principal) {
  return principal.accountId + '/' + principal.workspaceId + '/' + principal.keyId;
}

}  // namespace

std::shared_ptr<Session> Sessions::open(const Principal& principal, std::string version,
                                        std::string clientName) {
  evict();
  auto session = std::make_shared<Session>();
  session->id = randomToken(kSessionIdBytes);
  session->owner = ownerOf(principal);
  session->version = std::move(version);
  session->clientName = std::move(clientName);
  session->lastUsed = clock_.now();
  order_.push_front(session);
  byId_.emplace(session->id, order_.begin());
  return session;
}

// A foreign session looks like none, so that ids cannot be probed.
std::shared_ptr<Session> Sessions::find(std::string_view id, const Principal& principal) {
  auto found = byId_.find(std::string(id));
  if (found == byId_.end() || (*found->second)->owner != ownerOf(principal)) return nullptr;
  auto session = *found->second;
  if (session->lastUsed + kSessionIdleMs < clock_.now()) {
    order_.erase(found->second);
    byId_.erase(found);
    return nullptr;
  }
  session->lastUsed = clock_.now();
  order_.splice(order_.begin(), order_, found->second);
  return session;
}

bool Sessions::close(std::string_view id, const Principal& principal) {
  if (!find(id, principal)) return false;
  auto found = byId_.find(std::string(id));
  order_.erase(found->second);
  byId_.erase(found);
  return true;
}

// The list is in order of use, so whatever must go stands at the end.
void Sessions::evict() {
  while (!order_.empty() &&
         (order_.size() >= capacity_ || order_.back()->lastUsed + kSessionIdleMs < clock_.now())) {
    byId_.erase(order_.back()->id);
    order_.pop_back();
  }
}

}  // namespace executor::mcp

// A hash table over a list in order of use.
#include "mcp/sessions.h"

#include "base/id.h"

namespace executor::mcp {
namespace {

constexpr std::size_t kSessionIdBytes = 24;
// Since this revision a stream begins with an empty event; older clients would try to read it.
constexpr std::string_view kPrimedSince = "2025-11-25";

// Key and workspace: two keys of one account are two clients.
std::string ownerOf(const Principal& principal) {
  return principal.accountId + '/' + principal.workspaceId + '/' + principal.keyId;
}

}  // namespace

Session::Session(SessionTerms terms, std::shared_ptr<EventBudget> budget)
    : version(std::move(terms.version)),
      clientName(std::move(terms.clientName)),
      capabilities(std::move(terms.capabilities)),
      events(std::move(budget), {.ids = true, .primed = version >= kPrimedSince}) {}

bool Session::canAsk(Ask what) const {
  if (ended) return false;
  switch (what) {
    case Ask::ping: return true;
    case Ask::elicitForm: return capabilities.elicitationForm;
    case Ask::elicitUrl: return capabilities.elicitationUrl;
    case Ask::sampling: return capabilities.sampling;
    case Ask::roots: return capabilities.roots;
  }
  return false;
}

void Session::end() {
  ended = true;
  questions.end();
  events.close();
}

std::shared_ptr<Session> Sessions::open(const Principal& principal, SessionTerms terms) {
  evict();
  auto session = std::make_shared<Session>(std::move(terms), budget_);
  session->id = randomToken(kSessionIdBytes);
  session->owner = ownerOf(principal);
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
  if (expired(*session)) {
    erase(found->second);
    return nullptr;
  }
  touch(*session);
  return session;
}

bool Sessions::close(std::string_view id, const Principal& principal) {
  if (!find(id, principal)) return false;
  erase(byId_.find(std::string(id))->second);
  return true;
}

bool Sessions::expired(const Session& session) const {
  return session.lastUsed + kSessionIdleMs < clock_.now();
}

// Requests under way may still hold it.
void Sessions::erase(Order::iterator at) {
  auto session = *at;
  byId_.erase(session->id);
  order_.erase(at);
  session->end();
}

void Sessions::touch(const Session& session) {
  auto found = byId_.find(session.id);
  if (found == byId_.end()) return;
  (*found->second)->lastUsed = clock_.now();
  order_.splice(order_.begin(), order_, found->second);
}

// The list is in order of use, so whatever must go stands at the end.
void Sessions::evict() {
  while (!order_.empty() && (order_.size() >= capacity_ || expired(*order_.back()))) {
    erase(std::prev(order_.end()));
  }
}

}  // namespace executor::mcp

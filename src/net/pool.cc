// Connections by origin, with a cap on each. A place is what is counted: an idle connection, one
// that is lent, or the promise to a waiter. Waiters are served in order, and a place passes
// directly from one to the next, so that the cap holds at every moment.
#include "net/pool.h"

#include "net/client.h"

namespace executor::net {
namespace {

// How often idle connections are looked through; done in passing, no timer keeps the loop awake.
constexpr std::chrono::seconds kSweepInterval{1};

}  // namespace

struct ConnectionPool::Origin {
  // Lives in the frame of the coroutine that waits; the queue only points at it.
  struct Waiter {
    Signal ready;
    bool granted = false;
    std::unique_ptr<OutboundConnection> connection;
  };

  std::vector<std::unique_ptr<OutboundConnection>> idle;
  std::deque<Waiter*> waiters;
  std::size_t places = 0;  // idle, lent and promised

  // A place changes hands without being counted down and up.
  void release(std::unique_ptr<OutboundConnection> connection) {
    if (!waiters.empty()) {
      auto* waiter = waiters.front();
      waiters.pop_front();
      waiter->granted = true;
      waiter->connection = std::move(connection);
      waiter->ready.notify();
    } else if (connection && idle.size() < kMaxIdlePerOrigin) {
      idle.push_back(std::move(connection));
    } else {
      --places;
    }
  }

  // Newest first: it is the least likely to have been closed, and the others can age out.
  std::unique_ptr<OutboundConnection> takeIdle() {
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
  }

  // `now` at its maximum drops them all.
  void dropIdle(SteadyTime now) {
    places -= std::erase_if(idle, [&](const auto& one) { return one->idleUntil <= now; });
  }
};

ConnectionPool::Lease& ConnectionPool::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  giveBack(nullptr);
  connection = std::move(other.connection);
  origin_ = std::move(other.origin_);
  return *this;
}

// Once: a lease that was moved from has no origin.
void ConnectionPool::Lease::giveBack(std::unique_ptr<OutboundConnection> idle) {
  if (auto origin = std::exchange(origin_, nullptr)) origin->release(std::move(idle));
}

namespace {

// In the queue for as long as its coroutine lives; a grant nobody took goes on to the next.
class Queued {
 public:
  Queued(std::shared_ptr<ConnectionPool::Origin> origin) : origin_(std::move(origin)) {
    origin_->waiters.push_back(&waiter);
  }
  ~Queued() {
    std::erase(origin_->waiters, &waiter);
    if (waiter.granted) origin_->release(std::move(waiter.connection));
  }
  Queued(const Queued&) = delete;
  Queued& operator=(const Queued&) = delete;

  ConnectionPool::Origin::Waiter waiter;

 private:
  std::shared_ptr<ConnectionPool::Origin> origin_;
};

}  // namespace

// `fresh` after a pooled connection turned out dead: its siblings are likely dead too.
Task<Result<ConnectionPool::Lease>> ConnectionPool::acquire(std::string key, bool fresh,
                                                            std::shared_ptr<Flight> flight) {
  dropExpired();
  auto& slot = origins_[key];
  if (!slot) slot = std::make_shared<Origin>();
  auto origin = slot;
  if (fresh) {
    origin->dropIdle(SteadyTime::max());
  } else {
    origin->dropIdle(std::chrono::steady_clock::now());
  }
  if (!origin->idle.empty()) co_return Lease(origin, origin->takeIdle());
  if (origin->places < kMaxConnectionsPerOrigin) {
    ++origin->places;
    co_return Lease(origin, nullptr);
  }
  Queued queued(origin);
  AbortScope scope(*flight, [&queued] { queued.waiter.ready.notify(); });
  while (!queued.waiter.granted && !flight->stopped) {
    bool notified = co_await queued.waiter.ready.wait(Deadline::max());
    if (!notified) flight->stop(ErrorCode::cancelled);
  }
  if (flight->stopped) {
    co_return flight->failure(ErrorCode::cancelled, {}, "waiting for a connection to " + key);
  }
  queued.waiter.granted = false;
  co_return Lease(origin, std::move(queued.waiter.connection));
}

// For metrics and tests; lent connections are not counted.
std::size_t ConnectionPool::idleCount() const {
  std::size_t count = 0;
  for (const auto& [key, origin] : origins_) count += origin->idle.size();
  return count;
}

// Origins without places are forgotten as well; a program may call any number of hosts.
void ConnectionPool::dropExpired() {
  auto now = std::chrono::steady_clock::now();
  if (now < nextSweep_) return;
  nextSweep_ = now + kSweepInterval;
  for (auto& [key, origin] : origins_) origin->dropIdle(now);
  std::erase_if(origins_, [](const auto& entry) { return entry.second->places == 0; });
}

}  // namespace executor::net

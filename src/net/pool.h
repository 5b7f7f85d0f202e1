// Connections to upstreams, kept per origin and lent one request at a time.
//
// At most kMaxConnectionsPerOrigin exist per origin; who comes later waits in order, and a freed
// connection goes to the one who waited longest. Idle connections are reused newest first and
// dropped after their idle time, when anybody next asks the pool: no timer keeps the loop alive for
// them. Single-thread. A Lease gives its place back however its holder ends.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/signal.h"
#include "net/outbound-connection.h"

namespace executor::net {

class ConnectionPool {
 public:
  struct Origin;

  // One place at an origin: with an idle connection, or empty for the holder to dial.
  class Lease {
   public:
    Lease() = default;
    Lease(std::shared_ptr<Origin> origin, std::unique_ptr<OutboundConnection> connection)
        : connection(std::move(connection)), origin_(std::move(origin)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { giveBack(nullptr); }

    // Back into the pool for another request.
    void keep() { giveBack(std::move(connection)); }

    std::unique_ptr<OutboundConnection> connection;

   private:
    void giveBack(std::unique_ptr<OutboundConnection> idle);
    std::shared_ptr<Origin> origin_;
  };

  // `fresh`: an empty place, whatever is idle.
  Task<Result<Lease>> acquire(std::string origin, bool fresh, std::shared_ptr<Flight> flight);

  std::size_t idleCount() const;

 private:
  void dropExpired();

  std::unordered_map<std::string, std::shared_ptr<Origin>> origins_;
  SteadyTime nextSweep_{};
};

}  // namespace executor::net

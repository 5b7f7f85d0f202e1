// The one TLS configuration of a client, made when the first https request needs it.
//
// Reading the system's certificates takes 35 ms of CPU, so it happens neither at start nor on the
// loop. TLS 1.2 at least, the peer's chain and name are always verified; there is no switch to turn
// that off. A private authority is given by caFile.
#pragma once

#include <memory>
#include <string>

#include "base/async.h"
#include "base/signal.h"
#include "base/thread-pool.h"
#include "net/flight.h"

namespace boost::asio::ssl {
class context;
}

namespace executor::net {

class TlsContext {
 public:
  explicit TlsContext(std::string caFile) : caFile_(std::move(caFile)) {}

  // `invalid_configuration` if the certificates cannot be read.
  Task<Result<std::shared_ptr<asio::ssl::context>>> get(ThreadPool& threads,
                                                        std::shared_ptr<Flight> flight);

 private:
  std::string caFile_;
  std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace executor::net

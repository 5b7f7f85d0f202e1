// One connection to an upstream, plain or TLS, and what the pool must know of it.
//
// dial() tries the addresses in the order the resolver gave, each with its share of the connect
// timeout, so that a dead first address does not eat the whole of it. The caller has put the
// addresses to the egress policy. alive() sees a close that came while the connection was idle;
// bytes nobody asked for make it unusable as well. TLS verifies chain and name before a byte is
// sent.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "net/flight.h"
#include "net/read-buffer.h"
#include "net/url.h"

namespace boost::asio::ssl {
class context;
}

namespace executor::net {

class OutboundConnection {
 public:
  using Buffers = std::array<asio::const_buffer, 2>;

  explicit OutboundConnection(asio::io_context& loop);
  ~OutboundConnection();

  Task<Status> dial(std::vector<asio::ip::address> addresses, std::uint16_t port,
                    std::chrono::milliseconds timeout, std::shared_ptr<Flight> flight);
  Task<Status> secure(std::shared_ptr<asio::ssl::context> context, std::string host,
                      std::chrono::milliseconds timeout, std::shared_ptr<Flight> flight);

  // Writes all. Sets flight->sent with the first byte.
  Task<boost::system::error_code> write(Buffers buffers, std::shared_ptr<Flight> flight);
  // Reads some into buffer(); asio::error::eof at the end.
  Task<boost::system::error_code> read(std::size_t size);

  ReadBuffer& buffer() { return in_; }
  bool alive();
  void close();

  SteadyTime idleUntil = SteadyTime::max();  // the pool's

 private:
  struct Tls;

  Task<boost::system::error_code> writePlain(Buffers buffers, std::shared_ptr<Flight> flight);
  Task<boost::system::error_code> connectOne(asio::ip::tcp::endpoint endpoint,
                                             std::chrono::milliseconds timeout);

  asio::io_context& loop_;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;
  ReadBuffer in_;
};

}  // namespace executor::net

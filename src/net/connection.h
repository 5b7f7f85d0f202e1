// One client connection: reads requests one after the other, answers each, and watches for the
// close.
//
// The coroutine run() owns the order: header, guard, route, body, handler, response. Socket calls
// are tried without waiting first, so a request that fits one read and one write costs three system
// calls. Time limits are a deadline value that the server's sweep compares; no timer is armed per
// request. While a handler runs and somebody asked (Disconnect), the socket is read ahead into the
// buffer, bounded, so that a close is seen even behind a pipelined request. A half-closed client
// counts as gone but is still sent the response.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/signal.h"
#include "net/forwarded.h"
#include "net/host-guard.h"
#include "net/read-buffer.h"
#include "net/request-parser.h"
#include "net/request-target.h"
#include "net/server.h"

namespace executor::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

class Connection;

// What the connections of one server share; outlives them all.
struct ServerContext {
  asio::io_context& loop;
  const Router& router;
  ServerOptions options;
  HostGuard guard;
  TrustedProxies proxies;
  bool draining = false;
  std::vector<Connection*> open;
  Signal closed;  // after each connection that ends
};

// A read-ahead beyond this waits for the running handler.
inline constexpr std::size_t kMaxReadAhead = 64u << 10;
// After a refusal, what the client still sends is thrown away up to this, so that it can read why.
inline constexpr std::size_t kLingerBytes = 1u << 20;

class Connection : public PeerWatch, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, std::shared_ptr<ServerContext> context);
  ~Connection() override;

  // Serves until the connection ends; the coroutine owns it.
  static Task<void> run(std::shared_ptr<Connection> self);

  // Called by the sweep: acts if the present deadline has passed.
  void expire(SteadyTime now);
  // True while no request is under way.
  bool idle() const { return phase_ == Phase::idle; }
  void close();

  void watchPeer() override;

 private:
  friend class ResponseStream;
  enum class Phase : std::uint8_t { idle, header, body, handling, writing, lingering };

  // The request being served: what the response must know of it.
  struct Exchange {
    RequestHead head;
    RequestTarget target;
    std::string requestId;
    std::string host;
    bool keepAlive = true;
  };

  void enter(Phase phase);
  Task<bool> fill();

  Task<bool> serveOne();
  Task<Result<std::optional<std::string_view>>> readHeader();
  Result<std::optional<std::string_view>> findHeader(std::size_t& scanned);
  Result<Exchange> begin(RequestParser& parser, std::string_view block);
  Status admit(Exchange& exchange);
  Task<Result<std::string>> readBody(RequestParser& parser, const Exchange& exchange,
                                     const RouteOptions& options, const Request& request);
  Task<Status> checkHead(const HeadCheck& check, Request head);
  Task<Result<std::optional<std::string>>> readWholeBody(RequestParser& parser);
  Task<bool> dispatch(RequestParser& parser, Exchange exchange);
  Task<Response> runHandler(const Handler& handler, Request request);
  Request makeRequest(Exchange& exchange, std::vector<std::string> parameters);

  Task<bool> respond(const Exchange& exchange, Response response);
  Task<bool> respondStream(const Exchange& exchange, Response response);
  Task<bool> refuse(Exchange exchange, Error error);
  Task<bool> refuseUnparsed(Error error);
  bool keepsAlive(const Exchange& exchange, const Response& response) const;

  using Buffers = std::array<asio::const_buffer, 2>;
  Task<bool> write(Buffers buffers);
  bool tryWrite(Buffers& buffers, bool& failed);
  Task<void> linger();
  void readAhead();

  Socket socket_;
  std::shared_ptr<ServerContext> context_;
  ReadBuffer in_;
  std::string out_;
  std::shared_ptr<Disconnect> disconnected_;
  asio::ip::address peer_;
  asio::ip::address local_;
  SteadyTime deadline_ = SteadyTime::max();
  Phase phase_ = Phase::idle;
  bool timedOut_ = false;
  bool gone_ = false;
  bool watchArmed_ = false;
  std::size_t place_ = 0;  // in context_->open
};

}  // namespace executor::net

#include "net/server.h"

#include <boost/asio/as_tuple.hpp>

#include "base/log.h"
#include "base/text.h"
#include "net/connection.h"

namespace executor::net {
namespace ip = boost::asio::ip;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// After accept() fails for want of descriptors; at once it would only fail again.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kLongestSweep{1000};
constexpr std::chrono::milliseconds kShortestSweep{5};
using Acceptor = asio::basic_socket_acceptor<ip::tcp, asio::io_context::executor_type>;

// Limits are kept to a quarter of the shortest; tests set limits of milliseconds.
std::chrono::milliseconds sweepInterval(const ServerOptions& options) {
  auto shortest = std::min(
      {options.headerTimeout, options.bodyTimeout, options.writeTimeout, options.idleTimeout});
  return std::clamp(shortest / 4, kShortestSweep, kLongestSweep);
}

// Sent as it is to a connection over the cap: nothing of it has been read.
const std::string& overloadedResponse() {
  static const std::string kText = [] {
    auto error = fail(ErrorCode::overloaded, "Too many connections.", "Try again in a moment.");
    auto response = Response::error(error.error(), {});
    return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
           "Retry-After: 1\r\nConnection: close\r\nContent-Length: " +
           std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
  }();
  return kText;
}

// IPv6 in brackets, as it stands in a URL.
std::string endpointText(const ip::address& address, std::uint16_t port) {
  auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(port);
}

// A taken port is the common mistake and has its own code; the rest are wrong options.
std::unexpected<Error> cannotListen(const std::string& where, boost::system::error_code error) {
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::address_in_use, "Another program already listens on " + where + ".",
                "Stop it, or choose another address with --listen.", error.message());
  }
  return fail(ErrorCode::invalid_configuration,
              "Cannot listen on " + where + ": " + error.message() + ".",
              "Give --listen an address of this machine and a port you may use.");
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, const Router& router, ServerOptions options)
      : acceptor_(loop), sweep_(loop) {
    if (options.address == "localhost") options.address = "127.0.0.1";
    HostGuard guard(options);
    context_ = std::make_shared<ServerContext>(loop, router, std::move(options), std::move(guard));
  }

  // Options are checked here and not in the constructor, because here an error can be returned.
  Status listen() {
    const auto& options = context_->options;
    boost::system::error_code error;
    auto address = ip::make_address(options.address, error);
    if (error) return cannotListen(options.address, error);
    EXECUTOR_TRY(context_->proxies, TrustedProxies::parse(options.trustedProxies));
    EXECUTOR_CHECK(open({address, options.port}));
    asio::co_spawn(context_->loop, accept(shared_from_this()), asio::detached);
    return {};
  }

  std::uint16_t port() const { return local_.port(); }

  std::string url() const {
    auto address = local_.address();
    if (address.is_unspecified()) address = ip::address_v4::loopback();
    return "http://" + endpointText(address, local_.port());
  }

  std::size_t openConnections() const { return context_->open.size(); }

  void closeAcceptor() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    context_->draining = true;
  }

  void closeAll() {
    closeAcceptor();
    sweep_.cancel();
    // close() may end connections while we go through them.
    for (auto& connection : snapshot()) connection->close();
  }

  // Open connections tell through `closed` when they end; the grace is a deadline, not a sleep.
  static Task<void> drain(std::shared_ptr<Impl> self, std::chrono::milliseconds grace) {
    self->closeAcceptor();
    for (auto& connection : self->snapshot()) {
      if (connection->idle()) connection->close();
    }
    auto deadline = deadlineAfter(grace);
    while (self->openConnections() > 0) {
      if (!co_await self->context_->closed.wait(deadline)) break;
    }
    self->closeAll();
  }

 private:
  Status open(ip::tcp::endpoint endpoint) {
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(ip::tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) local_ = acceptor_.local_endpoint(error);
    if (!error) return {};
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    return cannotListen(endpointText(endpoint.address(), endpoint.port()), error);
  }

  static Task<void> accept(std::shared_ptr<Impl> self) {
    while (self->acceptor_.is_open()) {
      auto [error, socket] = co_await self->acceptor_.async_accept(kAwait);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors or memory: others must end first, trying at once would spin.
        log(LogLevel::warn, "accept_failed", {{"cause", std::string_view(error.message())}});
        asio::steady_timer pause(self->context_->loop, kAcceptPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      self->adopt(std::move(socket));
    }
  }

  void adopt(Socket socket) {
    if (context_->open.size() >= context_->options.maxConnections) return turnAway(socket);
    auto connection = std::make_shared<Connection>(std::move(socket), context_);
    asio::co_spawn(context_->loop, Connection::run(std::move(connection)), asio::detached);
    if (!sweeping_) sweep();
  }

  // Without waiting: a crowd at the door must not cost memory or coroutines.
  static void turnAway(Socket& socket) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(overloadedResponse()), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
  }

  // One timer for all connections, only while there are any.
  void sweep() {
    sweeping_ = !context_->open.empty();
    if (!sweeping_) return;
    sweep_.expires_after(sweepInterval(context_->options));
    sweep_.async_wait([weak = weak_from_this()](auto error) {
      auto self = weak.lock();
      if (error || !self) return;
      auto now = std::chrono::steady_clock::now();
      for (auto& connection : self->snapshot()) connection->expire(now);
      self->sweep();
    });
  }

  // Owning, since a callback of one connection may end another while the caller goes through them.
  std::vector<std::shared_ptr<Connection>> snapshot() const {
    std::vector<std::shared_ptr<Connection>> out;
    for (auto* connection : context_->open) {
      if (auto shared = connection->weak_from_this().lock()) out.push_back(std::move(shared));
    }
    return out;
  }

  std::shared_ptr<ServerContext> context_;
  Acceptor acceptor_;
  ip::tcp::endpoint local_;
  asio::steady_timer sweep_;
  bool sweeping_ = false;
};

HttpServer::HttpServer(asio::io_context& loop, const Router& router, ServerOptions options)
    : impl_(std::make_shared<Impl>(loop, router, std::move(options))) {}

HttpServer::~HttpServer() { impl_->closeAll(); }

Status HttpServer::listen() { return impl_->listen(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::string HttpServer::url() const { return impl_->url(); }
Task<void> HttpServer::stop(std::chrono::milliseconds grace) { return Impl::drain(impl_, grace); }
std::size_t HttpServer::openConnections() const { return impl_->openConnections(); }

}  // namespace executor::net

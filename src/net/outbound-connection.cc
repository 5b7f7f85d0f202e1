// A socket with or without TLS, and the waits on it. Every wait can be ended from outside by
// closing the socket, which is the one way that works in each state: resolving apart, connecting,
// shaking hands, writing, reading.
#include "net/outbound-connection.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace executor::net {
namespace ip = boost::asio::ip;
namespace ssl = boost::asio::ssl;
namespace {

using ErrorCodeOf = boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// What one address may take while another waits behind it (RFC 8305 in spirit).
constexpr std::chrono::milliseconds kAddressTimeout{2500};

// Runs `expire` after a time unless the scope ends before.
class Timeout {
 public:
  Timeout(asio::io_context& loop, std::chrono::milliseconds span, std::function<void()> expire)
      : timer_(loop, span), state_(std::make_shared<State>(std::move(expire))) {
    timer_.async_wait([state = state_](auto error) {
      if (error || !state->expire) return;
      state->expired = true;
      state->expire();
    });
  }
  ~Timeout() { state_->expire = nullptr; }
  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;

  bool expired() const { return state_->expired; }

 private:
  struct State {
    std::function<void()> expire;
    bool expired = false;
  };
  asio::steady_timer timer_;
  std::shared_ptr<State> state_;
};

// The chain's problem if there is one, else what OpenSSL says.
std::string tlsProblem(SSL* handle, const ErrorCodeOf& error) {
  long verdict = SSL_get_verify_result(handle);
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  return error.message();
}

}  // namespace

// Holds the context as well: contexts are replaced when certificates change, sessions go on.
struct OutboundConnection::Tls {
  Tls(ip::tcp::socket& socket, std::shared_ptr<ssl::context> keep)
      : context(std::move(keep)), stream(socket, *context) {}
  std::shared_ptr<ssl::context> context;
  ssl::stream<ip::tcp::socket&> stream;

  // SNI for names; the certificate must be for the name or the address.
  void expectPeer(const std::string& host) {
    auto* handle = stream.native_handle();
    auto* rules = SSL_get0_param(handle);
    ErrorCodeOf error;
    ip::make_address(host, error);
    if (!error) {
      X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
      return;
    }
    SSL_set_tlsext_host_name(handle, host.c_str());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
  }
};

OutboundConnection::OutboundConnection(asio::io_context& loop) : loop_(loop), socket_(loop) {}
OutboundConnection::~OutboundConnection() = default;

// Safe at any moment and more than once; pending operations end with operation_aborted.
void OutboundConnection::close() {
  ErrorCodeOf ignored;
  socket_.close(ignored);
}

// Opened anew for each address: a socket that failed to connect cannot be used again.
Task<ErrorCodeOf> OutboundConnection::connectOne(ip::tcp::endpoint endpoint,
                                                 std::chrono::milliseconds timeout) {
  ErrorCodeOf error;
  socket_.close(error);
  socket_.open(endpoint.protocol(), error);
  if (error) co_return error;
  socket_.set_option(ip::tcp::no_delay(true), error);
  Timeout limit(loop_, timeout, [this] { close(); });
  auto [failed] = co_await socket_.async_connect(endpoint, kAwait);
  if (limit.expired()) co_return asio::error::timed_out;
  if (!failed) socket_.non_blocking(true, error);
  co_return failed ? failed : error;
}

// Sequential, not racing: a second connection attempt would be seen by upstreams that count them.
Task<Status> OutboundConnection::dial(std::vector<ip::address> addresses, std::uint16_t port,
                                      std::chrono::milliseconds timeout,
                                      std::shared_ptr<Flight> flight) {
  AbortScope scope(*flight, [this] { close(); });
  auto end = deadlineAfter(timeout);
  ErrorCodeOf error = asio::error::host_not_found;
  for (std::size_t i = 0; i < addresses.size() && !flight->stopped; ++i) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    if (i + 1 < addresses.size()) left = std::min(left, kAddressTimeout);
    error = co_await connectOne({addresses[i], port}, left);
    if (!error && !flight->stopped) co_return Status{};
  }
  std::string where = addresses.empty() ? "" : addresses.back().to_string();
  bool late = error == asio::error::timed_out;
  co_return flight->failure(
      late ? ErrorCode::upstream_timeout : ErrorCode::upstream_unreachable,
      late ? "Connecting to the upstream took too long."
           : "The upstream cannot be reached: " + error.message() + ".",
      "connect " + where + ":" + std::to_string(port) + ": " + error.message());
}

// Fails before the request has been written, so every TLS problem is `unsent`.
Task<Status> OutboundConnection::secure(std::shared_ptr<ssl::context> context, std::string host,
                                        std::chrono::milliseconds timeout,
                                        std::shared_ptr<Flight> flight) {
  if (host.ends_with('.')) host.pop_back();
  tls_ = std::make_unique<Tls>(socket_, std::move(context));
  tls_->expectPeer(host);
  AbortScope scope(*flight, [this] { close(); });
  Timeout limit(loop_, timeout, [this] { close(); });
  auto [error] = co_await tls_->stream.async_handshake(ssl::stream_base::client, kAwait);
  if (!error && !flight->stopped) co_return Status{};
  if (limit.expired()) {
    co_return flight->failure(ErrorCode::upstream_timeout, "The TLS handshake took too long.");
  }
  auto problem = tlsProblem(tls_->stream.native_handle(), error);
  co_return flight->failure(ErrorCode::upstream_unreachable,
                            "No secure connection to " + host + ": " + problem + ".",
                            "tls: " + error.message());
}

// Tried without waiting first; nearly every request fits the socket's buffer.
Task<ErrorCodeOf> OutboundConnection::writePlain(Buffers buffers, std::shared_ptr<Flight> flight) {
  ErrorCodeOf error;
  while (asio::buffer_size(buffers) > 0) {
    auto count = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) {
      std::tie(error) = co_await socket_.async_wait(ip::tcp::socket::wait_write, kAwait);
    }
    if (error) co_return error;
    if (count > 0) flight->sent = true;
    for (auto& buffer : buffers) {
      auto step = std::min(count, buffer.size());
      buffer += step;
      count -= step;
    }
  }
  co_return error;
}

// False in `sent` means for certain that no byte left; true means one may have.
Task<ErrorCodeOf> OutboundConnection::write(Buffers buffers, std::shared_ptr<Flight> flight) {
  if (!tls_) co_return co_await writePlain(buffers, std::move(flight));
  // What of an encrypted record has gone out cannot be known from here.
  flight->sent = true;
  auto [error, count] = co_await asio::async_write(tls_->stream, buffers, kAwait);
  co_return error;
}

// At most `size` bytes, appended to buffer(). No time limit of its own: the flight's deadline
// closes the socket.
Task<ErrorCodeOf> OutboundConnection::read(std::size_t size) {
  auto room = in_.prepare(size);
  ErrorCodeOf error;
  std::size_t count = 0;
  if (tls_) {
    std::tie(error, count) = co_await tls_->stream.async_read_some(room, kAwait);
  } else {
    std::tie(error, count) = co_await socket_.async_read_some(room, kAwait);
  }
  in_.commit(count);
  co_return error;
}

// One system call; a readable end of stream and unexpected bytes both mean no.
bool OutboundConnection::alive() {
  if (!socket_.is_open() || !in_.empty()) return false;
  char byte;
  auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace executor::net

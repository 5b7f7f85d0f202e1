// One hop, in the order in which things can go wrong: connection, beforeSend, head and body out,
// head in, body in. The question that every failure answers is whether a byte had left (Flight),
// because only then may the call have taken effect.
#include "net/exchange.h"

#include <charconv>

#include "base/text.h"

namespace executor::net {
namespace {

// Most heads fit one small read; bodies come in pieces that are worth a system call each.
constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kBodyReadSize = 64u << 10;
// Up to here copying the body behind the head is cheaper than a second buffer.
constexpr std::size_t kInlineBody = 16u << 10;

// The client's own; a caller's would break the framing or the routing.
bool isClientsOwn(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade",
      "TE",   "Trailer",        "Proxy-Connection",  "Expect"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view own) { return equalsIgnoreCase(own, name); });
}

// Names and values have passed Headers: no line break can be in them.
void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Methods for which an empty body is announced with a length of 0 (RFC 9110 section 8.6).
bool carriesBody(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

// The upstream's own idle time, less a second for the way, if it is shorter than ours.
std::chrono::milliseconds idleTime(std::string_view keepAlive, std::chrono::milliseconds most) {
  auto at = keepAlive.find("timeout=");
  if (at == std::string_view::npos) return most;
  auto digits = keepAlive.substr(at + 8);
  unsigned seconds = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (parsed.ec != std::errc() || seconds > 3600) return most;
  return std::min(most, std::chrono::milliseconds(seconds > 0 ? (seconds - 1) * 1000 : 0));
}

}  // namespace

// The check at dial time (invariant 6): what is returned is dialled now, without another look-up.
Result<std::vector<asio::ip::address>> Exchange::permitted(
    std::vector<asio::ip::address> addresses) {
  std::vector<asio::ip::address> out;
  Status last = fail(ErrorCode::egress_denied, "The upstream has no address.");
  for (auto& address : addresses) {
    auto verdict = parts_.options.egress.check(address, hop_.url.port);
    if (verdict) {
      out.push_back(std::move(address));
    } else {
      last = std::move(verdict);
    }
  }
  if (out.empty()) return flight_->failure(last.error());
  return out;
}

// A literal address skips the resolver but not the policy.
Task<Status> Exchange::dial(OutboundConnection& connection) {
  std::vector<asio::ip::address> addresses;
  if (hop_.url.address) {
    addresses.push_back(*hop_.url.address);
  } else {
    EXECUTOR_CO_TRY(addresses, co_await parts_.resolver.resolve(hop_.url.host, flight_));
  }
  EXECUTOR_CO_TRY(auto allowed, permitted(std::move(addresses)));
  auto timeout = parts_.options.connectTimeout;
  EXECUTOR_CO_CHECK(co_await connection.dial(std::move(allowed), hop_.url.port, timeout, flight_));
  if (!hop_.url.secure()) co_return Status{};
  EXECUTOR_CO_TRY(auto context, co_await parts_.tls.get(parts_.resolver.threads(), flight_));
  co_return co_await connection.secure(std::move(context), hop_.url.host, timeout, flight_);
}

// If dialling fails the lease goes out of scope and its place to whoever waits.
Task<Result<ConnectionPool::Lease>> Exchange::connect(bool fresh) {
  EXECUTOR_CO_TRY(auto lease, co_await parts_.pool.acquire(hop_.url.origin(), fresh, flight_));
  reused_ = lease.connection != nullptr;
  if (reused_) co_return lease;
  auto connection = std::make_unique<OutboundConnection>(parts_.loop);
  EXECUTOR_CO_CHECK(co_await dial(*connection));
  lease.connection = std::move(connection);
  co_return lease;
}

// beforeSend, once per request: a redirect's hop and a replaced connection do not announce again.
Task<Status> Exchange::announce() {
  if (auto hook = std::exchange(request_.beforeSend, nullptr)) {
    auto verdict = co_await hook();
    if (!verdict) co_return flight_->failure(std::move(verdict).error());
  }
  if (flight_->stopped) co_return flight_->failure(ErrorCode::cancelled, {}, "before sending");
  co_return Status{};
}

// Origin form (RFC 9112 section 3.2.1). Host first: some servers read no further to find it.
std::string Exchange::head() const {
  std::string out;
  out.reserve(512);
  out.append(hop_.method).append(" ").append(hop_.url.target()).append(" HTTP/1.1\r\n");
  appendField(out, "Host", hop_.url.authority());
  for (const auto& [name, value] : hop_.headers.all()) {
    if (!isClientsOwn(name)) appendField(out, name, value);
  }
  if (!hop_.body.empty() || carriesBody(hop_.method)) {
    appendField(out, "Content-Length", std::to_string(hop_.body.size()));
  }
  out.append("\r\n");
  return out;
}

// Host and path stay out of the text: either may hold a secret of the caller.
std::unexpected<Error> Exchange::broken(const boost::system::error_code& error) const {
  bool closed = error == asio::error::eof || error == asio::error::connection_reset ||
                error == asio::error::broken_pipe;
  return flight_->failure(ErrorCode::upstream_unreachable,
                          closed
                              ? "The upstream closed the connection before it answered."
                              : "The connection to the upstream failed: " + error.message() + ".",
                          error.message());
}

// At most two rounds: the second has a fresh connection, which is never given up for being stale.
Task<Result<ClientResponse>> Exchange::run() {
  for (bool fresh = false;; fresh = true) {
    EXECUTOR_CO_TRY(auto lease, co_await connect(fresh));
    auto& connection = *lease.connection;
    EXECUTOR_CO_CHECK(co_await announce());
    AbortScope scope(*flight_, [&connection] { connection.close(); });
    if (reused_ && !connection.alive()) continue;
    std::string out = head();
    OutboundConnection::Buffers buffers{};
    if (hop_.body.size() <= kInlineBody) {
      out += hop_.body;
    } else {
      buffers[1] = asio::buffer(hop_.body);
    }
    buffers[0] = asio::buffer(out);
    bool sentEarlier = std::exchange(flight_->sent, false);
    auto error = co_await connection.write(buffers, flight_);
    bool untouched = !flight_->sent;
    flight_->sent = flight_->sent || sentEarlier;
    if (error && untouched && reused_ && !flight_->stopped) continue;
    if (error && untouched) co_return broken(error);
    // After a failed write an answer may still stand in the socket.
    auto answered = co_await answer(std::move(lease));
    if (!answered && error) co_return broken(error);
    co_return answered;
  }
}

// Reads until the parser has moved on: more bytes, or the end of the stream.
Task<Status> Exchange::advance(OutboundConnection& connection, ResponseParser& parser) {
  auto& in = connection.buffer();
  if (!in.empty()) {
    auto used = parser.feed(in.view());
    if (!used) co_return flight_->failure(std::move(used).error());
    in.consume(*used);
    if (*used > 0) co_return Status{};
  }
  auto size = parser.headDone() ? kBodyReadSize : kReadSize;
  auto error = co_await connection.read(size);
  if (!error) co_return Status{};
  if (error != asio::error::eof || !parser.begun() || flight_->stopped) co_return broken(error);
  auto finished = parser.finish();
  if (!finished) co_return flight_->failure(std::move(finished).error());
  co_return Status{};
}

// The final head; interim answers (100, 103) are read over. 101 was not asked for.
Task<Result<std::unique_ptr<ResponseParser>>> Exchange::readHead(OutboundConnection& connection) {
  auto cap = onChunk_ ? SIZE_MAX : request_.responseCap;
  for (;;) {
    auto parser = std::make_unique<ResponseParser>(hop_.method == "HEAD", cap);
    while (!parser->headDone()) EXECUTOR_CO_CHECK(co_await advance(connection, *parser));
    int status = parser->status();
    if (status == 101) {
      co_return flight_->failure(ErrorCode::upstream_invalid, "The upstream switched protocols.");
    }
    if (status >= 200) co_return parser;
  }
}

// The common case moves the piece instead of copying it.
Status Exchange::decode(std::string piece, std::string& out, std::size_t cap) {
  if (decoder_) return decoder_->feed(piece, out, cap);
  if (out.empty()) {
    out = std::move(piece);
  } else {
    out += piece;
  }
  return out.size() > cap ? responseTooLarge(cap) : Status{};
}

Task<Status> Exchange::readBody(OutboundConnection& connection, ResponseParser& parser,
                                ClientResponse& response) {
  bool streams = onChunk_ && response.status >= 200 && response.status < 300;
  for (;;) {
    std::string chunk;
    auto& out = streams ? chunk : response.body;
    // A streamed piece is bounded by what one read can unpack to, not by the sum.
    auto status = decode(parser.takeBody(), out, request_.responseCap);
    if (status && streams && !chunk.empty()) status = co_await onChunk_(std::move(chunk));
    if (!status) co_return flight_->failure(std::move(status).error());
    if (flight_->stopped) co_return flight_->failure(ErrorCode::cancelled, {});
    if (parser.done()) break;
    EXECUTOR_CO_CHECK(co_await advance(connection, parser));
  }
  if (!decoder_ || decoder_->complete()) co_return Status{};
  co_return flight_->failure(ErrorCode::upstream_invalid,
                             "The upstream's compressed response is cut off.");
}

// Bytes behind the answer were not asked for: such a connection could answer the next request
// early.
void Exchange::giveBack(ConnectionPool::Lease& lease, const ResponseParser& parser,
                        const ClientResponse& response) {
  auto& connection = *lease.connection;
  if (!parser.keepAlive() || !connection.buffer().empty()) return;
  connection.idleUntil =
      deadlineAfter(idleTime(response.headers.get("Keep-Alive"), parts_.options.poolIdleTimeout));
  lease.keep();
}

// onHead comes before the body so that a caller can refuse a type or a size it does not want.
Task<Result<ClientResponse>> Exchange::answer(ConnectionPool::Lease lease) {
  auto& connection = *lease.connection;
  EXECUTOR_CO_TRY(auto parser, co_await readHead(connection));
  ClientResponse response{
      .status = parser->status(), .headers = parser->headers(), .url = hop_.url.text()};
  auto made = BodyDecoder::make(response.headers.get("Content-Encoding"));
  if (!made) co_return flight_->failure(std::move(made).error());
  decoder_ = *std::move(made);
  if (decoder_) {
    response.headers.remove("Content-Encoding");
    response.headers.remove("Content-Length");
  }
  if (request_.onHead) {
    auto verdict = request_.onHead(response);
    if (!verdict) co_return flight_->failure(std::move(verdict).error());
  }
  EXECUTOR_CO_CHECK(co_await readBody(connection, *parser, response));
  giveBack(lease, *parser, response);
  co_return response;
}

}  // namespace executor::net

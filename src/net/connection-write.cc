// The writing half of a connection: responses, streams, refusals, and the orderly end.
#include <boost/asio/as_tuple.hpp>
#include <charconv>

#include "base/id.h"
#include "base/log.h"
#include "net/connection.h"
#include "net/response-head.h"

namespace executor::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// Bodies up to this are copied behind the header: one buffer is cheaper than two.
constexpr std::size_t kInlineBody = 16u << 10;

std::unexpected<Error> clientGone() {
  return fail(ErrorCode::cancelled, "The client closed the connection.");
}

// RFC 9112 section 7.1: size in hex, the bytes, each ended by CRLF.
std::string chunkOf(std::string_view bytes) {
  char size[20];
  auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  std::string out(size, end);
  out.reserve(out.size() + bytes.size() + 4);
  return out.append("\r\n").append(bytes).append("\r\n");
}

// RFC 9110 section 6.4.1: these never have content, so they carry no length either.
bool hasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

// What a handler's stream writes to. Outlives the response safely: after the end writes fail.
class ResponseStream : public Sink {
 public:
  ResponseStream(std::shared_ptr<Connection> connection, bool chunked)
      : connection_(std::move(connection)), chunked_(chunked) {}

  Task<Status> write(std::string bytes) override {
    while (busy_) co_await free_.wait(Deadline::max());
    if (!connection_) co_return clientGone();
    if (bytes.empty()) co_return Status{};
    busy_ = true;
    bool sent = co_await send(connection_, std::move(bytes));
    busy_ = false;
    free_.notify();
    if (!sent) co_return clientGone();
    co_return Status{};
  }

  Task<bool> finish() {
    while (busy_) co_await free_.wait(Deadline::max());
    auto connection = std::exchange(connection_, nullptr);
    static constexpr std::string_view kLastChunk = "0\r\n\r\n";
    if (connection->gone_) co_return false;
    if (chunked_) co_return co_await connection->write({asio::buffer(kLastChunk), {}});
    co_return true;
  }

 private:
  Task<bool> send(std::shared_ptr<Connection> connection, std::string bytes) {
    if (chunked_) bytes = chunkOf(bytes);
    connection->enter(Connection::Phase::writing);
    bool sent = co_await connection->write({asio::buffer(bytes), {}});
    connection->enter(Connection::Phase::handling);
    if (!sent) connection->close();
    // The watch may have slept through the write.
    if (sent) connection->watchPeer();
    co_return sent;
  }

  std::shared_ptr<Connection> connection_;
  Signal free_;
  bool chunked_;
  bool busy_ = false;
};

// Sends what the kernel takes now; true when all of it went.
bool Connection::tryWrite(Buffers& buffers, bool& failed) {
  boost::system::error_code error;
  while (asio::buffer_size(buffers) > 0) {
    auto count = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) return false;
    if (error) {
      failed = true;
      return false;
    }
    for (auto& buffer : buffers) {
      auto step = std::min(count, buffer.size());
      buffer += step;
      count -= step;
    }
  }
  return true;
}

// Waits only when the kernel's buffer is full; the write deadline then ends a client that does not
// read.
Task<bool> Connection::write(Buffers buffers) {
  for (bool failed = false;;) {
    if (gone_) co_return false;
    if (tryWrite(buffers, failed)) co_return true;
    if (failed) co_return false;
    auto [error] = co_await socket_.async_wait(Socket::wait_write, kAwait);
    if (error) co_return false;
  }
}

// While draining every response ends its connection, which is what lets stop() finish.
bool Connection::keepsAlive(const Exchange& exchange, const Response& response) const {
  return exchange.keepAlive && !context_->draining && response.headers.get("Connection") != "close";
}

// One write for head and body: with TCP_NODELAY two writes would be two packets.
Task<bool> Connection::respond(const Exchange& exchange, Response response) {
  bool headOnly = exchange.head.method == "HEAD";
  if (response.stream && !headOnly) {
    co_return co_await respondStream(exchange, std::move(response));
  }
  bool again = keepsAlive(exchange, response);
  ResponseFraming framing{.close = !again, .requestId = exchange.requestId};
  auto origin = exchange.head.headers.get("Origin");
  if (!origin.empty() && context_->guard.isCorsOrigin(origin)) framing.corsOrigin = origin;
  bool bare = hasNoBody(response.status);
  if (!bare && !response.stream) framing.contentLength = response.body.size();
  out_.clear();
  appendResponseHead(out_, response.status, response.headers, framing);
  enter(Phase::writing);
  if (headOnly || bare) response.body.clear();
  Buffers buffers{};
  if (response.body.size() <= kInlineBody) {
    out_ += response.body;
  } else {
    buffers[1] = asio::buffer(response.body);
  }
  buffers[0] = asio::buffer(out_);
  co_return co_await write(buffers) && again;
}

// Header first, then whatever the stream writes; HTTP/1.0 has no chunks and ends with the
// connection.
Task<bool> Connection::respondStream(const Exchange& exchange, Response response) {
  bool chunked = exchange.head.http11;
  bool again = chunked && keepsAlive(exchange, response);
  ResponseFraming framing{.chunked = chunked, .close = !again, .requestId = exchange.requestId};
  auto origin = exchange.head.headers.get("Origin");
  if (!origin.empty() && context_->guard.isCorsOrigin(origin)) framing.corsOrigin = origin;
  out_.clear();
  appendResponseHead(out_, response.status, response.headers, framing);
  enter(Phase::writing);
  if (!co_await write({asio::buffer(out_), {}})) {
    close();
    co_return false;
  }
  enter(Phase::handling);
  watchPeer();
  auto sink = std::make_shared<ResponseStream>(shared_from_this(), chunked);
  bool whole = false;
  try {
    co_await response.stream(sink);
    whole = true;
  } catch (const std::exception& thrown) {
    log(LogLevel::error, "stream_failed",
        {{"requestId", exchange.requestId}, {"cause", thrown.what()}});
  }
  // A stream that failed must not look complete: the last chunk is left out.
  if (!whole) co_return false;
  enter(Phase::writing);
  co_return co_await sink->finish() && again;
}

// Answers and closes: what else the client sends belongs to the refused request.
Task<bool> Connection::refuse(Exchange exchange, Error error) {
  exchange.keepAlive = exchange.keepAlive && !exchange.head.hasBody();
  auto response = Response::error(error, exchange.requestId);
  log(LogLevel::info, "request_refused",
      {{"requestId", exchange.requestId}, {"code", error.codeName()}});
  bool again = co_await respond(exchange, std::move(response));
  if (!again) co_await linger();
  co_return again;
}

// Nothing of such a request can be trusted, also not where it ends.
Task<bool> Connection::refuseUnparsed(Error error) {
  Exchange exchange{.requestId = newId(idPrefix::kRequest), .keepAlive = false};
  co_return co_await refuse(std::move(exchange), std::move(error));
}

// Closing with unread bytes would reset the connection and could destroy the answer on its way.
Task<void> Connection::linger() {
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  enter(Phase::lingering);
  std::array<char, 4096> waste;
  for (std::size_t total = 0; !error && !gone_ && total < kLingerBytes;) {
    auto [failed, count] = co_await socket_.async_read_some(asio::buffer(waste), kAwait);
    error = failed;
    total += count;
  }
}

}  // namespace executor::net

#include "net/connection.h"

#include <boost/asio/as_tuple.hpp>

#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "net/response-head.h"

namespace executor::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// A request without a body fits one small read; bodies are read in larger pieces.
constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kBodyReadSize = 64u << 10;
// The first line may hold a method and version besides the target.
constexpr std::size_t kMaxFirstLine = kMaxTargetBytes + 64;

std::unexpected<Error> timedOut(std::string_view what) {
  return fail(ErrorCode::request_timeout, "The " + std::string(what) + " did not arrive in time.");
}

std::unexpected<Error> targetTooLong() {
  return fail(ErrorCode::uri_too_long,
              "The request target is longer than " + std::to_string(kMaxTargetBytes) + " bytes.");
}

std::unexpected<Error> headersTooLarge() {
  return fail(ErrorCode::headers_too_large,
              "The header fields are larger than " + std::to_string(kMaxHeaderBytes) + " bytes.");
}

// Limits of a complete header block: the first line apart from the fields.
Status checkHeaderSize(std::string_view block) {
  auto line = block.substr(0, block.find("\r\n"));
  auto from = line.find(' ');
  auto to = line.rfind(' ');
  if (from < to && to - from - 1 > kMaxTargetBytes) return targetTooLong();
  if (block.size() - line.size() > kMaxHeaderBytes) return headersTooLarge();
  return {};
}

// A chunked body says nothing of its size.
bool mayBeLarge(const RequestHead& head) {
  return head.chunked || head.contentLength > kUncheckedBodyBytes;
}

}  // namespace

// A peer that is gone already leaves the addresses empty; the first read then ends the connection.
Connection::Connection(Socket socket, std::shared_ptr<ServerContext> context)
    : socket_(std::move(socket)), context_(std::move(context)) {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  peer_ = socket_.remote_endpoint(ignored).address();
  local_ = socket_.local_endpoint(ignored).address();
  place_ = context_->open.size();
  context_->open.push_back(this);
}

// Leaves the list by moving the last one into its place, so that both are constant time.
Connection::~Connection() {
  auto& open = context_->open;
  open[place_] = open.back();
  open[place_]->place_ = place_;
  open.pop_back();
  context_->closed.notify();
}

// Safe at any moment: pending operations end with an error and their coroutines with them.
void Connection::close() {
  gone_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (disconnected_) disconnected_->fire();
}

// One place decides which time limit counts. A handler has none here: executions carry their own.
void Connection::enter(Phase phase) {
  phase_ = phase;
  const auto& options = context_->options;
  switch (phase) {
    case Phase::idle: deadline_ = deadlineAfter(options.idleTimeout); break;
    case Phase::header: deadline_ = deadlineAfter(options.headerTimeout); break;
    case Phase::body: deadline_ = deadlineAfter(options.bodyTimeout); break;
    case Phase::writing: deadline_ = deadlineAfter(options.writeTimeout); break;
    case Phase::lingering: deadline_ = deadlineAfter(options.headerTimeout); break;
    case Phase::handling: deadline_ = SteadyTime::max(); break;
  }
}

// A late header or body is answered (the pending read is cancelled and its coroutine writes 408);
// everything else is closed.
void Connection::expire(SteadyTime now) {
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  if (phase_ != Phase::header && phase_ != Phase::body) return close();
  timedOut_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// Bodies are read in large pieces, headers in small ones: most requests fit one small read.
Task<bool> Connection::fill() {
  if (gone_) co_return false;
  auto room = in_.prepare(phase_ == Phase::body ? kBodyReadSize : kReadSize);
  auto [error, count] = co_await socket_.async_read_some(room, kAwait);
  if (error || count == 0) co_return false;
  in_.commit(count);
  co_return true;
}

// `self` keeps the connection alive until its last coroutine has ended.
Task<void> Connection::run(std::shared_ptr<Connection> self) {
  while (co_await self->serveOne()) {
  }
  self->close();
}

// True while the connection serves another request.
Task<bool> Connection::serveOne() {
  auto block = co_await readHeader();
  if (!block) co_return co_await refuseUnparsed(std::move(block).error());
  if (!*block) co_return false;
  RequestParser parser;
  auto exchange = begin(parser, **block);
  if (!exchange) co_return co_await refuseUnparsed(std::move(exchange).error());
  in_.consume((*block)->size());
  if (auto admitted = admit(*exchange); !admitted) {
    co_return co_await refuse(*std::move(exchange), std::move(admitted).error());
  }
  co_return co_await dispatch(parser, *std::move(exchange));
}

// The next header block, a view into the buffer; none if the client closed or nothing came.
Task<Result<std::optional<std::string_view>>> Connection::readHeader() {
  enter(Phase::idle);
  std::size_t scanned = 0;
  for (;;) {
    auto found = findHeader(scanned);
    if (!found || *found) co_return found;
    if (!in_.empty() && phase_ == Phase::idle) enter(Phase::header);
    if (context_->draining && phase_ == Phase::idle) co_return std::nullopt;
    if (co_await fill()) continue;
    if (std::exchange(timedOut_, false)) co_return timedOut("request header");
    co_return std::nullopt;
  }
}

// Searches only what is new since the last call, so that a header sent byte by byte is not
// quadratic. The limits hold before the end is found as well: an endless header is refused, not
// collected.
Result<std::optional<std::string_view>> Connection::findHeader(std::size_t& scanned) {
  // RFC 9112 section 2.2: empty lines before a request line are ignored.
  while (scanned == 0 && in_.view().starts_with("\r\n")) in_.consume(2);
  auto bytes = in_.view();
  auto end = bytes.find("\r\n\r\n", scanned > 3 ? scanned - 3 : 0);
  if (end != std::string_view::npos) {
    auto block = bytes.substr(0, end + 4);
    EXECUTOR_CHECK(checkHeaderSize(block));
    return block;
  }
  scanned = bytes.size();
  bool firstLine = bytes.substr(0, kMaxFirstLine).find('\n') == std::string_view::npos;
  if (firstLine && scanned > kMaxFirstLine) return targetTooLong();
  if (scanned > kMaxFirstLine + kMaxHeaderBytes) return headersTooLarge();
  return std::nullopt;
}

// From here on the request has an id, so that every refusal can be found in the log.
Result<Connection::Exchange> Connection::begin(RequestParser& parser, std::string_view block) {
  EXECUTOR_TRY(auto head, parser.head(block));
  EXECUTOR_TRY(auto target, parseRequestTarget(head.target));
  Exchange exchange{
      .head = std::move(head), .target = std::move(target), .requestId = newId(idPrefix::kRequest)};
  exchange.keepAlive = exchange.head.keepAlive && !context_->draining;
  return exchange;
}

// Host and Origin (D31), before anything else is looked at.
Status Connection::admit(Exchange& exchange) {
  auto host = exchange.head.headers.get("Host");
  if (!exchange.target.authority.empty()) {
    if (!host.empty() && !equalsIgnoreCase(host, exchange.target.authority)) {
      return fail(ErrorCode::invalid_request, "Host and the request target name different hosts.");
    }
    host = exchange.target.authority;
  }
  EXECUTOR_CHECK(context_->guard.checkHost(host, local_));
  exchange.host = host;
  auto origin = exchange.head.headers.get("Origin");
  if (origin.empty() && !exchange.head.headers.has("Origin")) return {};
  auto scheme = context_->proxies.scheme(exchange.head.headers, peer_);
  return context_->guard.checkOrigin(origin, std::string(scheme) + "://" + exchange.host);
}

// The route decides how large a body may be, so it is matched before the body is read.
Task<bool> Connection::dispatch(RequestParser& parser, Exchange exchange) {
  const auto& headers = exchange.head.headers;
  if (exchange.head.method == "OPTIONS" && headers.has("Access-Control-Request-Method")) {
    co_return co_await respond(exchange, preflightResponse(headers));
  }
  auto match = context_->router.match(exchange.head.method, exchange.target.path);
  if (match.handler == nullptr) {
    auto error =
        match.allow.empty()
            ? fail(ErrorCode::not_found, "There is nothing at " + exchange.target.path + ".")
            : fail(ErrorCode::method_not_allowed, "Allowed here: " + match.allow + ".");
    auto response = Response::error(error.error(), exchange.requestId);
    if (!match.allow.empty()) response.headers.set("Allow", match.allow);
    // An unread body would be taken for the next request.
    exchange.keepAlive = exchange.keepAlive && !exchange.head.hasBody();
    bool again = co_await respond(exchange, std::move(response));
    if (!again) co_await linger();
    co_return again;
  }
  auto request = makeRequest(exchange, std::move(match.parameters));
  auto body = co_await readBody(parser, exchange, match.options, request);
  if (gone_) co_return false;
  if (!body) co_return co_await refuse(std::move(exchange), std::move(body).error());
  request.body = *std::move(body);
  auto response = co_await runHandler(*match.handler, std::move(request));
  bool again = co_await respond(exchange, std::move(response));
  disconnected_.reset();
  co_return again;
}

// The headers are copied: the exchange still needs Origin and method for the response.
Request Connection::makeRequest(Exchange& exchange, std::vector<std::string> parameters) {
  disconnected_ = std::make_shared<Disconnect>(weak_from_this());
  const auto& publicOrigin = context_->guard.publicOrigin();
  auto& headers = exchange.head.headers;
  Request request{.method = exchange.head.method,
                  .path = std::move(exchange.target.path),
                  .query = std::move(exchange.target.query),
                  .headers = headers,
                  .peer = context_->proxies.client(headers, peer_),
                  .requestId = exchange.requestId,
                  .origin = publicOrigin,
                  .pathParameters = std::move(parameters),
                  .disconnected = disconnected_};
  if (publicOrigin.empty()) {
    request.origin = std::string(context_->proxies.scheme(headers, peer_)) + "://" + exchange.host;
  }
  return request;
}

// 100-continue is sent only here, after every check that needs no body, and not if the client has
// begun to send anyway (RFC 9110 section 10.1.1).
Task<Result<std::string>> Connection::readBody(RequestParser& parser, const Exchange& exchange,
                                               const RouteOptions& options,
                                               const Request& request) {
  EXECUTOR_CO_CHECK(parser.limitBody(exchange.head.contentLength, options.maxBodyBytes));
  if (!exchange.head.hasBody()) co_return std::string();
  if (options.headCheck && mayBeLarge(exchange.head)) {
    EXECUTOR_CO_CHECK(co_await checkHead(*options.headCheck, request));
  }
  if (exchange.head.expectContinue && in_.empty()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await write({asio::buffer(kContinue), {}})) {
      close();
      co_return fail(ErrorCode::cancelled, "The client closed the connection.");
    }
  }
  enter(Phase::body);
  for (;;) {
    while (!in_.empty() && !parser.done()) {
      EXECUTOR_CO_TRY(auto used, parser.body(in_.view()));
      if (used == 0) break;
      in_.consume(used);
    }
    if (parser.done()) co_return parser.takeBody();
    if (in_.size() > kMaxHeaderBytes + kBodyReadSize) {
      co_return fail(ErrorCode::invalid_request, "A chunk header or trailer is too large.");
    }
    if (co_await fill()) continue;
    if (std::exchange(timedOut_, false)) co_return timedOut("request body");
    close();
    co_return fail(ErrorCode::cancelled, "The client closed the connection.");
  }
}

// A check that throws is a bug of ours, and lets nobody in.
Task<Status> Connection::checkHead(const HeadCheck& check, Request head) {
  enter(Phase::handling);
  std::string what = "not a std::exception";
  try {
    co_return co_await check(std::move(head));
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) {
  }
  co_return failInternal("head check threw: " + what);
}

// The cause of an exception goes to the log; the client gets the request id to quote.
Task<Response> Connection::runHandler(const Handler& handler, Request request) {
  enter(Phase::handling);
  std::string id = request.requestId;
  std::string what;
  try {
    co_return co_await handler(std::move(request));
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) {
    what = "not a std::exception";
  }
  auto error = failInternal("handler threw: " + what);
  logError(LogLevel::error, "handler_failed", error.error(), {{"requestId", id}});
  co_return Response::error(error.error(), id);
}

// ---- Watching for the peer's close ----

// Called at the first question of a handler, and again after each write of a stream.
void Connection::watchPeer() {
  if (watchArmed_ || gone_ || phase_ != Phase::handling) return;
  readAhead();
}

// Reads what is there into the buffer and waits for more; the end of the stream fires Disconnect. A
// wait left over from an earlier request does nothing when it wakes in another phase.
void Connection::readAhead() {
  while (in_.size() < kMaxReadAhead) {
    boost::system::error_code error;
    auto count = socket_.read_some(in_.prepare(kReadSize), error);
    if (error == asio::error::would_block) break;
    if (error || count == 0) {
      // Only what a caller still writes can tell whether this was a half-close.
      if (disconnected_) disconnected_->fire();
      return;
    }
    in_.commit(count);
  }
  if (in_.size() >= kMaxReadAhead) return;
  watchArmed_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](auto error) {
    self->watchArmed_ = false;
    if (!error && self->phase_ == Phase::handling) self->readAhead();
  });
}

}  // namespace executor::net

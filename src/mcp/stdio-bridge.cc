#include "mcp/stdio-bridge.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <unordered_set>

#include "base/signal.h"
#include "base/text.h"
#include "mcp/event-reader.h"
#include "mcp/event-stream.h"

namespace executor::mcp {
namespace {

constexpr auto kTupleAwaitable = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kGoodbyeTimeout{1'000};
constexpr int kMaxFruitless = 5;

// Visible ASCII without outer space and not looking like the sentinel itself passes as it is.
std::string encodeHeaderValue(std::string_view value) {
  bool plain = trimText(value) == value && !value.starts_with("=?base64?");
  for (char c : value) plain = plain && c >= 0x20 && c < 0x7f;
  return plain ? std::string(value) : "=?base64?" + base64Encode(value) + "?=";
}

void addModernHeaders(net::Headers& headers, const Message& message) {
  headers.set("MCP-Protocol-Version", std::string(metaVersion(message)));
  headers.set("Mcp-Method", message.method);
  if (auto named = namedValue(message)) headers.set("Mcp-Name", encodeHeaderValue(*named));
}

std::string subscriptionEnd(const json::value& id) {
  json::object params{{"requestId", id}, {"reason", "The server ended the subscription."}};
  params["_meta"] = json::object{{meta::kSubscription, id}};
  return serializeJson(params);
}

bool isEventStream(const net::Headers& headers) {
  return headers.get("content-type").starts_with("text/event-stream");
}

// What the server answered as the one line the client waits for. Errors of authentication have a
// plain form of their own, and a proxy in between may answer anything.
std::string asAnswer(const json::value& id, int status, std::string_view body) {
  auto parsed = parseJson(body);
  const bool batch = parsed && parsed->is_array();
  if (batch || (parsed && findString(*parsed, "jsonrpc") == "2.0")) {
    std::string line(trimText(body));
    std::ranges::replace(line, '\n', ' ');  // only white space can be a raw newline in JSON
    return line;
  }
  std::string text = "The server answered " + std::to_string(status) + ".";
  if (parsed) text = findString(*parsed, "error", text);
  bool refused = status == 401 || status == 403;
  return errorMessage(
      id,
      Error{refused ? ErrorCode::unauthorized : ErrorCode::unavailable, std::move(text), {}, {}});
}

// True for the response to the request of this id.
bool answers(std::string_view text, const json::value& id) {
  auto parsed = parseJson(text);
  if (!parsed || find(*parsed, "method")) return false;
  const auto* answered = find(*parsed, "id");
  return answered && *answered == id;
}

}  // namespace

class StdioBridge::Impl : public std::enable_shared_from_this<StdioBridge::Impl> {
 public:
  Impl(asio::io_context& loop, net::HttpClient& client, LocateServer locate, int input, int output)
      : loop_(loop),
        client_(client),
        locate_(std::move(locate)),
        input_(loop, input),
        output_(loop, output) {}

  Task<Status> run();

 private:
  // One message of the server's on its way to the client, over as many connections as it takes.
  struct Reading {
    EventReader events;
    json::value id;  // of the request, null when there is none to be answered
    bool answered = false;
    int fruitless = 0;  // connections in a row that brought nothing new
  };

  Task<void> handle(std::string line);
  Task<void> handleMessage(std::string line, Message message);
  Task<void> handleBatch(std::string line);
  Task<Result<net::ClientResponse>> post(std::string line, Message message);
  Task<Result<net::ClientResponse>> send(std::string line, Message message);
  Task<Result<net::ClientResponse>> read(net::ClientRequest request,
                                         std::shared_ptr<Reading> reading,
                                         std::shared_ptr<net::ClientCancel> cancel);
  Task<bool> goOn(std::shared_ptr<Reading> reading, std::shared_ptr<net::ClientCancel> cancel);
  Task<bool> reopenSession();
  void listen();
  Task<void> listenToSession();
  Task<void> sayGoodbye();
  Task<void> pause(std::chrono::milliseconds span);
  net::ClientRequest get(std::string lastId) const;
  Task<void> print(std::string line);
  net::ClientRequest request(const Message& message, std::string line) const;
  bool cancelModern(const Message& message);
  void markCancelled(const Message& message);
  Status locate();

  asio::io_context& loop_;
  net::HttpClient& client_;
  LocateServer locate_;
  asio::posix::stream_descriptor input_, output_;
  BridgeTarget target_;
  std::string session_;
  std::string initialize_;  // the client's own line, to open a session again
  std::unordered_map<std::string, std::shared_ptr<net::ClientCancel>> open_;
  std::unordered_set<std::string> cancelled_;  // of open_: they are not to be answered
  std::deque<std::string> lines_;
  bool printing_ = false, ended_ = false;
  std::size_t busy_ = 0;
  Signal idle_;
};

// Called again whenever the server does not answer: it may have been restarted on another port.
Status StdioBridge::Impl::locate() {
  auto found = locate_();
  if (!found) return std::unexpected(std::move(found).error());
  target_ = *std::move(found);
  return {};
}

// Lines are handled side by side: a program that waits must not hold up a ping.
Task<Status> StdioBridge::Impl::run() {
  EXECUTOR_CO_CHECK(locate());
  std::string buffer;
  for (;;) {
    auto [error, size] = co_await asio::async_read_until(
        input_, asio::dynamic_buffer(buffer, kMaxLineBytes), '\n', kTupleAwaitable);
    if (error) break;
    auto line = std::string(trimText(std::string_view(buffer).substr(0, size)));
    buffer.erase(0, size);
    if (line.empty()) continue;
    ++busy_;
    asio::co_spawn(
        loop_,
        [self = shared_from_this(), line = std::move(line)]() -> Task<void> {
          co_await self->handle(line);
          if (--self->busy_ == 0) self->idle_.notify();
        },
        asio::detached);
  }
  auto deadline = deadlineAfter(kDrainGrace);
  while (busy_ > 0 && co_await idle_.wait(deadline)) {
  }
  ended_ = true;
  for (auto& [id, cancel] : open_) cancel->cancel();
  co_await sayGoodbye();
  while (printing_) co_await asio::post(loop_, asio::use_awaitable);
  co_return Status{};
}

// Every request is answered exactly once, if need be with an error of the bridge's own.
Task<void> StdioBridge::Impl::handle(std::string line) {
  auto parsed = parseJson(line);
  if (parsed && parsed->is_array() && !session_.empty()) co_return co_await handleBatch(line);
  auto message = parsed ? readMessage(*parsed) : std::unexpected(parsed.error());
  if (!message) {
    co_await print(errorMessage(nullptr, message.error()));
    co_return;
  }
  co_await handleMessage(std::move(line), *std::move(message));
}

Task<void> StdioBridge::Impl::handleMessage(std::string line, Message message) {
  if (cancelModern(message)) co_return;
  markCancelled(message);
  const bool isRequest = message.kind == Message::Kind::request;
  const bool initialized = message.method == "notifications/initialized";
  auto id = message.id;
  const bool subscribing = message.method == "subscriptions/listen";
  if (message.method == "initialize") initialize_ = line;
  auto response = co_await post(std::move(line), std::move(message));
  const bool cancelled = cancelled_.erase(serializeJson(id)) > 0;
  if (!response && isRequest && !cancelled) co_await print(errorMessage(id, response.error()));
  // MCP 2026-07-28, cancellation: whoever tears a subscription down on stdio says so.
  if (subscribing && !cancelled && response && response->status == 200) {
    co_await print(notificationMessage("notifications/cancelled", subscriptionEnd(id)));
  }
  if (initialized && !session_.empty()) listen();
}

// MCP 2025-03-26, batches: the server judges them and answers with one array, or not at all.
Task<void> StdioBridge::Impl::handleBatch(std::string line) {
  auto response = co_await client_.send(request({}, std::move(line)));
  if (response && response->body.empty()) co_return;
  co_await print(response ? asAnswer(nullptr, response->status, response->body)
                          : errorMessage(nullptr, response.error()));
}

// Such a request may end without an answer, and nobody is to go looking for it.
void StdioBridge::Impl::markCancelled(const Message& message) {
  const auto* id = find(message.params, "requestId");
  if (message.method != "notifications/cancelled" || !id) return;
  if (open_.contains(serializeJson(*id))) cancelled_.insert(serializeJson(*id));
}

// MCP 2026-07-28, cancellation: on HTTP closing the request is the signal.
bool StdioBridge::Impl::cancelModern(const Message& message) {
  if (message.method != "notifications/cancelled" || !session_.empty()) return false;
  const auto* id = find(message.params, "requestId");
  auto found = id ? open_.find(serializeJson(*id)) : open_.end();
  if (found == open_.end()) return true;
  cancelled_.insert(found->first);  // nothing more is to be said for it
  found->second->cancel();
  return true;
}

// No deadline: executions have their own.
net::ClientRequest StdioBridge::Impl::request(const Message& message, std::string line) const {
  net::ClientRequest out;
  out.method = "POST";
  out.url = target_.mcpUrl;
  out.headers.set("Content-Type", "application/json");
  out.headers.set("Accept", "application/json, text/event-stream");
  out.headers.set("X-Api-Key", target_.apiKey);
  out.sensitive = {"x-api-key"};
  if (!metaVersion(message).empty()) {
    addModernHeaders(out.headers, message);
  } else if (!session_.empty()) {
    out.headers.set("Mcp-Session-Id", session_);
  }
  out.body = std::move(line);
  return out;
}

// A server that was restarted or went idle is found again; a lost session is opened again.
Task<Result<net::ClientResponse>> StdioBridge::Impl::post(std::string line, Message message) {
  auto response = co_await send(line, message);
  if (!response && response.error().code == ErrorCode::upstream_unreachable &&
      response.error().detail.starts_with("unsent")) {
    EXECUTOR_CO_CHECK(locate());
    session_.clear();
    response = co_await send(line, message);
  }
  bool lost = response && response->status == 404 && !session_.empty();
  if (lost && co_await reopenSession()) response = co_await send(line, message);
  co_return response;
}

// A stream that is cut off before its answer is taken up again where it ended (MCP 2025-11-25,
// Streamable HTTP, resumability).
Task<Result<net::ClientResponse>> StdioBridge::Impl::send(std::string line, Message message) {
  auto cancel = std::make_shared<net::ClientCancel>();
  auto key = serializeJson(message.id);
  const bool isRequest = message.kind == Message::Kind::request;
  if (isRequest) open_[key] = cancel;
  auto reading = std::make_shared<Reading>();
  if (isRequest) reading->id = message.id;
  auto response = co_await read(request(message, std::move(line)), reading, cancel);
  while (isRequest && !reading->answered && !cancelled_.contains(key) &&
         co_await goOn(reading, cancel)) {
  }
  open_.erase(key);
  if (reading->answered && !response) response = net::ClientResponse{.status = 200};
  if (!response) co_return response;
  if (isRequest && !reading->answered && isEventStream(response->headers)) {
    co_return fail(ErrorCode::unavailable, "The stream ended before the answer.",
                   "If a program was running, call resume with its taskId.");
  }
  if (auto id = response->headers.get("mcp-session-id"); !id.empty()) session_ = id;
  bool lost = response->status == 404 && !session_.empty();
  bool single = isRequest && !reading->answered && !isEventStream(response->headers);
  if (single && !lost) {
    // Streamed as it came, or collected by the client because its status is an error.
    const auto& body = response->body.empty() ? reading->events.rest() : response->body;
    co_await print(asAnswer(message.id, response->status, body));
  }
  co_return response;
}

// Messages are printed as they come, so that notifications and questions are not late.
Task<Result<net::ClientResponse>> StdioBridge::Impl::read(
    net::ClientRequest request, std::shared_ptr<Reading> reading,
    std::shared_ptr<net::ClientCancel> cancel) {
  reading->events.restart();
  auto onChunk = [self = shared_from_this(), reading](std::string bytes) -> Task<Status> {
    for (auto& text : reading->events.take(bytes)) {
      if (!reading->id.is_null() && answers(text, reading->id)) reading->answered = true;
      co_await self->print(std::move(text));
    }
    co_return Status{};
  };
  co_return co_await client_.stream(std::move(request), std::move(onChunk), std::move(cancel));
}

// False when there is nothing more to be had.
Task<bool> StdioBridge::Impl::goOn(std::shared_ptr<Reading> reading,
                                   std::shared_ptr<net::ClientCancel> cancel) {
  if (reading->events.lastId().empty() || session_.empty() || ended_) co_return false;
  co_await pause(kReconnectAfter);
  const std::string before = reading->events.lastId();
  auto response = co_await read(get(before), reading, cancel);
  if (!response || response->status != 200) co_return false;
  reading->fruitless = before == reading->events.lastId() ? reading->fruitless + 1 : 0;
  co_return reading->fruitless < kMaxFruitless;
}

// With the client's own words, so that the server negotiates the same revision again.
Task<bool> StdioBridge::Impl::reopenSession() {
  if (initialize_.empty()) co_return false;
  auto parsed = parseJson(initialize_);
  auto message = readMessage(*parsed);
  session_.clear();
  // Its answer is not printed: the client has had one.
  auto response = co_await client_.send(request(*message, initialize_));
  if (!response || response->status != 200) co_return false;
  session_ = response->headers.get("mcp-session-id");
  if (session_.empty()) co_return false;
  listen();
  co_return true;
}

// What the server has to say outside of any request comes over a stream of its own.
void StdioBridge::Impl::listen() {
  asio::co_spawn(
      loop_, [self = shared_from_this()] { return self->listenToSession(); }, asio::detached);
}

// Until the session is another, or nobody answers: the next request finds the server again. The
// clock of an idle server is not to be wound up by us.
Task<void> StdioBridge::Impl::listenToSession() {
  const std::string session = session_;
  auto cancel = std::make_shared<net::ClientCancel>();
  open_["listen"] = cancel;
  auto reading = std::make_shared<Reading>();
  while (!ended_ && session_ == session) {
    auto response = co_await read(get(reading->events.lastId()), reading, cancel);
    if (!response || response->status != 200) break;
    co_await pause(kReconnectAfter);
  }
  if (auto found = open_.find("listen"); found != open_.end() && found->second == cancel) {
    open_.erase(found);
  }
}

// MCP, session management: who needs a session no longer says so.
Task<void> StdioBridge::Impl::sayGoodbye() {
  if (session_.empty()) co_return;
  auto goodbye = get({});
  goodbye.method = "DELETE";
  goodbye.deadline = deadlineAfter(kGoodbyeTimeout);
  (void)co_await client_.send(std::move(goodbye));
}

Task<void> StdioBridge::Impl::pause(std::chrono::milliseconds span) {
  asio::steady_timer timer(loop_, span);
  co_await timer.async_wait(kTupleAwaitable);
}

net::ClientRequest StdioBridge::Impl::get(std::string lastId) const {
  net::ClientRequest out;
  out.url = target_.mcpUrl;
  out.headers.set("Accept", "text/event-stream");
  out.headers.set("X-Api-Key", target_.apiKey);
  out.headers.set("Mcp-Session-Id", session_);
  if (!lastId.empty()) out.headers.set("Last-Event-ID", std::move(lastId));
  out.sensitive = {"x-api-key"};
  return out;
}

// One writer at a time, so that lines never mix.
Task<void> StdioBridge::Impl::print(std::string line) {
  lines_.push_back(std::move(line) + "\n");
  if (printing_) co_return;
  printing_ = true;
  while (!lines_.empty()) {
    auto next = std::move(lines_.front());
    lines_.pop_front();
    auto [error, size] = co_await asio::async_write(output_, asio::buffer(next), kTupleAwaitable);
    if (error) lines_.clear();
  }
  printing_ = false;
}

StdioBridge::StdioBridge(asio::io_context& loop, net::HttpClient& client, LocateServer locate,
                         int input, int output)
    : impl_(std::make_shared<Impl>(loop, client, std::move(locate), input, output)) {}

StdioBridge::~StdioBridge() = default;

Task<Status> StdioBridge::run() {
  auto impl = impl_;
  co_return co_await impl->run();
}

}  // namespace executor::mcp

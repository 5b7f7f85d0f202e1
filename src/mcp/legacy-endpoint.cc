// The rules of the older revisions in the order in which a request meets them.
#include "mcp/legacy-endpoint.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "mcp/legacy-channel.h"
#include "mcp/rpc-response.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kBatchRevision = "2025-03-26";  // the only one that has batches

// The revision an `initialize` is answered with: the client's if we speak it, else our newest.
std::string negotiated(const Message& message) {
  auto wanted = findString(message.params, "protocolVersion");
  return std::string(isLegacyVersion(wanted) ? wanted : kLegacyVersions.front());
}

// MCP 2025-11-25, Streamable HTTP, protocol version header: without one it is 2025-03-26.
bool batchesExist(std::string_view version) { return version.empty() || version == kBatchRevision; }

Error sessionNotFound() {
  return {ErrorCode::session_not_found,
          "Session not found",
          "Send initialize again to open a new session.",
          {}};
}

// What a client declares under a name that its revision does not know is no promise: elicitation
// came with 2025-06-18, its URL mode with 2025-11-25, tasks as an extension with the next era.
ClientCapabilities capabilitiesOf(const json::object& declared, std::string_view version) {
  auto can = readCapabilities(declared);
  can.tasks = false;
  if (version >= "2025-11-25") return can;
  const bool elicitation = can.elicitationForm || can.elicitationUrl;
  can.elicitationForm = elicitation && version >= "2025-06-18";
  can.elicitationUrl = false;
  return can;
}

SessionTerms termsOf(const Message& message, std::string version) {
  SessionTerms terms{.version = std::move(version)};
  if (const auto* client = findObject(message.params, "clientInfo")) {
    terms.clientName = findString(*client, "name");
  }
  if (const auto* declared = findObject(message.params, "capabilities")) {
    terms.capabilities = capabilitiesOf(*declared, terms.version);
  }
  return terms;
}

// What may take long or have something to say.
bool mayTakeLong(const Message& message) {
  return message.method == "tools/call" || message.method == "prompts/get" ||
         message.method == "resources/read";
}

// Writes the stream to whatever connection the response gets.
net::Response carried(std::shared_ptr<EventStream> stream, EventStream::Carriage carriage) {
  auto response = eventStream();
  response.stream = [stream = std::move(stream),
                     carriage = std::move(carriage)](std::shared_ptr<net::Sink> sink) mutable {
    carriage.sink = std::move(sink);
    return EventStream::carry(stream, std::move(carriage));
  };
  return response;
}

}  // namespace

struct LegacyEndpoint::Exchange {
  std::shared_ptr<EventStream> stream;
  std::shared_ptr<RequestCancel> cancel = std::make_shared<RequestCancel>();
  std::optional<std::string> answer;  // set when done; empty: cancelled, so there is none
  bool streaming = false;
};

// The session's revision wins over the header: clients before 2025-06-18 send none.
Task<net::Response> LegacyEndpoint::post(Call call, json::value body, const net::Headers& headers) {
  auto version = headers.get("mcp-protocol-version");
  if (!version.empty() && !isLegacyVersion(version)) {
    co_return rpcError(Error{ErrorCode::unsupported_version,
                             "Bad Request: Unsupported protocol version: " + std::string(version),
                             {},
                             std::string(version)});
  }
  call.version = version;
  if (auto id = headers.get("mcp-session-id"); !id.empty()) {
    call.session = sessions_.find(id, call.principal);
    if (!call.session) co_return rpcError(sessionNotFound());
    call.version = call.session->version;
    call.capabilities = call.session->capabilities;
  }
  if (body.is_array()) co_return co_await batch(std::move(call), std::move(body.as_array()));
  auto read = readMessage(body);
  if (!read) co_return rpcError(nullptr, read.error(), 400);
  auto accept = headers.get("accept");
  const bool takesStream = !accept.empty() && accepts(accept, "text/event-stream");
  co_return co_await message(std::move(call), *std::move(read), takesStream);
}

Task<net::Response> LegacyEndpoint::message(Call call, Message message, bool takesStream) {
  if (message.kind == Message::Kind::response) {
    if (call.session) (void)call.session->questions.answer(message);
    co_return accepted();
  }
  if (message.kind == Message::Kind::notification) {
    co_await dispatcher_.notification(std::move(call), std::move(message));
    co_return accepted();
  }
  if (message.method == "initialize" && message.params.contains("protocolVersion")) {
    co_return co_await initialize(std::move(call), std::move(message));
  }
  if (takesStream && mayTakeLong(message)) {
    co_return co_await answerOrStream(std::move(call), std::move(message));
  }
  co_return net::Response::json(200, co_await answer(std::move(call), std::move(message)));
}

// The session's id travels in a header of the answer to initialize and nowhere else.
Task<net::Response> LegacyEndpoint::initialize(Call call, Message message) {
  call.version = negotiated(message);
  auto session = sessions_.open(call.principal, termsOf(message, call.version));
  Call looking = call;
  looking.session = session;
  co_await lookForChanges(std::move(looking));
  auto response = net::Response::json(200, co_await answer(std::move(call), std::move(message)));
  response.headers.set("Mcp-Session-Id", session->id);
  co_return response;
}

Task<net::Response> LegacyEndpoint::batch(Call call, json::array batch) {
  if (!batchesExist(call.version) || batch.empty() || batch.size() > kMaxBatch) {
    co_return rpcError(Error{ErrorCode::invalid_request,
                             "A batch holds 1 to 50 messages and exists in 2025-03-26 only.",
                             {},
                             {}});
  }
  std::string out;
  for (const auto& item : batch) {
    auto message = readMessage(item);
    if (message && message->kind == Message::Kind::response) {
      if (call.session) (void)call.session->questions.answer(*message);
    } else if (message && message->kind == Message::Kind::notification) {
      co_await dispatcher_.notification(call, *std::move(message));
    } else {
      out += out.empty() ? "[" : ",";
      out += message ? co_await batchItem(call, *std::move(message))
                     : errorMessage(nullptr, message.error());
    }
  }
  if (out.empty()) co_return accepted();
  co_return net::Response::json(200, out + "]");
}

// MCP 2025-03-26, lifecycle: initialize MUST NOT be part of a batch.
Task<std::string> LegacyEndpoint::batchItem(Call call, Message message) {
  if (message.method != "initialize")
    co_return co_await answer(std::move(call), std::move(message));
  co_return errorMessage(message.id, Error{ErrorCode::invalid_request,
                                           "initialize may not be part of a batch.",
                                           "Send it alone.",
                                           {}});
}

// Without a session a stream is worth it only for progress; it has no ids then.
std::shared_ptr<EventStream> LegacyEndpoint::streamFor(const Call& call,
                                                       const Message& message) const {
  if (call.session) return call.session->events.open();
  if (progressTokenOf(message).is_null()) return nullptr;
  return std::make_shared<EventStream>(1, EventStream::Form{.ids = false},
                                       std::make_shared<EventBudget>());
}

// The request goes on in a coroutine of its own, so that it outlives its connection. A drain waits
// for it, so `stopped` is not for these streams.
Task<net::Response> LegacyEndpoint::answerOrStream(Call call, Message message) {
  auto exchange = std::make_shared<Exchange>();
  auto stream = exchange->stream = streamFor(call, message);
  if (!stream) {
    co_return net::Response::json(200, co_await answer(std::move(call), std::move(message)));
  }
  EventStream::Carriage carriage{.disconnected = call.disconnected};
  call.channel = std::make_shared<LegacyChannel>(stream, call.session, progressTokenOf(message));
  call.cancel = exchange->cancel;
  asio::co_spawn(co_await asio::this_coro::executor,
                 fulfil(exchange, std::move(call), std::move(message)), asio::detached);
  const Deadline grace = deadlineAfter(kAnswerGrace);
  while (!exchange->answer && stream->last() == 0 && co_await stream->changed(grace)) {
  }
  if (exchange->answer && !exchange->answer->empty() && stream->last() == 0) {
    co_return net::Response::json(200, *std::move(exchange->answer));
  }
  exchange->streaming = true;
  co_return carried(std::move(stream), std::move(carriage));
}

// Once the answer is a stream, it ends with the answer. What was cancelled gets none (MCP,
// cancellation), and its stream is gone: clients come back to a stream for as long as it exists.
Task<void> LegacyEndpoint::fulfil(std::shared_ptr<Exchange> exchange, Call call, Message message) {
  auto id = message.id;
  auto session = call.session;
  std::string text;
  try {
    text = co_await answer(std::move(call), std::move(message));
  } catch (const std::exception& error) {
    text = errorMessage(id, failInternal(error.what()).error());
  }
  if (exchange->cancel->fired()) {
    text.clear();
    if (session) session->events.forget(*exchange->stream);
  }
  const bool intoStream = exchange->streaming || exchange->stream->last() > 0;
  if (intoStream && !text.empty()) exchange->stream->push(text);
  exchange->answer = std::move(text);
  exchange->stream->finish();
}

// A method's error is an answer like any other.
Task<std::string> LegacyEndpoint::answer(Call call, Message message) {
  auto id = message.id;
  auto got = co_await result(std::move(call), std::move(message));
  co_return responseText(Era::legacy, id, got);
}

// What concerns the session alone is not the dispatcher's.
Task<Result<Answer>> LegacyEndpoint::result(Call call, Message message) {
  if (methods_.serve(message.method)) {
    call.params = std::move(message.params);
    co_return co_await methods_.request(std::move(call), std::move(message.method));
  }
  co_return co_await dispatcher_.request(std::move(call), std::move(message));
}

Task<net::Response> LegacyEndpoint::get(Call call, const net::Headers& headers) {
  if (!accepts(headers.get("accept"), "text/event-stream")) {
    co_return rpcError(Error{
        ErrorCode::not_acceptable, "Not Acceptable: Client must accept text/event-stream", {}, {}});
  }
  auto session = sessions_.find(headers.get("mcp-session-id"), call.principal);
  if (!session && headers.has("mcp-session-id")) co_return rpcError(sessionNotFound());
  if (!session) {
    co_return rpcError(
        Error{ErrorCode::method_not_allowed, "GET opens a stream only within a session.", {}, {}});
  }
  auto own = session->events.standalone();
  EventStore::Position position{own, own->sent()};
  if (headers.has("last-event-id")) {
    auto found = session->events.locate(headers.get("last-event-id"));
    if (!found) co_return rpcError(found.error());
    position = *std::move(found);
  }
  EventStream::Carriage carriage{.disconnected = call.disconnected, .after = position.after};
  if (position.stream == own) {
    call.session = std::move(session);
    carriage.stopped = [this] { return stopping_; };
    carriage.tick = [this, call = std::move(call)] { return lookForChanges(call); };
  }
  co_return carried(std::move(position.stream), std::move(carriage));
}

net::Response LegacyEndpoint::remove(const Principal& principal, const net::Headers& headers) {
  if (!sessions_.close(headers.get("mcp-session-id"), principal)) {
    return rpcError(sessionNotFound());
  }
  return net::Response{.status = 200};
}

// A stream that looks for changes is a use of its session.
Task<void> LegacyEndpoint::lookForChanges(Call call) {
  sessions_.touch(*call.session);
  co_await methods_.lookForChanges(std::move(call));
}

}  // namespace executor::mcp

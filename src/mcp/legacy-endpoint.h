// Streamable HTTP of the revisions up to 2025-11-25: sessions, streams, batches, answers to our
// questions (D17).
//
// A POST is answered by one JSON object, as fast as ever, unless there is something to say before
// the answer or the answer takes longer than kAnswerGrace: then by an event stream, which keeps the
// connection alive and from which a client that was cut off can go on (GET with Last-Event-ID). The
// request itself does not hang on any connection: a client that vanishes cancels nothing, only
// notifications/cancelled does, and what was cancelled gets no answer. GET without Last-Event-ID
// opens the session's own stream: changes of the tool list, and whatever else belongs to no
// request. HTTP+SSE, the transport of 2024-11-05, is not served (D18).
#pragma once

#include <memory>
#include <string>

#include "base/async.h"
#include "mcp/dispatcher.h"
#include "mcp/event-stream.h"
#include "mcp/session-methods.h"
#include "mcp/sessions.h"
#include "net/http.h"

namespace executor::mcp {

inline constexpr std::chrono::milliseconds kAnswerGrace{1'000};

class LegacyEndpoint {
 public:
  LegacyEndpoint(const Features& features, Dispatcher& dispatcher, const Clock& clock)
      : methods_(features), dispatcher_(dispatcher), sessions_(clock) {}

  // Session, version and batch rules; `call` carries principal and origin.
  Task<net::Response> post(Call call, json::value body, const net::Headers& headers);
  // A session's own stream, or the rest of another. 405 without a session, as the revisions from
  // 2025-03-26 allow.
  Task<net::Response> get(Call call, const net::Headers& headers);
  // The client's goodbye; its executions go on.
  net::Response remove(const Principal& principal, const net::Headers& headers);

  std::size_t sessionCount() const { return sessions_.size(); }
  // Ends open streams, so that a drain need not wait for them.
  void stop() { stopping_ = true; }

 private:
  // The answer of one request on its way; shared by the coroutine that makes it and the connection.
  struct Exchange;

  Task<net::Response> message(Call call, Message message, bool takesStream);
  Task<net::Response> initialize(Call call, Message message);
  // In order, one after the other: a batch is a convenience of 2025-03-26, not a way to be faster.
  Task<net::Response> batch(Call call, json::array batch);
  Task<std::string> batchItem(Call call, Message message);
  // JSON or a stream, whichever it becomes.
  Task<net::Response> answerOrStream(Call call, Message message);
  Task<void> fulfil(std::shared_ptr<Exchange> exchange, Call call, Message message);
  // A whole JSON-RPC response, result or error; it never fails itself.
  Task<std::string> answer(Call call, Message message);
  Task<Result<Answer>> result(Call call, Message message);
  std::shared_ptr<EventStream> streamFor(const Call& call, const Message& message) const;
  Task<void> lookForChanges(Call call);

  SessionMethods methods_;
  Dispatcher& dispatcher_;
  Sessions sessions_;
  bool stopping_ = false;
};

}  // namespace executor::mcp

// Streamable HTTP of revision 2026-07-28: every request stands for itself (D17).
//
// Headers that repeat the body are checked before anything is done, arguments that a tool's
// definition mirrors into headers included. The answer is one JSON object, or an event stream where
// the request asked for progress or logs and there are some (response-stream.h), or a subscription
// (subscription.h). Statuses follow the revision: errors of the protocol 400 or 404, answers 200.
// Closing the response cancels the request; what that means is the handler's (onCancelled()).
#pragma once

#include "base/async.h"
#include "mcp/dispatcher.h"
#include "net/http.h"

namespace executor::mcp {

class ModernEndpoint {
 public:
  ModernEndpoint(const Features& features, Dispatcher& dispatcher)
      : features_(features), dispatcher_(dispatcher) {}

  // `call` carries principal, origin and connection; `headers` are those of the request.
  Task<net::Response> post(Call call, Message message, const net::Headers& headers);
  // Ends open streams, so that a drain need not wait for them.
  void stop() { stopping_ = true; }

 private:
  Status check(const Message& message, const net::Headers& headers) const;
  Task<net::Response> listen(Call call, Message message);
  Task<net::Response> answerWithStream(Call call, Message message);

  const Features& features_;
  Dispatcher& dispatcher_;
  bool stopping_ = false;
};

}  // namespace executor::mcp

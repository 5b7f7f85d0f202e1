// One request of a client, as every handler of the layer sees it: who asks, in which era, what the
// client can do, and how it says that it no longer wants an answer.
//
// A Call is a value that is copied into coroutines; what it points to outlives the request.
// Cancelling has one shape here although the eras signal it differently: the modern era on HTTP by
// closing the request, the legacy one by notifications/cancelled in its own session (D17).
// onCancelled() is where a handler hears of either. `channel` is the way to talk to the client
// while its request is open.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/principal.h"
#include "mcp/client-capabilities.h"
#include "mcp/client-channel.h"
#include "mcp/protocol.h"
#include "net/http.h"

namespace executor::mcp {

struct Session;

// Fires once, with the client's reason. Callbacks run inside fire(), on the loop.
class RequestCancel {
 public:
  using Callback = std::function<void(std::string reason)>;

  void fire(std::string reason);
  void onFire(Callback callback);  // runs at once if already fired
  bool fired() const { return fired_; }

 private:
  bool fired_ = false;
  std::string reason_;
  std::vector<Callback> callbacks_;
};

struct Call {
  Era era = Era::legacy;
  std::string version;
  Principal principal;
  std::shared_ptr<Session> session;               // legacy with a session, else null
  std::shared_ptr<net::Disconnect> disconnected;  // may be null
  std::shared_ptr<RequestCancel> cancel;          // of a legacy session's request, else null
  std::shared_ptr<ClientChannel> channel = silentChannel();  // never null
  std::string origin;                                        // for links
  std::string approvals;                                     // ?approvals= of the endpoint's URL
  ClientCapabilities capabilities;
  std::string method;   // of the request
  json::value id;       // of the request
  json::object params;  // of the request, whole
};

// Calls `callback` when the client withdraws this request. A legacy client's disconnect is none
// (D17). A connection is only watched once somebody asks, so requests that end at once pay nothing.
void onCancelled(const Call& call, RequestCancel::Callback callback);

}  // namespace executor::mcp

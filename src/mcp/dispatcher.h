// Answers one MCP request, whatever carried it: the methods of both eras, without transport.
//
// The transport has authenticated the caller and decided the era; a Call carries both. execute()
// and resume() end in the one Executions service, so an agent over MCP meets the same rules as the
// CLI and REST. A disconnect of a modern client cancels its execution unless it was handed over by
// a `waiting` answer (D17); a legacy client cancels by notification only.
#pragma once

#include <memory>
#include <string>

#include "base/async.h"
#include "base/principal.h"
#include "catalog/catalog.h"
#include "execution/executions.h"
#include "mcp/client-channel.h"
#include "mcp/protocol.h"
#include "mcp/sessions.h"
#include "net/http.h"

namespace executor::mcp {

struct Call {
  Era era = Era::legacy;
  std::string version;
  Principal principal;
  std::shared_ptr<Session> session;               // legacy with a session, else null
  std::shared_ptr<net::Disconnect> disconnected;  // may be null
  std::string origin;                             // for links
  std::shared_ptr<ClientChannel> channel = silentChannel();  // never null
};

class Dispatcher {
 public:
  Dispatcher(execution::Executions& executions, catalog::Sources& sources)
      : executions_(executions), sources_(sources) {}

  // The result object as JSON text, or an Error to become a JSON-RPC error.
  // Errors are method_not_found and invalid_argument only; what a model can mend is a result.
  Task<Result<std::string>> request(Call call, Message message);
  // Anything unknown is ignored, as JSON-RPC wants of notifications.
  Task<void> notification(Call call, Message message);

 private:
  // The transport has opened the session and chosen call.version already.
  Task<Result<std::string>> initialize(Call call, Message message);
  Task<Result<std::string>> discover(Call call);
  // The description names the workspace's sources, so it is private to the caller (D18).
  Task<Result<std::string>> listTools(Call call);
  Task<Result<std::string>> callTool(Call call, Message message);
  // `requestId` is the JSON text of the request's id: what notifications/cancelled names.
  Task<Result<std::string>> execute(Call call, json::object arguments, std::string requestId);
  // Only waits. Deciding needs a person, and an agent's key is none (D1).
  Task<Result<std::string>> resume(Call call, json::object arguments);
  // Final, or waiting for a person for kWaitingGrace: then the answer says how to go on (D16).
  Task<Result<std::string>> waitFor(Call call, std::string id);

  execution::Executions& executions_;
  catalog::Sources& sources_;
};

}  // namespace executor::mcp

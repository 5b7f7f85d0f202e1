// Answers one MCP request, whatever carried it: the methods of both eras, without transport.
//
// The transport has authenticated the caller and decided the era; a Call carries both. What stands
// behind the methods is registered in Features; this file knows no tool by name. A method exists in
// an era only if something of its kind is registered, so a client is told `method_not_found`
// instead of an empty list of what nobody serves.
#pragma once

#include <string>

#include "base/async.h"
#include "mcp/features.h"
#include "mcp/sessions.h"

namespace executor::mcp {

class Dispatcher {
 public:
  explicit Dispatcher(const Features& features) : features_(features) {}

  // The answer, or an Error to become a JSON-RPC error: method_not_found and invalid_argument only;
  // what a model can mend is a result.
  Task<Result<Answer>> request(Call call, Message message);
  // Anything unknown is ignored, as JSON-RPC wants of notifications.
  Task<void> notification(Call call, Message message);

 private:
  using Method = Task<Result<Answer>> (Dispatcher::*)(Call);
  struct Entry;
  static const Entry* entryOf(Era era, std::string_view method);
  bool serves(const Entry& entry) const;

  // The transport has opened the session and chosen call.version already.
  Task<Result<Answer>> initialize(Call call);
  Task<Result<Answer>> ping(Call call);
  Task<Result<Answer>> discover(Call call);
  Task<Result<Answer>> listTools(Call call);
  Task<Result<Answer>> callTool(Call call);
  Task<Result<Answer>> listPrompts(Call call);
  Task<Result<Answer>> getPrompt(Call call);
  // Pages go through the registered sets in turn; a cursor names the set and its own cursor.
  Task<Result<Answer>> listResources(Call call);
  Task<Result<Answer>> listTemplates(Call call);
  Task<Result<Answer>> readResource(Call call);
  Task<Result<Answer>> complete(Call call);
  // The acknowledgements of update and cancel are empty: what became of a task is seen by get.
  Task<Result<Answer>> getTask(Call call);
  Task<Result<Answer>> updateTask(Call call);
  Task<Result<Answer>> cancelTask(Call call);

  const Features& features_;
};

}  // namespace executor::mcp

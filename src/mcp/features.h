// What a server offers over MCP: tools, prompts, resources, completion, tasks.
//
// One registry that the program fills by name at its start (cli/server-parts.cc); nothing registers
// itself. The dispatcher knows methods and no tool, so production's `execute` and `resume`
// (executor-tools.h) and the fixture of the conformance suite (D36) go through the very same code.
// A handler gets the Call (who asks, in which era, what the client can do) and answers with the
// members of its result; lists may depend on the caller. A capability is declared exactly when
// something of its kind is registered.
//
// Missing on purpose: removing. What comes and goes with a workspace is decided by the handlers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "mcp/answer.h"
#include "mcp/call.h"
#include "mcp/mirrored-headers.h"

namespace executor::mcp {

struct Tool {
  std::string name;
  // The wire's Tool object as JSON text for this caller. Empty: not listed for it, and still
  // callable (D17).
  std::function<Task<Result<std::string>>(Call)> definition;
  // `arguments` is an object; absent ones are empty. What a model can mend is an answer with
  // isError, what only the client's author can mend is an Error.
  std::function<Task<Result<Answer>>(Call, json::object arguments)> call;
  std::vector<MirroredArgument> mirrored;  // the definition's x-mcp-header annotations
};

struct Prompt {
  std::string name;
  std::string definition;  // the wire's Prompt object
  std::function<Task<Result<Answer>>(Call, json::object arguments)> get;
};

// A set of resources that are read by URI.
class Resources {
 public:
  struct Page {
    std::string items;       // Resource objects, comma between them
    std::string nextCursor;  // empty: the last page
  };
  virtual ~Resources() = default;
  // The first page for an empty cursor; `invalid_argument` for a cursor it never gave.
  virtual Task<Result<Page>> list(Call call, std::string cursor) = 0;
  // ResourceTemplate objects, comma between them.
  virtual std::string templates() const { return {}; }
  // nullopt when the URI is none of these; what a caller may not see is none of these either.
  virtual Task<Result<std::optional<Answer>>> read(Call call, std::string uri) = 0;
};

// The extension io.modelcontextprotocol/tasks (SEP-2663). Answers of kind `task` come from tools;
// these look after what became of them. A task that the caller may not see is not_found.
class Tasks {
 public:
  virtual ~Tasks() = default;
  // The members of a DetailedTask.
  virtual Task<Result<std::string>> get(Call call, std::string taskId) = 0;
  // Keys that are not outstanding are ignored; `invalid_argument` for an answer that is none.
  virtual Task<Status> update(Call call, std::string taskId, json::object inputResponses) = 0;
  // Also fine for a task that is over.
  virtual Task<Status> cancel(Call call, std::string taskId) = 0;
};

// completion/complete: `reference` and `argument` are objects (MCP, completion).
using Completion =
    std::function<Task<Result<Answer>>(Call, json::object reference, json::object argument)>;

// Grows whenever what the caller's tools/list shows may have changed.
using ToolsVersion = std::function<Task<Result<std::uint64_t>>(Call)>;

// Grows whenever what resources/read shows of this URI may have changed; an error when there is
// nothing of that URI for the caller.
using ResourceVersion = std::function<Task<Result<std::uint64_t>>(Call, std::string uri)>;

class Features {
 public:
  // A name that is taken is our own bug and replaces nothing.
  void add(Tool tool);
  void add(Prompt prompt);
  void add(std::shared_ptr<Resources> resources) { resources_.push_back(std::move(resources)); }
  void setCompletion(Completion completion) { completion_ = std::move(completion); }
  void setTasks(std::shared_ptr<Tasks> tasks) { tasks_ = std::move(tasks); }
  void setToolsVersion(ToolsVersion version) { toolsVersion_ = std::move(version); }
  // With it resources can be subscribed to.
  void setResourceVersion(ResourceVersion version) { resourceVersion_ = std::move(version); }
  // What `initialize` and `server/discover` tell a model about the whole server.
  void setInstructions(std::string text) { instructions_ = std::move(text); }
  // Ends the hint of the error for an unknown tool.
  void setUnknownToolHint(std::string text) { unknownToolHint_ = std::move(text); }

  const Tool* tool(std::string_view name) const;
  const Prompt* prompt(std::string_view name) const;
  const std::vector<Tool>& tools() const { return tools_; }
  const std::vector<Prompt>& prompts() const { return prompts_; }
  const std::vector<std::shared_ptr<Resources>>& resources() const { return resources_; }
  const Completion& completion() const { return completion_; }
  Tasks* tasks() const { return tasks_.get(); }
  const ToolsVersion& toolsVersion() const { return toolsVersion_; }
  const ResourceVersion& resourceVersion() const { return resourceVersion_; }
  const std::string& instructions() const { return instructions_; }
  const std::string& unknownToolHint() const { return unknownToolHint_; }

  // The ServerCapabilities object.
  std::string capabilities(Era era) const;

 private:
  std::vector<Tool> tools_;  // in the order of their listing
  std::vector<Prompt> prompts_;
  std::vector<std::shared_ptr<Resources>> resources_;
  Completion completion_;
  std::shared_ptr<Tasks> tasks_;
  ToolsVersion toolsVersion_;
  ResourceVersion resourceVersion_;
  std::string instructions_, unknownToolHint_;
};

}  // namespace executor::mcp

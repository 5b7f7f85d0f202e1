// The methods of both eras as one table.
#include "mcp/dispatcher.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace executor::mcp {
namespace {

std::unexpected<Error> methodNotFound(std::string_view method) {
  return fail(ErrorCode::method_not_found, "Method not found: " + std::string(method));
}

std::unexpected<Error> invalid(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_argument, std::move(message), std::move(hint));
}

// Absent arguments are none; anything that is no object is the client author's mistake.
Result<json::object> argumentsOf(const Call& call) {
  const auto* arguments = call.params.if_contains("arguments");
  if (!arguments || arguments->is_null()) return json::object{};
  if (arguments->is_object()) return arguments->as_object();
  return invalid("arguments must be an object.");
}

// These lists have one page, so no cursor was ever given out.
Status refuseCursor(const Call& call) {
  const auto* cursor = find(call.params, "cursor");
  if (!cursor || cursor->is_null()) return {};
  return invalid("Unknown cursor.", "List again from the beginning, without a cursor.");
}

Result<std::string> taskIdOf(const Call& call) {
  auto id = findString(call.params, "taskId");
  if (id.empty()) return invalid(call.method + " needs params.taskId, a string.");
  return std::string(id);
}

// "2:abc" is the page `abc` of the third set.
struct SetCursor {
  std::size_t set = 0;
  std::string within;
};

Result<SetCursor> readCursor(const Call& call, std::size_t sets) {
  const auto* cursor = find(call.params, "cursor");
  if (!cursor || cursor->is_null()) return SetCursor{};
  std::string_view text = cursor->is_string() ? std::string_view(cursor->as_string()) : "";
  auto colon = text.find(':');
  SetCursor out;
  auto end = text.data() + std::min(colon, text.size());
  auto [stop, error] = std::from_chars(text.data(), end, out.set);
  if (colon == std::string_view::npos || error != std::errc() || stop != end || out.set >= sets) {
    return invalid("Unknown cursor.", "List again from the beginning, without a cursor.");
  }
  out.within = text.substr(colon + 1);
  return out;
}

// Where the next page is, or empty after the last set.
std::string nextCursor(std::size_t set, std::string_view within, std::size_t sets) {
  if (!within.empty()) return std::to_string(set) + ":" + std::string(within);
  return set + 1 < sets ? std::to_string(set + 1) + ":" : std::string();
}

}  // namespace

enum class Kind : std::uint8_t { always, tools, prompts, resources, completion, tasks };

struct Dispatcher::Entry {
  std::string_view method;
  Kind kind;
  bool legacy, modern;
  Method handler;
};

const Dispatcher::Entry* Dispatcher::entryOf(Era era, std::string_view method) {
  static constexpr std::array kEntries = {
      Entry{"tools/call", Kind::tools, true, true, &Dispatcher::callTool},
      Entry{"tools/list", Kind::tools, true, true, &Dispatcher::listTools},
      Entry{"prompts/list", Kind::prompts, true, true, &Dispatcher::listPrompts},
      Entry{"prompts/get", Kind::prompts, true, true, &Dispatcher::getPrompt},
      Entry{"resources/list", Kind::resources, true, true, &Dispatcher::listResources},
      Entry{"resources/templates/list", Kind::resources, true, true, &Dispatcher::listTemplates},
      Entry{"resources/read", Kind::resources, true, true, &Dispatcher::readResource},
      Entry{"completion/complete", Kind::completion, true, true, &Dispatcher::complete},
      Entry{"initialize", Kind::always, true, false, &Dispatcher::initialize},
      Entry{"ping", Kind::always, true, false, &Dispatcher::ping},
      Entry{"tasks/get", Kind::tasks, false, true, &Dispatcher::getTask},
      Entry{"tasks/update", Kind::tasks, false, true, &Dispatcher::updateTask},
      Entry{"tasks/cancel", Kind::tasks, false, true, &Dispatcher::cancelTask},
      Entry{"server/discover", Kind::always, false, true, &Dispatcher::discover},
  };
  for (const auto& entry : kEntries) {
    bool exists = era == Era::modern ? entry.modern : entry.legacy;
    if (exists && entry.method == method) return &entry;
  }
  return nullptr;
}

bool Dispatcher::serves(const Entry& entry) const {
  switch (entry.kind) {
    case Kind::tools: return !features_.tools().empty();
    case Kind::prompts: return !features_.prompts().empty();
    case Kind::resources: return !features_.resources().empty();
    case Kind::completion: return bool(features_.completion());
    case Kind::tasks: return features_.tasks() != nullptr;
    case Kind::always: break;
  }
  return true;
}

// A request of a session is kept by its id while it runs, so that the session can withdraw it.
Task<Result<Answer>> Dispatcher::request(Call call, Message message) {
  const auto* entry = entryOf(call.era, message.method);
  if (!entry || !serves(*entry)) co_return methodNotFound(message.method);
  call.method = entry->method;
  call.id = std::move(message.id);
  call.params = std::move(message.params);
  // SEP-2663: the methods of the extension are for clients that declared it with this request.
  if (entry->kind == Kind::tasks && !call.capabilities.tasks) co_return tasksNotDeclared();
  auto handler = entry->handler;
  if (!call.session) co_return co_await (this->*handler)(std::move(call));
  auto session = call.session;
  auto id = serializeJson(call.id);
  if (!call.cancel) call.cancel = std::make_shared<RequestCancel>();
  auto cancel = call.cancel;
  session->requests.insert_or_assign(id, cancel);
  auto answer = co_await (this->*handler)(std::move(call));
  auto kept = session->requests.find(id);
  if (kept != session->requests.end() && kept->second == cancel) session->requests.erase(kept);
  co_return answer;
}

// Only a request of the same session can be named, so nobody cancels another client's work.
Task<void> Dispatcher::notification(Call call, Message message) {
  if (message.method != "notifications/cancelled" || !call.session) co_return;
  const auto* requestId = message.params.if_contains("requestId");
  if (!requestId) co_return;
  auto found = call.session->requests.find(serializeJson(*requestId));
  if (found == call.session->requests.end()) co_return;
  auto cancel = found->second;
  cancel->fire(std::string(findString(message.params, "reason", "The client cancelled it.")));
}

// The endpoint has negotiated and opened the session; this only tells.
Task<Result<Answer>> Dispatcher::initialize(Call call) {
  if (!call.params.contains("protocolVersion")) {
    co_return invalid("initialize needs params.protocolVersion.");
  }
  std::string members = R"("protocolVersion":)" + quoteJson(call.version);
  members += R"(,"capabilities":)" + features_.capabilities(Era::legacy);
  members += R"(,"serverInfo":)" + serverInfo();
  members += R"(,"instructions":)" + quoteJson(features_.instructions());
  co_return Answer{.members = std::move(members)};
}

Task<Result<Answer>> Dispatcher::ping(Call) { co_return Answer{}; }

Task<Result<Answer>> Dispatcher::discover(Call) {
  std::string members = R"("supportedVersions":)" + supportedVersionsJson();
  members += R"(,"capabilities":)" + features_.capabilities(Era::modern);
  members += R"(,"instructions":)" + quoteJson(features_.instructions());
  co_return Answer{.members = std::move(members), .cacheable = true};
}

Task<Result<Answer>> Dispatcher::listTools(Call call) {
  EXECUTOR_CO_CHECK(refuseCursor(call));
  std::string items;
  for (const auto& tool : features_.tools()) {
    EXECUTOR_CO_TRY(auto definition, co_await tool.definition(call));
    if (definition.empty()) continue;
    items += items.empty() ? "" : ",";
    items += definition;
  }
  co_return Answer{.members = R"("tools":[)" + items + "]", .cacheable = true};
}

Task<Result<Answer>> Dispatcher::callTool(Call call) {
  auto name = findString(call.params, "name");
  EXECUTOR_CO_TRY(auto arguments, argumentsOf(call));
  const auto* tool = features_.tool(name);
  if (!tool) {
    co_return invalid("Unknown tool: " + std::string(name), features_.unknownToolHint());
  }
  co_return co_await tool->call(std::move(call), std::move(arguments));
}

Task<Result<Answer>> Dispatcher::listPrompts(Call call) {
  EXECUTOR_CO_CHECK(refuseCursor(call));
  std::string items;
  for (const auto& prompt : features_.prompts()) {
    items += items.empty() ? "" : ",";
    items += prompt.definition;
  }
  co_return Answer{.members = R"("prompts":[)" + items + "]", .cacheable = true};
}

Task<Result<Answer>> Dispatcher::getPrompt(Call call) {
  auto name = findString(call.params, "name");
  EXECUTOR_CO_TRY(auto arguments, argumentsOf(call));
  const auto* prompt = features_.prompt(name);
  if (!prompt) co_return invalid("Unknown prompt: " + std::string(name));
  co_return co_await prompt->get(std::move(call), std::move(arguments));
}

Task<Result<Answer>> Dispatcher::listResources(Call call) {
  const auto& sets = features_.resources();
  EXECUTOR_CO_TRY(auto cursor, readCursor(call, sets.size()));
  auto set = sets[cursor.set];
  EXECUTOR_CO_TRY(auto page, co_await set->list(std::move(call), std::move(cursor.within)));
  Answer answer{.members = R"("resources":[)" + page.items + "]", .cacheable = true};
  auto next = nextCursor(cursor.set, page.nextCursor, sets.size());
  if (!next.empty()) answer.members += R"(,"nextCursor":)" + quoteJson(next);
  co_return answer;
}

Task<Result<Answer>> Dispatcher::listTemplates(Call call) {
  EXECUTOR_CO_CHECK(refuseCursor(call));
  std::string items;
  for (const auto& set : features_.resources()) {
    auto templates = set->templates();
    items += items.empty() || templates.empty() ? "" : ",";
    items += templates;
  }
  co_return Answer{.members = R"("resourceTemplates":[)" + items + "]", .cacheable = true};
}

Task<Result<Answer>> Dispatcher::readResource(Call call) {
  std::string uri(findString(call.params, "uri"));
  if (uri.empty()) co_return invalid("resources/read needs params.uri, a string.");
  for (auto set : features_.resources()) {
    EXECUTOR_CO_TRY(auto answer, co_await set->read(call, uri));
    if (!answer) continue;
    answer->cacheable = true;
    co_return *std::move(answer);
  }
  co_return resourceNotFound(call.era, uri);
}

Task<Result<Answer>> Dispatcher::complete(Call call) {
  const auto* reference = findObject(call.params, "ref");
  const auto* argument = findObject(call.params, "argument");
  if (!reference || !argument) {
    co_return invalid("completion/complete needs params.ref and params.argument, two objects.");
  }
  auto ref = *reference;
  auto value = *argument;
  co_return co_await features_.completion()(std::move(call), std::move(ref), std::move(value));
}

Task<Result<Answer>> Dispatcher::getTask(Call call) {
  EXECUTOR_CO_TRY(auto id, taskIdOf(call));
  EXECUTOR_CO_TRY(auto members, co_await features_.tasks()->get(std::move(call), std::move(id)));
  co_return Answer{.members = std::move(members)};
}

Task<Result<Answer>> Dispatcher::updateTask(Call call) {
  EXECUTOR_CO_TRY(auto id, taskIdOf(call));
  const auto* responses = findObject(call.params, "inputResponses");
  if (!responses) co_return invalid("tasks/update needs params.inputResponses, an object.");
  auto answers = *responses;
  EXECUTOR_CO_CHECK(
      co_await features_.tasks()->update(std::move(call), std::move(id), std::move(answers)));
  co_return Answer{};
}

Task<Result<Answer>> Dispatcher::cancelTask(Call call) {
  EXECUTOR_CO_TRY(auto id, taskIdOf(call));
  EXECUTOR_CO_CHECK(co_await features_.tasks()->cancel(std::move(call), std::move(id)));
  co_return Answer{};
}

}  // namespace executor::mcp

// Searching and describing tools, for people and for clients that are no programs.
//
// There is no second search or rendering: the system tools of the catalogue answer, with the
// caller's own policies, so that `executor tools search` shows what a program's `catalog.tools`
// shows.
#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"

namespace executor::api {
namespace {

// catalog/ has its own cap; this one only keeps the number sane.
constexpr std::int64_t kMaxToolsPage = 200;

// "auto", "required" or "denied" by the caller's own rules, as `catalog.tools` shows it.
std::string_view approvalWord(policy::Effect effect) {
  switch (effect) {
    case policy::Effect::allow: return "auto";
    case policy::Effect::ask: return "required";
    case policy::Effect::deny: return "denied";
  }
  std::unreachable();
}

// The system tools answer REST too: one rendering of a tool for programs and people.
Task<Result<net::Response>> answer(Deps deps, Principal principal, catalog::SystemTool tool,
                                   json::object input) {
  EXECUTOR_CO_TRY(const auto catalog, co_await deps->sources.of(principal.workspaceId));
  EXECUTOR_CO_CHECK(co_await deps->policies.load(principal.workspaceId));
  const auto approvalOf = [&](const catalog::ToolRef& ref) {
    return approvalWord(deps->policies.decideNow(principal, ref).effect);
  };
  EXECUTOR_CO_TRY(const json::value found, catalog->answer(tool, input, approvalOf));
  co_return okJson(serializeJson(found));
}

// Empty and absent are the same (MCP-008).
void copyIfPresent(json::object& input, const net::Request& request, const char* name) {
  auto value = request.queryParameter(name);
  if (!value.empty()) input[name] = std::move(value);
}

}  // namespace

// Same shape as `catalog.tools` in a program.
Task<Result<net::Response>> searchTools(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto limit,
                  queryInteger(call.request, "limit", kDefaultPageItems, 1, kMaxToolsPage));
  json::object input{{"limit", limit}};
  for (const char* name : {"query", "namespace", "cursor"}) {
    copyIfPresent(input, call.request, name);
  }
  co_return co_await answer(deps, call.principal, catalog::SystemTool::catalogTools,
                            std::move(input));
}

// The tool's path is one segment: it has dots and no slashes.
Task<Result<net::Response>> describeTool(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto catalog, co_await deps->sources.of(call.principal.workspaceId));
  if (!catalog->find(call.parameter())) {
    co_return std::unexpected(catalog->unknownTool(call.parameter()));
  }
  co_return co_await answer(deps, call.principal, catalog::SystemTool::catalogDescribe,
                            {{"path", call.parameter()}});
}

}  // namespace executor::api

// The settings of a workspace: what its programs may use, and how long things are kept.
//
// Which settings there are, and what each may be, is execution/'s table; nothing of it is repeated
// here, so that a new setting needs no line in this layer.
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// A list like the others, and who changed it last.
net::Response answer(const execution::SettingsView& view) {
  std::vector<std::string> items;
  items.reserve(view.settings.size());
  for (const auto& setting : view.settings) items.push_back(settingJson(setting));
  return okJson(ObjectText()
                    .raw("items", arrayText(items))
                    .boolean("more", false)
                    .textIf("changedBy", view.changedBy)
                    .numberIf("changedAt", view.changedAt)
                    .take());
}

}  // namespace

Task<Result<net::Response>> showSettings(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto view, co_await deps->settings.show(call.principal));
  co_return answer(view);
}

// By name, null for the default; all of it or nothing (invariant 7).
Task<Result<net::Response>> changeSettings(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto view,
                  co_await deps->settings.change(call.principal, std::move(call.body)));
  co_return answer(view);
}

}  // namespace executor::api

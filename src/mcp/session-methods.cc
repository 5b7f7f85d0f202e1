// Setting, subscribing, looking.
#include "mcp/session-methods.h"

#include <map>

namespace executor::mcp {
namespace {

std::unexpected<Error> needsSession(std::string_view method) {
  return fail(ErrorCode::invalid_request, std::string(method) + " needs a session.",
              "Send initialize first, and its Mcp-Session-Id with every request.");
}

Result<std::string> uriOf(const Call& call) {
  std::string uri(findString(call.params, "uri"));
  if (!uri.empty() && uri.size() <= kMaxResourceUriBytes) return uri;
  return fail(ErrorCode::invalid_argument, "params.uri must be a string of 1 to 2000 bytes.");
}

}  // namespace

bool SessionMethods::serve(std::string_view method) const {
  if (method == "logging/setLevel") return true;
  return features_.resourceVersion() &&
         (method == "resources/subscribe" || method == "resources/unsubscribe");
}

Task<Result<Answer>> SessionMethods::request(Call call, std::string method) {
  if (!call.session) co_return needsSession(method);
  if (method == "logging/setLevel") co_return setLogLevel(call);
  if (method == "resources/unsubscribe") co_return unsubscribe(call);
  co_return co_await subscribe(std::move(call));
}

Result<Answer> SessionMethods::setLogLevel(const Call& call) const {
  auto level = parseLogLevel(findString(call.params, "level"));
  if (!level) {
    return fail(ErrorCode::invalid_argument, "level must be a log level.",
                "Use debug, info, notice, warning, error, critical, alert or emergency.");
  }
  call.session->logLevel = level;
  return Answer{};
}

// What does not exist cannot change, and what a caller may not see does not exist for it.
Task<Result<Answer>> SessionMethods::subscribe(Call call) const {
  EXECUTOR_CO_TRY(auto uri, uriOf(call));
  auto session = call.session;
  if (!session->subscriptions.contains(uri) &&
      session->subscriptions.size() >= kMaxResourceSubscriptions) {
    co_return fail(ErrorCode::limit_exceeded, "This session has 100 subscriptions already.",
                   "Unsubscribe from one first.");
  }
  EXECUTOR_CO_TRY(auto version, co_await features_.resourceVersion()(std::move(call), uri));
  session->subscriptions.insert_or_assign(std::move(uri), version);
  co_return Answer{};
}

// Of what was not subscribed to: nothing to do, and nothing wrong either.
Result<Answer> SessionMethods::unsubscribe(const Call& call) const {
  EXECUTOR_TRY(auto uri, uriOf(call));
  call.session->subscriptions.erase(uri);
  return Answer{};
}

Task<void> SessionMethods::lookForChanges(Call call) {
  co_await lookAtTools(call);
  co_await lookAtResources(std::move(call));
}

Task<void> SessionMethods::lookAtTools(Call call) {
  auto session = call.session;
  if (!features_.toolsVersion()) co_return;
  auto version = co_await features_.toolsVersion()(std::move(call));
  if (!version) co_return;
  const std::uint64_t seen = std::exchange(session->seenTools, *version);
  if (seen == 0 || seen == *version) co_return;
  session->events.standalone()->push(notificationMessage("notifications/tools/list_changed"));
}

// The map may change while a version is asked for, so its keys are copied.
Task<void> SessionMethods::lookAtResources(Call call) {
  auto session = call.session;
  for (auto [uri, seen] : std::map(session->subscriptions)) {
    auto version = co_await features_.resourceVersion()(call, uri);
    auto kept = session->subscriptions.find(uri);
    if (!version || *version == seen || kept == session->subscriptions.end()) continue;
    kept->second = *version;
    session->events.standalone()->push(notificationMessage("notifications/resources/updated",
                                                           R"({"uri":)" + quoteJson(uri) + "}"));
  }
}

}  // namespace executor::mcp

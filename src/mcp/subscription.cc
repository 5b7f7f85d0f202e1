// Look, compare, tell.
#include "mcp/subscription.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace executor::mcp {
namespace {

// The strings of a filter's list, without repetitions and at most `limit`.
std::vector<std::string> wanted(const json::object& filter, std::string_view key,
                                std::size_t limit) {
  std::vector<std::string> out;
  const auto* list = findArray(filter, key);
  for (const auto& item : list ? *list : json::array{}) {
    if (!item.is_string() || out.size() == limit) continue;
    std::string text(item.as_string());
    if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

template <class Items>
std::string idList(const Items& items) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + quoteJson(item.id);
  return out + "]";
}

bool isOver(std::string_view members) {
  auto task = parseJson("{" + std::string(members) + "}");
  auto status = task ? findString(*task, "status") : std::string_view();
  return status == "completed" || status == "failed" || status == "cancelled";
}

}  // namespace

Task<Result<Subscription>> Subscription::open(const Features& features, Call call) {
  const auto* found = findObject(call.params, "notifications");
  if (!found) {
    co_return fail(ErrorCode::invalid_argument,
                   "subscriptions/listen needs params.notifications, an object.");
  }
  auto filter = *found;
  Subscription out(features, std::move(call));
  co_await out.watchTools(findBool(filter, "toolsListChanged"));
  co_await out.watchResources(wanted(filter, "resourceSubscriptions", kMaxWatchedResources));
  co_await out.watchTasks(wanted(filter, "taskIds", kMaxWatchedTasks));
  co_return out;
}

Task<void> Subscription::watchTools(bool wanted) {
  tools_ = wanted && features_.toolsVersion();
  if (tools_) seenTools_ = co_await toolsVersion();
}

Task<void> Subscription::watchResources(std::vector<std::string> uris) {
  if (!features_.resourceVersion()) co_return;
  for (const auto& uri : uris) {
    auto version = co_await lookAtResource(uri);
    if (version) resources_.push_back({.id = uri, .seen = *std::move(version)});
  }
}

// What a task is at the beginning is told of at once, so that nothing falls between asking and
// listening.
Task<void> Subscription::watchTasks(std::vector<std::string> ids) {
  if (!features_.tasks()) co_return;
  for (const auto& id : ids) {
    if (co_await lookAtTask(id)) tasks_.push_back({.id = id});
  }
}

// Empty while nobody knows; an unknown version is never news.
Task<std::string> Subscription::toolsVersion() {
  auto version = co_await features_.toolsVersion()(call_);
  co_return version ? std::to_string(*version) : std::string();
}

Task<Result<std::string>> Subscription::lookAtResource(std::string uri) {
  EXECUTOR_CO_TRY(auto version, co_await features_.resourceVersion()(call_, std::move(uri)));
  co_return std::to_string(version);
}

Task<Result<std::string>> Subscription::lookAtTask(std::string id) {
  co_return co_await features_.tasks()->get(call_, std::move(id));
}

std::string Subscription::params(std::string_view more) const {
  std::string out = R"({"_meta":{")" + std::string(meta::kSubscription) + "\":";
  serializeJson(call_.id, out);
  return out.append("}").append(more).append("}");
}

std::string Subscription::acknowledgement() const {
  std::string filter;
  auto add = [&](const std::string& member) { filter += (filter.empty() ? "" : ",") + member; };
  if (tools_) add(R"("toolsListChanged":true)");
  if (!resources_.empty()) add(R"("resourceSubscriptions":)" + idList(resources_));
  if (!tasks_.empty()) add(R"("taskIds":)" + idList(tasks_));
  return net::formatSse(notificationMessage("notifications/subscriptions/acknowledged",
                                            params(R"(,"notifications":{)" + filter + "}")));
}

// Everything that is news now, as events.
Task<std::string> Subscription::changes() {
  std::string out;
  auto tell = [&](std::string_view method, std::string_view more) {
    out += net::formatSse(notificationMessage(method, params(more)));
  };
  if (tools_) {
    auto version = co_await toolsVersion();
    if (!version.empty() && version != seenTools_) tell("notifications/tools/list_changed", "");
    if (!version.empty()) seenTools_ = std::move(version);
  }
  for (auto& resource : resources_) {
    auto version = co_await lookAtResource(resource.id);
    if (!version || *version == resource.seen) continue;
    resource.seen = *std::move(version);
    tell("notifications/resources/updated", R"(,"uri":)" + quoteJson(resource.id));
  }
  for (auto& task : tasks_) {
    if (task.over) continue;
    auto members = co_await lookAtTask(task.id);
    if (!members || *members == task.seen) continue;
    task.seen = *std::move(members);
    task.over = isOver(task.seen);
    tell("notifications/tasks", "," + task.seen);
  }
  co_return out;
}

Task<void> Subscription::run(std::shared_ptr<Subscription> subscription,
                             std::shared_ptr<net::Sink> sink, std::function<bool()> stopped) {
  auto& self = *subscription;
  if (!co_await sink->write(self.acknowledgement())) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto quiet = deadlineAfter(kStreamQuiet);
  while (!stopped() && !(self.call_.disconnected && self.call_.disconnected->fired())) {
    auto bytes = co_await self.changes();
    if (bytes.empty() && std::chrono::steady_clock::now() >= quiet) bytes = ":\n\n";
    if (!bytes.empty()) {
      quiet = deadlineAfter(kStreamQuiet);
      if (!co_await sink->write(std::move(bytes))) co_return;
    }
    timer.expires_after(kChangePoll);
    co_await timer.async_wait(asio::use_awaitable);
  }
  auto closing = R"({"resultType":"complete",)" + self.params("").substr(1);
  (void)co_await sink->write(net::formatSse(resultMessage(self.call_.id, closing)));
}

}  // namespace executor::mcp

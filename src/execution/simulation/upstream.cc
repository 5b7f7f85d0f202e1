#include "execution/simulation/upstream.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>

namespace executor::execution::simulation {
namespace {

std::string between(std::string_view text, std::string_view from, char to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + from.size());
  return std::string(text.substr(0, text.find(to)));
}

std::unexpected<Error> broken(ErrorCode code, std::string detail) {
  return fail(code, "The upstream did not answer.", {}, std::move(detail));
}

}  // namespace

std::string tokenOf(const net::ClientRequest& request) {
  if (std::string token = between(request.url, "q=", '&'); !token.empty()) return token;
  return between(request.body, R"("name":")", '"');
}

const ScriptTool& toolOf(const net::ClientRequest& request) {
  const bool first = request.url.find("/items") != std::string::npos;
  return scriptTools()[request.method == "GET" ? (first ? 0 : 3) : (first ? 1 : 2)];
}

class Upstream::NodeSender final : public net::Sender {
 public:
  NodeSender(Upstream& upstream, const bool& alive) : upstream_(upstream), alive_(alive) {}

  // A dead node's request goes nowhere and is never answered.
  Task<Result<net::ClientResponse>> send(net::ClientRequest request,
                                         std::shared_ptr<net::ClientCancel> cancel) override {
    if (!alive_) {
      SteadyTimer never(co_await asio::this_coro::executor, SteadyTime::max());
      co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return co_await upstream_.serve(std::move(request), std::move(cancel));
  }

 private:
  Upstream& upstream_;
  const bool& alive_;
};

std::unique_ptr<net::Sender> Upstream::connect(const bool& alive) {
  return std::make_unique<NodeSender>(*this, alive);
}

Upstream::Plan Upstream::plan() {
  using Kind = Plan::Kind;
  if (calm_) return {Kind::answer};
  const std::chrono::milliseconds delay(dice_.percent(60) ? dice_.roll(4) : dice_.roll(80));
  const std::uint32_t chance = dice_.roll(100);
  if (chance < 6) return {Kind::refuse};
  if (chance < 14) return {Kind::error, delay};
  if (chance < 22) return {Kind::breakOff, delay};
  if (chance < 27) return {Kind::hang};
  return {Kind::answer, delay};
}

// The rules of net::HttpClient that a call relies on: `sent` or `unsent` in the detail, the
// deadline, and that a cancelled request ends.
Task<Result<net::ClientResponse>> Upstream::serve(net::ClientRequest request,
                                                  std::shared_ptr<net::ClientCancel> cancel) {
  if (cancel && cancel->cancelled()) co_return broken(ErrorCode::cancelled, "unsent: cancelled");
  const Plan plan = this->plan();
  if (plan.kind == Plan::Kind::refuse) {
    co_return broken(ErrorCode::upstream_unreachable, "unsent: refused");
  }
  const std::string token = tokenOf(request);
  ++sent_[token];
  onSend_(request);
  const SteadyTime due =
      plan.kind == Plan::Kind::hang ? SteadyTime::max() : SteadyClock::now() + plan.delay;
  SteadyTimer timer(co_await asio::this_coro::executor, std::min(due, request.deadline));
  const auto place = pending_.insert(pending_.end(), {&timer, cancel});
  const std::shared_ptr<void> leave(nullptr, [&](void*) { pending_.erase(place); });
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (cancel && cancel->cancelled()) co_return broken(ErrorCode::cancelled, "sent: cancelled");
  if (SteadyClock::now() < due) co_return broken(ErrorCode::upstream_timeout, "sent: too late");
  if (plan.kind == Plan::Kind::breakOff) {
    co_return broken(ErrorCode::upstream_unreachable, "sent: connection closed");
  }
  net::ClientResponse response;
  response.status = plan.kind == Plan::Kind::error ? 500 : 200;
  response.headers.set("content-type", "application/json");
  response.body = fmt::format(R"({{"token":"{}"}})", token);
  response.url = request.url;
  if (response.status == 200) ++answered_[token];
  co_return response;
}

void Upstream::noticeCancels() {
  for (const Pending& one : pending_) {
    if (one.cancel && one.cancel->cancelled()) one.timer->cancel();
  }
}

void Upstream::calmDown() { calm_ = true; }

std::uint32_t Upstream::sent(const std::string& token) const {
  const auto found = sent_.find(token);
  return found == sent_.end() ? 0 : found->second;
}

}  // namespace executor::execution::simulation

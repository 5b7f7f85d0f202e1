// Check, dispatch, answer.
#include "mcp/modern-endpoint.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "mcp/response-stream.h"
#include "mcp/rpc-response.h"
#include "mcp/subscription.h"

namespace executor::mcp {
namespace {

net::Response answered(const json::value& id, const Result<Answer>& answer) {
  return net::Response::json(modernStatus(answer), responseText(Era::modern, id, answer));
}

net::Response eventStreamOf(std::function<Task<void>(std::shared_ptr<net::Sink>)> write) {
  auto response = eventStream();
  response.stream = std::move(write);
  return response;
}

// Runs beside the connection, which may close at any time.
Task<void> fulfil(Dispatcher& dispatcher, std::shared_ptr<ResponseStream> stream, Call call,
                  Message message) {
  auto id = message.id;
  try {
    auto answer = co_await dispatcher.request(std::move(call), std::move(message));
    stream->answer(responseText(Era::modern, id, answer), modernStatus(answer));
  } catch (const std::exception& error) {
    stream->answer(errorMessage(id, failInternal(error.what()).error()), 200);
  }
}

}  // namespace

Status ModernEndpoint::check(const Message& message, const net::Headers& headers) const {
  EXECUTOR_CHECK(checkModernRequest(message, headers));
  if (message.method != "tools/call") return {};
  const auto* tool = features_.tool(findString(message.params, "name"));
  const auto* arguments = findObject(message.params, "arguments");
  if (!tool || tool->mirrored.empty()) return {};
  return checkMirroredArguments(tool->mirrored, arguments ? *arguments : json::object{}, headers);
}

Task<net::Response> ModernEndpoint::post(Call call, Message message, const net::Headers& headers) {
  call.era = Era::modern;
  call.version = kModernVersion;
  auto id = message.id;
  if (auto ok = check(message, headers); !ok) co_return rpcError(id, ok.error(), 400);
  if (message.kind != Message::Kind::request) co_return accepted();
  // check() has seen that it is an object.
  call.capabilities = readCapabilities(metaField(message, meta::kCapabilities)->as_object());
  if (message.method == "subscriptions/listen") {
    co_return co_await listen(std::move(call), std::move(message));
  }
  if (ResponseStream::wantsStream(message, headers.get("accept"))) {
    co_return co_await answerWithStream(std::move(call), std::move(message));
  }
  co_return answered(id, co_await dispatcher_.request(std::move(call), std::move(message)));
}

Task<net::Response> ModernEndpoint::answerWithStream(Call call, Message message) {
  auto stream = std::make_shared<ResponseStream>(message);
  call.channel = stream;
  asio::co_spawn(co_await asio::this_coro::executor,
                 fulfil(dispatcher_, stream, std::move(call), std::move(message)), asio::detached);
  if (co_await stream->answeredAtOnce()) {
    co_return net::Response::json(stream->status(), stream->message());
  }
  co_return eventStreamOf([stream](std::shared_ptr<net::Sink> sink) {
    return ResponseStream::carry(stream, std::move(sink));
  });
}

Task<net::Response> ModernEndpoint::listen(Call call, Message message) {
  call.method = message.method;
  call.id = message.id;
  call.params = std::move(message.params);
  const auto* filter = findObject(call.params, "notifications");
  bool tasks = filter && filter->contains("taskIds") && features_.tasks();
  if (tasks && !call.capabilities.tasks) co_return answered(message.id, tasksNotDeclared());
  auto opened = co_await Subscription::open(features_, std::move(call));
  if (!opened) co_return rpcError(message.id, opened.error(), 400);
  auto subscription = std::make_shared<Subscription>(*std::move(opened));
  co_return eventStreamOf([this, subscription](std::shared_ptr<net::Sink> sink) {
    return Subscription::run(subscription, std::move(sink), [this] { return stopping_; });
  });
}

}  // namespace executor::mcp

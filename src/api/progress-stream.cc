// Two coroutines and a board between them. The work writes events to the board and ends by itself;
// the connection's coroutine reads the board and sends. Neither waits for the other's speed: a slow
// reader costs the oldest progress lines, a reader that left costs nothing, and a source is never
// half added because a terminal was closed.
#include "api/progress-stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <deque>

#include "api/json-text.h"
#include "api/views.h"
#include "base/log.h"
#include "base/signal.h"

namespace executor::api {
namespace {

// Shared by the work, which may outlive the connection, and the stream, which reads it. Touched on
// the loop's thread only, so there is no lock. `finished` is set after the last event is queued.
struct Board {
  std::deque<std::string> events;
  bool finished = false;
  Signal changed;
};

// One line of progress, ready to send.
std::string progressEvent(std::string_view step, std::size_t done, std::size_t total) {
  return net::formatSse(ObjectText()
                            .text("step", step)
                            .number("done", static_cast<std::int64_t>(done))
                            .number("total", static_cast<std::int64_t>(total))
                            .take(),
                        "progress");
}

// The error has the same form as in a plain answer, with the request's id: the id is what a person
// quotes and what the log line below is found by.
std::string endEvent(const Result<catalog::SourceView>& result, const std::string& requestId) {
  if (result) return net::formatSse(sourceJson(*result), "done");
  return net::formatSse(net::Response::error(result.error(), requestId).body, "error");
}

// Old progress gives way; the last event is pushed last and so is never dropped.
void push(Board& board, std::string event) {
  if (board.events.size() >= kMaxQueuedProgress) board.events.pop_front();
  board.events.push_back(std::move(event));
  board.changed.notify();
}

// Progress may be reported from a thread that downloads or compiles; the board is the loop's.
catalog::Progress reportTo(std::shared_ptr<Board> board, asio::any_io_executor loop) {
  return [board, loop](std::string_view step, std::size_t done, std::size_t total) {
    asio::dispatch(loop, [board, event = progressEvent(step, done, total)]() mutable {
      if (!board->finished) push(*board, std::move(event));
    });
  };
}

// What the work throws is a bug of ours, and must still end the stream.
Task<Result<catalog::SourceView>> guarded(SourceWork work, catalog::Progress progress) {
  try {
    co_return co_await work(std::move(progress));
  } catch (const std::exception& thrown) {
    co_return failInternal(std::string("exception while adding a source: ") + thrown.what());
  }
}

// Ends by itself, whether or not somebody still reads.
Task<void> runWork(std::shared_ptr<Board> board, SourceWork work, std::string requestId) {
  const auto progress = reportTo(board, co_await asio::this_coro::executor);
  const auto result = co_await guarded(std::move(work), progress);
  if (!result)
    logError(LogLevel::warn, "source_failed", result.error(), {{"requestId", requestId}});
  push(*board, endEvent(result, requestId));
  board->finished = true;
  board->changed.notify();
}

// A failed write means that the client has left.
Task<void> drain(std::shared_ptr<Board> board, std::shared_ptr<net::Sink> sink) {
  for (;;) {
    while (!board->events.empty()) {
      auto event = std::move(board->events.front());
      board->events.pop_front();
      if (!co_await sink->write(std::move(event))) co_return;
    }
    if (board->finished) co_return;
    if (!co_await board->changed.wait(Deadline::max())) co_return;
  }
}

// The work is a coroutine of its own, so that a slow reader does not slow it down.
Task<void> serve(SourceWork work, std::string requestId, std::shared_ptr<net::Sink> sink) {
  auto board = std::make_shared<Board>();
  asio::co_spawn(co_await asio::this_coro::executor,
                 runWork(board, std::move(work), std::move(requestId)), asio::detached);
  co_await drain(board, std::move(sink));
}

}  // namespace

bool wantsEventStream(const net::Request& request) {
  return request.headers.get("accept").contains("text/event-stream");
}

net::Response streamProgress(SourceWork work, std::string requestId) {
  net::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  response.stream = [work = std::move(work),
                     requestId = std::move(requestId)](std::shared_ptr<net::Sink> sink) {
    return serve(work, requestId, std::move(sink));
  };
  return response;
}

}  // namespace executor::api

#include "sandbox/tsc-session.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "sandbox/source-lines.h"
#include "sandbox/tsc-library.h"

namespace executor::sandbox {
namespace {

// A diagnostic has some hundred bytes; most messages come whole with one read.
constexpr std::size_t kReadBytes = 64u << 10;

// The process ended, or was killed by us: the host knows which, and says it to the caller.
std::unexpected<Error> gone(std::string_view what, const boost::system::error_code& error) {
  return fail(ErrorCode::unavailable, "The type checker ended.", {},
              fmt::format("tsc {}: {}", what, error.message()));
}

// The compiler keeps everything else: library, globals, and what it knows of them.
std::string changedProgram() {
  return fmt::format(R"({{"fileChanges":{{"changed":["{}"]}}}})", kTscProgramFile);
}

// Of that snapshot, the program's file alone.
std::string programIn(std::int64_t snapshot) {
  return fmt::format(R"({{"snapshot":{},"project":"{}","file":"{}"}})", snapshot, kTscProject,
                     kTscProgramFile);
}

auto placeOf(const TypeDiagnostic& diagnostic) {
  return std::pair(diagnostic.start, diagnostic.code);
}

}  // namespace

// The launcher may send a library larger than any message of the compiler; receive() has the limit
// of each.
TscSession::TscSession(asio::any_io_executor loop, TscProcess process)
    : socket_(loop),
      process_(std::move(process)),
      reader_(kMaxLibraryBytes),
      chunk_(kReadBytes, 0) {
  socket_.assign(asio::local::stream_protocol(), process_.releaseSocket());
}

// Closing aborts what waits; the coroutines see an error and leave.
std::string TscSession::kill() {
  killed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  return process_.end();
}

// Asked before each check, so that a process that died meanwhile costs a start and no verdict.
bool TscSession::stale() const {
  pollfd event{const_cast<decltype(socket_)&>(socket_).native_handle(), POLLIN | POLLRDHUP, 0};
  return killed_ || reader_.pending() != 0 || poll(&event, 1, 0) != 0;
}

// `frames` is the coroutine's own: it must live until the last byte is written.
Task<Status> TscSession::send(std::string frames) {
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(frames),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return gone("write", error);
  co_return Status{};
}

// A chunk may end anywhere: what is left of a frame stays in the reader for the next call.
Task<Result<std::string>> TscSession::receive(std::size_t maxBody) {
  for (;;) {
    EXECUTOR_CO_TRY(auto body, reader_.next());
    if (body && body->size() > maxBody) {
      co_return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
                     "tsc: a message beyond the limit");
    }
    if (body) co_return *std::move(body);
    boost::system::error_code error;
    const std::size_t size = co_await socket_.async_read_some(
        asio::buffer(chunk_), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return gone("read", error);
    reader_.append(std::string_view(chunk_).substr(0, size));
  }
}

// An id that is not open is nonsense, and so is an error: all we ask for is possible. Questions may
// come at any moment, several before the first is answered.
Task<Status> TscSession::step(std::int64_t firstId,
                              std::vector<std::optional<json::value>>& results) {
  EXECUTOR_CO_TRY(const std::string body, co_await receive(kMaxTscFrameBytes));
  EXECUTOR_CO_TRY(auto message, readTscMessage(body));
  if (const auto* question = std::get_if<TscQuestion>(&message)) {
    co_return co_await send(encodeTscFrame(rpcAnswer(question->id, files_.answer(*question))));
  }
  auto& answer = std::get<TscAnswer>(message);
  const std::int64_t place = answer.id - firstId;
  const bool open = answer.id >= firstId && place < std::ssize(results) &&
                    !results[static_cast<std::size_t>(place)];
  if (!open || !answer.problem.empty()) {
    co_return fail(
        ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
        fmt::format("tsc: answer {} to request {}: {}", answer.id, firstId, answer.problem));
  }
  results[static_cast<std::size_t>(place)] = std::move(answer.result);
  co_return Status{};
}

// One write for all, so that the compiler wakes up once. How many messages may come is bounded.
Task<Result<std::vector<json::value>>> TscSession::callAll(std::vector<TscRequest> requests) {
  const std::int64_t firstId = std::exchange(nextId_, nextId_ + std::ssize(requests));
  std::string frames;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    frames += encodeTscFrame(rpcRequest(firstId + static_cast<std::int64_t>(i), requests[i]));
  }
  EXECUTOR_CO_CHECK(co_await send(std::move(frames)));
  std::vector<std::optional<json::value>> results(requests.size());
  for (int left = kMaxTscQuestions + static_cast<int>(results.size()); left > 0; --left) {
    EXECUTOR_CO_CHECK(co_await step(firstId, results));
    if (!std::ranges::all_of(results, [](const auto& r) { return r.has_value(); })) continue;
    std::vector<json::value> values;
    for (auto& result : results) values.push_back(*std::move(result));
    co_return values;
  }
  co_return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
                 "tsc: too many questions");
}

// Without braces for the vector: an initializer_list cannot be moved from.
Task<Result<json::value>> TscSession::call(std::string method, std::string params) {
  std::vector<TscRequest> one;
  one.push_back({std::move(method), std::move(params)});
  EXECUTOR_CO_TRY(auto results, co_await callAll(std::move(one)));
  co_return std::move(results.front());
}

// A snapshot is held until the next one exists: the compiler shares what did not change.
Task<Result<std::int64_t>> TscSession::update(std::string params) {
  EXECUTOR_CO_TRY(const json::value result, co_await call("updateSnapshot", std::move(params)));
  EXECUTOR_CO_TRY(const std::int64_t fresh, readSnapshot(result));
  co_return std::exchange(snapshot_, fresh);
}

// The launcher's frames are ours and may be longer; from `initialize` on nothing is trusted.
Task<Result<TscWelcome>> TscSession::open() {
  EXECUTOR_CO_TRY(const std::string first, co_await receive(kMaxTscFrameBytes));
  EXECUTOR_CO_TRY(auto welcome, decodeWelcome(first));
  std::vector<std::string> library;
  for (std::size_t n = 0; n < welcome.libraries; ++n) {
    EXECUTOR_CO_TRY(auto text, co_await receive(kMaxLibraryBytes));
    library.push_back(std::move(text));
  }
  files_.putLibrary(std::move(library));
  EXECUTOR_CO_CHECK(co_await call("initialize", "null"));
  EXECUTOR_CO_CHECK(co_await update(fmt::format(R"({{"openProjects":["{}"]}})", kTscProject)));
  co_return welcome;
}

// Both kinds, because where syntax is broken types are guesses, and that is the caller's to judge.
Task<Result<std::vector<TypeDiagnostic>>> TscSession::check(std::string source) {
  const auto units = static_cast<std::uint32_t>(utf16Length(source));
  files_.putProgram(std::move(source));
  EXECUTOR_CO_TRY(const std::int64_t old, co_await update(changedProgram()));
  std::vector<TscRequest> requests;
  requests.push_back({"release", fmt::format(R"({{"snapshot":{}}})", old)});
  const std::string where = programIn(snapshot_);
  requests.push_back({"getSyntacticDiagnostics", where});
  requests.push_back({"getSemanticDiagnostics", where});
  EXECUTOR_CO_TRY(const auto results, co_await callAll(std::move(requests)));
  std::vector<TypeDiagnostic> found;
  EXECUTOR_CO_CHECK(readDiagnostics(results[1], units, found));
  EXECUTOR_CO_CHECK(readDiagnostics(results[2], units, found));
  std::ranges::sort(found, {}, placeOf);
  co_return found;
}

}  // namespace executor::sandbox

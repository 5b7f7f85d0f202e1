#include "sandbox/tsc-session.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

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

auto placeOf(const TypeDiagnostic& diagnostic) {
  return std::pair(diagnostic.start, diagnostic.code);
}

}  // namespace

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

// `body` is the coroutine's own: it must live until the last byte is written.
Task<Status> TscSession::sendFrame(std::string body) {
  const std::string frame = encodeTscFrame(body);
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(frame),
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

// Answers come in the order of the requests, and there is one request at a time: another id is
// nonsense. Questions may come at any moment, several before the first is answered.
Task<Result<std::optional<json::value>>> TscSession::step(std::int64_t id) {
  EXECUTOR_CO_TRY(const std::string body, co_await receive(kMaxTscFrameBytes));
  EXECUTOR_CO_TRY(auto message, readTscMessage(body));
  if (const auto* question = std::get_if<TscQuestion>(&message)) {
    EXECUTOR_CO_CHECK(co_await sendFrame(rpcAnswer(question->id, files_.answer(*question))));
    co_return std::nullopt;
  }
  auto& answer = std::get<TscAnswer>(message);
  if (answer.id == id && answer.problem.empty()) co_return std::move(answer.result);
  co_return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
                 fmt::format("tsc: answer {} to request {}: {}", answer.id, id, answer.problem));
}

// Whatever it asks meanwhile is answered; how often it may ask is bounded.
Task<Result<json::value>> TscSession::call(std::string method, std::string params) {
  const std::int64_t id = nextId_++;
  EXECUTOR_CO_CHECK(co_await sendFrame(rpcRequest(id, method, params)));
  for (int questions = 0; questions <= kMaxTscQuestions; ++questions) {
    EXECUTOR_CO_TRY(auto answer, co_await step(id));
    if (answer) co_return *std::move(answer);
  }
  co_return fail(ErrorCode::upstream_invalid, "The type checker answered nonsense.", {},
                 "tsc: too many questions");
}

// A snapshot is held until the next one exists, then given back: the compiler shares between them.
Task<Status> TscSession::update(std::string params) {
  EXECUTOR_CO_TRY(const json::value result, co_await call("updateSnapshot", std::move(params)));
  EXECUTOR_CO_TRY(const std::int64_t fresh, readSnapshot(result));
  const std::int64_t old = std::exchange(snapshot_, fresh);
  if (old >= 0 && old != fresh) {
    EXECUTOR_CO_CHECK(co_await call("release", fmt::format(R"({{"snapshot":{}}})", old)));
  }
  co_return Status{};
}

// Of the present snapshot, of the program's file alone.
Task<Status> TscSession::diagnose(std::string method, std::uint32_t units,
                                  std::vector<TypeDiagnostic>& out) {
  const std::string params = fmt::format(R"({{"snapshot":{},"project":"{}","file":"{}"}})",
                                         snapshot_, kTscProject, kTscProgramFile);
  EXECUTOR_CO_TRY(const json::value result, co_await call(std::move(method), params));
  co_return readDiagnostics(result, units, out);
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

// Syntax first: where it is broken, types are guesses, but both are the caller's to judge.
Task<Result<std::vector<TypeDiagnostic>>> TscSession::check(std::string source) {
  const std::uint32_t units = utf16Length(source);
  files_.putProgram(std::move(source));
  EXECUTOR_CO_CHECK(co_await update(changedProgram()));
  std::vector<TypeDiagnostic> found;
  EXECUTOR_CO_CHECK(co_await diagnose("getSyntacticDiagnostics", units, found));
  EXECUTOR_CO_CHECK(co_await diagnose("getSemanticDiagnostics", units, found));
  std::ranges::sort(found, {}, placeOf);
  co_return found;
}

}  // namespace executor::sandbox

// Notifications first, the answer last.
#include "mcp/response-stream.h"

#include <utility>

namespace executor::mcp {
namespace {

constexpr std::chrono::seconds kQuiet{15};  // then a comment keeps proxies awake

// A string or an integer, else there is none (MCP 2026-07-28, progress).
json::value tokenOf(const Message& request) {
  const auto* token = metaField(request, "progressToken");
  bool known = token && (token->is_string() || token->is_int64() || token->is_uint64());
  return known ? *token : json::value(nullptr);
}

std::optional<LogLevel> levelOf(const Message& request) {
  const auto* level = metaField(request, "io.modelcontextprotocol/logLevel");
  return level && level->is_string() ? parseLogLevel(level->as_string()) : std::nullopt;
}

}  // namespace

ResponseStream::ResponseStream(const Message& request)
    : progressToken_(tokenOf(request)), logLevel_(levelOf(request)) {}

bool ResponseStream::wantsStream(const Message& request, std::string_view accept) {
  bool asked = !tokenOf(request).is_null() || levelOf(request);
  return asked && accept.find("text/event-stream") != std::string_view::npos;
}

void ResponseStream::progress(double value, std::optional<double> total, std::string_view message) {
  if (!wantsProgress() || (lastProgress_ && value <= *lastProgress_)) return;
  lastProgress_ = value;
  notify("notifications/progress", progressParams(progressToken_, value, total, message));
}

void ResponseStream::log(LogLevel level, std::string_view logger, std::string_view data) {
  if (!wantsLog(level) || ++logged_ > kMaxLogMessagesPerAnswer) return;
  notify("notifications/message", logParams(level, logger, data));
}

void ResponseStream::notify(std::string_view method, std::string_view params) {
  say(notificationMessage(method, params));
}

Task<Result<json::value>> ResponseStream::ask(Ask, std::string, std::string, Deadline,
                                              std::shared_ptr<Withdrawal>) {
  co_return fail(ErrorCode::unavailable, "A client of this revision is asked by its answer.");
}

void ResponseStream::say(std::string message) {
  if (answered_ || heldBytes_ + message.size() > kMaxHeldBytes) return;
  said_ = true;
  heldBytes_ += message.size();
  held_.push_back(std::move(message));
  changed_.notify();
}

void ResponseStream::answer(std::string message, int status) {
  answer_ = std::move(message);
  status_ = status;
  answered_ = true;
  changed_.notify();
}

Task<bool> ResponseStream::answeredAtOnce() {
  while (!said_ && !answered_ && co_await changed_.wait(Deadline::max())) {
  }
  co_return answered_ && !said_;
}

Task<void> ResponseStream::carry(std::shared_ptr<ResponseStream> stream,
                                 std::shared_ptr<net::Sink> sink) {
  for (;;) {
    std::string bytes;
    for (auto& message : std::exchange(stream->held_, {})) bytes += net::formatSse(message);
    stream->heldBytes_ = 0;
    const bool last = stream->answered_;
    if (last) bytes += net::formatSse(stream->answer_);
    if (!bytes.empty() && !co_await sink->write(std::move(bytes))) co_return;
    if (last) co_return;
    if (!stream->held_.empty() || stream->answered_) continue;
    bool news = co_await stream->changed_.wait(deadlineAfter(kQuiet));
    if (!news && !co_await sink->write(":\n\n")) co_return;
  }
}

}  // namespace executor::mcp

// Notifications and questions on an event stream.
#include "mcp/legacy-channel.h"

namespace executor::mcp {

bool LegacyChannel::wantsLog(LogLevel level) const {
  return session_ && session_->logLevel && level >= *session_->logLevel &&
         logged_ < kMaxLogMessages;
}

void LegacyChannel::progress(double value, std::optional<double> total, std::string_view message) {
  if (!wantsProgress() || (lastProgress_ && value <= *lastProgress_)) return;
  lastProgress_ = value;
  notify("notifications/progress", progressParams(progressToken_, value, total, message));
}

// The last place is for saying that there would be more.
void LegacyChannel::log(LogLevel level, std::string_view logger, std::string_view data) {
  if (!wantsLog(level)) return;
  const bool last = ++logged_ == kMaxLogMessages;
  notify("notifications/message",
         logParams(level, logger, last ? R"("Further lines come with the result.")" : data));
}

void LegacyChannel::notify(std::string_view method, std::string_view params) {
  stream_->push(notificationMessage(method, params));
}

// The client may still be asking its user: it is told to stop (MCP, cancellation).
void LegacyChannel::withdrawQuestion(const Question& question, std::string_view reason) {
  session_->questions.close(question->id);
  json::object params{{"requestId", question->id}, {"reason", reason}};
  notify("notifications/cancelled", serializeJson(params));
}

Task<Result<json::value>> LegacyChannel::ask(Ask what, std::string method, std::string params,
                                             Deadline deadline,
                                             std::shared_ptr<Withdrawal> withdrawal) {
  auto question = canAsk(what) ? session_->questions.open() : nullptr;
  if (!question) co_return fail(ErrorCode::unavailable, "This client cannot be asked.");
  stream_->push(requestMessage(question->id, method, params));
  if (withdrawal) {
    withdrawal->onWithdraw([weak = std::weak_ptr(question)] {
      if (auto open = weak.lock()) open->changed.notify();
    });
  }
  bool inTime = true;
  while (!question->answer && inTime && !(withdrawal && withdrawal->withdrawn())) {
    inTime = co_await question->changed.wait(deadline);
  }
  if (question->answer) co_return *std::move(question->answer);
  if (withdrawal && withdrawal->withdrawn()) {
    withdrawQuestion(question, withdrawal->reason());
    co_return fail(ErrorCode::cancelled, "The question was withdrawn.");
  }
  withdrawQuestion(question, "Nobody answered in time.");
  co_return fail(ErrorCode::timed_out, "The client did not answer in time.");
}

json::value progressTokenOf(const Message& message) {
  const auto* meta = findObject(message.params, "_meta");
  const auto* token = meta ? meta->if_contains("progressToken") : nullptr;
  if (!token) return nullptr;
  const bool valid = token->is_string() || token->is_int64() || token->is_uint64();
  return valid ? *token : json::value(nullptr);
}

}  // namespace executor::mcp

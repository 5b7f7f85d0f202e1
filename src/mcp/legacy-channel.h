// The client channel of the eras up to 2025-11-25: messages go out on the event stream that answers
// the request, questions are answered by POSTs of the same session.
//
// Without a session there are notifications but no questions: nobody could tell whose answer it is
// (D17). Log lines are sent only after logging/setLevel, because they come with the result anyway,
// and at most kMaxLogMessages of a request.
#pragma once

#include <memory>
#include <string>

#include "mcp/client-channel.h"
#include "mcp/event-stream.h"
#include "mcp/sessions.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxLogMessages = 200;  // of one request

class LegacyChannel : public ClientChannel {
 public:
  // `progressToken` is null where the client gave none; `session` may be null.
  LegacyChannel(std::shared_ptr<EventStream> stream, std::shared_ptr<Session> session,
                json::value progressToken)
      : stream_(std::move(stream)),
        session_(std::move(session)),
        progressToken_(std::move(progressToken)) {}

  bool wantsProgress() const override { return !progressToken_.is_null(); }
  bool wantsLog(LogLevel level) const override;
  bool canAsk(Ask what) const override { return session_ && session_->canAsk(what); }
  void progress(double value, std::optional<double> total, std::string_view message) override;
  void log(LogLevel level, std::string_view logger, std::string_view data) override;
  void notify(std::string_view method, std::string_view params) override;
  Task<Result<json::value>> ask(Ask what, std::string method, std::string params, Deadline deadline,
                                std::shared_ptr<Withdrawal> withdrawal) override;
  void pause() override { stream_->interrupt(); }

 private:
  using Question = std::shared_ptr<ServerRequests::Question>;
  void withdrawQuestion(const Question& question, std::string_view reason);

  std::shared_ptr<EventStream> stream_;
  std::shared_ptr<Session> session_;
  json::value progressToken_;
  std::optional<double> lastProgress_;
  std::size_t logged_ = 0;
};

// MCP, progress: a string or an integer, else there is none.
json::value progressTokenOf(const Message& message);

}  // namespace executor::mcp

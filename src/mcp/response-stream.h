// What a modern request's own response says before its answer: progress and log lines, each only
// where the request asked for it (MCP 2026-07-28, progress and logging).
//
// The stream is opened by the first thing there is to say. A request that says nothing is answered
// by one JSON object with the status of its answer; one that asked for nothing never gets here
// (wantsStream()). No question is ever asked on it: the modern era has no requests of servers.
// What a client does not read in time is held in memory, so it is bounded: beyond kMaxHeldBytes
// progress and logs are dropped, the answer never.
#pragma once

#include <deque>

#include "base/signal.h"
#include "mcp/client-channel.h"
#include "mcp/protocol.h"
#include "net/http.h"

namespace executor::mcp {

inline constexpr std::size_t kMaxHeldBytes = 1u << 20;
inline constexpr std::size_t kMaxLogMessagesPerAnswer = 200;

class ResponseStream : public ClientChannel {
 public:
  explicit ResponseStream(const Message& request);

  // Whether the request asked to hear anything and its client can take a stream.
  static bool wantsStream(const Message& request, std::string_view accept);

  bool wantsProgress() const override { return !progressToken_.is_null(); }
  bool wantsLog(LogLevel level) const override { return logLevel_ && level >= *logLevel_; }
  bool canAsk(Ask) const override { return false; }
  void progress(double value, std::optional<double> total, std::string_view message) override;
  void log(LogLevel level, std::string_view logger, std::string_view data) override;
  void notify(std::string_view method, std::string_view params) override;
  Task<Result<json::value>> ask(Ask what, std::string method, std::string params, Deadline deadline,
                                std::shared_ptr<Withdrawal> withdrawal) override;

  // The response and its status; nothing can be said after it.
  void answer(std::string message, int status);
  // Completes when something was said or the answer is there; true if it is the answer alone.
  Task<bool> answeredAtOnce();
  const std::string& message() const { return answer_; }
  int status() const { return status_; }

  // Writes all there is until the answer has gone out or the client is gone.
  static Task<void> carry(std::shared_ptr<ResponseStream> stream, std::shared_ptr<net::Sink> sink);

 private:
  void say(std::string message);

  json::value progressToken_;
  std::optional<LogLevel> logLevel_;
  std::optional<double> lastProgress_;
  std::size_t logged_ = 0, heldBytes_ = 0;
  std::deque<std::string> held_;
  bool said_ = false, answered_ = false;
  std::string answer_;
  int status_ = 200;
  Signal changed_;
};

}  // namespace executor::mcp

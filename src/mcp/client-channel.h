// The way back to the client that made a request, while the request is being answered.
//
// A handler reports progress, passes on log lines and asks questions through this one interface and
// does not know what carries them: in the eras up to 2025-11-25 an event stream of the session, in
// 2026-07-28 the response stream (which carries no questions: there a handler returns
// `input_required` instead, so canAsk() is false). What the client has not asked for is dropped
// here, so handlers need not check before they speak; wantsProgress() and wantsLog() are for those
// to whom finding out what to say is work. Nothing sent here is an answer, and nothing is
// guaranteed to arrive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/error.h"
#include "base/json.h"

namespace executor::mcp {

// RFC 5424 severities, mildest first; MCP, logging, log levels.
enum class LogLevel : std::uint8_t {
  debug,
  info,
  notice,
  warning,
  error,
  critical,
  alert,
  emergency
};
std::string_view name(LogLevel level);
std::optional<LogLevel> parseLogLevel(std::string_view name);

// What a client may be asked, as far as it declared that it answers. Every client answers a ping.
enum class Ask : std::uint8_t { ping, elicitForm, elicitUrl, sampling, roots };

// Lets an asker take its question back, for example because somebody answered it elsewhere.
class Withdrawal {
 public:
  // The first reason stays; the callback runs at most once.
  void withdraw(std::string reason);
  bool withdrawn() const { return reason_.has_value(); }
  std::string_view reason() const { return reason_ ? std::string_view(*reason_) : ""; }
  // Replaces the former callback; runs at once if already withdrawn.
  void onWithdraw(std::function<void()> callback);

 private:
  std::optional<std::string> reason_;
  std::function<void()> callback_;
};

class ClientChannel {
 public:
  virtual ~ClientChannel() = default;

  virtual bool wantsProgress() const = 0;
  virtual bool wantsLog(LogLevel level) const = 0;
  virtual bool canAsk(Ask what) const = 0;

  // A value that is not above the last one is dropped (MCP, progress: it MUST increase). `total`
  // and `message` may be absent.
  virtual void progress(double value, std::optional<double> total, std::string_view message) = 0;
  // `data` is any JSON text.
  virtual void log(LogLevel level, std::string_view logger, std::string_view data) = 0;
  // `params` is JSON text of an object, or empty.
  virtual void notify(std::string_view method, std::string_view params) = 0;
  // The client's result. Errors: unavailable (cannot be asked, or its error), timed_out, cancelled
  // (withdrawn, or the session ended). A question that ends otherwise than by its answer is
  // cancelled at the client.
  virtual Task<Result<json::value>> ask(Ask what, std::string method, std::string params,
                                        Deadline deadline,
                                        std::shared_ptr<Withdrawal> withdrawal) = 0;
  // Closes the connection and lets the client come back for the rest (MCP 2025-11-25, Streamable
  // HTTP, polling). Does nothing where that is not possible.
  virtual void pause() {}
};

// Params of notifications/progress and notifications/message as JSON text, the same in both eras.
// `data` is JSON text and is spliced in as it is.
std::string progressParams(const json::value& token, double value, std::optional<double> total,
                           std::string_view message);
std::string logParams(LogLevel level, std::string_view logger, std::string_view data);

// Says nothing and can ask nothing: for requests without a way back.
std::shared_ptr<ClientChannel> silentChannel();

}  // namespace executor::mcp

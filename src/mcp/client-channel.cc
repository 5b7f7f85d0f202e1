// Names of levels, withdrawn questions, and the channel that leads nowhere.
#include "mcp/client-channel.h"

#include <array>
#include <utility>

namespace executor::mcp {
namespace {

constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

class SilentChannel : public ClientChannel {
 public:
  bool wantsProgress() const override { return false; }
  bool wantsLog(LogLevel) const override { return false; }
  bool canAsk(Ask) const override { return false; }
  void progress(double, std::optional<double>, std::string_view) override {}
  void log(LogLevel, std::string_view, std::string_view) override {}
  void notify(std::string_view, std::string_view) override {}
  Task<Result<json::value>> ask(Ask, std::string, std::string, Deadline,
                                std::shared_ptr<Withdrawal>) override {
    co_return fail(ErrorCode::unavailable, "This client cannot be asked.");
  }
};

}  // namespace

std::string_view name(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> parseLogLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

void Withdrawal::withdraw(std::string reason) {
  if (reason_) return;
  reason_ = std::move(reason);
  if (auto callback = std::exchange(callback_, nullptr)) callback();
}

void Withdrawal::onWithdraw(std::function<void()> callback) {
  if (!reason_) {
    callback_ = std::move(callback);
  } else if (callback) {
    callback();
  }
}

std::string progressParams(const json::value& token, double value, std::optional<double> total,
                           std::string_view message) {
  json::object params{{"progressToken", token}, {"progress", value}};
  if (total) params["total"] = *total;
  if (!message.empty()) params["message"] = message;
  return serializeJson(params);
}

std::string logParams(LogLevel level, std::string_view logger, std::string_view data) {
  std::string params = R"({"level":")" + std::string(name(level)) + '"';
  if (!logger.empty()) params += R"(,"logger":)" + quoteJson(logger);
  return params.append(R"(,"data":)").append(data).append("}");
}

// It has no state, so one serves all.
std::shared_ptr<ClientChannel> silentChannel() {
  static const auto channel = std::make_shared<SilentChannel>();
  return channel;
}

}  // namespace executor::mcp

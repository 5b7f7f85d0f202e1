// The two ways of withdrawing a request, as one.
#include "mcp/call.h"

#include <utility>

namespace executor::mcp {

void RequestCancel::fire(std::string reason) {
  if (fired_) return;
  fired_ = true;
  reason_ = std::move(reason);
  for (auto& callback : std::exchange(callbacks_, {})) callback(reason_);
}

void RequestCancel::onFire(Callback callback) {
  if (fired_) return callback(reason_);
  callbacks_.push_back(std::move(callback));
}

// MCP 2026-07-28, cancellation: on Streamable HTTP a closed request is a cancelled one.
void onCancelled(const Call& call, RequestCancel::Callback callback) {
  if (call.cancel) call.cancel->onFire(callback);
  if (call.era != Era::modern || !call.disconnected) return;
  call.disconnected->onFire(
      [callback = std::move(callback)] { callback("The client closed its request."); });
}

}  // namespace executor::mcp

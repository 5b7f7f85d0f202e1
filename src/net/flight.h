// One outbound request on its way: why it was stopped, and how to stop what it waits for now.
//
// Whatever a request waits for (a name, a free connection, the handshake, bytes) registers an abort
// action for as long as it waits. A deadline, a cancel or the end of the client calls stop() once;
// the wait ends with an error and failure() turns it into the reason that counts. `sent` decides
// what may be tried again: it is true from the first byte given to the kernel on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"

namespace executor::net {

struct Flight {
  std::optional<ErrorCode> stopped;
  bool sent = false;
  std::function<void()> abort;

  void stop(ErrorCode why) {
    if (stopped) return;
    stopped = why;
    if (abort) abort();
  }

  // An error with the detail the contract wants; the reason of stop() goes before `code`.
  std::unexpected<Error> failure(ErrorCode code, std::string message, std::string detail = {},
                                 std::string hint = {}) const {
    if (stopped) {
      code = *stopped;
      hint.clear();
      message = code == ErrorCode::upstream_timeout ? "The upstream did not answer in time."
                                                    : "The request was cancelled.";
    }
    detail = (sent ? "sent: " : "unsent: ") + std::move(detail);
    return fail(code, std::move(message), std::move(hint), std::move(detail));
  }

  std::unexpected<Error> failure(Error error) const {
    return failure(error.code, std::move(error.message), std::move(error.detail),
                   std::move(error.hint));
  }
};

// Holds an abort action for a scope.
class AbortScope {
 public:
  AbortScope(Flight& flight, std::function<void()> abort) : flight_(flight) {
    flight_.abort = std::move(abort);
  }
  ~AbortScope() { flight_.abort = nullptr; }
  AbortScope(const AbortScope&) = delete;
  AbortScope& operator=(const AbortScope&) = delete;

 private:
  Flight& flight_;
};

}  // namespace executor::net

// Runs the server's loop, and does not let it fall asleep in the middle of a single execution.
//
// Waking a sleeping thread costs 30 to 50 microseconds on a virtual machine, and one execution
// wakes the loop three times: the worker's answer, the commit, the next request. While `eager` says
// that few things are under way, the loop asks the kernel again for up to kSpin instead of
// sleeping. When much is under way it is never idle, and when nothing is it sleeps, so an idle
// server costs nothing.
#pragma once

#include <chrono>
#include <functional>

#include "base/async.h"

namespace executor::cli {

inline constexpr std::chrono::microseconds kSpin{300};

// Returns when the loop is stopped or has no work left.
void runEager(asio::io_context& loop, const std::function<bool()>& eager);

}  // namespace executor::cli

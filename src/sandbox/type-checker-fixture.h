// What the tests of the type checker share: one compiler per process, with patience.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/tsc-host.h"

namespace executor::sandbox {

using Diagnostics = Result<std::vector<TypeDiagnostic>>;

// Runs the loop until the answer is there.
inline Diagnostics checkOn(asio::io_context& loop, TypeChecker& checker, std::string source) {
  std::optional<Diagnostics> answer;
  asio::co_spawn(loop, checker.check(std::move(source)),
                 [&answer](std::exception_ptr error, Diagnostics found) {
                   if (error) std::rethrow_exception(error);
                   answer = std::move(found);
                 });
  loop.restart();
  while (!answer && loop.run_one() > 0) {
  }
  return answer ? *std::move(answer) : Diagnostics(fail(ErrorCode::internal, "No answer."));
}

// The machine may be busy: these deadlines are not what is tested.
inline constexpr std::chrono::milliseconds kPatience{60'000};

struct CheckBench {
  asio::io_context loop;
  std::unique_ptr<TypeChecker> checker =
      makeTypeChecker({.deadline = kPatience, .coldDeadline = kPatience}, loop.get_executor());

  static CheckBench& get() {
    static CheckBench bench;
    return bench;
  }
};

inline Diagnostics checkNow(std::string source) {
  return checkOn(CheckBench::get().loop, *CheckBench::get().checker, std::move(source));
}

}  // namespace executor::sandbox

// A warm TypeScript compiler that says what is wrong with a program before it runs.
//
// The compiler is the native one of npm `typescript` 7, run as `tsc --api --async` in a jail of its
// own (tsc-process.h) and spoken to over one socket. It sees no file: the program and the library's
// declarations are answered from memory when it asks for them. It is untrusted twice over: agents
// choose the text it reads, types can be made arbitrarily expensive, and it is a large program that
// is not ours. So every answer of it is checked, every check has a deadline, and trouble of any
// kind means that the process is killed and the caller gets `unavailable`, never a wait.
//
// It starts at the first check and ends when nobody has checked for a while (D23). Which diagnostic
// blocks a program, and the cache of verdicts, are the caller's: this is only the compiler. A
// machine without the compiler has programs that run unchecked, and `status` says why.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"
#include "sandbox/zygote.h"

namespace executor::sandbox {

// One check at a time; more than this many waiting are refused as `unavailable` at once.
inline constexpr std::size_t kMaxWaitingChecks = 64;
// Of one source text, in bytes of UTF-8.
inline constexpr std::size_t kMaxCheckedBytes = 4u << 20;
// Beyond these the rest is dropped: nobody reads more, and the compiler is not trusted.
inline constexpr std::size_t kMaxTypeDiagnostics = 200;
inline constexpr std::size_t kMaxTypeMessageBytes = 4096;

struct TypeDiagnostic {
  int code = 0;  // 2322 for TS2322
  bool error = true;
  std::uint32_t start = 0, length = 0;  // UTF-16 units into the checked text; never beyond it
  std::string message;                  // the whole chain, one line for each link
};

struct TypeCheckerOptions {
  // The compiler, or the directory that holds it. Empty: findTypeChecker() looks for it.
  std::string tscPath;
  // Of one check, from its turn on. A check that has to start the compiler gets `coldDeadline`.
  std::chrono::milliseconds deadline{250};
  std::chrono::milliseconds coldDeadline{1500};
  // How long an unused compiler is kept.
  std::chrono::seconds idle{300};
  // `full`: rather no check than one in a jail that lacks a part.
  JailRequirement require = JailRequirement::best;
};

class TypeChecker {  // on the loop thread
 public:
  virtual ~TypeChecker() = default;

  // Diagnostics of `source` (one whole TypeScript file: program and declarations, made by the
  // caller), in the order of their places. `unavailable` when the compiler is absent, late, busy or
  // died; `payload_too_large` beyond kMaxCheckedBytes. Never takes longer than the deadline after
  // its turn came, and never waits for its turn longer than a cold deadline.
  virtual Task<Result<std::vector<TypeDiagnostic>>> check(std::string source) = 0;

  // For doctor: "typescript 7.0.2, idle", or why there is none.
  virtual std::string status() const = 0;
};

// Does nothing until the first check. Must be destroyed on the loop's thread.
std::unique_ptr<TypeChecker> makeTypeChecker(TypeCheckerOptions options,
                                             asio::any_io_executor loop);

// The compiler's binary: `configured` (a file, or a directory that holds `tsc`), else
// ../lib/executor/tsc beside this program (D39), else node_modules of the checkout it was built in
// or stands in. `not_configured` naming what to do when there is none.
Result<std::string> findTypeChecker(std::string_view configured);

}  // namespace executor::sandbox

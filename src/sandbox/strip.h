// TypeScript to JavaScript inside the worker: swc's type stripper, through the same fault isolation
// as the engine (npm @swc/wasm-typescript as WebAssembly, translated to C).
//
// What an agent meant by fences or `export default` is made a body first (program-form.h). Then
// strip-only: types become spaces, so positions stay. What strip-only cannot do (enums,
// namespaces, parameter properties) is transformed, with a source map. What neither can do is
// `unsupported_syntax` or `syntax_error` with the agent's own line and column. `import` and
// `export` are refused with a text that says what to write: a program has no modules. So are JSX
// and decorators, which the engine does not have; the parser itself is asked whether it is them.
//
// A trap leaves the module's memory in an unknown state: usable() is then false and the worker
// takes no more runs.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sandbox/linear-memory.h"
#include "sandbox/program-text.h"

namespace executor::sandbox {

// Memory of the stripper.
inline constexpr std::uint32_t kStripperPages = 4096;

struct StripFailure {
  Error error;
  SourcePosition position;
};

class Stripper {
 public:
  // Instantiates and warms up; throws std::bad_alloc.
  Stripper();
  ~Stripper();
  Stripper(const Stripper&) = delete;
  Stripper& operator=(const Stripper&) = delete;

  // To be called on a fiber. Trap::cpuBudget and others are failures too.
  std::expected<ProgramText, StripFailure> strip(std::string_view code);

  bool usable() const { return usable_; }

 private:
  struct Module;
  struct Outcome;

  struct Mode;

  Outcome transform(std::string_view wrapped, Mode mode);
  std::expected<ProgramText, StripFailure> print(std::string_view wrapped,
                                                 StripFailure unsupported);
  StripFailure explain(const Outcome& outcome, std::string_view wrapped);
  std::optional<StripFailure> findDecorator(std::string_view body, std::string_view wrapped);
  StripFailure trapped(Trap trap);

  std::unique_ptr<Module> module_;
  bool usable_ = true;
};

}  // namespace executor::sandbox

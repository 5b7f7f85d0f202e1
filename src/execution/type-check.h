// The check before a program runs: does it call tools that exist, with inputs they take?
//
// A program that does not mention `tools` is not looked at. For the others the calls are found in
// the text (type-check-scan.h), what they call is declared (catalog/declarations.h), the compiler
// looks at both (sandbox/type-checker.h), and type-verdict.h says what its answer means. Verdicts
// are kept by (program, declarations), so what an agent sends again costs two look-ups.
//
// Nothing waits for this: where the compiler is absent, late or lost, the verdict is `skipped` with
// the reason, and the program runs as if there were no check. What a wrong program could do is the
// business of the call itself, which checks its input again.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/async.h"
#include "catalog/catalog.h"
#include "execution/type-verdict.h"
#include "sandbox/type-checker.h"

namespace executor::execution {

// Verdicts kept; the one not asked for the longest goes first.
inline constexpr std::size_t kMaxKeptVerdicts = 1'000;

class TypeCheck {
 public:
  // `checker` may be null: then every verdict that would need it is `skipped`.
  TypeCheck(sandbox::TypeChecker* checker, TypeCheckMode standard)
      : checker_(checker), standard_(standard) {}

  // Of executions that do not say.
  TypeCheckMode standard() const { return standard_; }

  // Always a verdict, at the latest when the checker's deadline has passed.
  Task<TypeVerdict> check(std::string code, std::shared_ptr<const catalog::Catalog> catalog);

  std::size_t kept() const { return byKey_.size(); }

 private:
  using Kept = std::pair<std::string, TypeVerdict>;

  std::optional<TypeVerdict> find(const std::string& key);
  void keep(std::string key, const TypeVerdict& verdict);

  sandbox::TypeChecker* checker_;
  TypeCheckMode standard_;
  std::list<Kept> kept_;  // the last asked for first
  std::unordered_map<std::string, std::list<Kept>::iterator> byKey_;
};

}  // namespace executor::execution

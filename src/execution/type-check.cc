// Two keys for a verdict: by the snapshot, which costs a hash of the program alone, and by the
// declarations, which outlives changes of the catalogue that this program does not see.
#include "execution/type-check.h"

#include <fmt/format.h>

#include <map>

#include "base/crypto.h"
#include "catalog/declarations.h"
#include "sandbox/program-form.h"
#include "sandbox/program-text.h"

namespace executor::execution {
namespace {

TypeVerdict skipped(std::string reason) {
  return {.status = "skipped", .reason = std::move(reason)};
}

// Each path once; its answer is plain only where all calls of it say so.
std::vector<catalog::CalledTool> calledTools(const ProgramScan& scan) {
  std::map<std::string, bool> plain;
  for (const ToolCall& call : scan.calls()) {
    const auto [at, fresh] = plain.try_emplace(call.path, true);
    at->second = at->second && call.plainAnswer;
  }
  std::vector<catalog::CalledTool> out;
  for (const auto& [path, answer] : plain) out.push_back({path, answer});
  return out;
}

}  // namespace

Task<TypeVerdict> TypeCheck::check(std::string code,
                                   std::shared_ptr<const catalog::Catalog> catalog) {
  if (code.find("tools") == std::string::npos) co_return skipped("it uses no tools");
  const std::string program = sha256(code);
  std::string bySnapshot = fmt::format("{}:{}", catalog->version(), program);
  if (auto known = find(bySnapshot)) co_return *std::move(known);
  const ProgramScan scan(sandbox::asBody(code));
  if (!scan.usesTools()) co_return skipped("it uses no tools");
  if (!scan.complete()) co_return skipped("the program is too large");
  if (scan.calls().empty()) co_return skipped("it calls no tool by its full name");
  if (checker_ == nullptr) co_return skipped("this server has no type checker");
  const std::string declarations = catalog::declareTools(*catalog, calledTools(scan));
  std::string byDeclarations = fmt::format("{}/{}", sha256(declarations), program);
  auto verdict = find(byDeclarations);
  if (!verdict) {
    const auto diagnostics = co_await checker_->check(
        fmt::format("{}\n{}", sandbox::wrapForStripping(scan.text()), declarations));
    if (!diagnostics) co_return skipped(diagnostics.error().message);
    verdict = judgeTypes(code, scan, *catalog, *diagnostics);
    keep(std::move(byDeclarations), *verdict);
  }
  keep(std::move(bySnapshot), *verdict);
  co_return *std::move(verdict);
}

std::optional<TypeVerdict> TypeCheck::find(const std::string& key) {
  const auto at = byKey_.find(key);
  if (at == byKey_.end()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, at->second);
  return at->second->second;
}

void TypeCheck::keep(std::string key, const TypeVerdict& verdict) {
  if (byKey_.contains(key)) return;
  kept_.emplace_front(key, verdict);
  byKey_.emplace(std::move(key), kept_.begin());
  if (kept_.size() <= kMaxKeptVerdicts) return;
  byKey_.erase(kept_.back().first);
  kept_.pop_back();
}

}  // namespace executor::execution

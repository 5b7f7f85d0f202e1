// Two keys for a verdict: by the snapshot, which costs a hash of the program alone, and by the
// declarations, which outlives changes of the catalogue that this program does not see.
//
// The compiler's time follows the text it reads, and most of a real answer's type is about members
// that a program never names. So the first look leaves those out; most programs are right, and done
// with it. Only a complaint is worth a second look, with the names that a slip may have meant.
#include "execution/type-check.h"

#include <fmt/format.h>

#include <algorithm>
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

// A function without a name is no statement; what makes it one stands on the wrapper's line, so
// that lines and columns of the program stay.
constexpr std::string_view kLoneHead = "const $main=";

std::string wrapForChecking(std::string_view body, bool lone) {
  std::string text = sandbox::wrapForStripping(body);
  if (lone) text.insert(text.find('\n'), kLoneHead);
  return text;
}

void moveBack(std::vector<sandbox::TypeDiagnostic>& diagnostics) {
  constexpr auto kMoved = static_cast<std::uint32_t>(kLoneHead.size());
  for (auto& diagnostic : diagnostics) diagnostic.start -= std::min(diagnostic.start, kMoved);
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
  const std::string body = sandbox::asBody(code);
  const ProgramScan scan(body);
  if (!scan.usesTools()) co_return skipped("it uses no tools");
  if (!scan.complete()) co_return skipped("the program is too large");
  if (scan.calls().empty()) co_return skipped("it calls no tool by its full name");
  if (checker_ == nullptr) co_return skipped("this server has no type checker");
  const auto calls = calledTools(scan);
  const bool lone = sandbox::nameLoneFunction(body) != body;
  TypeVerdict verdict;
  std::string byDeclarations;
  for (const auto others : {catalog::Unnamed::leftOut, catalog::Unnamed::any}) {
    const std::string declarations = catalog::declareTools(*catalog, calls, code, others);
    if (byDeclarations.empty()) {
      byDeclarations = fmt::format("{}/{}", sha256(declarations), program);
      if (auto known = find(byDeclarations)) co_return *std::move(known);
    }
    auto diagnostics = co_await checker_->check(
        fmt::format("{}\n{}", wrapForChecking(scan.text(), lone), declarations));
    if (!diagnostics) co_return skipped(diagnostics.error().message);
    if (lone) moveBack(*diagnostics);
    verdict = judgeTypes(code, scan, *catalog, *diagnostics);
    if (verdict.findings.empty()) break;
  }
  // What a finding says is of the catalogue as it is, beyond what was declared.
  if (verdict.findings.empty()) keep(std::move(byDeclarations), verdict);
  keep(std::move(bySnapshot), verdict);
  co_return verdict;
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

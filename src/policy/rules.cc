// The decision itself: pure, so that a test, a preview and the pipeline cannot differ.
#include "policy/rules.h"

#include <fmt/format.h>

namespace executor::policy {
namespace {

// For the sentence that people and programs get.
std::string_view verb(Effect effect) {
  switch (effect) {
    case Effect::allow: return "allows";
    case Effect::ask: return "asks for approval of";
    case Effect::deny: return "denies";
  }
  return "denies";
}

// product.md section 5: reads run, writes wait. Built-in tools answer from what the caller may see.
Decision byDefault(const catalog::ToolRef& tool) {
  if (tool.system != catalog::SystemTool::none) {
    return {Effect::allow, {}, "Built-in tools run without approval."};
  }
  if (tool.safe()) return {Effect::allow, {}, "Reads run without approval by default."};
  return {Effect::ask, {}, "Writes wait for approval by default."};
}

}  // namespace

Decision decideBy(const Rules& rules, const catalog::ToolRef& tool) {
  const auto at = rules.find(tool.path);
  if (at == rules.end()) return byDefault(tool);
  const Rule& rule = at->second;
  return {rule.effect, rule.id,
          fmt::format("Policy {} {} {}.", rule.id, verb(rule.effect), tool.path)};
}

}  // namespace executor::policy

// The rules of the workspaces this node has seen, in memory, and the decision they give.
//
// A workspace's rules are replaced as a whole. `generation` counts the changes made on this node: a
// load that began before a change must not overwrite what came after it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "catalog/catalog.h"
#include "policy/policy.h"

namespace executor::policy {

struct Rule {
  std::string id;
  Effect effect;
};

using Rules = std::unordered_map<std::string, Rule>;  // by tool

// The rule for exactly this tool, else the tool's default: reads and built-ins run, writes ask.
Decision decideBy(const Rules& rules, const catalog::ToolRef& tool);

}  // namespace executor::policy

// Kept as JSON, operation to path: small, readable in a dump, and open for another node's program
// to extend.
#include "catalog/path-history.h"

#include "base/json.h"

namespace executor::catalog {

using source::openapi::operationKey;
PathMap pathsOf(const source::ToolSet& set) {
  PathMap out;
  for (std::uint32_t i = 0; i < set.toolCount(); ++i) {
    const source::ToolView tool = set.tool(i);
    out.emplace(operationKey(tool.method, tool.pathTemplate), tool.path);
  }
  return out;
}

// An operation that is there again is dropped from the history: its set holds the path now.
PathMap vanished(const PathMap& earlier, const source::ToolSet& set) {
  const PathMap now = pathsOf(set);
  PathMap out;
  for (const auto& [key, path] : earlier) {
    if (!now.contains(key)) out.emplace(key, path);
  }
  return out;
}

std::string encodePaths(const PathMap& paths) {
  json::object out;
  for (const auto& [key, path] : paths) out[key] = path;
  return serializeJson(out);
}

// Damage is an error and not an empty history: with that, a path could be given away twice.
Result<PathMap> decodePaths(std::string_view bytes) {
  const auto parsed = parseJson(bytes);
  if (!parsed || !parsed->is_object()) {
    return fail(ErrorCode::store_corrupt, "The path history of a source cannot be read.",
                "Restore the database from a backup, or remove the source and add it again.");
  }
  PathMap out;
  for (const auto& member : parsed->get_object()) {
    if (member.value().is_string()) out.emplace(member.key(), member.value().get_string());
  }
  return out;
}

}  // namespace executor::catalog

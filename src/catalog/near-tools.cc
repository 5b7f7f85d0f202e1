// An agent that is told the right name goes on in the same turn; one that is not asks discover,
// reads and writes the program again. So every unknown path gets its best guess, whatever part of
// it is wrong.
#include "catalog/near-tools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/system-tools.h"

namespace executor::catalog {
namespace {

// Search results whose spelling is compared.
constexpr std::size_t kCompared = 40;
// The wrong path is repeated to the client, but not at any length.
constexpr std::size_t kMaxShownPath = 120;

struct Split {
  std::string_view source, rest;
};

// "github.issues.crate" → github, issues.crate.
Split splitPath(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return {path, {}};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

// Found by meaning, ordered by spelling where the spelling is close.
// A slip ("crate") is settled by spelling; another word ("add") only by meaning.
std::vector<std::string> alike(const Snapshot& snapshot, std::optional<std::size_t> only,
                               std::string_view words) {
  const auto sets = snapshot.searched(only);
  const auto hits = search(sets, parseQuery(words, {}));
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (std::size_t i = 0; i < hits.size() && i < kCompared; ++i) {
    const auto& from = sets[hits[i].source];
    const std::string_view rest = from.set->toolPath(hits[i].tool);
    const std::size_t close = std::max<std::size_t>(3, words.size() / 3);
    const std::size_t distance = editDistance(words, rest, close);
    ranked.emplace_back(distance < close ? distance : close + i,
                        fmt::format("{}.{}", from.name, rest));
  }
  std::ranges::sort(ranked);
  std::vector<std::string> out;
  for (auto& [order, path] : ranked) {
    if (out.size() == kMaxSuggestions) break;
    out.push_back(std::move(path));
  }
  return out;
}

// The tools below `group` in a source, if it is a group.
// Paths with a common prefix are neighbours in byPath(), so this is a binary search.
std::vector<std::string> inside(const Snapshot& snapshot, std::size_t source,
                                std::string_view group) {
  const auto& set = *snapshot.sources()[source].set;
  const std::string prefix = group.empty() ? std::string() : std::string(group) + ".";
  const auto& order = snapshot.byPath(source);
  auto at = std::ranges::lower_bound(order, std::string_view(prefix), {},
                                     [&](std::uint32_t tool) { return set.toolPath(tool); });
  std::vector<std::string> out;
  for (; at != order.end() && out.size() < kMaxSuggestions; ++at) {
    if (!set.toolPath(*at).starts_with(prefix)) break;
    out.push_back(snapshot.ref(source, *at).path);
  }
  return out;
}

// "issues.create" where "github.issues.create" was meant.
std::vector<std::string> withoutSource(const Snapshot& snapshot, std::string_view path) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < snapshot.sources().size(); ++i) {
    if (out.size() == kMaxSuggestions) break;
    const auto tool = snapshot.sources()[i].set->findTool(path);
    if (tool) out.push_back(snapshot.ref(i, *tool).path);
  }
  return out;
}

// Four names: comparing them all is cheaper than being clever.
std::vector<std::string> nearSystemTools(std::string_view path) {
  std::vector<std::string> known;
  for (const SystemToolEntry& entry : systemTools()) known.emplace_back(entry.path);
  return nearestNames(path, known, kMaxSuggestions);
}

// The source is known, the rest is wrong.
std::vector<std::string> nearInSource(const Snapshot& snapshot, std::size_t source,
                                      std::string_view rest) {
  auto out = inside(snapshot, source, rest);
  return out.empty() ? alike(snapshot, source, rest) : out;
}

// The source is misspelt; the rest may be right as it is.
std::vector<std::string> nearUnknownSource(const Snapshot& snapshot, Split split) {
  for (const std::string& name : nearestNames(split.source, snapshot.sourceNames(), 1)) {
    const std::size_t source = *snapshot.sourceNamed(name);
    const auto tool = snapshot.sources()[source].set->findTool(split.rest);
    if (tool) return {snapshot.ref(source, *tool).path};
    return nearInSource(snapshot, source, split.rest);
  }
  return {};
}

// Says which part is wrong, because "unknown tool" alone sends people looking at the wrong end.
std::string wrongPart(const Snapshot& snapshot, std::string_view path) {
  const Split split = splitPath(path);
  const auto source = snapshot.sourceNamed(split.source);
  const std::string shown = truncateText(path, kMaxShownPath);
  if (source && !inside(snapshot, *source, split.rest).empty()) {
    return fmt::format("{} is a group of tools, not a tool.", shown);
  }
  if (source || split.source == "catalog") return fmt::format("There is no tool {}.", shown);
  return fmt::format("There is no tool {}: no source is named {}.", shown,
                     truncateText(split.source, kMaxShownPath));
}

}  // namespace

std::vector<std::string> nearTools(const Snapshot& snapshot, std::string_view path) {
  path = path.substr(0, kMaxArgumentBytes);
  if (auto out = nearSystemTools(path); !out.empty()) return out;
  const Split split = splitPath(path);
  if (const auto source = snapshot.sourceNamed(split.source)) {
    return nearInSource(snapshot, *source, split.rest);
  }
  if (auto out = withoutSource(snapshot, path); !out.empty()) return out;
  if (auto out = nearUnknownSource(snapshot, split); !out.empty()) return out;
  return alike(snapshot, {}, path);
}

std::size_t knownSegments(const Snapshot& snapshot, std::string_view path) {
  const auto source = snapshot.sourceNamed(splitPath(path).source);
  if (!source) return 0;
  std::size_t known = 1;
  const std::string_view rest = splitPath(path).rest;
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos;
       dot = rest.find('.', dot + 1), ++known) {
    if (inside(snapshot, *source, rest.substr(0, dot)).empty()) break;
  }
  return known;
}

Error describeUnknownTool(const Snapshot& snapshot, std::string_view path) {
  Error error{ErrorCode::unknown_tool, wrongPart(snapshot, path), {}, {}};
  const auto near = nearTools(snapshot, path);
  if (!near.empty())
    error.hint = fmt::format("Did you mean {}? ", fmt::join(near, " or "));
  else if (snapshot.sources().empty())
    error.hint = "This workspace has no source yet. ";
  error.hint += "tools.discover({ query }) finds tools.";
  return error;
}

}  // namespace executor::catalog

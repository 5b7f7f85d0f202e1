// Lookup is one hash of the first segment and a binary search in that source's set: the cost of a
// call does not grow with the catalogue.
#include "catalog/snapshot.h"

#include <algorithm>
#include <atomic>

#include "catalog/answers.h"
#include "catalog/near-tools.h"
#include "catalog/system-tools.h"

namespace executor::catalog {
namespace {

// One counter for all workspaces: a version then also names its workspace's snapshot, and a cache
// that mixes up two of them cannot serve the wrong one.
std::atomic<std::uint64_t> lastVersion{0};

}  // namespace

// The method decides for an upstream tool (source/tool-set.h), never a word of the document.
bool ToolRef::safe() const { return system != SystemTool::none || view().safe; }

ToolRef systemRef(SystemTool tool) {
  ToolRef ref;
  ref.path = systemTool(tool).path;
  ref.system = tool;
  return ref;
}

Snapshot::Snapshot(std::vector<SnapshotSource> sources)
    : sources_(std::move(sources)), version_(++lastVersion) {
  std::ranges::sort(sources_, {}, &SnapshotSource::name);
  for (std::size_t i = 0; i < sources_.size(); ++i) byName_.emplace(sources_[i].name, i);
  orders_ = std::make_unique<Order[]>(sources_.size());
}

// Built-in names first: no source can take them (D20), so the order is only about speed.
std::optional<ToolRef> Snapshot::find(std::string_view path) const {
  if (const SystemToolEntry* entry = findSystemTool(path)) return systemRef(entry->tool);
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto source = sourceNamed(path.substr(0, dot));
  if (!source) return std::nullopt;
  const auto tool = sources_[*source].set->findTool(path.substr(dot + 1));
  if (!tool) return std::nullopt;
  return ref(*source, *tool);
}

Error Snapshot::unknownTool(std::string_view path) const {
  return describeUnknownTool(*this, path);
}

std::size_t Snapshot::knownSegments(std::string_view path) const {
  return catalog::knownSegments(*this, path);
}

std::vector<Catalog::Namespace> Snapshot::namespaces() const {
  std::vector<Namespace> out;
  for (const SnapshotSource& source : sources_) {
    out.push_back({source.name, source.title, source.set->toolCount()});
  }
  return out;
}

std::size_t Snapshot::toolCount() const {
  std::size_t count = 0;
  for (const SnapshotSource& source : sources_) count += source.set->toolCount();
  return count;
}

Result<json::value> Snapshot::answer(SystemTool tool, const json::object& input,
                                     const ApprovalOf& approvalOf) const {
  return answerSystemTool(*this, tool, input, approvalOf);
}

std::vector<std::string> Snapshot::sourceNames() const {
  std::vector<std::string> out;
  for (const SnapshotSource& source : sources_) out.push_back(source.name);
  return out;
}

std::optional<std::size_t> Snapshot::sourceNamed(std::string_view name) const {
  const auto at = byName_.find(std::string(name));
  if (at == byName_.end()) return std::nullopt;
  return at->second;
}

// The reference holds the set: it stays valid when this snapshot is gone.
ToolRef Snapshot::ref(std::size_t source, std::uint32_t tool) const {
  const SnapshotSource& from = sources_[source];
  ToolRef out;
  out.path.reserve(from.name.size() + 48);
  out.path.append(from.name).append(".").append(from.set->toolPath(tool));
  out.sourceId = from.id;
  out.sourceName = from.name;
  out.baseUrl = from.baseUrl;
  out.set = from.set;
  out.index = tool;
  return out;
}

// Sorting 12,000 paths takes milliseconds that only those who list should pay.
const std::vector<std::uint32_t>& Snapshot::byPath(std::size_t source) const {
  Order& order = orders_[source];
  std::call_once(order.made, [&] {
    const source::ToolSet& set = *sources_[source].set;
    order.tools.resize(set.toolCount());
    for (std::uint32_t i = 0; i < order.tools.size(); ++i) order.tools[i] = i;
    std::ranges::sort(order.tools, {}, [&](std::uint32_t tool) { return set.toolPath(tool); });
  });
  return order.tools;
}

std::vector<SearchedSet> Snapshot::searched(std::optional<std::size_t> only) const {
  std::vector<SearchedSet> out;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!only || *only == i) out.push_back({sources_[i].name, sources_[i].set.get()});
  }
  return out;
}

}  // namespace executor::catalog
